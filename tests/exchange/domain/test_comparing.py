"""What a file says otherwise: things known by name, silence takes nothing, only a yes replaces."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.comparing import Difference, differences, merged, without_own_numbers

OURS: dict[str, Any] = {
    "pupil": {
        "schema": "sen.pupil/1.0",
        "names": {"surname": "Oak", "forename": "Ann"},
        "upn_unknown": "UN3",
        "former_upns": ["A"],
        "address": {"lines": ["1 High St", "Elm"], "post_code": "ZZ1 1ZZ"},
        "contacts": [
            {"order": 1, "surname": "Oak", "forename": "Bo", "phones": [{"number": "1"}]},
            {"order": 2, "surname": "Elm", "forename": "Cy"},
        ],
    },
    "sen-register": {"provision": "K", "needs": [{"type": "ASD", "rank": 1}]},
}


def told(theirs: dict[str, Any]) -> dict[str, tuple[object, object]]:
    return {one.field: (one.ours, one.theirs) for one in differences(OURS, theirs)}


def test_silence_is_no_difference() -> None:
    assert differences(OURS, {"pupil": {"names": {"surname": "Oak"}, "contacts": []}}) == ()
    assert differences(OURS, {}) == ()


def test_a_record_that_we_do_not_have_is_one_difference() -> None:
    (one,) = differences(OURS, {"attendance": {"years": []}})
    assert (one.slot, one.steps, one.adds) == ("attendance", (), True)
    made, changed = merged(OURS, [one])
    assert made["attendance"] == {"years": []}
    assert changed == {"attendance"}


def test_contacts_are_known_by_name_and_not_by_place() -> None:
    contacts = [
        {"order": 1, "surname": "ELM", "forename": "Cy", "email": "c@example.org"},
        {"order": 2, "surname": "Oak", "forename": "Bo", "phones": [{"number": "2"}]},
        {"order": 1, "surname": "New", "forename": "Di"},
    ]
    found = without_own_numbers(differences(OURS, {"pupil": {"contacts": contacts}}))
    assert [(one.field, one.adds) for one in found] == [
        ("pupil/contacts/surname", False),
        ("pupil/contacts/email", True),
        ("pupil/contacts/phones", True),
        ("pupil/contacts", True),
    ]
    made, _ = merged(OURS, [one for one in found if one.adds])
    assert [one["order"] for one in made["pupil"]["contacts"]] == [1, 2, 3]
    assert made["pupil"]["contacts"][0]["phones"] == [{"number": "1"}, {"number": "2"}]


def test_a_need_that_is_added_never_takes_anothers_rank() -> None:
    theirs = {"sen-register": {"needs": [{"type": "SLCN", "rank": 1}]}}
    made, changed = merged(OURS, differences(OURS, theirs))
    assert [(one["type"], one["rank"]) for one in made["sen-register"]["needs"]] == [
        ("ASD", 1),
        ("SLCN", 2),
    ]
    assert changed == {"sen-register"}


def test_a_upn_ends_the_reason_for_having_none() -> None:
    made, _ = merged(OURS, differences(OURS, {"pupil": {"upn": "B"}}))
    assert made["pupil"]["upn"] == "B"
    assert "upn_unknown" not in made["pupil"]


def test_former_numbers_are_added_and_only_with_a_yes() -> None:
    (one,) = differences(OURS, {"pupil": {"former_upns": ["B", "A"]}})
    assert (one.ours, one.theirs, one.adds) == (["A"], ["A", "B"], False)
    (one,) = differences(OURS, {"pupil": {"names": {"former_surname": "Ash"}}})
    assert one.ours is None
    assert not one.adds


def test_an_address_is_one_value_line_by_line() -> None:
    assert told({"pupil": {"address": {"lines": ["2 Low St"]}}}) == {
        "pupil/address/lines": (["1 High St", "Elm"], ["2 Low St"])
    }


def test_nothing_of_ours_is_changed_in_place() -> None:
    before = copy.deepcopy(OURS)
    merged(OURS, differences(OURS, {"pupil": {"upn": "B", "names": {"forename": "X"}}}))
    assert before == OURS


names = st.sampled_from(["Oak", "Elm", "Ash", ""])
contact = st.fixed_dictionaries(
    {"surname": names, "order": st.integers(1, 9)}, optional={"email": names, "title": names}
)
pupils = st.fixed_dictionaries(
    {"names": st.fixed_dictionaries({"surname": names}, optional={"forename": names})},
    optional={
        "uci": names,
        "contacts": st.lists(contact, max_size=4),
        "disabilities": st.lists(names, max_size=3, unique=True),
    },
)


@settings(max_examples=200, deadline=None)
@given(pupils, pupils)
def test_what_is_taken_whole_leaves_no_difference(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    mine, file = {"pupil": ours}, {"pupil": theirs}
    made, _ = merged(mine, differences(mine, file))
    assert [one for one in without_own_numbers(differences(made, file)) if not _number(one)] == []


def _number(one: Difference) -> bool:
    return one.field.endswith("/order")


@settings(max_examples=200, deadline=None)
@given(pupils, pupils)
def test_without_a_yes_nothing_that_stood_here_is_lost(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    mine = {"pupil": ours}
    found = differences(mine, {"pupil": theirs})
    made, _ = merged(mine, [one for one in found if one.adds])
    assert all(one.adds for one in differences(mine, made))
