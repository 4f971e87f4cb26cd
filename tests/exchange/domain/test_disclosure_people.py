"""What people say of a document: marks, decisions and wishes, and which of them wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.domain.disclosure import (
    EVERYBODY,
    Decision,
    Facts,
    Judgement,
    Mark,
    Outcome,
    Purpose,
    Recipient,
    Said,
    Speaker,
    Wanted,
    Wish,
    decide,
    end_of_compulsory_school_age,
    reason,
    reasons,
    said_from_json,
    speaks_alone,
)
from schemas.errors import CodeSetError

DAY = date(2026, 7, 1)
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
SCHOOL = Recipient(org_id="0000-school", kind="school", named_school=True)
ANOTHER = Recipient(org_id="0000-another", kind="school", named_school=True)
LA = Recipient(org_id="0000-la", kind="la")
GO, STAY, ASK = Outcome.ALLOWED, Outcome.WITHHELD, Outcome.NEEDS_DECISION


def at(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


def mark(whom: str, minutes: int = 0) -> Mark:
    return Mark(whom, "Jo Brown", "senco", at(minutes))


def judged(why: str, minutes: int = 0, audience: str = EVERYBODY, by: str = "Ada") -> Judgement:
    return Judgement(why, audience, by, DAY, "Jo Brown", "senco", at(minutes), "PYL1234", "Mx R")


def wish(
    wants: Wanted, speaker: Speaker = "family", minutes: int = 0, audience: str = EVERYBODY
) -> Wish:
    return Wish(speaker, wants, audience, "Jo Brown", "senco", at(minutes))


def of(
    type_: str,
    *said: Mark | Judgement | Wish,
    to: Recipient = SCHOOL,
    whole: tuple[Wish, ...] = (),
    alone: bool = False,
) -> Decision:
    facts = Facts(
        type=type_,
        said=Said(
            tuple(one for one in said if isinstance(one, Mark)),
            tuple(one for one in said if isinstance(one, Judgement)),
            tuple(one for one in said if isinstance(one, Wish)),
        ),
        pupil_said=Said(wishes=whole),
        speaks_alone=alone,
    )
    purpose = Purpose() if to.kind == "school" else Purpose(code="ehc-needs-assessment")
    return decide(facts, to, purpose, DAY)


def told(found: Decision) -> tuple[Outcome, str, str]:
    return found.outcome, found.code, found.by


# Marks


@pytest.mark.parametrize("whom", [SCHOOL.org_id, "senco", "school"])
def test_a_mark_names_an_organisation_a_role_or_a_kind(whom: str) -> None:
    assert told(of("ep-report", mark(whom))) == (STAY, "marked-not-for", "Jo Brown")
    assert of("ep-report", mark(whom), to=LA).allowed


def test_a_mark_for_somebody_else_stops_nothing() -> None:
    assert of("ep-report", mark("family"), mark(ANOTHER.org_id), mark("la")).allowed


def test_what_must_go_by_law_is_not_stopped_silently_by_a_mark() -> None:
    assert told(of("attainment", mark("school"))) == (ASK, "marked-but-must-go", "head")
    released = judged("statutory-duty", 5, by="Ada Head")
    assert told(of("attainment", mark("school"), released)) == (GO, "statutory-duty", "Ada Head")
    assert of("attainment", mark("school", 9), released).outcome is ASK, "marked after the answer"


# A named professional's decision


@pytest.mark.parametrize("type_", ["ep-report", "attainment", "parent-views", "ehc-plan"])
def test_serious_harm_withholds_absolutely(type_: str) -> None:
    """Nobody's release and no agreement opens it: not the head's, not the DSL's."""
    releases = [judged(one, 9) for one in reasons(DAY) if reason(one).direction == "release"]
    lifting = [one for one in releases if one.reason == "harm-no-longer"]
    others = [one for one in releases if one.reason != "harm-no-longer"]
    harm = judged("serious-harm", by="Dr Odusanya")
    agreed = (wish("agrees"), wish("agrees", "pupil"))
    found = of(type_, harm, *others, *agreed)
    assert told(found) == (STAY, "serious-harm", "Dr Odusanya")
    assert "Schedule 3" in found.basis
    assert of(type_, harm, *others, *lifting, *agreed).allowed


def test_serious_harm_may_be_about_one_audience() -> None:
    harm = judged("serious-harm", audience="family")
    assert of("ep-report", harm).allowed
    assert of("ep-report", replace(harm, audience=SCHOOL.org_id)).outcome is STAY


# Decisions of the school


def test_a_decision_to_withhold_and_its_end() -> None:
    withheld = judged("not-needed", by="Jo Brown")
    assert told(of("ep-report", withheld)) == (STAY, "not-needed", "Jo Brown")
    assert of("ep-report", withheld, judged("withholding-lifted", 1)).allowed
    assert of("ep-report", withheld, judged("objection-answered", 1)).outcome is STAY


def test_only_the_head_withholds_what_must_go() -> None:
    assert told(of("attendance", judged("not-needed"))) == (ASK, "withheld-but-must-go", "head")
    assert told(of("attendance", judged("head-withholds"))) == (STAY, "head-withholds", "Ada")
    assert of("attendance", judged("not-needed"), judged("statutory-duty", 1)).allowed


@pytest.mark.parametrize(
    ("type_", "question", "who", "answer"),
    [
        ("camhs-report", "named-people-only", "clinician", "named-recipient"),
        ("paediatric-report", "named-people-only", "clinician", "named-recipient"),
        ("social-care-advice", "only-if-needed", "dsl", "needed-for-provision"),
        ("annual-review", "invitation-unknown", "senco", "invited-to-review"),
    ],
)
def test_a_question_of_the_table_is_answered_by_its_own_reason_alone(
    type_: str, question: str, who: str, answer: str
) -> None:
    assert told(of(type_)) == (ASK, question, who)
    for code in reasons(DAY):
        if reason(code).direction == "release":
            assert of(type_, judged(code)).allowed is (code == answer), code
    assert told(of(type_, judged(answer, by="Dr Odusanya"))) == (GO, answer, "Dr Odusanya")


def test_a_release_to_one_school_is_none_to_the_next() -> None:
    here = judged("named-recipient", audience=SCHOOL.org_id)
    assert of("camhs-report", here).allowed
    assert of("camhs-report", here, to=ANOTHER).outcome is ASK


def test_who_withholds_after_a_release_takes_it_back() -> None:
    released = judged("named-recipient")
    again = (released, judged("not-needed", 1), judged("withholding-lifted", 2))
    assert of("camhs-report", *again).outcome is ASK


def test_a_reason_that_is_none_is_refused() -> None:
    with pytest.raises(CodeSetError):
        of("ep-report", judged("because"))


# Wishes


def test_an_objection_to_all_is_answered_once_and_what_is_said_of_one_thing_again() -> None:
    """What is theirs, and who marked or refuses one document, are not answered with it."""
    no, answer = wish("refuses"), judged("objection-answered", 5, by="Ada Head")

    def found(type_: str, *said: Mark | Wish, answers: tuple[Judgement, ...] = (answer,)) -> str:
        facts = Facts(
            type=type_,
            said=Said(
                marks=tuple(one for one in said if isinstance(one, Mark)),
                wishes=tuple(one for one in said if isinstance(one, Wish)),
            ),
            pupil_said=Said(wishes=(no,), judgements=answers),
        )
        return decide(facts, SCHOOL, Purpose(), DAY).code

    assert found("ep-report", answers=()) == "objection"
    assert found("ep-report") == found("attainment") == "objection-answered"
    assert found("diagnosis-letter") == "family-refuses"
    assert found("parent-views") == "author-refuses"
    assert found("ep-report", wish("refuses", minutes=1)) == "objection"
    assert found("attainment", mark("school")) == "marked-but-must-go"
    assert found("ep-report", answers=(replace(answer, at=at(-1)),)) == "objection"
    assert found("ep-report", answers=(replace(answer, audience=ANOTHER.org_id),)) == "objection"


@pytest.mark.parametrize("speaker", ["family", "pupil"])
def test_refused_by_class(speaker: Speaker) -> None:
    no = wish("refuses", speaker)
    warned = (f"{speaker}-disagrees",)
    must, may, own = (of(one, no) for one in ("attainment", "ep-report", "diagnosis-letter"))
    assert (told(must), must.warnings) == ((ASK, "objection", "head"), warned)
    assert (told(may), may.warnings) == ((ASK, "objection", "head"), warned)
    assert (told(own), own.warnings) == ((STAY, "family-refuses", speaker), warned)


def test_the_head_answers_an_objection_and_a_newer_one_wants_a_newer_answer() -> None:
    no, answer = wish("refuses"), judged("objection-answered", 5, by="Ada Head")
    found = of("ep-report", no, answer)
    assert (told(found), found.warnings) == (
        (GO, "objection-answered", "Ada Head"),
        ("family-disagrees",),
    )
    assert of("ep-report", no, wish("refuses", minutes=9), answer).outcome is ASK
    assert told(of("ep-report", no, judged("head-withholds", 5))) == (STAY, "head-withholds", "Ada")


def test_the_dsls_safeguarding_reason_goes_before_the_familys_refusal_and_nobody_elses() -> None:
    no = wish("refuses")
    for code in reasons(DAY):
        if reason(code).direction == "release":
            assert of("diagnosis-letter", no, judged(code, 5)).allowed is (code == "safeguarding")
    assert reason("safeguarding").recorded_by == {"dsl"}


def test_a_wish_of_one_document_goes_before_that_of_the_whole_pack() -> None:
    assert of("diagnosis-letter", wish("agrees"), whole=(wish("refuses"),)).allowed
    assert of("diagnosis-letter", wish("refuses"), whole=(wish("agrees"),)).outcome is STAY
    assert of("diagnosis-letter", whole=(wish("refuses"), wish("agrees", minutes=1))).allowed


def test_a_wish_may_be_about_one_school() -> None:
    no = wish("refuses", audience=ANOTHER.org_id)
    assert of("diagnosis-letter", no).allowed
    assert of("diagnosis-letter", no, to=ANOTHER).outcome is STAY


@pytest.mark.parametrize(
    ("type_", "author", "other"),
    [("parent-views", "family", "pupil"), ("pupil-views", "pupil", "family")],
)
def test_authors_choose_who_reads_their_own_words(
    type_: str, author: Speaker, other: Speaker
) -> None:
    assert told(of(type_)) == (ASK, "author-has-not-chosen", author)
    assert of(type_, wish("no-answer", author)).outcome is ASK
    assert of(type_, wish("agrees", other)).outcome is ASK
    assert of(type_, wish("agrees", author)).allowed
    assert of(type_, whole=(wish("agrees", author),)).allowed
    assert told(of(type_, wish("refuses", author))) == (STAY, "author-refuses", author)
    assert of(type_, wish("refuses", author), judged("safeguarding", 1)).allowed


def test_beyond_compulsory_school_age_the_young_person_speaks_alone() -> None:
    no, yes = wish("refuses", "family"), wish("agrees", "pupil")
    assert of("diagnosis-letter", no, yes).outcome is STAY
    assert of("diagnosis-letter", no, yes, alone=True).allowed
    assert of("diagnosis-letter", wish("refuses", "pupil"), alone=True).outcome is STAY


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (date(2010, 9, 1), date(2027, 6, 25)),
        (date(2010, 8, 31), date(2026, 6, 26)),
        (date(2008, 2, 29), date(2024, 6, 28)),
        (date(2012, 1, 1), date(2028, 6, 30)),
    ],
)
def test_the_last_friday_in_june(born: date, last: date) -> None:
    assert end_of_compulsory_school_age(born) == last
    assert last.weekday() == 4
    assert not speaks_alone(born, last)
    assert speaks_alone(born, last + timedelta(days=1))


def test_what_was_said_survives_its_json() -> None:
    said = Said(
        (mark("family"), mark("la", 1)),
        (judged("serious-harm"), judged("named-recipient", 2, SCHOOL.org_id)),
        (wish("refuses"), wish("no-answer", "pupil", 3)),
    )
    assert said_from_json(said.as_json()) == said
    assert said_from_json({}) == Said()


def test_reasons_name_only_reasons_and_roles_that_there_are() -> None:
    known = set(reasons(DAY))
    for code in known:
        one = reason(code)
        assert one.lifts <= known
        assert all(reason(each).direction == "withhold" for each in one.lifts)
        assert one.direction == "release" or not (one.settles or one.lifts)
        assert one.needs <= {"registration", "person", "words"}
        assert one.recorded_by
        assert one.absolute is (code == "serious-harm")
