"""EHC plans: sections A to K decided one by one, and what an edition leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from exchange.domain.disclosure import (
    EVERYBODY,
    NOTHING,
    Facts,
    Judgement,
    Mark,
    Outcome,
    Purpose,
    Recipient,
    Said,
    Wish,
    decide,
    decide_section,
    edition_of,
)
from schemas.base import dump_bytes
from schemas.codes import code_set
from schemas.ehc import EhcPlan, EhcSection, EhcSectionName, EhcStatus
from schemas.errors import CodeSetError
from schemas.identifiers import Urn
from schemas.school import School

DAY = date(2026, 7, 1)
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
NAMED = Recipient(org_id="0000-school", kind="school", named_school=True)
CONSULTED = Recipient(org_id="0000-school", kind="school")
TRANSFER = Purpose()
CONSULTATION = Purpose(code="school-consultation")
LETTERS = [one.value for one in EhcSectionName]
IN_CONSULTATION = ["B", "C", "E", "F", "G"]
DOCUMENT = "00000000-0000-4000-8000-00000000000%d"


def judged(why: str, minute: int = 0) -> Judgement:
    return Judgement(why, EVERYBODY, "Dr A", DAY, "J", "senco", AT.replace(minute=minute), "X1")


def section(letter: str, said: Said = NOTHING, purpose: Purpose = TRANSFER) -> tuple[Outcome, str]:
    to = CONSULTED if purpose is CONSULTATION else NAMED
    found = decide_section(letter, Facts(type="ehc-plan", said=said), to, purpose, DAY)
    return found.outcome, found.code


def test_the_data_knows_each_section_of_the_regulation() -> None:
    assert [one.code for one in code_set("ehc-section")] == LETTERS


@pytest.mark.parametrize("letter", LETTERS)
def test_the_named_school_gets_each_section(letter: str) -> None:
    assert section(letter) == (Outcome.ALLOWED, "named-in-section-i")


@pytest.mark.parametrize("letter", LETTERS)
def test_a_consulted_school_gets_the_sections_it_needs(letter: str) -> None:
    if letter in IN_CONSULTATION:
        assert section(letter, purpose=CONSULTATION) == (Outcome.ALLOWED, "consulted")
        return
    stays = (Outcome.WITHHELD, "not-in-consultation")
    assert section(letter, purpose=CONSULTATION) == stays
    released = Said(judgements=(judged("section-needed"),))
    assert section(letter, released, CONSULTATION) == (Outcome.ALLOWED, "section-needed")
    other = Said(judgements=(judged("statutory-duty"),))
    assert section(letter, other, CONSULTATION) == stays


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("purpose", [Purpose(), CONSULTATION])
def test_serious_harm_withholds_a_section_from_everybody(letter: str, purpose: Purpose) -> None:
    harm = Said(judgements=(judged("serious-harm"), judged("section-needed", 1)))
    assert section(letter, harm, purpose) == (Outcome.WITHHELD, "serious-harm")


def test_no_such_section() -> None:
    with pytest.raises(CodeSetError):
        section("L")


def plan_document(recipient: Recipient, **said: Said) -> tuple[Outcome, str]:
    found = decide(Facts(type="ehc-plan", sections=said), recipient, Purpose(), DAY)
    return found.outcome, found.code


def test_one_section_that_may_not_go_holds_the_whole_file_back() -> None:
    harm = Said(judgements=(judged("serious-harm"),))
    assert plan_document(NAMED) == (Outcome.ALLOWED, "named-in-section-i")
    assert plan_document(NAMED, D=harm) == (Outcome.WITHHELD, "section-withheld")
    lifted = Said(judgements=(judged("serious-harm"), judged("harm-no-longer", 1)))
    assert plan_document(NAMED, D=lifted) == (Outcome.ALLOWED, "named-in-section-i")


def test_a_marked_section_is_asked_about_also_where_section_i_was_answered() -> None:
    marked = Said(marks=(Mark("school", "Jo", "senco", AT),))
    assert plan_document(NAMED, A=marked) == (Outcome.NEEDS_DECISION, "section-undecided")
    facts = Facts(
        type="ehc-plan",
        sections={"A": marked},
        said=Said(judgements=(judged("named-in-section-i", 5), judged("statutory-duty", 6))),
    )
    found = decide(facts, CONSULTED, Purpose(), DAY)
    assert (found.outcome, found.code) == (Outcome.NEEDS_DECISION, "section-undecided")
    answered = replace(marked, judgements=(judged("statutory-duty", 7),))
    found = decide(replace(facts, sections={"A": answered}), CONSULTED, Purpose(), DAY)
    assert found.allowed


@pytest.mark.parametrize("purpose", [TRANSFER, CONSULTATION])
def test_a_refusal_of_one_section_is_not_passed_over(purpose: Purpose) -> None:
    no = Said(wishes=(Wish("family", "refuses", EVERYBODY, "Jo", "senco", AT),))
    assert section("B", no, purpose) == (Outcome.NEEDS_DECISION, "objection")
    answered = replace(no, judgements=(judged("objection-answered", 1),))
    assert section("B", answered, purpose) == (Outcome.ALLOWED, "objection-answered")
    assert plan_document(NAMED, D=no) == (Outcome.NEEDS_DECISION, "section-undecided")


def test_a_refusal_of_the_whole_pack_is_asked_about_once_of_the_plan() -> None:
    no = Said(wishes=(Wish("family", "refuses", EVERYBODY, "Jo", "senco", AT),))
    facts = Facts(type="ehc-plan", pupil_said=no)
    assert decide(facts, NAMED, TRANSFER, DAY).code == "objection"
    assert decide_section("B", facts, NAMED, TRANSFER, DAY).allowed


def plan() -> EhcPlan:
    sections = tuple(
        EhcSection(
            section=each,
            text=f"MARKER-{each.value}-TEXT",
            documents=(DOCUMENT % 1, DOCUMENT % 2) if each is EhcSectionName.ADVICE else (),
            unknown={"remark": f"MARKER-{each.value}-UNKNOWN"},
        )
        for each in EhcSectionName
    )
    return EhcPlan(
        subject=DOCUMENT % 9,
        authority="941",
        status=EhcStatus.FINAL,
        document=DOCUMENT % 3,
        names_school=School(name="MARKER-I-SCHOOL", urn=Urn.parse("999002")),
        sections=sections,
        unknown={"summary": "MARKER-UNKNOWN"},
    )


@pytest.mark.parametrize("left_out", LETTERS)
def test_a_section_left_out_is_nowhere_in_the_bytes(left_out: str) -> None:
    letters = [one for one in LETTERS if one != left_out]
    made = dump_bytes(edition_of(plan(), letters, [DOCUMENT % 1])).decode()
    assert f"MARKER-{left_out}-" not in made
    assert all(f"MARKER-{one}-TEXT" in made for one in letters)
    assert "UNKNOWN" not in made, "what is not understood could say what the section said"
    assert ("MARKER-I-SCHOOL" in made) is (left_out != "I")


def test_documents_that_do_not_go_are_not_named() -> None:
    made = dump_bytes(edition_of(plan(), LETTERS, [DOCUMENT % 1])).decode()
    assert DOCUMENT % 1 in made
    assert DOCUMENT % 2 not in made
    assert DOCUMENT % 3 not in made


def test_where_all_goes_nothing_is_changed() -> None:
    whole = plan()
    assert edition_of(whole, LETTERS, [DOCUMENT % one for one in (1, 2, 3)]) == whole
    assert edition_of(replace(whole, sections=()), ["I"], [DOCUMENT % 3]).names_school
