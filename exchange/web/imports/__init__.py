"""Pupils from files: choose files, say what the columns are, tick who has SEN, compare, keep."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.imports import choosing, columns, comparing, starting
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "imports.begin": starting.begin,
        "imports.page": starting.page,
        "imports.state": starting.state,
        "imports.remove": starting.remove,
        "imports.columns": columns.columns,
        "imports.choose": choosing.choose,
        "imports.pupil": comparing.pupil,
        "imports.check": comparing.check,
    }
