"""Advice of specialists, as staff ask and file it, and as a specialist's own service answers it."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.agencies import asking, coming, filing, following, tasks
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "agencies.board": following.board,
        "agencies.ask": asking.ask,
        "agencies.request": following.request_page,
        "agencies.code": following.code,
        "agencies.end_link": following.end_link,
        "agencies.again": following.again,
        "agencies.remind": following.remind_now,
        "agencies.chase": following.chasing,
        "agencies.cancel": following.cancel_request,
        "agencies.report": filing.report,
        "agencies.report_file": filing.report_file,
        "agencies.aside": filing.aside,
        "agencies.came": coming.came,
        "agencies.inbox": tasks.inbox,
        "agencies.task": tasks.task,
        "agencies.task_file": tasks.document,
        "agencies.task_files": tasks.files,
        "agencies.task_upload": tasks.upload,
        "agencies.task_remove": tasks.remove,
        "agencies.task_send": tasks.send,
        "agencies.task_decline": tasks.decline,
    }
