"""Rows that follow each change are those of a match from scratch, and of one without an index."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.feeder import Arrived, Expected, FeederRow, Likeness, Standing, Who, likeness
from exchange.domain.matching import Matching, match

TODAY = date(2026, 7, 1)
BORN = (date(2015, 3, 9), date(2015, 9, 3), date(2014, 5, 5))
CHILDREN = tuple(f"s/{number}" for number in range(5))

who = st.builds(
    Who,
    surname=st.sampled_from(["Smith", "Smíth", "Brown", "-"]),
    forename=st.sampled_from(["Ann", "Bea", "'"]),
    date_of_birth=st.sampled_from(BORN),
    upn=st.sampled_from(["", "", "B801200005001", "C801200005002"]),
    known_as=st.sampled_from(["", "", "Bea"]),
    other_surname=st.sampled_from(["", "", "Brown"]),
    school=st.sampled_from(["", "oak"]),
)
child = st.builds(
    Expected,
    ref=st.sampled_from([f"e{number}" for number in range(5)]),
    who=who,
    starts=st.sampled_from([None, date(2026, 6, 1), date(2026, 9, 2)]),
    settled=st.sampled_from(["", "", "", *CHILDREN]),
    apart=st.frozensets(st.sampled_from(CHILDREN), max_size=1),
)
packs = st.tuples(st.sampled_from(CHILDREN), st.lists(who, max_size=2))
one_change = st.one_of(
    child, packs, st.sampled_from([f"e{number}" for number in range(5)])
)  # a string: expected no more


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(one_change, min_size=1, max_size=3), max_size=12))
def test_following_changes_is_matching_from_scratch(
    rounds: list[list[Expected | tuple[str, list[Who]] | str]],
) -> None:
    kept = Matching(TODAY)
    listed: dict[str, Expected] = {}
    here: dict[str, tuple[Arrived, ...]] = {}
    for number, changes in enumerate(rounds):
        refs: dict[str, Expected | None] = {}
        moved: dict[str, tuple[Arrived, ...]] = {}
        for one in changes:
            if isinstance(one, str):
                refs[one] = None
            elif isinstance(one, Expected):
                refs[one.ref] = one
            else:
                key, people = one
                moved[key] = tuple(
                    Arrived(f"{key}/{number}/{each}", key, person)
                    for each, person in enumerate(people)
                )
        before = dict(kept.rows)
        told = kept.change(refs, moved)
        listed = {ref: one for ref, one in (listed | refs).items() if one is not None}
        here = {key: some for key, some in (here | moved).items() if some}
        expected = list(listed.values())
        arrived = [pack for some in here.values() for pack in some]
        found = _by_place(kept.rows.values())
        assert found == _by_place(match(expected, arrived, TODAY))
        assert found == _by_place(plainly(expected, arrived))
        changed = {key for key in before | kept.rows if before.get(key) != kept.rows.get(key)}
        assert changed <= told, "a row changed, and nobody was told so"


def _by_place(rows: object) -> dict[str, FeederRow]:
    return {row.expected or row.packs[0]: row for row in rows}  # type: ignore[attr-defined]


def plainly(expected: list[Expected], arrived: list[Arrived]) -> list[FeederRow]:
    """The same rules, everybody compared with everybody: slow, and easy to read."""
    refs: dict[str, list[str]] = defaultdict(list)
    people: dict[str, Who] = {}
    for pack in arrived:
        refs[pack.child].append(pack.ref)
        people[pack.child] = pack.who
    settled = {one.settled for one in expected} & people.keys()
    same: dict[str, set[str]] = {}
    perhaps: dict[str, set[str]] = {}
    for one in expected:
        found = {key: _found(one, key, expected, people) for key in people.keys() - settled}
        same[one.ref] = {key for key, like in found.items() if like is Likeness.SAME}
        perhaps[one.ref] = {key for key, like in found.items() if like is Likeness.PERHAPS}
        if one.settled in people:
            same[one.ref], perhaps[one.ref] = {one.settled}, set()
    claimed = [key for some in same.values() for key in some]
    rows = [_row(one, same[one.ref], perhaps[one.ref], claimed, refs) for one in expected]
    shown = {ref for row in rows for ref in (*row.packs, *row.candidates)}
    left = [some for some in refs.values() if not shown.intersection(some)]
    return rows + [FeederRow(Standing.UNEXPECTED, None, tuple(some)) for some in left]


def _found(one: Expected, key: str, expected: list[Expected], people: dict[str, Who]) -> Likeness:
    if key in one.apart:
        return Likeness.OTHER
    like = likeness(one.who, people[key])
    by_upn = bool(one.who.upn) and one.who.upn == people[key].upn
    if like is Likeness.SAME and not by_upn:
        here = sum(_alike(other, people[key]) for other in people.values())
        there = sum(_alike(other.who, one.who) for other in expected)
        return Likeness.SAME if here == there == 1 else Likeness.PERHAPS
    return like


def _alike(one: Who, two: Who) -> bool:
    plain = [replace(each, other_surname="", known_as="") for each in (one, two)]
    names = [(each.surnames, each.forenames, each.date_of_birth) for each in plain]
    return names[0] == names[1]


def _row(
    one: Expected,
    mine: set[str],
    perhaps: set[str],
    claimed: list[str],
    refs: dict[str, list[str]],
) -> FeederRow:
    free = perhaps - set(claimed)
    asked = mine if any(claimed.count(key) > 1 for key in mine) else set() if mine else free
    if asked:
        offered = tuple(ref for key in sorted(asked) for ref in refs[key])
        return FeederRow(Standing.UNCLEAR, one.ref, (), offered)
    if mine:
        standing = Standing.DUPLICATE if len(mine) > 1 else Standing.ARRIVED
        return FeederRow(standing, one.ref, tuple(ref for key in sorted(mine) for ref in refs[key]))
    missing = one.starts is not None and one.starts <= TODAY
    return FeederRow(Standing.MISSING if missing else Standing.EXPECTED, one.ref)
