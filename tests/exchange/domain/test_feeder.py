"""Children expected and packs arrived: joined by three signs, never by one; twins stay two."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.feeder import (
    Arrived,
    Expected,
    FeederRow,
    Likeness,
    Standing,
    Who,
    fold,
    likeness,
)
from exchange.domain.matching import match

BORN = date(2015, 3, 9)
TODAY = date(2026, 7, 1)
ANN = Who("Smith", "Ann", BORN, "B801200005001", school="oak")
BEA = Who("Smith", "Bea", BORN, "C801200005002", school="oak")


def rows(*pairs: Expected | Arrived, today: date = TODAY, by: date | None = None) -> dict[str, str]:
    """Return the standing of each child expected, and of each unexpected pack."""
    return {row.expected or row.packs[0]: row.standing.value for row in matched(pairs, today, by)}


def matched(
    pairs: tuple[Expected | Arrived, ...], today: date = TODAY, by: date | None = None
) -> tuple[FeederRow, ...]:
    expected = [one for one in pairs if isinstance(one, Expected)]
    arrived = [one for one in pairs if isinstance(one, Arrived)]
    return match(expected, arrived, today, by)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "same"),
        ({"surname": "smith-jones", "other_surname": "SMITH"}, "same"),
        ({"surname": "Smíth "}, "same"),
        ({"forename": "Annabel", "known_as": "Ann"}, "same"),
        ({"upn": ""}, "same"),
        ({"surname": "Brown"}, "same"),  # UPN, birthday and forename agree: a changed surname
        ({"upn": "", "school": "elm"}, "same"),
        ({"forename": "Bea"}, "perhaps"),  # a twin with her sister's UPN in a slipped row
        ({"upn": "C801200005002"}, "perhaps"),  # a temporary UPN that was replaced, or not
        ({"date_of_birth": date(2015, 9, 3)}, "perhaps"),
        ({"upn": "", "date_of_birth": date(2015, 9, 3)}, "perhaps"),
        ({"upn": "", "date_of_birth": date(2014, 1, 30)}, "perhaps"),
        ({"upn": "", "date_of_birth": date(2014, 1, 30), "school": "elm"}, "other"),
        ({"upn": "", "forename": "Bea"}, "perhaps"),
        ({"upn": "", "surname": "Brown"}, "perhaps"),
        ({"upn": "", "surname": "Brown", "school": "elm"}, "other"),
        ({"upn": "C801200005002", "forename": "Bea"}, "other"),
        ({"surname": "Brown", "forename": "Zoe", "date_of_birth": TODAY}, "perhaps"),
    ],
)
def test_what_joins_two_descriptions(changes: dict[str, str], verdict: str) -> None:
    assert likeness(ANN, replace(ANN, **changes)).value == verdict  # type: ignore[arg-type]


signs = st.fixed_dictionaries(
    {
        "surname": st.sampled_from(["Smith", "Brown", "Ó Néill"]),
        "forename": st.sampled_from(["Ann", "Bea", "Cy"]),
        "date_of_birth": st.sampled_from([BORN, date(2015, 9, 3), date(2014, 5, 5)]),
        "upn": st.sampled_from(["", "B801200005001", "C801200005002"]),
        "school": st.sampled_from(["", "oak", "elm"]),
    }
)


@given(signs, signs)
def test_nobody_is_joined_by_fewer_than_three_signs(
    one: dict[str, str], two: dict[str, str]
) -> None:
    here, there = Who(**one), Who(**two)  # type: ignore[arg-type]
    verdict = likeness(here, there)
    assert verdict is likeness(there, here)
    agree = [name for name in ("surname", "forename", "date_of_birth") if one[name] == two[name]]
    agree += ["upn"] if one["upn"] and one["upn"] == two["upn"] else []
    if verdict is Likeness.SAME:
        assert len(agree) >= 3
        assert "date_of_birth" in agree
        assert "upn" in agree or not (one["upn"] and two["upn"])


def test_what_came_and_what_did_not() -> None:
    found = rows(
        Expected("ann", ANN, date(2026, 9, 2)),
        Expected("bea", BEA, date(2026, 9, 2)),
        Arrived("p1", "oak/1", ANN),
    )
    assert found == {"ann": "arrived", "bea": "expected"}


def test_late_and_missing() -> None:
    child = Expected("bea", BEA, date(2026, 9, 2))
    assert rows(child, by=TODAY) == {"bea": "expected"}
    assert rows(child, by=date(2026, 6, 30)) == {"bea": "late"}
    assert rows(child, today=date(2026, 9, 2)) == {"bea": "missing"}


def test_a_twin_is_not_offered_the_pack_of_the_other() -> None:
    """Ann's pack is certainly Ann's: Bea's row does not ask about it."""
    listed = (
        Expected("ann", replace(ANN, upn="")),
        Expected("bea", replace(BEA, upn="")),
    )
    assert rows(*listed, Arrived("p1", "oak/1", ANN)) == {"ann": "arrived", "bea": "expected"}


def test_the_pack_of_a_twin_who_goes_elsewhere_is_asked_about() -> None:
    found = matched((Expected("bea", replace(BEA, upn="")), Arrived("p1", "oak/1", ANN)))
    assert [(row.standing, row.candidates) for row in found] == [(Standing.UNCLEAR, ("p1",))]


def test_twins_whose_upns_were_swapped_in_the_list_are_asked_about() -> None:
    swapped = (
        Expected("ann", replace(ANN, upn=BEA.upn)),
        Expected("bea", replace(BEA, upn=ANN.upn)),
    )
    found = rows(*swapped, Arrived("p1", "oak/1", ANN), Arrived("p2", "oak/2", BEA))
    assert found == {"ann": "unclear", "bea": "unclear"}


def test_twins_listed_without_upn_and_forename_shared_are_asked_about() -> None:
    """Same names, same birthday, no UPN: nothing tells them apart."""
    same = replace(ANN, upn="")
    found = rows(Expected("one", same), Expected("two", same), Arrived("p1", "oak/1", ANN))
    assert found == {"one": "unclear", "two": "unclear"}


def test_two_packs_with_one_name_and_birthday_are_asked_about() -> None:
    other = replace(ANN, upn="")
    found = rows(Expected("ann", other), Arrived("p1", "oak/1", ANN), Arrived("p2", "elm/1", other))
    assert found == {"ann": "unclear"}


def test_a_child_listed_twice_takes_no_pack_twice() -> None:
    found = rows(Expected("one", ANN), Expected("two", ANN), Arrived("p1", "oak/1", ANN))
    assert found == {"one": "unclear", "two": "unclear"}


def test_packs_of_two_schools_are_duplicates_and_updates_are_not() -> None:
    ann = Expected("ann", ANN)
    first, update = Arrived("p1", "oak/1", ANN), Arrived("p2", "oak/1", ANN)
    found = matched((ann, first, update))
    assert [(row.standing, row.packs) for row in found] == [(Standing.ARRIVED, ("p1", "p2"))]
    assert rows(ann, first, Arrived("p3", "elm/7", ANN)) == {"ann": "duplicate"}


def test_what_a_person_said_holds() -> None:
    pack = Arrived("p1", "oak/1", ANN)
    listed = Expected("bea", replace(BEA, upn=""))
    assert rows(replace(listed, settled="oak/1"), pack) == {"bea": "arrived"}
    assert rows(replace(listed, apart=frozenset({"oak/1"})), pack) == {
        "bea": "expected",
        "p1": "unexpected",
    }


def test_what_a_person_gave_to_one_is_offered_to_nobody_else() -> None:
    pack = Arrived("p1", "oak/1", replace(ANN, upn=""))
    found = rows(Expected("bea", BEA, settled="oak/1"), Expected("ann", ANN), pack)
    assert found == {"bea": "arrived", "ann": "expected"}


def test_a_settled_pack_that_was_taken_back_leaves_the_child_expected() -> None:
    assert rows(Expected("ann", ANN, settled="oak/1")) == {"ann": "expected"}


def test_attention_comes_first() -> None:
    found = matched(
        (
            Expected("ann", ANN),
            Expected("cy", Who("Ray", "Cy", BORN), date(2026, 6, 1)),
            Expected("bea", replace(BEA, upn="")),
            Arrived("p1", "oak/1", ANN),
            Arrived("p2", "oak/2", replace(BEA, upn="", forename="Beatrice")),
            Arrived("p9", "elm/2", Who("Fox", "Di", date(2014, 12, 1))),
        )
    )
    assert [row.standing.value for row in found] == ["unclear", "missing", "unexpected", "arrived"]


@given(st.lists(signs, max_size=6), st.lists(signs, max_size=6))
def test_each_pack_and_each_child_has_its_place(
    listed: list[dict[str, str]], sent: list[dict[str, str]]
) -> None:
    expected = [Expected(f"e{n}", Who(**one)) for n, one in enumerate(listed)]  # type: ignore[arg-type]
    arrived = [Arrived(f"p{n}", f"s/{n}", Who(**one)) for n, one in enumerate(sent)]  # type: ignore[arg-type]
    found = match(expected, arrived, TODAY)
    assert sorted(row.expected for row in found if row.expected) == [one.ref for one in expected]
    taken = [ref for row in found for ref in row.packs]
    assert len(taken) == len(set(taken))
    seen = {ref for row in found for ref in (*row.packs, *row.candidates)}
    assert seen == {one.ref for one in arrived}


@pytest.mark.parametrize("name", ["O'Brien", "o’brien", "OBRIEN", " O Brien "])
def test_names_are_compared_without_what_people_leave_out(name: str) -> None:
    assert fold(name) == "obrien"
