"""What was said of one paper holds for its copies, and for the record that is of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.disclosure import EVERYBODY, SUPERSEDED, Mark, Outcome, Said
from exchange.services.move_document import remove_document
from schemas.base import load
from schemas.records import RECORDS
from tests.exchange.services.desk import Desk, opened
from tests.exchange.services.town import HEAD, PRIMARY, SENCO, Town
from tests.schemas import record_examples as examples

WITHHELD, UNDECIDED = ("withheld", "same-withheld"), ("needs-decision", "same-undecided")
HARM = ("withheld", "serious-harm")


@pytest.fixture
def desk(town: Town) -> Desk:
    pupil_id = town.leaver()
    town.choose(pupil_id)
    return Desk(town, pupil_id)


def plain(desk: Desk) -> bytes:
    return opened(desk.town, desk.send(leave=True)).plain


# The same bytes, filed twice


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("type_", ["other", "strategies", "slt-report"])
def test_the_same_file_under_another_name_stays_too(desk: Desk, type_: str, first: bool) -> None:
    types = ["ep-report", type_] if first else [type_, "ep-report"]
    ids = {one: desk.attach(one, "MARKER-HARM") for one in types}
    free = desk.attach(type_, "MARKER-FREE")
    desk.judge(ids["ep-report"], "serious-harm")
    seen = desk.preview()
    assert seen[ids["ep-report"]] == HARM
    assert seen[ids[type_]] == WITHHELD
    assert seen[free] == ("allowed", "may-receive")
    sent = desk.send(leave=True)
    assert b"MARKER-HARM" not in opened(desk.town, sent).plain
    assert desk.explained(sent) == seen


def test_a_mark_and_a_wish_hold_for_the_same_file(desk: Desk) -> None:
    marked, copy = desk.attach("ep-report", "MARKED"), desk.attach("other", "MARKED")
    refused, again = desk.attach("diagnosis-letter", "REFUSED"), desk.attach("other", "REFUSED")
    objected, third = desk.attach("slt-report", "OBJECTED"), desk.attach("other", "OBJECTED")
    desk.mark(marked, "school")
    desk.wish(refused, "refuses")
    desk.wish(objected, "refuses")
    seen = desk.preview()
    assert (seen[copy], seen[again], seen[third]) == (WITHHELD, WITHHELD, UNDECIDED)
    bytes_ = plain(desk)
    assert not any(one in bytes_ for one in (b"MARKED", b"REFUSED", b"OBJECTED"))
    desk.mark(marked, "school", remove=True)
    desk.wish(refused, "agrees")
    desk.judge(objected, "objection-answered", HEAD)
    seen = desk.preview()
    assert {seen[one][0] for one in (copy, again, third)} == {"allowed"}


def test_a_paper_that_was_filed_as_the_wrong_thing_and_taken_away_counts_no_more(
    desk: Desk,
) -> None:
    wrong = desk.attach("camhs-report", "MARKER-MOVED")
    desk.judge(wrong, "not-needed")
    right = desk.attach("ep-report", "MARKER-MOVED")
    assert desk.preview()[right] == WITHHELD
    remove_document(desk.town.primary.inside, PRIMARY, desk.pupil_id, wrong, SENCO)
    assert desk.preview()[right] == ("allowed", "may-receive")


def test_a_newer_version_that_sets_the_kind_right_is_not_kept_back(desk: Desk) -> None:
    before, now = desk.attach("other", "MARKER"), desk.attach("ep-report", "MARKER")
    with desk.town.primary.store.unit(PRIMARY) as unit:
        at = desk.town.clock.now()
        said = Said(marks=(Mark(EVERYBODY, "Jo Brown", SUPERSEDED, at),))
        unit.documents.update(replace(unit.documents.get(before), said=said))
        unit.audit.record(SENCO, "test.superseded", "document", before)
        unit.commit()
    seen = desk.preview()
    assert seen[before] == ("withheld", "marked-not-for")
    assert seen[now] == ("allowed", "may-receive")


def test_a_copy_of_another_childs_is_none(desk: Desk) -> None:
    twin = desk.town.leaver(1)
    desk.town.choose(twin)
    other = Desk(desk.town, twin)
    other.judge(other.attach("ep-report", "MARKER"), "serious-harm")
    ref = desk.attach("other", "MARKER")
    assert desk.preview()[ref] == ("allowed", "may-receive")


def test_a_copy_of_a_plans_file_stays_while_a_section_does(desk: Desk) -> None:
    file, copy = desk.attach("ehc-plan", "MARKER-PLAN"), desk.attach("other", "MARKER-PLAN")
    desk.keep(load(RECORDS, examples.ehc_plan(subject=desk.pupil_id, document=file)))  # type: ignore[arg-type]
    desk.judge(f"{desk.pupil_id}/ehc-plan/D", "serious-harm")
    assert desk.preview()[copy] == WITHHELD
    assert b"MARKER-PLAN" not in plain(desk)


# A record and its file


@pytest.fixture
def plan(desk: Desk) -> str:
    """Return a plan's file, which goes to the school that its section I names, as its record."""
    file = desk.attach("ehc-plan", "MARKER-FILE")
    told = examples.ehc_plan(subject=desk.pupil_id, document=file)
    told["sections"] = [{"section": "B", "text": "MARKER-RECORD"}]
    desk.keep(load(RECORDS, told))  # type: ignore[arg-type]
    for ref in (file, f"{desk.pupil_id}/ehc-plan"):
        desk.judge(ref, "named-in-section-i")
    return file


def test_a_plans_file_and_its_record_go_where_nobody_said_no(desk: Desk, plan: str) -> None:
    seen = desk.preview()
    assert {seen[plan][0], seen[f"{desk.pupil_id}/ehc-plan"][0]} == {"allowed"}
    bytes_ = plain(desk)
    assert b"MARKER-FILE" in bytes_
    assert b"MARKER-RECORD" in bytes_


def test_what_was_decided_of_a_plans_file_holds_for_its_record(desk: Desk, plan: str) -> None:
    desk.judge(plan, "serious-harm")
    assert desk.preview()[f"{desk.pupil_id}/ehc-plan"] == WITHHELD
    assert b"MARKER" not in plain(desk)


def test_what_was_decided_of_a_plans_record_holds_for_its_file(desk: Desk, plan: str) -> None:
    desk.judge(f"{desk.pupil_id}/ehc-plan", "serious-harm")
    assert desk.preview()[plan] == WITHHELD
    assert b"MARKER" not in plain(desk)


def test_what_was_decided_of_a_copy_of_a_plans_file_holds_for_its_record(
    desk: Desk, plan: str
) -> None:
    copy = desk.attach("other", "MARKER-FILE")
    desk.judge(copy, "serious-harm")
    seen = desk.preview()
    assert (seen[plan], seen[f"{desk.pupil_id}/ehc-plan"]) == (WITHHELD, WITHHELD)
    assert b"MARKER" not in plain(desk)


def test_a_mark_on_a_plans_file_asks_the_head_of_both(desk: Desk, plan: str) -> None:
    desk.mark(plan, "school")
    ref = f"{desk.pupil_id}/ehc-plan"
    seen = desk.preview()
    assert (seen[plan], seen[ref]) == (("needs-decision", "marked-but-must-go"), UNDECIDED)
    desk.town.clock.pass_(seconds=1)
    desk.judge(plan, "statutory-duty", HEAD)
    assert {desk.preview()[one][0] for one in (plan, ref)} == {"allowed"}


def test_a_section_that_stays_keeps_the_file_and_not_the_record(desk: Desk, plan: str) -> None:
    desk.judge(f"{desk.pupil_id}/ehc-plan/D", "serious-harm")
    seen = desk.preview()
    assert seen[plan] == ("withheld", "section-withheld")
    assert seen[f"{desk.pupil_id}/ehc-plan"][0] == "allowed"
    assert b"MARKER-RECORD" in plain(desk)


def test_what_was_decided_of_a_reports_record_holds_for_its_file(desk: Desk) -> None:
    file = desk.attach("ep-report", "MARKER-FILE")
    told = examples.report(subject=desk.pupil_id, document=file, replaces=None)
    desk.keep(load(RECORDS, {key: one for key, one in told.items() if one is not None}))  # type: ignore[arg-type]
    ref = f"{desk.pupil_id}/specialist-report-{file}"
    assert desk.preview()[ref][0] == Outcome.ALLOWED.value
    desk.judge(ref, "serious-harm")
    seen = desk.preview()
    assert (seen[ref], seen[file]) == (HARM, WITHHELD)
    assert b"MARKER-FILE" not in plain(desk)
