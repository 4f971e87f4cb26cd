"""The feeder board: what needs a person first; by feeder school; a name is looked up by a form.

A name never stands in an address: it would stay in the browser's history and in logs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, render_template, request

from exchange.domain.access import Role
from exchange.domain.feeder import Standing
from exchange.domain.transfer import State
from exchange.ports.export import TRANSFER_VERSIONS
from exchange.services.ask import open_requests
from exchange.services.boards import Listing, Look
from exchange.services.boards.feeder import ArrivedPack, FeederBoard, FeederLine
from exchange.web.arrivals.schools import name_of
from exchange.web.here import inside, may, org_id
from exchange.web.paging import Paging, number_of

SIZE = 50
_KEY = "senx-feeder-board"
_UNNAMED = "School not known"
_DONE = frozenset({State.ACCEPTED, State.IMPORTED})


def feeder() -> FeederBoard:
    """Return the board of this process."""
    found = current_app.extensions.get(_KEY)
    if found is None:
        found = current_app.extensions.setdefault(_KEY, FeederBoard(inside()))
    return cast(FeederBoard, found)


def _stands(*standings: Standing) -> Callable[[FeederLine], bool]:
    return lambda line: line.standing in standings


def _is_done(line: FeederLine) -> bool:
    return line.pack is not None and line.pack.state in _DONE


FILTERS: Mapping[str, tuple[str, Callable[[FeederLine], bool]]] = {
    "all": ("All", lambda line: True),
    "attention": ("Needs attention", lambda line: line.needs_attention),
    "accept": ("To accept", lambda line: line.is_to_accept),
    "expected": ("Still expected", _stands(Standing.EXPECTED, Standing.LATE, Standing.MISSING)),
    "late": ("Late or missing", _stands(Standing.LATE, Standing.MISSING)),
    "duplicates": ("Came twice", _stands(Standing.DUPLICATE)),
    "unclear": ("Is it this child?", _stands(Standing.UNCLEAR)),
    "unexpected": ("Not on the list", _stands(Standing.UNEXPECTED)),
    "accepted": ("Accepted", _is_done),
}


_SORT = "attention"
_JOINED = "org:"


def look() -> Look[FeederLine]:
    """Return the lines as they are now, counted and in order."""
    kept = current_app.extensions.setdefault(f"{_KEY}-listings", {})
    listing = kept.get(org_id()) or kept.setdefault(
        org_id(),
        Listing(
            {key: fits for key, (_, fits) in FILTERS.items()},
            {_SORT: lambda line: line.order},
            {
                "school": _listed_under,
                "here": lambda line: _listed_under(line) if line.packs else None,
            },
        ),
    )
    return cast(Listing[FeederLine], listing).follow(feeder().by_key(org_id()))


def _listed_under(line: FeederLine) -> str:
    """Return what says a line's school: the organisation's id, or else the name on the list."""
    return f"{_JOINED}{line.school}" if line.school else line.school_named


def _name_under(listed: str) -> str:
    if listed.startswith(_JOINED):
        return name_of(listed.removeprefix(_JOINED))
    return listed or _UNNAMED


@dataclass(frozen=True, slots=True)
class Shown:
    """One line as it is shown."""

    line: FeederLine
    name: str
    school: str
    state: str


def board() -> Any:
    """Show the children expected and the packs that came."""
    if not feeder().is_ready(org_id()):
        return render_template("arrivals/waiting.html")
    rows = look()
    asked_for = request.values.get("show", "all")
    show = asked_for if asked_for in FILTERS else "all"
    school, typed = request.values.get("school", ""), request.form.get("q", "").strip()
    names = {one: _name_under(one) for one in rows.tallied["school"]}
    paging, lines = _found(rows, show, names, school, typed)
    with inside().store.reading(org_id()) as unit:
        asked = len(open_requests(unit))
    return render_template(
        "arrivals/board.html",
        counts=[(text, rows.found.get(key, 0), key) for key, (text, _) in FILTERS.items()],
        lines=[_shown(one, names) for one in lines],
        paging=paging,
        total=len(rows),
        versions=TRANSFER_VERSIONS,
        show=show,
        school=school,
        typed=typed,
        filters=[(key, text) for key, (text, _) in FILTERS.items()],
        schools=_schools(rows.tallied, names),
        asked=asked,
        may_send=may(Role.SENCO),
        may_prepare=may(Role.SENCO, Role.SEN_ADMINISTRATOR),
        exportable=rows.found.get("accepted", 0) > 0,
    )


def _found(
    rows: Look[FeederLine], show: str, names: Mapping[str, str], school: str, typed: str
) -> tuple[Paging, Sequence[FeederLine]]:
    """Return the lines of this page, and which page of how many it is."""
    page = number_of(request.values.get("page", "1"))
    if not school and not typed:
        paging = Paging(page, SIZE, rows.found.get(show, 0))
        return paging, rows.part(show, _SORT, paging.offset, SIZE)
    picked = [one for one in rows.all(show, _SORT) if _fits(one, names, school, typed)]
    paging = Paging(page, SIZE, len(picked))
    return paging, paging.of(picked)


def _schools(
    tallied: Mapping[str, Mapping[str, int]], names: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return what to choose a feeder school by, with how many of its packs are here."""
    all_, here = Counter[str](), Counter[str]()
    for key, count in tallied["school"].items():
        all_[names[key]] += count
        here[names[key]] += tallied["here"].get(key, 0)
    return [(one, f"{one} ({here[one]} of {all_[one]} here)") for one in sorted(all_)]


def _fits(line: FeederLine, names: Mapping[str, str], school: str, typed: str) -> bool:
    mine = not school or names[_listed_under(line)] == school
    return mine and typed.casefold() in line.name.casefold()


def _shown(line: FeederLine, names: Mapping[str, str]) -> Shown:
    pack = line.pack
    name = line.name or "A pack that could not be opened"
    if pack is not None and pack.attention:
        state = "attention"
    elif line.standing is Standing.ARRIVED and pack is not None:
        state = _state(pack)
    else:
        state = line.standing.value
    return Shown(line, name, names[_listed_under(line)], state)


def _state(pack: ArrivedPack) -> str:
    """A pack that waits for a person is "Arrived"; what became of it afterwards says itself."""
    return "arrived" if pack.state is State.VERIFIED else pack.state.value
