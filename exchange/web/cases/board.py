"""The case list: what is late or due first, then what is new or held; a name is found by a form.

A name never stands in an address: it would stay in the browser's history and in logs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask import current_app, render_template, request

from exchange.domain.access import Role
from exchange.domain.clocks import Standing, london_day
from exchange.domain.clocks import rule as rule_of
from exchange.services.boards.cases import FILTERS, SORT, CaseBoard, CaseRow
from exchange.services.boards.listing import Look
from exchange.services.boards.people import PeopleBoard
from exchange.web.cases.wording import STANDINGS, STATES
from exchange.web.here import inside, org_id, visitor
from exchange.web.paging import Paging
from exchange.web.words import Word

SIZE = 50
_KEY, _PEOPLE = "senx-case-board", "senx-people-board"
_MINE, _NOBODY = "mine", "nobody"
_SHOWN_ABOVE = ("attention", "inbox", "held", "late", "due")


def case_board() -> CaseBoard:
    """Return the case list of this process."""
    found = current_app.extensions.get(_KEY)
    if found is None:
        found = current_app.extensions.setdefault(_KEY, CaseBoard(inside()))
    return cast(CaseBoard, found)


def people_board() -> PeopleBoard:
    """Return who holds which post, as this process keeps it."""
    found = current_app.extensions.get(_PEOPLE)
    if found is None:
        found = current_app.extensions.setdefault(_PEOPLE, PeopleBoard(inside()))
    return cast(PeopleBoard, found)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown."""

    row: CaseRow
    state: Word
    standing: Word | None
    late_by: int
    gone: bool
    """Its caseworker is none any more."""


def board() -> Any:
    """Show the cases of this authority."""
    if not case_board().is_ready(org_id()):
        return render_template("cases/waiting.html")
    people = people_board().holders_now(org_id(), Role.LA_CASEWORKER)
    look = case_board().look(org_id(), people)
    asked_for = request.values.get("show", "now")
    show = asked_for if asked_for in FILTERS else "now"
    worker, clock = request.values.get("caseworker", ""), request.values.get("clock", "")
    typed = request.form.get("q", "").strip()
    paging, rows = _found(look, show, _works(worker, people), clock, typed)
    today = london_day(inside().clock.now())
    return render_template(
        "cases/board.html",
        counts=[(FILTERS[key][0], look.found.get(key, 0), key) for key in _SHOWN_ABOVE],
        lines=[_line(one, today, people) for one in rows],
        paging=paging,
        total=len(look),
        show=show,
        worker=worker,
        clock=clock,
        typed=typed,
        filters=[(key, text) for key, (text, _) in FILTERS.items()],
        workers=_workers(look.tallied["caseworker"], people),
        clocks=_clocks(look.tallied["clock"]),
    )


def _works(worker: str, people: Collection[str]) -> Callable[[CaseRow], bool] | None:
    """Return which rows are of a caseworker; None: of everybody. A leaver's are nobody's."""
    if not worker:
        return None
    if worker == _NOBODY:
        return lambda row: row.caseworker not in people
    account = visitor().account_id if worker == _MINE else worker
    return lambda row: row.caseworker == account


def _found(
    look: Look[CaseRow],
    show: str,
    works: Callable[[CaseRow], bool] | None,
    clock: str,
    typed: str,
) -> tuple[Paging, Sequence[CaseRow]]:
    """Return the lines of this page, and which page of how many it is."""
    if not (works or clock or typed):
        paging = Paging(_page(), SIZE, look.found.get(show, 0))
        return paging, look.part(show, SORT, paging.offset, SIZE)
    rows = look.all("all" if typed else show, SORT)
    if works:
        rows = [one for one in rows if works(one)]
    if clock:
        rows = [one for one in rows if one.outlook.next_code == clock]
    if typed:
        wanted = typed.casefold()
        rows = [one for one in rows if wanted in one.found_by]
    paging = Paging(_page(), SIZE, len(rows))
    return paging, paging.of(rows)


def _page() -> int:
    typed = request.values.get("page", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def _workers(tallied: Mapping[str, int], people: Collection[str]) -> list[tuple[str, str]]:
    """Return whom to choose from, each with how many open cases they have."""
    found, nobody = [], 0
    for key, number in sorted(tallied.items(), key=lambda one: one[0].partition("\n")[2]):
        account, _, name = key.partition("\n")
        if account not in people:
            nobody += number
        if account:
            found.append(
                (account, f"{name}{'' if account in people else ', no caseworker now'} ({number})")
            )
    free = [(_NOBODY, f"Nobody yet ({nobody})")] if nobody else []
    return [("", "Everybody"), (_MINE, "My cases"), *free, *found]


def _clocks(tallied: Mapping[str, int]) -> list[tuple[str, str]]:
    found = [("", "Any")]
    for code, number in tallied.items():
        if code:
            found.append((code, f"{rule_of(code).label} ({number})"))
    return [found[0], *sorted(found[1:], key=lambda one: one[1])]


def _line(row: CaseRow, today: date, people: Collection[str]) -> Line:
    gone = bool(row.caseworker) and row.caseworker not in people
    if row.is_over or not row.outlook.next_code:
        return Line(row, STATES[row.state], None, 0, gone)
    standing = row.outlook.standing(today)
    word = None if standing is Standing.RUNNING else STANDINGS[standing]
    return Line(row, STATES[row.state], word, (today - row.outlook.due).days, gone)
