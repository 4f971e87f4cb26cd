"""Class sheets show four fields and no others, to those who teach; counts show nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest

from exchange.domain.access import Role
from exchange.domain.feeder import Standing
from exchange.domain.small_numbers import hidden
from exchange.services.class_sheet import groups, join_group, put_group, sheet
from exchange.services.counts import counts
from schemas.base import load
from schemas.records import RECORDS
from tests.exchange.services.town import SENCO
from tests.exchange.web.arrivals.conftest import School
from tests.exchange.web.arrivals.test_packs import arrival, ok
from tests.schemas import record_examples as examples

SHOWN = ("ALERT", "HELPS", "AVOIDS")


def marked(value: Any, path: str = "x") -> Any:
    """Return a record in which every free text is a marker that tells its field."""
    if isinstance(value, dict):
        return {
            name: each if name in _CODED else marked(each, f"{path}-{name}")
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [marked(each, path) for each in value]
    if isinstance(value, str) and " " in value:
        return f"MARK {path} MARK"
    return value


_CODED = frozenset({"schema", "subject", "id", "phone", "email", "phones"})
MAKERS = (
    examples.register,
    examples.plan,
    examples.profile,
    examples.transition,
    examples.report,
    examples.safeguarding,
    examples.ehc_plan,
)


def test_a_sheet_shows_no_field_outside_the_list(schools: School) -> None:
    """Every text of every record is a marker; only those of the four fields come through."""
    records = [marked(maker(), maker.__name__) for maker in MAKERS]
    for one in records:
        load(RECORDS, one)
    bundle = schools.arrived(0, *[one for one in records if "ehc-plan" not in one["schema"]])
    client = schools.secondary.client(Role.SENCO)
    ok(client, f"/arrivals/{bundle}/accept")
    assert client.post(f"/arrivals/{bundle}/accept", {}).status_code == 302
    place = schools.secondary
    with place.node.inside.store.reading(place.org_id) as unit:
        (pupil,) = list(unit.pupils.all())
        kept = {one.slot for one in unit.records.of_pupil(pupil.pupil_id)}
    assert {"sen-register", "sen-support-plan", "one-page-profile"} <= kept
    join_group(place.node.inside, place.org_id, "7A", pupil.pupil_id, SENCO)
    page = ok(client, "/class-sheet")
    shown = set(re.findall(r"MARK (\S+) MARK", page))
    assert shown, "the sheet shows something"
    allowed = re.compile(
        r"profile-(support|avoid|medical_alert|known_as)|plan-strategies-(helps|avoid)"
    )
    assert {one for one in shown if not allowed.fullmatch(one)} == set()
    upn = "801200015001"
    assert upn not in page
    pdf = client.get("/class-sheet.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert pdf.headers["Content-Type"] == "application/pdf"


def test_a_teacher_sees_own_groups_only(schools: School) -> None:
    place = schools.secondary
    inside, org_id = place.node.inside, place.org_id
    teacher, other = place.person(Role.TEACHER), place.person(Role.TEACHER)
    with inside.store.reading(org_id) as unit:
        (group,) = groups(unit)
    told = ("7A", [teacher.account_id], group.pupils, SENCO)
    put_group(inside, org_id, group.group_id, *told, based_on=str(group.version))
    name = sheet_name(schools)
    assert name in ok(place.client(account=teacher), "/class-sheet")
    theirs = place.client(account=other)
    assert name not in ok(theirs, "/class-sheet")
    assert theirs.get(f"/class-sheet?group={group.group_id}").status_code == 404
    assert theirs.get(f"/class-sheet.pdf?group={group.group_id}").status_code == 404
    assert ok(place.client(account=teacher), f"/class-sheet?group={group.group_id}")
    assert theirs.get("/class-sheet/groups").status_code == 403


def sheet_name(schools: School) -> str:
    place = schools.secondary
    with place.node.inside.store.reading(place.org_id) as unit:
        (row,) = sheet(unit, groups(unit)[0]).rows
    return row.name


def test_a_designated_teacher_sees_looked_after_children_only(schools: School) -> None:
    client = schools.secondary.client(Role.DESIGNATED_TEACHER)
    page = ok(client, "/class-sheet")
    assert "Looked-after children" in page
    assert sheet_name(schools) not in page


def test_groups_are_made_and_removed(schools: School) -> None:
    client = schools.secondary.client(Role.SENCO)
    ok(client, "/class-sheet/groups")
    answer = client.post("/class-sheet/groups", {"name": " 7B ", "pupils": [], "teachers": []})
    assert "7B" in client.follow(answer).text
    assert "no other group" in client.post("/class-sheet/groups", {"name": "7B"}).text
    place = schools.secondary
    with place.node.inside.store.reading(place.org_id) as unit:
        group = next(one for one in groups(unit) if one.name == "7B")
    ok(client, f"/class-sheet/groups/{group.group_id}")
    client.post(f"/class-sheet/groups/{group.group_id}", {"remove": "1"})
    assert client.get(f"/class-sheet/groups/{group.group_id}").status_code == 404


def test_the_list_puts_children_into_their_groups(schools: School) -> None:
    client = schools.secondary.client(Role.SENCO)
    ok(client, "/admissions")
    text = "forename,surname,dob,tutor group\nAnnb,Oak,10/3/2015,7C\n"
    answer = client.post("/admissions", {"list": text})
    client.follow(answer)
    client.post(answer.headers["Location"], {})
    bundle = schools.arrived(1)
    ok(client, f"/arrivals/{bundle}/accept")
    client.post(f"/arrivals/{bundle}/accept", {})
    assert arrival(schools.secondary, bundle).state.value == "imported"
    page = ok(client, "/class-sheet")
    assert "7C" in page
    assert "Annb Oak" in page


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (1, "fewer than 6"), (5, "fewer than 6"), (6, "6")]
)
def test_small_numbers_are_hidden(number: int, shown: str) -> None:
    assert hidden(number) == shown


def test_counts_name_nobody_and_give_no_small_number_away(schools: School) -> None:
    page = ok(schools.secondary.client(Role.GOVERNOR), "/counts")
    assert not re.search("Ann[a-h]|Oak|Chidi", page)
    assert "fewer than 6" in page
    place = schools.secondary
    with place.node.inside.store.reading(place.org_id) as unit:
        found = counts(unit, [Standing.MISSING, *[Standing.ARRIVED] * 6], {})
    for one in found.breakdowns:
        if any(count.shown.startswith("fewer") for count in one.counts):
            assert one.total is None, "the difference would tell the hidden number"
    assert found.first is None, "the day of one pack is that child's"


@pytest.mark.parametrize("path", ["/arrivals", "/requests", "/class-sheet", "/admissions"])
def test_a_governor_sees_counts_alone(schools: School, path: str) -> None:
    assert schools.secondary.client(Role.GOVERNOR).get(path).status_code == 403
