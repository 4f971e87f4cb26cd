"""A class sheet leaves out what a person kept from those who teach; nobody drops a child unseen."""

from __future__ import annotations

import pytest

from exchange.errors import Conflict
from exchange.services.class_sheet import (
    ASK,
    SheetRow,
    group_of,
    groups,
    join_group,
    put_group,
    sheet,
)
from schemas.base import SubjectRecord, load
from schemas.records import RECORDS
from tests.exchange.services.desk import Desk
from tests.exchange.services.town import PRIMARY, SENCO, Town
from tests.schemas import record_examples as examples


@pytest.fixture
def desk(town: Town) -> Desk:
    made = Desk(town, town.leaver())
    for content in (examples.profile(), examples.plan()):
        record = load(RECORDS, content | {"subject": made.pupil_id})
        assert isinstance(record, SubjectRecord)
        made.keep(record)
    return made


def row(desk: Desk) -> SheetRow:
    inside = desk.town.primary.inside
    made = put_group(inside, PRIMARY, None, "7A", [], [desk.pupil_id], SENCO)
    with inside.store.reading(PRIMARY) as unit:
        (found,) = sheet(unit, made).rows
    return found


def test_everything_of_the_four_fields_is_there(desk: Desk) -> None:
    found = row(desk)
    assert found.alert
    assert found.alert != ASK
    assert len(found.helps) >= 2


@pytest.mark.parametrize("whom", ["staff", "everybody"])
@pytest.mark.parametrize("judged", [False, True])
def test_a_paper_that_is_not_for_staff_is_not_told(desk: Desk, whom: str, judged: bool) -> None:
    for slot in ("one-page-profile", "sen-support-plan"):
        ref = f"{desk.pupil_id}/{slot}"
        if judged:
            desk.judge(ref, "serious-harm", audience=whom)
        else:
            desk.mark(ref, whom)
    found = row(desk)
    assert (found.alert, found.helps, found.avoid) == (ASK, (), ())


def test_one_paper_takes_nothing_of_the_other(desk: Desk) -> None:
    before = row(desk)
    desk.mark(f"{desk.pupil_id}/sen-support-plan", "staff")
    with desk.town.primary.inside.store.reading(PRIMARY) as unit:
        (after,) = sheet(unit, groups(unit)[0]).rows
    assert after.alert == before.alert
    assert 0 < len(after.helps) < len(before.helps)


@pytest.mark.parametrize("whom", ["family", "school", "la"])
def test_a_mark_about_others_keeps_nothing_from_staff(desk: Desk, whom: str) -> None:
    desk.mark(f"{desk.pupil_id}/one-page-profile", whom)
    assert row(desk).alert != ASK


def test_who_joined_meanwhile_stays(town: Town) -> None:
    inside = town.primary.inside
    first, second = town.leaver(0), town.leaver(1)
    seen = put_group(inside, PRIMARY, None, "7B", [], [first], SENCO)
    join_group(inside, PRIMARY, "7B", second, SENCO)
    for based_on in (str(seen.version), "", "x"):
        with pytest.raises(Conflict) as error:
            put_group(inside, PRIMARY, seen.group_id, "7B", [], [first], SENCO, based_on=based_on)
        assert error.value.code == "group-changed"
    with inside.store.reading(PRIMARY) as unit:
        now = group_of(unit, seen.group_id)
    assert now.pupils == {first, second}
    saved = put_group(
        inside, PRIMARY, seen.group_id, "7B", [], [first], SENCO, based_on=str(now.version)
    )
    assert saved.pupils == {first}
