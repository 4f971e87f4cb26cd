"""Which school is meant: names as people type them, lookalikes, and where a closed one went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.school_names import (
    LONGEST_QUERY,
    look_of,
    parse_query,
    words_of,
)
from exchange.domain.schools import (
    MAX_LINE,
    Phase,
    School,
    SchoolStatus,
    is_lookalike,
    line_of,
    open_successors,
    rank,
    tier,
)
from exchange.errors import UsageError

OPEN, CLOSED = SchoolStatus.OPEN, SchoolStatus.CLOSED


def school(urn: int, name: str = "Somewhere School", **fields: object) -> School:
    return School(**{"urn": str(urn), "name": name, "status": OPEN, **fields})  # type: ignore[arg-type]


def places(text: str, *schools: School) -> list[str]:
    """Return the URNs of the answers, best first."""
    query = parse_query(text)
    ranked = [(found, one.urn) for one in schools if (found := rank(query, one)) is not None]
    return [urn for _, urn in sorted(ranked)]


# -- words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St Mary's School", "ST. MARYS SCH"),
        ("Saint Mary’s School", "st mary`s schl"),
        ("St Anne's Church of England Primary School", "St Annes C of E Prim Sch"),
        ("St Anne's C.E. Primary School", "St Annes CofE Primary School"),
        ("The Grange", "grange"),
        ("Holy Cross R.C. School", "Holy Cross Roman Catholic School"),
        ("Larkham Infants' School", "Larkham Inf Sch"),
        ("Oak & Elm Jnr School", "Oak and Elm Junior School"),
        ("Stoke-on-Trent Acad.", "Stoke on Trent Academy"),
        ("École Élémentaire", "ecole elementaire"),
        ("Camden Pupil Referral Unit", "CAMDEN PRU"),
        ("Ｆｕｌｌ Width", "full width"),
        ("Mount Pleasant", "Mt. Pleasant"),
    ],
)
def test_one_name_written_in_two_ways(one: str, other: str) -> None:
    assert words_of(one) == words_of(other) != ()
    assert look_of(one) == look_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St Mary's School", "St Margaret's School"),
        ("Larkham School", "Larkham North School"),
        ("North Star 82°", "North Star 240°"),
        ("St John's", "St Joan's"),
    ],
)
def test_names_of_different_schools_stay_apart(one: str, other: str) -> None:
    assert words_of(one) != words_of(other)
    assert look_of(one) != look_of(other)


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St Mary's Catholic Primary School", "St Mary's CofE Primary School"),
        ("Riverside Academy", "Riverside School"),
        ("Larkham Infant School", "Larkham Junior School"),
        ("School of St James", "St James School"),
        ("Oaks Primary", "Oak Primary"),
    ],
)
def test_the_same_look(one: str, other: str) -> None:
    assert look_of(one) == look_of(other)


def test_a_name_of_common_words_alone_has_a_look_of_its_own() -> None:
    assert look_of("The Academy") == "academy"
    assert look_of("The Academy") != look_of("The Primary School")


# -- searching


def test_numbers() -> None:
    one = school(123456, laestab="8204001", former_laestab="8194001", ukprn="10012345")
    for text in ("123456", "urn:123456", "820/4001", "8204001", "DfE: 820/4001", "10012345"):
        assert tier(parse_query(text), one) == 0, text
    assert tier(parse_query("819/4001"), one) == 1
    for text in ("123457", "820/4002", "10012346", "820"):
        assert tier(parse_query(text), one) is None, text


def test_an_academy_that_kept_its_dfe_number_goes_before_the_school_it_was() -> None:
    old = school(100001, status=CLOSED, laestab="8204001")
    new = school(150001, laestab="8204001")
    assert places("820/4001", old, new) == ["150001", "100001"]


def test_from_the_whole_name_to_a_part_of_it() -> None:
    whole = school(100007, "Larkham School")
    begins = school(100006, "Larkham School North")
    within = school(100005, "North Larkham School")
    town = school(100004, "Meadow School", town="Larkham")
    begun = school(100003, "Larkhampton School")
    telling = school(100002, "Larkham Academy")
    other = school(100001, "Meadow School")
    everyone = (other, telling, begun, town, within, begins, whole)
    expected = ["100007", "100006", "100005", "100004", "100003", "100002"]
    assert places("larkham school", *everyone) == expected
    assert [tier(parse_query("larkham sch"), one) for one in reversed(everyone)] == [
        2,
        3,
        4,
        5,
        6,
        7,
        None,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "st marys leeds",
        "Leeds Saint Mary's",
        "st mary's LS1 4AP",
        "LS14AP",
        "ls1 mary",
        "mary kirklees",
        "St Mary's Catholic Academy leeds",
    ],
)
def test_name_and_place_together(text: str) -> None:
    wanted = school(
        123456, "St Mary's Primary School", town="Leeds", la_name="Kirklees", postcode="LS1 4AP"
    )
    other = school(123457, "St Mary's Primary School", town="Hull", postcode="HU1 1AA")
    found = places(text, other, wanted)
    assert found == ["123456"]


def test_open_ones_go_before_closed_ones_that_match_as_well() -> None:
    ranked = [school(100000 + n, status=status) for n, status in enumerate(reversed(SchoolStatus))]
    assert places("somewhere", *ranked) == ["100004", "100003", "100002", "100001", "100000"]


@given(st.permutations([school(100_000 + n, f"Lark {n % 3} School") for n in range(9)]))
def test_the_order_is_one_and_the_same(shuffled: list[School]) -> None:
    assert places("lark", *shuffled) == places("lark", *sorted(shuffled, key=lambda s: s.urn))


@given(
    st.sampled_from(["larkham", "school", "123456", "meadow school", "ls1"]),
    st.lists(st.sampled_from(Phase), min_size=3, max_size=3),
)
def test_phase_decides_nothing(text: str, phases: list[Phase]) -> None:
    """Special schools, independent schools and PRUs have no phase; they must be found alike."""
    plain = [
        school(123456, "Larkham School", postcode="LS1 4AP"),
        school(123457, "Meadow School", town="Larkham"),
        school(123458, "Larkham PRU"),
    ]
    changed = [replace(one, phase=phase) for one, phase in zip(plain, phases, strict=True)]
    assert places(text, *changed) == places(text, *plain)


@pytest.mark.parametrize("text", ["", "  ", "...", "the of and", "школа"])
def test_nothing_to_look_for(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_query(text)
    assert error.value.code == "search-empty"


@pytest.mark.parametrize("text", ["x" * (LONGEST_QUERY + 1), "x " * 30])
def test_too_much_to_look_for(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_query(text)
    assert error.value.code == "search-too-long"


# -- successors


def line(*links: tuple[int, list[int]], opened: tuple[int, ...] = ()) -> Mapping[str, School]:
    return {
        str(urn): school(
            urn,
            status=OPEN if urn in opened else CLOSED,
            successors=tuple(sorted(map(str, after))),
        )
        for urn, after in links
    }


def after(register: Mapping[str, School], urn: int) -> list[str]:
    return [one.urn for one in open_successors(register[str(urn)], register.get)]


def test_over_a_chain_to_the_open_one() -> None:
    register = line((1, [2]), (2, [3]), (3, []), opened=(3,))
    assert after(register, 1) == ["3"]
    assert [one.urn for one in line_of(register["1"], register.get)] == ["1", "2", "3"]


def test_a_split_school_has_several_nearest_first() -> None:
    register = line((1, [2, 5]), (2, [3]), (3, []), (5, []), opened=(3, 5))
    assert after(register, 1) == ["5", "3"]


def test_a_circle_ends() -> None:
    register = line((1, [2]), (2, [1, 3]), (3, [1, 2, 3]))
    assert after(register, 1) == []
    assert after({**register, **line((3, []), opened=(3,))}, 1) == ["3"]


def test_an_open_school_leads_nowhere_though_it_has_links() -> None:
    register = line((1, [2]), (2, []), opened=(1, 2))
    assert after(register, 1) == []


@pytest.mark.parametrize("status", [SchoolStatus.PROPOSED, SchoolStatus.UNKNOWN])
def test_what_is_not_open_is_no_successor(status: SchoolStatus) -> None:
    register = dict(line((1, [2]), (2, [3]), (3, []), opened=(3,)))
    register["2"] = replace(register["2"], status=status)
    assert after(register, 1) == []


def test_one_that_the_register_does_not_hold_is_passed_over() -> None:
    assert after(line((1, [8, 9]), (9, []), opened=(9,)), 1) == ["9"]


def test_a_line_without_end_is_cut() -> None:
    endless = line(*((urn, [urn + 1]) for urn in range(1, 5 * MAX_LINE)))
    assert len(line_of(endless["1"], endless.get)) <= MAX_LINE + 1


@given(
    st.dictionaries(st.integers(1, 12), st.lists(st.integers(1, 14), max_size=4), min_size=1),
    st.sets(st.integers(1, 12)),
)
def test_whatever_the_links_each_successor_is_open_and_named_once(
    links: dict[int, list[int]], opened: set[int]
) -> None:
    register = line(*links.items(), opened=tuple(opened))
    for urn in links:
        found = after(register, urn)
        assert len(found) == len(set(found))
        assert str(urn) not in found
        assert all(register[one].status is OPEN for one in found)
        if urn in opened:
            assert found == []
        seen = [one.urn for one in line_of(register[str(urn)], register.get)]
        for before, one in pairwise(seen):
            assert before != one
        reached = {one for name in seen for one in register[name].successors if name in register}
        assert set(seen[1:]) <= reached


# -- lookalikes


def lookalike(one: School, *others: School) -> bool:
    register = {each.urn: each for each in (one, *others)}
    return is_lookalike(one, register.values(), register.get)


def test_another_school_of_the_same_look() -> None:
    one = school(100001, "St Mary's Catholic Primary School", town="Leeds")
    assert lookalike(one, school(100002, "St Mary's C of E School", town="Leeds"))
    assert lookalike(one, school(100002, "St Marys Academy", status=CLOSED))
    assert not lookalike(one)
    assert not lookalike(one, school(100002, "St Margaret's Primary School"))


def test_the_same_school_before_and_after_it_became_an_academy() -> None:
    old = school(100001, "Larkham School", status=CLOSED, successors=("100002",))
    new = school(100002, "Larkham Academy")
    assert not lookalike(old, new)
    assert not lookalike(new, old)
    third = school(100003, "Larkham Primary School")
    assert lookalike(old, new, third)
    assert lookalike(new, old, third)


def test_two_that_became_one_are_not_confused_two_that_parted_are() -> None:
    infant = school(100001, "Larkham Infant School", status=CLOSED, successors=("100003",))
    junior = school(100002, "Larkham Junior School", status=CLOSED, successors=("100003",))
    assert not lookalike(infant, junior, school(100003, "Larkham Primary School"))
    split = school(100001, "Larkham School", status=CLOSED, successors=("100002", "100003"))
    north, south = school(100002, "Larkham Infants"), school(100003, "Larkham Juniors")
    assert lookalike(north, south, split)
