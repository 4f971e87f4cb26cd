"""Differences that would contradict what stands here: asked, and taken or left together."""

from __future__ import annotations

from typing import Any

from exchange.domain.comparing import Difference, differences, merged

Records = dict[str, Any]


def register(provision: str, starts: str = "", *history: tuple[str, str], **more: Any) -> Records:
    made: Records = {"provision": provision, **more}
    if starts:
        made["provision_starts"] = starts
    if history:
        made["provision_history"] = [
            {"provision": one, "starts": day} if day else {"provision": one} for one, day in history
        ]
    return {"sen-register": made}


def after(ours: Records, taken: list[Difference]) -> tuple[str, str | None, list[str]]:
    made = merged(ours, taken)[0]["sen-register"]
    told = [f"{one['provision']} {one.get('starts')}" for one in made.get("provision_history", [])]
    return made["provision"], made.get("provision_starts"), told


def test_what_tells_of_another_provision_waits_for_the_choice_of_it() -> None:
    ours = register("K", "2020-01-01", ("K", "2020-01-01"))
    theirs = register(
        "E", "2024-01-01", ("N", "2018-01-01"), ("K", "2020-01-01"), ("E", "2024-01-01")
    )
    found = differences(ours, theirs)
    assert [(one.field, one.adds) for one in found] == [
        ("sen-register/provision", False),
        ("sen-register/provision_history", True),
    ]
    assert after(ours, [one for one in found if one.adds]) == (
        "K",
        "2020-01-01",
        ["K 2020-01-01", "N 2018-01-01"],
    )
    assert after(ours, list(found)) == (
        "E",
        "2024-01-01",
        ["K 2020-01-01", "E 2024-01-01", "N 2018-01-01"],
    )
    assert differences(merged(ours, found)[0], theirs) == ()


def test_so_it_is_where_we_know_no_day_and_no_history() -> None:
    ours = register("K")
    theirs = register("E", "2024-01-01", ("K", "2020-01-01"), ("E", "2024-01-01"))
    found = differences(ours, theirs)
    assert after(ours, [one for one in found if one.adds]) == ("K", None, ["K 2020-01-01"])
    chosen = [one for one in found if one.field == "sen-register/provision"]
    assert after(ours, chosen) == ("E", "2024-01-01", ["E 2024-01-01"])


def test_a_history_of_the_same_provision_is_simply_added() -> None:
    theirs = register("K", "2020-01-01", ("N", "2018-01-01"), ("K", "2020-01-01"))
    assert all(one.adds for one in differences(register("K"), theirs))


def test_a_flat_is_none_of_another_house() -> None:
    ours: Records = {"pupil": {"address": {"paon": "1", "street": "High St"}}}
    theirs: Records = {"pupil": {"address": {"saon": "Flat 3", "paon": "2", "street": "High St"}}}
    assert [(one.field, one.adds) for one in differences(ours, theirs)] == [
        ("pupil/address/saon", False),
        ("pupil/address/paon", False),
    ]
    same: Records = {"pupil": {"address": {"paon": "1", "town": "Elm"}}}
    assert all(one.adds for one in differences(ours, same))


def contact(**more: Any) -> Records:
    return {"pupil": {"contacts": [{"order": 1, "surname": "Oak", "forename": "Bo", **more}]}}


def test_an_own_address_and_the_pupils_exclude_one_another() -> None:
    own, same = contact(address={"paon": "1"}), contact(address_as_pupil=True)
    for ours, theirs in ((own, same), (same, own)):
        found = differences(ours, theirs)
        assert [one.adds for one in found] == [False]
        assert merged(ours, found)[0] == theirs


def test_an_nhs_number_comes_with_its_reason() -> None:
    nothing: Records = {"pupil": {"nhs_number_reason": "not-needed"}}
    known: Records = {"pupil": {"nhs_number": "9434765919", "nhs_number_reason": "healthcare-plan"}}
    objected: Records = {"pupil": {"nhs_number_reason": "objection"}}
    (one,) = differences(nothing, known)
    assert one.adds
    assert merged(nothing, [one])[0] == known
    assert differences(known, nothing) == (), "that nobody needed it is said where nobody said more"
    (one,) = differences(objected, known)
    assert not one.adds
    assert merged(objected, [one])[0] == known
    assert merged(known, differences(known, objected))[0] == objected


def test_a_provision_without_a_day_does_not_take_over_the_day_of_the_one_before() -> None:
    ours = register("K", "2020-01-06")
    found = differences(ours, register("E"))
    (choice,) = found
    assert [(one.field, one.ours, one.theirs) for one in choice.brings] == [
        ("sen-register/provision_starts", "2020-01-06", None)
    ]
    assert after(ours, list(found)) == ("E", None, ["K 2020-01-06"])
    assert differences(merged(ours, found)[0], register("E")) == ()
    known = register("K", "2020-01-06", ("N", ""), ("K", "2020-01-06"))
    made = after(known, list(differences(known, register("E"))))
    assert made == ("E", None, ["N None", "K 2020-01-06"])
    assert differences(ours, register("K")) == ()
