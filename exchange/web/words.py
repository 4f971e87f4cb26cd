"""Plain words for dates, states and codes, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask

from exchange.errors import ExchangeError
from exchange.services.record_view import name_of
from exchange.web.sentences import SENTENCES
from schemas.codes import code_set
from schemas.errors import CodeSetError

LONDON = ZoneInfo("Europe/London")
_SETS = (
    "disclosure-reason",
    "rejection-reason",
    "document-exception",
    "document-type",
    "pack-part",
    "school-deadline",
    "purpose",
)


@dataclass(frozen=True, slots=True)
class Word:
    """How a state is shown: its words, and the colour of its tag (empty: the plain one)."""

    text: str
    colour: str = ""


STATES: Mapping[str, Word] = {
    # a pack before it goes
    "not-started": Word("Not started", "grey"),
    "in-progress": Word("In progress", "yellow"),
    "missing": Word("Missing", "red"),
    "out-of-date": Word("Out of date", "yellow"),
    "ready": Word("Ready", "green"),
    "older": Word("A newer one came", "grey"),
    "attention": Word("Needs attention", "red"),
    "waiting": Word("Waiting", "yellow"),
    "given-by-hand": Word("Given by hand", "green"),
    "not-given": Word("Not given yet", "yellow"),
    # exchange.domain.transfer.State
    "queued": Word("Sending", "yellow"),
    "delivered": Word("Sent"),
    "collected": Word("Arrived", "teal"),
    "verified": Word("Opened", "teal"),
    "accepted": Word("Accepted", "green"),
    "imported": Word("Accepted and loaded", "green"),
    "rejected": Word("Needs attention", "red"),
    "recalled": Word("Called back", "grey"),
    "expired": Word("Not collected", "red"),
    "destroyed": Word("Deleted", "grey"),
    # exchange.domain.feeder.Standing
    "unclear": Word("Is it this child?", "red"),
    "duplicate": Word("Came twice", "red"),
    "late": Word("Late", "red"),
    "unexpected": Word("Not expected", "yellow"),
    "expected": Word("Expected", "grey"),
    "arrived": Word("Arrived", "teal"),
    # exchange.domain.disclosure.Outcome
    "allowed": Word("Goes", "green"),
    "withheld": Word("Stays here", "grey"),
    "needs-decision": Word("Needs a decision", "red"),
    # exchange.ports.screening.Verdict, and documents on their way in
    "clean": Word("Checked", "green"),
    "infected": Word("Virus found", "red"),
    "unscanned": Word("Not scanned", "yellow"),
    "checking": Word("Being checked", "yellow"),
    "held": Word("Held back", "yellow"),
    "filed": Word("Filed", "green"),
    "refused": Word("Refused", "red"),
    # exchange.domain.readiness.Deadline
    "open": Word("Open"),
    "coming": Word("Coming", "grey"),
    "soon": Word("Soon", "yellow"),
    "due": Word("Due", "red"),
    "past": Word("Past", "red"),
    # people, links, keys
    "active": Word("Active", "green"),
    "invited": Word("Invited", "yellow"),
    "suspended": Word("Suspended", "red"),
    "locked": Word("Locked", "red"),
    "revoked": Word("Ended", "grey"),
    "ended": Word("Ended", "grey"),
    "used": Word("Used", "green"),
    "answered": Word("Answered", "green"),
    "approved": Word("Approved", "green"),
    "protected": Word("Protected", "purple"),
    # exchange.services.advice: requests, reports, and what a service was asked
    "sent": Word("Sent"),
    "new": Word("New", "yellow"),
    "opened": Word("Opened", "teal"),
    "declined": Word("Declined", "red"),
    "cancelled": Word("Cancelled", "grey"),
    "overdue": Word("Overdue", "red"),
    "set-aside": Word("Set aside", "grey"),
    # exchange.domain.clocks.Standing
    "running": Word("Running", "grey"),
    "amber": Word("Due tomorrow", "yellow"),
    "due-today": Word("Due today", "orange"),
    "met": Word("Done", "green"),
    "met-late": Word("Done late", "purple"),
    "excepted": Word("Exception", "purple"),
}
"""state -> its words; every state of the domain is here (a test compares)."""


def install(app: Flask) -> None:
    """Offer the words to the templates of ``app``."""
    for name, made in (
        ("day", day),
        ("moment", moment),
        ("due", due),
        ("plain", plain),
        ("state_word", state_word),
        ("size", size),
        ("count_of", count_of),
        ("record_name", name_of),
    ):
        app.template_filter(name)(made)


def day(value: date | datetime | None) -> str:
    """Return a day: 3 July 2026."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """Return a day and the time in London: 3 July 2026, 2:05pm."""
    local = value.astimezone(LONDON)
    hour = local.hour % 12 or 12
    return f"{day(value)}, {hour}:{local.minute:02d}{'pm' if local.hour > 11 else 'am'}"


def due(value: date | datetime, today: date | datetime | None = None) -> str:
    """Return how far off a day is: today, tomorrow, in 3 days, 2 days ago."""
    days = (_day_of(value) - _day_of(today or datetime.now(LONDON))).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def _day_of(value: date | datetime) -> date:
    return value.astimezone(LONDON).date() if isinstance(value, datetime) else value


def plain(code: str) -> str:
    """Return the sentence or label of a code; a code that nobody explained, as words."""
    return explained(code) or code.replace("-", " ").capitalize()


def explained(code: str) -> str:
    """Return the sentence or label of a code, or nothing."""
    if code in SENTENCES:
        return SENTENCES[code]
    for name in _SETS:
        try:
            return code_set(name).lookup(code).label
        except CodeSetError:
            continue
    return ""


def advice(error: ExchangeError) -> str:
    """Return what to do about an error, in words for a page; not of commands."""
    spoken = error.hint if "`" not in error.hint and "command" not in error.hint else ""
    return spoken or explained(error.code)


def state_word(state: str) -> Word:
    """Return the words and the colour of a state; a state that nobody named, as words."""
    return STATES.get(state) or Word(explained(state) or state.replace("-", " ").capitalize())


def size(number: int) -> str:
    """Return how large a file is: 340 KB, 2.1 MB."""
    if number < 1_000_000:
        return f"{max(1, round(number / 1000))} KB"
    return f"{number / 1_000_000:.1f} MB"


def count_of(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 child, 2 children."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
