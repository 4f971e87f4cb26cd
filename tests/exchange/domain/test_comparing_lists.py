"""Things of lists: two of one name stay two, one that a file knows better stays one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.comparing import Difference, differences, merged, without_own_numbers

Records = dict[str, Any]


def compared(ours: Records, theirs: Records) -> tuple[Difference, ...]:
    return without_own_numbers(differences(ours, theirs))


def with_what_is_new(ours: Records, theirs: Records) -> Records:
    made, _ = merged(ours, [one for one in compared(ours, theirs) if one.adds])
    return made


def told(found: tuple[Difference, ...]) -> list[tuple[str, object, object, bool]]:
    return [(one.field, one.ours, one.theirs, one.adds) for one in found]


def contacts(*some: Records) -> Records:
    return {"pupil": {"contacts": [{"order": at, **one} for at, one in enumerate(some, 1)]}}


def oak(title: str, *numbers: str, **more: Any) -> Records:
    phones = {"phones": [{"number": one} for one in numbers]} if numbers else {}
    return {"surname": "Oak", "title": title, **phones, **more}


def numbers(made: Records) -> list[tuple[str, list[str]]]:
    return [
        (one["title"], [each["number"] for each in one.get("phones", [])])
        for one in made["pupil"]["contacts"]
    ]


def test_a_file_with_two_of_one_name_says_nothing_new_the_second_time() -> None:
    same = contacts(oak("Mr", "1", relationship="PAF"), oak("Mrs", "2", relationship="PAM"))
    assert compared(same, same) == ()
    results = [
        {"stage": "KS2", "subject": "ENG", "component": "L", "qualifier": each, "result": result}
        for each, result in (("NS", "100"), ("NM", "3"), ("NM", "4"))
    ]
    attainment = {"attainment": {"results": results}}
    assert compared(attainment, attainment) == ()


@pytest.mark.parametrize(
    ("here", "there"),
    [((("1",), ()), (("1",), ("2",))), (((), ("2",)), (("1",), ("2",)))],
)
def test_a_telephone_number_reaches_its_own_contact(
    here: tuple[tuple[str, ...], ...], there: tuple[tuple[str, ...], ...]
) -> None:
    ours = contacts(oak("Mr", *here[0]), oak("Mrs", *here[1]))
    theirs = contacts(oak("Mr", *there[0]), oak("Mrs", *there[1]))
    assert numbers(with_what_is_new(ours, theirs)) == [("Mr", ["1"]), ("Mrs", ["2"])]
    swapped = contacts(oak("Mrs", *there[1]), oak("Mr", *there[0]))
    assert numbers(with_what_is_new(ours, swapped)) == [("Mr", ["1"]), ("Mrs", ["2"])]


def test_another_parent_without_a_forename_is_another_contact() -> None:
    made = with_what_is_new(contacts(oak("Mr", "1")), contacts(oak("Mrs", "2")))
    assert numbers(made) == [("Mr", ["1"]), ("Mrs", ["2"])]


def test_what_a_later_file_knows_more_of_both_parents_reaches_both() -> None:
    ours = contacts(oak("Mr"), oak("Mrs"))
    theirs = contacts(oak("Mrs", "2", relationship="PAM"), oak("Mr", relationship="PAF"))
    made = with_what_is_new(ours, theirs)["pupil"]["contacts"]
    assert [(one["title"], one["relationship"]) for one in made] == [("Mr", "PAF"), ("Mrs", "PAM")]


def test_somebody_with_a_forename_may_change_their_title() -> None:
    ours, theirs = (contacts(oak(one, forename="Bo")) for one in ("Miss", "Mrs"))
    assert told(compared(ours, theirs)) == [("pupil/contacts/title", "Miss", "Mrs", False)]


def test_of_two_that_nothing_tells_apart_one_that_is_the_same_stays_so() -> None:
    ours = contacts(oak("Mr", "1"), oak("Mr", "2"))
    theirs = contacts(oak("Mr", "2"), oak("Mr", "1", email="a@example.org"))
    (one,) = compared(ours, theirs)
    assert (one.field, one.adds) == ("pupil/contacts/email", True)
    assert merged(ours, [one])[0]["pupil"]["contacts"][0]["email"] == "a@example.org"


def register(*needs: Records, **more: Any) -> Records:
    ranked = [{"rank": at, **one} for at, one in enumerate(needs, 1)]
    return {"sen-register": {"provision": "K", "needs": ranked, **more}}


def needs(made: Records) -> list[tuple[str, str | None, int]]:
    return [(one["type"], one.get("starts"), one["rank"]) for one in made["sen-register"]["needs"]]


ASD, SLCN = {"type": "ASD"}, {"type": "SLCN"}
ASD_2019 = {"type": "ASD", "starts": "2019-09-01"}


def test_a_need_whose_first_day_one_side_does_not_know_is_one() -> None:
    made = with_what_is_new(register(ASD, SLCN), register(ASD_2019, SLCN))
    assert needs(made) == [("ASD", "2019-09-01", 1), ("SLCN", None, 2)]
    assert compared(made, register(ASD_2019, SLCN)) == ()
    assert compared(register(ASD_2019), register(ASD)) == ()


def test_two_first_days_of_the_only_need_of_a_type_are_a_difference() -> None:
    theirs = register({"type": "ASD", "starts": "2020-01-01"})
    assert told(compared(register(ASD_2019), theirs)) == [
        ("sen-register/needs/starts", "2019-09-01", "2020-01-01", False)
    ]


def test_a_need_that_came_back_is_another() -> None:
    ours = register({"type": "ASD", "starts": "2015-01-01", "ends": "2017-01-01"})
    assert needs(with_what_is_new(ours, register(ASD_2019)))[1:] == [("ASD", "2019-09-01", 1)]


def test_a_need_without_a_first_day_is_the_newest_of_its_type() -> None:
    before = {"type": "ASD", "starts": "2015-01-01", "ends": "2017-01-01"}
    made = with_what_is_new(register(ASD), register(before, ASD_2019))
    assert needs(made) == [("ASD", "2019-09-01", 1), ("ASD", "2015-01-01", 1)]
    assert compared(register(before, ASD_2019), register(ASD)) == ()


def test_a_need_ends_only_with_a_yes() -> None:
    theirs = register({**ASD_2019, "ends": "2023-07-01"})
    assert told(compared(register(ASD_2019), theirs)) == [
        ("sen-register/needs/ends", None, "2023-07-01", False)
    ]


def test_as_many_results_as_a_record_holds_are_paired_in_no_time() -> None:
    """Each held against each, they would take most of a minute."""
    ours, theirs = (
        [{"stage": "KS2", "result": str(at), "qualifier": f"{mark}{at}"} for at in range(2_000)]
        for mark in "AB"
    )
    found = compared({"attainment": {"results": ours}}, {"attainment": {"results": theirs}})
    assert [one.theirs for one in found] == theirs


def test_a_language_and_a_year_are_one_though_one_side_says_less() -> None:
    ours = {"pupil": {"languages": [{"language": "ENG"}]}}
    theirs = {"pupil": {"languages": [{"language": "ENG", "kind": "F"}]}}
    assert [one.field for one in compared(ours, theirs)] == ["pupil/languages/kind"]
    years = [{"year": 2024, "possible": 9, "attended": 8}]
    ours, theirs = (
        {"attendance": {"years": some}} for some in (years, [{**years[0], "laestab": "8012000"}])
    )
    assert [one.field for one in compared(ours, theirs)] == ["attendance/years/laestab"]


words = st.sampled_from(["Oak", "Elm"])
days = st.sampled_from(["2019-09-01", "2020-09-01", "2021-09-01"])
phones = st.lists(st.builds(lambda one: {"number": one}, words), max_size=2)
contact = st.fixed_dictionaries(
    {"surname": words},
    optional={
        "forename": words,
        "title": words,
        "relationship": words,
        "email": words,
        "phones": phones,
    },
)
need = st.fixed_dictionaries(
    {"type": st.sampled_from(["ASD", "SLCN"])},
    optional={"starts": days, "ends": days, "notes": words},
)
period = st.fixed_dictionaries(
    {"provision": st.sampled_from("NKE")}, optional={"starts": days, "ends": days}
)
extra = st.builds(
    lambda tag, text, space: {"within": "", "xml": f"<{tag}>{space}<A>{text}</A></{tag}>"},
    st.sampled_from(["Email", "UCI", "Shoe"]),
    words,
    st.sampled_from(["", "\n "]),
)
result = st.fixed_dictionaries(
    {"stage": words, "result": words}, optional={"qualifier": words, "status": words}
)
language = st.fixed_dictionaries({"language": words}, optional={"kind": words})


def _numbered(some: list[Records], name: str) -> list[Records]:
    return [{name: at, **one} for at, one in enumerate(some, 1)]


def _made(pupil: Records, entry: Records, results: list[Records]) -> Records:
    contacts_ = _numbered(pupil.get("contacts", []), "order")
    needs_ = _numbered(entry.get("needs", []), "rank")
    return {
        "pupil": {**pupil, "contacts": contacts_},
        "sen-register": {**entry, "needs": needs_},
        "attainment": {"results": results},
    }


records = st.builds(
    _made,
    st.fixed_dictionaries(
        {},
        optional={
            "email": words,
            "uci": words,
            "contacts": st.lists(contact, max_size=4),
            "languages": st.lists(language, max_size=3),
            "extras": st.lists(extra, max_size=4),
        },
    ),
    st.fixed_dictionaries(
        {"provision": st.sampled_from("NKE")},
        optional={
            "provision_starts": days,
            "provision_history": st.lists(period, max_size=4),
            "needs": st.lists(need, max_size=4),
        },
    ),
    st.lists(result, max_size=4),
)


@settings(max_examples=200, deadline=None)
@given(records)
def test_a_file_is_no_news_to_itself(ours: Records) -> None:
    assert compared(ours, ours) == ()


@settings(max_examples=200, deadline=None)
@given(records, records)
def test_the_same_file_read_again_changes_nothing(ours: Records, theirs: Records) -> None:
    made = with_what_is_new(ours, theirs)
    assert [one for one in compared(made, theirs) if one.adds] == []


@settings(max_examples=200, deadline=None)
@given(records, records)
def test_nothing_of_ours_changes_without_a_yes(ours: Records, theirs: Records) -> None:
    made = with_what_is_new(ours, theirs)
    for slot, record in ours.items():
        _assert_stands({**record, "extras": []}, made[slot])


def _assert_stands(ours: Any, made: Any) -> None:
    """What stood here stands here, at its place; there may be more."""
    if isinstance(ours, dict):
        for name, one in ours.items():
            _assert_stands(one, made.get(name, []) if one == [] else made[name])
    elif isinstance(ours, list) and ours and isinstance(ours[0], dict):
        for one, now in zip(ours, made[: len(ours)], strict=True):
            _assert_stands(one, now)
    elif ours != []:
        assert ours == made


@settings(max_examples=200, deadline=None)
@given(records, records)
def test_what_is_taken_whole_leaves_nothing_to_take(ours: Records, theirs: Records) -> None:
    made, _ = merged(ours, compared(ours, theirs))
    assert compared(made, theirs) == ()


@settings(max_examples=200, deadline=None)
@given(records, records, st.data())
def test_taking_never_raises(ours: Records, theirs: Records, data: st.DataObject) -> None:
    found = compared(ours, theirs)
    merged(ours, [one for one in found if data.draw(st.booleans())])
