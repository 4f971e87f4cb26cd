"""EHC plans and other records in packs: decided section by section, by the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.errors import (
    NotFound,
)
from schemas.base import load_bytes
from schemas.ehc import EhcPlan, EhcSection, EhcSectionName, EhcStatus
from schemas.identifiers import Urn
from schemas.records import RECORDS
from schemas.report import Author, ReportSection, SpecialistReport
from schemas.safeguarding import DslContact, SafeguardingFlag
from schemas.school import School
from tests.exchange.services.desk import CASEWORKER, Desk, opened
from tests.exchange.services.town import (
    COUNCIL,
    HEAD,
    OTHER,
    Town,
)


@pytest.fixture
def desk(town: Town) -> Desk:
    pupil_id = town.leaver()
    town.choose(pupil_id)
    return Desk(town, pupil_id)


# Records and EHC plans


def plan(desk: Desk, **changes: object) -> EhcPlan:
    told: dict[str, object] = {
        "subject": desk.pupil_id,
        "authority": "941",
        "status": EhcStatus.FINAL,
        "names_school": School(name="Riverside Academy", urn=Urn.parse("999002")),
        "sections": tuple(
            EhcSection(section=each, text=f"MARKER-SECTION-{each.value}-")
            for each in EhcSectionName
        ),
    }
    return EhcPlan(**(told | changes))  # type: ignore[arg-type]


def test_the_school_of_section_i_gets_the_plan_and_another_must_be_asked_about(desk: Desk) -> None:
    ref = desk.attach("ehc-plan", "MARKER-PLAN")
    assert desk.preview()[ref] == ("needs-decision", "section-i-unknown")
    desk.keep(plan(desk))
    assert desk.preview()[ref] == ("allowed", "named-in-section-i")
    desk.town.choose(desk.pupil_id, OTHER)
    assert desk.preview()[ref] == ("needs-decision", "section-i-unknown")
    desk.judge(ref, "named-in-section-i")
    assert desk.preview()[ref] == ("allowed", "named-in-section-i")


def test_a_withheld_section_is_in_no_byte_and_takes_the_whole_file_with_it(desk: Desk) -> None:
    file = desk.attach("ehc-plan", "MARKER-PLAN-FILE")
    desk.keep(plan(desk, document=file))
    desk.judge(f"{desk.pupil_id}/ehc-plan/D", "serious-harm", by="Dr Odusanya")
    sent = desk.send()
    pack = opened(desk.town, sent)
    assert b"MARKER-SECTION-D-" not in pack.plain
    assert b"MARKER-SECTION-E-" in pack.plain
    assert b"MARKER-PLAN-FILE" not in pack.plain
    assert file.encode() not in pack.plain
    told = desk.explained(sent)
    assert told[file] == ("withheld", "section-withheld")
    assert told[f"{desk.pupil_id}/ehc-plan/D"] == ("withheld", "serious-harm")
    assert told[f"{desk.pupil_id}/ehc-plan/E"][0] == "allowed"


def test_the_consultation_edition_holds_what_a_consulted_school_needs(desk: Desk) -> None:
    whole, edition = (
        desk.attach(one, f"MARKER-{one}") for one in ("ehc-plan", "ehc-plan-consultation")
    )
    desk.keep(plan(desk))
    desk.judge(f"{desk.pupil_id}/ehc-plan/D", "section-needed", CASEWORKER)
    sent = desk.send(purpose="school-consultation")
    pack = opened(desk.town, sent)
    assert pack.ids == {edition}
    assert desk.explained(sent)[whole] == ("withheld", "consultation-edition-only")
    (record,) = [one for one in pack.records if isinstance(one, EhcPlan)]
    assert [one.section.value for one in record.sections] == ["B", "C", "D", "E", "F", "G"]
    assert record.names_school is None
    for letter in ("A", "H1", "H2", "I", "J", "K"):
        assert f"MARKER-SECTION-{letter}-".encode() not in pack.plain


def test_a_marked_record_stays_and_is_replaced_by_one_that_stays(desk: Desk) -> None:
    flag = SafeguardingFlag(
        subject=desk.pupil_id, flag=True, dsl=DslContact(name="MARKER-DSL", phone="01632 960001")
    )
    ref = f"{desk.pupil_id}/safeguarding-flag"
    desk.keep(flag)
    assert desk.preview()[ref][0] == "allowed"
    desk.mark(ref, "school")
    assert f"{ref} (head)" in desk.refused().hint
    desk.judge(ref, "head-withholds", HEAD)
    desk.keep(replace(flag, flag=False))
    sent = desk.send()
    assert b"MARKER-DSL" not in opened(desk.town, sent).plain
    assert desk.explained(sent)[ref] == ("withheld", "head-withholds")


def test_a_reports_record_does_not_say_what_its_withheld_file_says(desk: Desk) -> None:
    file = desk.attach("ep-report", "MARKER-FILE")
    report = SpecialistReport(
        subject=desk.pupil_id,
        type="ep-report",
        title="MARKER-TITLE",
        authors=(Author(name="Dr A", role="EP"),),
        written=date(2026, 5, 1),
        document=file,
        sections=(ReportSection(title="Summary", text="MARKER-TEXT"),),
    )
    desk.keep(report)
    desk.mark(file, "school")
    pack = opened(desk.town, desk.send())
    for trace in (b"MARKER-FILE", b"MARKER-TITLE", b"MARKER-TEXT"):
        assert trace not in pack.plain


def test_no_such_record_or_section(desk: Desk) -> None:
    for key in ("pupil", "ehc-plan/Z", "sen-register/A", "../x", ""):
        with pytest.raises(NotFound):
            desk.mark(f"{desk.pupil_id}/{key}", "la")


def test_records_go_by_the_table_too(desk: Desk) -> None:
    """A council is told neither of the safeguarding flag nor of the plan of the move."""
    flag = SafeguardingFlag(
        subject=desk.pupil_id, flag=True, dsl=DslContact(name="MARKER-DSL", phone="01632 960001")
    )
    desk.keep(flag)
    desk.town.choose(desk.pupil_id, COUNCIL)
    sent = desk.send(purpose="ehc-needs-assessment")
    pack = opened(desk.town, sent)
    assert b"MARKER-DSL" not in pack.plain
    assert load_bytes(RECORDS, desk.town.primary.pupil(desk.pupil_id).record) in pack.records
