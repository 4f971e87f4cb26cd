"""The papers of a plan: which go to a school, and whose each is must be said before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.inspector import ContentInspector
from adapters.texts import DocumentTexts
from exchange.domain.disclosure import Outcome
from exchange.errors import Refused
from exchange.services.attach import NewDocument, attach
from exchange.services.keep_pupil import add_pupil
from exchange.services.open_pack import open_pack
from exchange.services.plans.editions import EditionKind
from exchange.services.plans.sending import doubts_about, send_edition
from exchange.services.plans.writing import set_standing, version_of_section, write_section
from exchange.services.record_disclosure import Ruling, judge
from exchange.services.twins import confirm
from schemas.ehc import EhcStatus
from schemas.identifiers import Urn
from schemas.pupil import Names
from schemas.school import School
from tests.exchange.services.plans.test_plans import (
    CASE,
    SAID,
    WORKER,
    asked_of,
    case_at,
    drafted,
    look,
    plan_at,
)
from tests.exchange.services.town import COUNCIL, SECONDARY, Town, pupil_record

__all__ = ["drafted"]


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path


def filed(town: Town, at: Path, type_: str, content: bytes) -> str:
    path = at / f"{type_}.txt"
    path.write_bytes(content)
    new = NewDocument(path, type_, "A", None, "T")
    held = case_at(town)
    assert held.pupil_id is not None
    made = attach(town.council.inside, ContentInspector(), COUNCIL, held.pupil_id, new, WORKER)
    return made.document.document_id


def name(town: Town, letter: str, *documents: str) -> None:
    version = version_of_section(plan_at(town), letter)
    text = SAID.get(letter, "")
    write_section(town.council.inside, COUNCIL, CASE, letter, text, documents, version, WORKER)


def rule(town: Town, letter: str, ruling: Ruling) -> None:
    ref = f"{case_at(town).pupil_id}/ehc-plan/{letter}"
    judge(town.council.inside, COUNCIL, ref, ruling, WORKER)


@pytest.mark.parametrize("kind", EditionKind)
def test_a_paper_that_names_another_child_goes_to_no_school_until_somebody_looked(
    drafted: Town, at: Path, kind: EditionKind
) -> None:
    inside = drafted.council.inside = replace(drafted.council.inside, texts=DocumentTexts())
    other = replace(pupil_record(1), names=Names(surname="Ash", forename="Ben"))
    add_pupil(inside, COUNCIL, other, WORKER)
    ref = filed(drafted, at, "ep-report", b"Ben Ash likes maps.")
    name(drafted, "B", ref)
    school = School(name="Riverside Academy", urn=Urn.parse("999002"))
    set_standing(
        inside,
        COUNCIL,
        CASE,
        WORKER,
        status=EhcStatus.FINAL,
        issued=drafted.clock.now().date(),
        names_school=school,
    )
    made = look(drafted, kind)
    with pytest.raises(Refused) as refused:
        send_edition(inside, COUNCIL, CASE, SECONDARY, kind, made.mark, WORKER)
    assert refused.value.code == "twin-check-open"
    with drafted.council.store.reading(COUNCIL) as unit:
        (doubt,) = doubts_about(inside, unit, made)
    assert doubt.document_id == ref
    confirm(inside, COUNCIL, made.pupil_id, ref, doubt.others, WORKER)
    assert send_edition(inside, COUNCIL, CASE, SECONDARY, kind, made.mark, WORKER)


def test_a_doubt_about_a_paper_that_stays_stops_no_consultation(drafted: Town, at: Path) -> None:
    inside = drafted.council.inside = replace(drafted.council.inside, texts=DocumentTexts())
    other = replace(pupil_record(1), names=Names(surname="Ash", forename="Ben"))
    add_pupil(inside, COUNCIL, other, WORKER)
    filed(drafted, at, "ep-report", b"Ben Ash likes maps.")
    assert asked_of(drafted).bundle_id


def test_papers_of_sections_that_stay_do_not_go_with_a_consultation(
    drafted: Town, at: Path
) -> None:
    """Of D and A, which stay, no paper goes, save what a section that goes names as well."""
    early, risk = (
        filed(drafted, at, "early-help", b"1"),
        filed(drafted, at, "risk-assessment", b"2"),
    )
    shared, advice = filed(drafted, at, "slt-report", b"3"), filed(drafted, at, "ep-report", b"4")
    name(drafted, "A", risk)
    name(drafted, "D", early, shared)
    name(drafted, "B", shared)
    name(drafted, "K", advice)
    made = look(drafted, EditionKind.CONSULTATION)
    assert set("ADK") <= set(made.sections(Outcome.WITHHELD))
    decided = {one.ref for one in made.contents.disclosed if one.what == "document"}
    assert decided == {shared, advice}, "the advice of K is decided one by one"
    sent = asked_of(drafted)
    house = drafted.house(SECONDARY)
    arrival = house.arrival(sent.bundle_id, COUNCIL)
    with open_pack(house.inside, SECONDARY, arrival) as opened:
        assert set(opened.documents) <= {shared, advice}
        assert shared in opened.documents


def test_a_section_that_is_released_takes_its_papers_along(drafted: Town, at: Path) -> None:
    early = filed(drafted, at, "early-help", b"1")
    name(drafted, "D", early)
    before = look(drafted, EditionKind.CONSULTATION)
    rule(drafted, "D", Ruling("section-needed", "Lee Case", withhold=False, audience=SECONDARY))
    made = look(drafted, EditionKind.CONSULTATION)
    assert early in {one.ref for one in made.contents.disclosed}
    assert made.mark != before.mark


def test_the_advice_of_k_stays_where_a_person_withheld_k(drafted: Town, at: Path) -> None:
    advice = filed(drafted, at, "ep-report", b"4")
    name(drafted, "K", advice)
    made = look(drafted, EditionKind.CONSULTATION)
    assert advice in made.contents.going
    rule(drafted, "K", Ruling("not-needed", "Lee Case", withhold=True))
    assert advice not in look(drafted, EditionKind.CONSULTATION).contents.going
