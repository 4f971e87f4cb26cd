"""A plan goes section by section, a consultation is asked and answered, and nothing slips along."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.domain.disclosure import Outcome
from exchange.errors import Conflict, DisclosureRefused, NotFound, Refused, UsageError
from exchange.ports import Actor, Transfer
from exchange.services.cases import Case, CaseState, Source
from exchange.services.cases.keeping import add_case
from exchange.services.cases.timing import clocks_of
from exchange.services.edit_record import change_pupil
from exchange.services.keep_pupil import add_pupil
from exchange.services.open_pack import open_pack
from exchange.services.plans import asked as school_side
from exchange.services.plans.consulting import (
    consult,
    consult_by_hand,
    note_answer,
    withdraw,
)
from exchange.services.plans.editions import Edition, EditionKind, edition
from exchange.services.plans.model import Consultation, Noted, consultations_of
from exchange.services.plans.sending import send_edition
from exchange.services.plans.writing import (
    plan_of,
    set_standing,
    texts_of,
    version_of_section,
    write_section,
)
from exchange.services.record_disclosure import Ruling, judge
from schemas.consultation import CanMeet
from schemas.ehc import EhcPlan, EhcStatus
from schemas.identifiers import Urn
from schemas.people import Address
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.school import School
from tests.exchange.services.town import COUNCIL, OTHER, PRIMARY, SECONDARY, Town, pupil_record

WORKER = Actor("Lee Case", "la-caseworker")
SENCO = Actor("Sam Senco", "senco")
CASE = "c0000000000000000000000000000001"
SAID = {letter: f"What stands in section {letter}, unlike any other." for letter in "ABCDEFGIJ"}


@pytest.fixture
def drafted(town: Town) -> Town:
    """A council with a case whose plan has nine sections."""
    inside = town.council.inside
    pupil_id = add_pupil(inside, COUNCIL, pupil_record(0), WORKER)
    now = town.clock.now()
    held = Case(
        case_id=CASE,
        state=CaseState.DRAFTING,
        source=Source.SCHOOL,
        reference="C-7QK2M",
        reached=now.date(),
        reached_at=now,
        created_at=now,
        updated_at=now,
        pupil_id=pupil_id,
    )
    with inside.store.unit(COUNCIL) as unit:
        add_case(unit, held)
        unit.audit.record(WORKER, "case.made", "case", CASE)
        unit.commit()
    for letter, text in SAID.items():
        write(town, letter, text)
    return town


def case_at(town: Town) -> Case:
    from exchange.services.cases import case

    with town.council.store.reading(COUNCIL) as unit:
        return case(unit, CASE)


def plan_at(town: Town) -> EhcPlan | None:
    with town.council.store.reading(COUNCIL) as unit:
        return plan_of(unit, case_at(town))


def write(town: Town, letter: str, text: str, based_on: str | None = None) -> None:
    version = based_on if based_on is not None else version_of_section(plan_at(town), letter)
    write_section(town.council.inside, COUNCIL, CASE, letter, text, (), version, WORKER)


def look(town: Town, kind: EditionKind, to: str = SECONDARY) -> Edition:
    with town.council.store.reading(COUNCIL) as unit:
        return edition(town.council.inside, unit, case_at(town), to, kind)


def asked_of(town: Town, to: str = SECONDARY) -> Transfer:
    made = look(town, EditionKind.CONSULTATION, to)
    sent = consult(town.council.inside, COUNCIL, CASE, to, made.mark, WORKER)
    town.house(to)
    town.settle()
    return sent


def received(town: Town, transfer: Transfer, at: str = SECONDARY) -> tuple[EhcPlan, bytes]:
    """Return the plan that a school got, and every byte of the pack's records."""
    house = town.house(at)
    arrival = house.arrival(transfer.bundle_id, COUNCIL)
    with open_pack(house.inside, at, arrival) as opened:
        (plan,) = [one for _, one in opened.records(RECORDS) if isinstance(one, EhcPlan)]
        return plan, opened.statement_bytes + repr(texts_of(plan)).encode()


def test_two_who_write_one_section_lose_no_word(drafted: Town) -> None:
    began = version_of_section(plan_at(drafted), "B")
    write(drafted, "B", "Said first.", began)
    with pytest.raises(Conflict, match="record-changed"):
        write(drafted, "B", "Said second.", began)
    write(drafted, "F", "Another section meanwhile.")
    assert texts_of(plan_at(drafted))["B"] == "Said first."


def test_sections_stand_in_their_order_and_an_empty_one_goes(drafted: Town) -> None:
    write(drafted, "H1", "Short breaks.")
    write(drafted, "A", "")
    plan = plan_at(drafted)
    assert plan is not None
    assert [one.section.value for one in plan.sections] == [*"BCDEFG", "H1", "I", "J"]


def test_the_consultation_edition_has_what_it_needs_and_not_a_byte_more(drafted: Town) -> None:
    made = look(drafted, EditionKind.CONSULTATION)
    assert made.sections(Outcome.ALLOWED) == ("B", "C", "E", "F", "G")
    assert made.sections(Outcome.WITHHELD) == ("A", "D", "I", "J")
    plan, told = received(drafted, asked_of(drafted))
    assert set(texts_of(plan)) == set("BCEFG")
    for letter in "ADIJ":
        assert SAID[letter].encode() not in told


def test_a_consulted_school_learns_who_the_child_is_and_not_where_they_live(
    drafted: Town,
) -> None:
    def moved_in(pupil: Pupil) -> Pupil:
        home = Address(lines=("7 Quiet Lane",), post_code="LK1 1AA")
        return replace(pupil, address=home, home_authority="820", ethnicity="WBRI")

    pupil_id = case_at(drafted).pupil_id
    assert pupil_id is not None
    change_pupil(drafted.council.inside, COUNCIL, pupil_id, moved_in, WORKER)
    arrival_of = asked_of(drafted)
    house = drafted.secondary
    arrival = house.arrival(arrival_of.bundle_id, COUNCIL)
    with open_pack(house.inside, SECONDARY, arrival) as opened:
        (told,) = [one for _, one in opened.records(RECORDS) if isinstance(one, Pupil)]
    assert (told.names.surname, told.upn is not None) == ("Oak", True)
    assert (told.address, told.home_authority, told.ethnicity) == (None, None, None)


def test_a_section_is_released_to_a_consulted_school_by_a_reason(drafted: Town) -> None:
    inside, pupil_id = drafted.council.inside, case_at(drafted).pupil_id
    judge(
        inside,
        COUNCIL,
        f"{pupil_id}/ehc-plan/A",
        Ruling("section-needed", "Lee Case", withhold=False, audience=SECONDARY),
        WORKER,
    )
    assert "A" in look(drafted, EditionKind.CONSULTATION).sections(Outcome.ALLOWED)


def test_the_whole_plan_goes_to_the_school_that_it_names_and_no_other(drafted: Town) -> None:
    inside = drafted.council.inside
    set_standing(
        inside,
        COUNCIL,
        CASE,
        WORKER,
        status=EhcStatus.FINAL,
        issued=drafted.clock.now().date(),
        names_school=School(name="Riverside Academy", urn=Urn.parse("999002")),
    )
    made = look(drafted, EditionKind.PLAN)
    sent = send_edition(inside, COUNCIL, CASE, SECONDARY, EditionKind.PLAN, made.mark, WORKER)
    drafted.house(SECONDARY)
    drafted.settle()
    plan, _ = received(drafted, sent)
    assert texts_of(plan) == SAID
    assert plan.status is EhcStatus.FINAL
    other = look(drafted, EditionKind.PLAN, OTHER)
    assert other.plan is None


def test_what_changed_since_it_was_looked_at_does_not_go(drafted: Town) -> None:
    made = look(drafted, EditionKind.CONSULTATION)
    write(drafted, "B", "Changed meanwhile.")
    with pytest.raises(Conflict, match="preview-changed"):
        consult(drafted.council.inside, COUNCIL, CASE, SECONDARY, made.mark, WORKER)
    assert drafted.council.transfers() == []
    assert drafted.council.blob_names() == []


def test_the_days_of_an_answer_run_from_the_pack_and_the_answer_comes_back(drafted: Town) -> None:
    sent = asked_of(drafted)
    school = drafted.secondary
    with school.store.reading(SECONDARY) as unit:
        (waiting,) = school_side.all_asked(unit)
    assert waiting.due_on == waiting.reached_on + timedelta(days=15)
    with pytest.raises(UsageError, match="text-missing"):
        school_side.answer(school.inside, SECONDARY, sent.bundle_id, CanMeet.NO, " ", SENCO)
    school_side.answer(
        school.inside, SECONDARY, sent.bundle_id, CanMeet.WITH_CHANGES, "A second adult.", SENCO
    )
    with pytest.raises(Conflict, match="answered-already"):
        school_side.answer(school.inside, SECONDARY, sent.bundle_id, CanMeet.YES, "", SENCO)
    drafted.settle()
    with drafted.council.store.reading(COUNCIL) as unit:
        (told,) = consultations_of(unit, CASE)
    assert (told.answer, told.text) == (CanMeet.WITH_CHANGES, "A second adult.")
    assert told.answered_by == "Sam Senco, senco"


def only_one(town: Town) -> Consultation:
    with town.council.store.reading(COUNCIL) as unit:
        (found,) = consultations_of(unit, CASE)
    return found


def test_a_schools_own_answer_stands_in_place_of_what_was_noted_of_it(drafted: Town) -> None:
    sent, today = asked_of(drafted), drafted.clock.now().date()
    inside, school = drafted.council.inside, drafted.secondary.inside
    heard = "Rang: they would take her."
    one = only_one(drafted)
    note_answer(inside, COUNCIL, one.consultation_id, CanMeet.YES, heard, today, "Desk", WORKER)
    drafted.clock.pass_(days=2)
    school_side.answer(school, SECONDARY, sent.bundle_id, CanMeet.NO, "We are full.", SENCO)
    drafted.settle()
    told = only_one(drafted)
    assert (told.state, told.answer, told.text) == ("answered", CanMeet.NO, "We are full.")
    assert (told.answered_by, told.noted_by) == ("Sam Senco, senco", "")
    assert told.answered_on == today  # the day on which it was heard of first
    assert told.noted == Noted(CanMeet.YES, heard, today, "Desk", "Lee Case")
    with drafted.council.store.reading(COUNCIL) as unit:
        lines = [one for one in unit.audit.entries() if one.action == "consultation.answered"]
    assert lines[-1].detail == {"by": "pack", "noted": "can-meet"}


def test_an_answer_for_which_nobody_waits_is_kept_and_no_date_runs_anew(drafted: Town) -> None:
    sent = asked_of(drafted)
    withdraw(drafted.council.inside, COUNCIL, only_one(drafted).consultation_id, WORKER)
    school = drafted.secondary.inside
    school_side.answer(school, SECONDARY, sent.bundle_id, CanMeet.NO, "We are full.", SENCO)
    drafted.settle()
    told = only_one(drafted)
    assert (told.state, told.answer, told.text) == ("withdrawn", CanMeet.NO, "We are full.")
    clocks = clocks_of(case_at(drafted), consulted=[told])
    assert [one for one in clocks if one.body] == []


def test_a_school_is_not_asked_twice_at_once_but_again_once_it_answered(drafted: Town) -> None:
    asked_of(drafted)
    mark = look(drafted, EditionKind.CONSULTATION).mark
    with pytest.raises(Conflict, match="consulted-already"):
        consult(drafted.council.inside, COUNCIL, CASE, SECONDARY, mark, WORKER)
    with drafted.council.store.reading(COUNCIL) as unit:
        (one,) = consultations_of(unit, CASE)
    withdraw(drafted.council.inside, COUNCIL, one.consultation_id, WORKER)
    again = consult(drafted.council.inside, COUNCIL, CASE, SECONDARY, mark, WORKER)
    assert again.supersedes == one.bundle_id


def test_an_answer_from_another_school_than_was_asked_changes_nothing(drafted: Town) -> None:
    sent = asked_of(drafted)
    other = drafted.other
    record = school_side.Asked(
        sent.bundle_id, COUNCIL, "open", drafted.clock.now().date(), drafted.clock.now().date()
    )
    arrival = drafted.secondary.arrival(sent.bundle_id, COUNCIL)
    with other.store.unit(OTHER) as unit:  # as if it had overheard the pack's id
        unit.items.add(school_side.asked_to_item(record, drafted.clock.now()))
        unit.arrivals.add(arrival)
        unit.audit.record(SENCO, "test", "arrival", sent.bundle_id)
        unit.commit()
    school_side.answer(other.inside, OTHER, sent.bundle_id, CanMeet.YES, "", SENCO)
    drafted.settle()
    with drafted.council.store.reading(COUNCIL) as unit:
        (told,) = consultations_of(unit, CASE)
    assert told.answer is None


def test_a_school_that_has_not_joined_is_asked_another_way(drafted: Town) -> None:
    inside, today = drafted.council.inside, drafted.clock.now().date()
    made = consult_by_hand(inside, COUNCIL, CASE, "Far Hill School", today, WORKER)
    assert made.due_on == today + timedelta(days=15)
    told = note_answer(
        inside, COUNCIL, made.consultation_id, CanMeet.YES, "", today, "Its head", WORKER
    )
    assert (told.state, told.noted_by) == ("answered", "Lee Case")


def test_a_draft_names_no_school_and_a_final_plan_has_its_day(drafted: Town) -> None:
    inside = drafted.council.inside
    named = School(name="Riverside Academy", urn=Urn.parse("999002"))
    for status, school, code in (
        (EhcStatus.DRAFT, named, "draft-names-school"),
        (EhcStatus.FINAL, named, "issued-missing"),
    ):
        with pytest.raises(Refused, match=code):
            set_standing(
                inside, COUNCIL, CASE, WORKER, status=status, issued=None, names_school=school
            )


def test_a_plan_goes_to_schools_alone(drafted: Town) -> None:
    with pytest.raises(DisclosureRefused, match="purpose-unfit"):
        look(drafted, EditionKind.CONSULTATION, COUNCIL)


def test_a_plan_without_sections_and_a_case_that_is_not_there(drafted: Town) -> None:
    for letter in SAID:
        write(drafted, letter, "")
    made = look(drafted, EditionKind.CONSULTATION)
    assert made.sections(Outcome.ALLOWED) == ()
    with pytest.raises(NotFound):
        consult(drafted.council.inside, COUNCIL, str(uuid.uuid4()), PRIMARY, made.mark, WORKER)


def test_a_final_plan_ends_the_clock_of_its_case_and_a_draft_or_another_day_does_not(
    drafted: Town,
) -> None:
    inside, today = drafted.council.inside, drafted.clock.now().date()

    def stands(status: EhcStatus, issued: date | None) -> None:
        set_standing(inside, COUNCIL, CASE, WORKER, status=status, issued=issued, names_school=None)

    stands(EhcStatus.DRAFT, None)
    assert case_at(drafted).state is CaseState.DRAFTING
    with pytest.raises(UsageError, match="date-in-future"):
        stands(EhcStatus.FINAL, today + timedelta(days=1))
    plan = plan_at(drafted)
    assert plan is not None
    assert plan.status is EhcStatus.DRAFT  # neither was written
    stands(EhcStatus.FINAL, today)
    held = case_at(drafted)
    assert (held.state, held.events["final-issued"]) == (CaseState.FINAL, today)
    drafted.clock.pass_(days=90)
    stands(EhcStatus.AMENDED, today + timedelta(days=80))
    assert case_at(drafted).events["final-issued"] == today
