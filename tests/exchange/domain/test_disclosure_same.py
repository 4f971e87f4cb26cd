"""What holds the same is kept back together, however it is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.disclosure import (
    EVERYBODY,
    Facts,
    Judgement,
    Mark,
    Outcome,
    Purpose,
    Recipient,
    Said,
    Wanted,
    Wish,
    class_of,
    decide,
)
from tests.exchange.domain.test_disclosure_policies import (
    DAY,
    _Case,
    _case,
    _facts,
    _judgements,
    _marks,
    _wishes,
    outcome,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
SCHOOL = Recipient(org_id="0000-school", kind="school", named_school=True)


def judged(why: str, minute: int = 0) -> Judgement:
    at = AT + timedelta(minutes=minute)
    return Judgement(why, EVERYBODY, "Dr A", DAY, "Jo", "senco", at, "X1")


def wished(wants: Wanted, minute: int = 0) -> Wish:
    return Wish("family", wants, EVERYBODY, "Jo", "senco", AT + timedelta(minutes=minute))


MARKED = Said(marks=(Mark("school", "Jo", "senco", AT),))


def found(about: Facts, *same: Facts) -> tuple[str, str]:
    made = decide(replace(about, same=same), SCHOOL, Purpose(), DAY)
    return made.outcome.value, made.code


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Facts(type="ep-report"), ("allowed", "may-receive")),
        (Facts(type="ep-report", said=MARKED), ("withheld", "same-withheld")),
        (
            Facts(type="ep-report", said=Said(judgements=(judged("serious-harm"),))),
            ("withheld", "same-withheld"),
        ),
        (
            Facts(type="ep-report", said=Said(judgements=(judged("about-somebody-else"),))),
            ("withheld", "same-withheld"),
        ),
        (
            Facts(type="diagnosis-letter", said=Said(wishes=(wished("refuses"),))),
            ("withheld", "same-withheld"),
        ),
        (
            Facts(type="ep-report", said=Said(wishes=(wished("refuses"),))),
            ("needs-decision", "same-undecided"),
        ),
        (Facts(type="parent-views"), ("needs-decision", "same-undecided")),
        (
            Facts(type="ehc-plan", sections={"D": Said(judgements=(judged("serious-harm"),))}),
            ("withheld", "same-withheld"),
        ),
        (Facts(type="ehc-plan", sections={"D": MARKED}), ("needs-decision", "same-undecided")),
        # That the table sends a costed map to no school is asked of the costed map.
        (Facts(type="provision-map-costed"), ("allowed", "may-receive")),
        (Facts(type="camhs-report"), ("allowed", "may-receive")),
        # ... but what people said counts, also where the table closes it anyhow.
        (Facts(type="provision-map-costed", said=MARKED), ("needs-decision", "same-undecided")),
    ],
)
def test_what_people_said_against_one_holds_for_the_other(
    other: Facts, told: tuple[str, str]
) -> None:
    assert found(Facts(type="strategies"), other) == told


def test_what_was_lifted_stands_in_nobodys_way() -> None:
    lifted = Said(judgements=(judged("serious-harm"), judged("harm-no-longer", 1)))
    assert found(Facts(type="other"), Facts(type="ep-report", said=lifted))[0] == "allowed"
    agreed = Said(wishes=(wished("refuses"), wished("agrees", 1)))
    assert found(Facts(type="other"), Facts(type="ep-report", said=agreed))[0] == "allowed"


def test_a_release_of_one_opens_no_other() -> None:
    released = Said(judgements=(judged("named-recipient"),))
    other = Facts(type="other", said=released)
    assert found(Facts(type="camhs-report"), other) == ("needs-decision", "named-people-only")
    lifted = Facts(type="other", said=Said(judgements=(judged("withholding-lifted", 5),)))
    kept = Said(judgements=(judged("not-needed"),))
    assert found(Facts(type="ep-report", said=kept), lifted) == ("withheld", "not-needed")


def test_the_head_is_asked_of_what_must_go() -> None:
    other = Facts(type="ep-report", said=Said(judgements=(judged("not-needed", 5),)))
    asked = ("needs-decision", "withheld-but-must-go")
    assert found(Facts(type="attainment"), other) == asked
    early = Said(judgements=(judged("statutory-duty"),))
    assert found(Facts(type="attainment", said=early), other) == asked
    late = Said(judgements=(judged("statutory-duty", 6),))
    assert found(Facts(type="attainment", said=late), other) == ("allowed", "statutory-duty")


@pytest.mark.parametrize("why", ["serious-harm", "head-withholds"])
def test_a_professional_and_the_head_are_not_asked_again(why: str) -> None:
    other = Facts(type="ep-report", said=Said(judgements=(judged(why),)))
    late = Said(judgements=(judged("statutory-duty", 6),))
    assert found(Facts(type="attainment", said=late), other) == ("withheld", "same-withheld")


def test_an_objection_to_the_whole_pack_is_answered_once() -> None:
    whole = Said(wishes=(wished("refuses"),))
    one = Facts(type="ep-report", pupil_said=whole)
    assert found(one, replace(one, type="screening")) == ("needs-decision", "objection")
    answered = Said(judgements=(judged("objection-answered", 1),))
    both = replace(one, said=answered)
    assert found(both, replace(one, type="screening"))[0] == "allowed"
    assert found(both, replace(one, type="diagnosis-letter")) == ("withheld", "same-withheld")


def test_who_keeps_back_a_cp_file_is_not_told() -> None:
    other = Facts(type="cp-file", said=Said(judgements=(judged("serious-harm"),)))
    made = decide(Facts(type="other", same=(other,)), SCHOOL, Purpose(), DAY)
    assert (made.code, made.by) == ("same-withheld", "rule")


_many = settings(max_examples=200, deadline=None)


@_many
@given(_case, st.lists(_facts, max_size=3))
def test_what_holds_the_same_never_lets_anything_go(case: _Case, same: list[Facts]) -> None:
    facts, to, purpose = case
    if not outcome(case).allowed:
        assert not outcome((replace(facts, same=tuple(same)), to, purpose)).allowed


@_many
@given(_case, _facts, st.one_of(_marks, _judgements(["serious-harm", "not-needed"]), _wishes))
def test_a_word_against_it_is_a_word_against_what_holds_the_same(
    case: _Case, other: Facts, word: Mark | Judgement | Wish
) -> None:
    facts, to, purpose = case
    if not to.is_meant_by(word.not_for if isinstance(word, Mark) else word.audience):
        return
    if isinstance(word, Wish) and (word.wants != "refuses" or other.speaks_alone):
        return
    if isinstance(word, Mark):
        said = Said(marks=(word,))
    elif isinstance(word, Judgement):
        said = Said(judgements=(word,))
    else:
        said = Said(wishes=(word,))
    own = replace(other, said=said, pupil_said=Said())
    if decide(own, to, purpose, DAY).outcome is Outcome.ALLOWED:
        return  # of this kind it is no word against it
    silent = replace(own, said=Said())
    if decide(silent, to, purpose, DAY).outcome is not Outcome.ALLOWED:
        return  # it would not go in any case
    about = replace(facts, said=Said(), pupil_said=Said(), same=(own,))
    assert not decide(about, to, purpose, DAY).allowed


@_many
@given(_case, _facts)
def test_what_must_go_is_not_stopped_silently_by_what_holds_the_same(
    case: _Case, other: Facts
) -> None:
    facts, to, purpose = case
    silent = replace(facts, said=Said(), pupil_said=Said())
    must_go = class_of(facts.type, DAY)[0] == "must-go"
    if must_go and decide(silent, to, purpose, DAY).outcome is not Outcome.WITHHELD:
        heard = {one.reason for one in other.said.judgements if to.is_meant_by(one.audience)}
        if not heard & {"serious-harm", "head-withholds"}:
            made = decide(replace(silent, same=(other,)), to, purpose, DAY)
            assert made.outcome is not Outcome.WITHHELD
