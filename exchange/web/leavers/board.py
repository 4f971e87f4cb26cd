"""The leavers' board: what needs attention first; filtered, sorted and paged by links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask import current_app, jsonify, render_template, request, url_for

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.domain.readiness import Deadline
from exchange.domain.transfer import State
from exchange.errors import NotFound
from exchange.services.boards import LeaverRow, Listing, Look
from exchange.services.links.members import waiting_members
from exchange.services.protect import hidden
from exchange.services.query import open_questions
from exchange.services.settle_destination import choices
from exchange.web.here import inside, leavers_board, may, org_id, visitor
from exchange.web.paging import Paging
from exchange.web.pupils.child import label_of
from exchange.web.pupils.overview import organisation_name
from exchange.web.pupils.overview_going import WORDS
from exchange.web.reach import TABLE
from exchange.web.reviews.linked import SafeReview, last_safe_of

SIZE = 50
_MOST_FOUND = 200
"""What is found by a name stands on one page: its further pages would need the name again."""
_MOST_CORRECTIONS = 50
_KEY = "senx-leavers-board"
_NOTHING_THERE = frozenset({State.RECALLED, State.REJECTED, State.EXPIRED, State.DESTROYED})
_ACCEPTED = frozenset({State.ACCEPTED, State.IMPORTED})


def is_sent(row: LeaverRow) -> bool:
    """Return whether a pack is on its way or there."""
    return row.pack is not None and row.pack.state not in _NOTHING_THERE


def is_ready(row: LeaverRow) -> bool:
    """Return whether the pack could be sent: whole, with a destination, and not sent yet."""
    return row.readiness.ready and row.destination is not None and not is_sent(row)


FILTERS: Mapping[str, tuple[str, Callable[[LeaverRow], bool]]] = {
    "all": ("All", lambda row: True),
    "attention": ("Needs attention", lambda row: row.needs_attention),
    "ready": ("Ready to send", is_ready),
    "missing": ("Something missing", lambda row: not row.readiness.ready and not is_sent(row)),
    "out-of-date": ("Something out of date", lambda row: bool(row.readiness.out_of_date)),
    "no-school": ("No school chosen", lambda row: row.destination is None),
    "sent": ("Sent", is_sent),
    "accepted": ("Accepted", lambda row: row.pack is not None and row.pack.state in _ACCEPTED),
}
_COUNTED = ("attention", "ready", "missing", "sent", "accepted")


def next_day(row: LeaverRow) -> date | None:
    """Return the next day by which something must be done."""
    return next((one.day for one in row.deadlines if one.day is not None), None)


def state_of(row: LeaverRow) -> str:
    """Return the one state that a row shows."""
    if row.needs_attention:
        return "attention"
    if row.pack is not None and is_sent(row):
        return row.pack.state.value
    if row.by_hand is not None:
        return "given-by-hand"
    if row.pack is not None and row.pack.state is State.RECALLED:
        return "recalled"
    if not row.readiness.ready:
        return "missing"
    return "ready" if row.destination else "in-progress"


_SORTS: Mapping[str, tuple[str, Callable[[LeaverRow], Any]]] = {
    "attention": ("Needs attention first", lambda row: (not row.needs_attention, row.sort)),
    "name": ("Name", lambda row: row.sort),
    "date": ("Next date", lambda row: (next_day(row) or date.max, row.sort)),
    "state": ("State", lambda row: (state_of(row), row.sort)),
}


def look() -> Look[LeaverRow]:
    """Return the leavers as they are now: counted, and in any order that the page offers."""
    kept = current_app.extensions.setdefault(f"{_KEY}-listings", {})
    listing = kept.get(org_id()) or kept.setdefault(
        org_id(),
        Listing(
            {key: fits for key, (_, fits) in FILTERS.items()},
            {key: by for key, (_, by) in _SORTS.items()},
            {"year": lambda row: row.nc_year or None},
        ),
    )
    return cast(Listing[LeaverRow], listing).follow(leavers_board().by_key(org_id()))


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is shown."""

    row: LeaverRow
    state: str
    under: str
    going: str
    next_date: Deadline | None
    may_go: bool
    also: str
    by_hand: bool
    safe: SafeReview | None = None


def board() -> Any:
    """Show the leavers."""
    there = leavers_board().is_ready(org_id())
    if request.accept_mimetypes.best == "application/json":
        return jsonify(done=int(there), total=1, ended=there, next=url_for("leavers.board"))
    if not there:
        return render_template("leavers/waiting.html")
    rows = look()
    show, sort = _known(FILTERS, "show", "all"), _known(_SORTS, "sort", "attention")
    # A name is looked for by POST: an address stands in histories and logs.
    year, typed = request.args.get("year", ""), request.form.get("q", "").strip()
    paging, lines = _found(rows, show, sort, year, typed)
    chosen = request.args.get("choose", "")
    return render_template(
        "leavers/board.html",
        counts=[(FILTERS[key][0], rows.found.get(key, 0), key) for key in _COUNTED],
        lines=_lines(lines),
        paging=paging,
        total=len(rows),
        show=show,
        year=year,
        typed=typed,
        sort=sort,
        filters=[(key, text) for key, (text, _) in FILTERS.items()],
        sorts=[(key, text) for key, (text, _) in _SORTS.items()],
        years=_years(rows.tallied["year"]),
        chosen=chosen == "ready",
        questions=_questions(rows.rows),
        corrections=_corrections(rows.rows),
        may_send=may(Role.SENCO),
        may_prepare=may(Role.SENCO, Role.SEN_ADMINISTRATOR),
    )


def _known(offered: Mapping[str, object], name: str, otherwise: str) -> str:
    """Return what an address asks for, where the page offers it."""
    asked = request.args.get(name, otherwise)
    return asked if asked in offered else otherwise


def _found(
    rows: Look[LeaverRow], show: str, sort: str, year: str, typed: str
) -> tuple[Paging, Sequence[LeaverRow]]:
    """Return the rows of this page, and which page of how many it is."""
    if not year and not typed:
        paging = Paging(_page(), SIZE, rows.found.get(show, 0))
        return paging, rows.part(show, sort, paging.offset, SIZE)
    picked = [one for one in rows.all(show, sort) if _fits(one, year, typed)]
    paging = Paging(1, _MOST_FOUND, len(picked)) if typed else Paging(_page(), SIZE, len(picked))
    return paging, paging.of(picked)


def _questions(rows: Mapping[str, LeaverRow]) -> list[tuple[str, str, datetime]]:
    """Return the questions that wait for an answer: about whom, the pack, since when."""
    with inside().store.reading(org_id()) as unit:
        found = []
        for one in open_questions(unit):
            try:
                pack = unit.transfers.get(one.thread)
            except NotFound:
                continue
            row = rows.get(pack.pupil_id or "") if pack.kind == "transfer" else None
            if row and not hidden(unit, row.pupil_id, visitor().account_id):
                found.append((row.name, pack.bundle_id, one.at))
    return found


def _corrections(rows: Mapping[str, LeaverRow]) -> list[tuple[str, str, datetime]]:
    """Return about whom a family waits for the answer to a correction, and since when."""
    now = inside().clock.now()
    with inside().store.reading(org_id()) as unit:
        waiting = waiting_members(unit, now, _MOST_CORRECTIONS)
    found: dict[str, tuple[str, str, datetime]] = {}
    for one in waiting:
        row = rows.get(one.pupil_id)
        if row is not None and one.pupil_id not in found:
            found[one.pupil_id] = (row.name, one.pupil_id, one.waits_since or now)
    return list(found.values())


def _page() -> int:
    typed = request.args.get("page", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def _fits(row: LeaverRow, year: str, typed: str) -> bool:
    return (not year or row.nc_year == year) and typed.casefold() in row.name.casefold()


def _years(found: Iterable[str]) -> list[tuple[str, str]]:
    return [(one, label_of("nc-year", one)) for one in sorted(found, key=lambda y: (len(y), y))]


def _lines(rows: Sequence[LeaverRow]) -> list[Line]:
    names: dict[str, str] = {}
    with inside().store.reading(org_id()) as unit:
        others = choices(unit)
        today = london_day(inside().clock.now())
        shows = may(*TABLE["reviews.page"].roles)
        safe = last_safe_of(unit, rows, today) if shows else {}
        for row in rows:
            for one in (row.destination, row.second.destination if row.second else None):
                if one and one not in names:
                    names[one] = organisation_name(unit, one)
    lines = []
    for row in rows:
        other = others.get(row.pupil_id)
        going = names.get(row.destination or "", "")
        if not going and other is not None:
            going = other.name or WORDS.get(other.kind, "")
        under = ", ".join(
            part
            for part in (
                label_of("nc-year", row.nc_year) if row.nc_year else "",
                label_of("sen-provision", row.provision),
            )
            if part
        )
        date_ = next((one for one in row.deadlines if one.day is not None), None)
        also = names[row.second.destination] if row.second else ""
        may_go = row.destination is not None
        safe_one = safe.get(row.pupil_id)
        by_hand = not may_go and other is not None and other.place is not None
        state = state_of(row)
        lines.append(Line(row, state, under, going, date_, may_go, also, by_hand, safe_one))
    return lines
