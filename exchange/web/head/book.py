"""The organisation's book: who did what, and when. It holds no child's data, and shows none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from flask import render_template, request

from exchange.ports import AuditBook, AuditEntry
from exchange.web.here import inside, org_id
from exchange.web.paging import Paging

PAGE = 50
_TOLD = ("code", "codes", "what", "how", "by", "why", "outcome", "confirmed-with")
"""What of an entry's detail is shown: codes. Ids of organisations and packs are not."""
_SILENT = ("protection.", "safeguarding.", "link.")
"""Of these it is not shown what they were about."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown."""

    seq: int
    at: datetime
    who: str
    role: str
    action: str
    outcome: str
    about: str
    detail: str


def page() -> str:
    """Show the book, newest first."""
    with inside().store.reading(org_id()) as unit:
        return shown(unit.audit, "head/book.html")


def shown(book: AuditBook, template: str) -> str:
    """Return the page of a book; only the lines of that page are read."""
    total = book.last_seq()
    paging = Paging(request.args.get("page", 1, int), PAGE, total)
    newest = total - paging.offset
    read = takewhile(lambda one: one.seq <= newest, book.entries(after=max(0, newest - PAGE)))
    lines = [_line(one) for one in read][::-1]
    return render_template(template, lines=lines, paging=paging)


def _line(entry: AuditEntry) -> Line:
    silent = entry.action.startswith(_SILENT)
    return Line(
        seq=entry.seq,
        at=entry.at,
        who=entry.actor,
        role=entry.role.replace("-", " "),
        action=entry.action.replace(".", " ").replace("-", " ").capitalize(),
        outcome=entry.outcome,
        about="" if silent else f"{entry.object_kind} {entry.object_id[:8]}",
        detail=", ".join(entry.detail[key] for key in _TOLD if key in entry.detail),
    )
