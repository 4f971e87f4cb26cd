"""Every record stands for a kind of document; none falls silently to "other"."""

from __future__ import annotations

import pytest

from exchange.services.pack_facts import LETTERS, RECORD_TYPES, REPORT, type_of_record
from schemas.base import load, parse_schema_id
from schemas.codes import code_set
from schemas.records import RECORDS
from tests.exchange.services.desk import Desk, opened
from tests.exchange.services.town import COUNCIL, Town
from tests.schemas import record_examples as examples

EXAMPLES = {
    "ehc-request": examples.ehc_request,
    "ehc-decision": examples.ehc_decision,
    "consultation-answer": examples.consultation_answer,
    "advice-request": examples.advice_request,
    "advice-answer": examples.advice_answer,
    "review-decision": examples.review_decision,
    "message": examples.message,
}


def slots() -> set[str]:
    return {parse_schema_id(one.SCHEMA_ID)[0].removeprefix("sen.") for one in RECORDS}


def test_every_record_of_the_schemas_stands_for_a_known_type() -> None:
    assert set(RECORD_TYPES) == slots() - {"pupil", REPORT}
    assert set(RECORD_TYPES.values()) <= {one.code for one in code_set("document-type")} - {"other"}
    assert set(EXAMPLES) == LETTERS


def test_a_reports_record_has_the_reports_own_type() -> None:
    record = load(RECORDS, examples.report(type="slt-report"))
    assert type_of_record(REPORT, record) == "slt-report"


@pytest.mark.parametrize("slot", sorted(LETTERS))
def test_what_organisations_write_to_one_another_goes_to_no_school(town: Town, slot: str) -> None:
    pupil_id = town.leaver()
    town.choose(pupil_id)
    desk = Desk(town, pupil_id)
    desk.keep(load(RECORDS, EXAMPLES[slot](subject=pupil_id)))  # type: ignore[arg-type]
    asked = slot == "review-decision"
    found = ("needs-decision", "invitation-unknown") if asked else ("withheld", "not-for-role")
    assert desk.preview()[f"{pupil_id}/{slot}"] == found
    assert slot.encode() not in opened(town, desk.send(leave=True)).plain


@pytest.mark.parametrize("slot", sorted(LETTERS))
def test_a_council_gets_them(town: Town, slot: str) -> None:
    pupil_id = town.leaver()
    town.choose(pupil_id, COUNCIL)
    desk = Desk(town, pupil_id)
    desk.keep(load(RECORDS, EXAMPLES[slot](subject=pupil_id)))  # type: ignore[arg-type]
    seen = desk.preview(purpose="educational-record")
    assert seen[f"{pupil_id}/{slot}"] == ("allowed", "may-receive")
