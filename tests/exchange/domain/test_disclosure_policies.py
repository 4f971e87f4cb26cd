"""Properties that hold whatever anybody marks, decides or wishes, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

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
    Wish,
    class_of,
    decide,
    reason,
    reasons,
)
from schemas.codes import code_set

DAY = date(2026, 7, 1)
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
TYPES = [one.code for one in code_set("document-type").current(DAY)]
REASONS = reasons(DAY)
RELEASES = [one for one in REASONS if reason(one).direction == "release"]
SCHOOL, LA = "0000-school", "0000-la"

_audience = st.sampled_from([EVERYBODY, SCHOOL, LA, "senco", "la", "school", "family", "dsl"])
_moment = st.integers(0, 50).map(lambda minutes: AT + timedelta(minutes=minutes))
_marks = st.builds(Mark, _audience, st.just("Jo"), st.just("senco"), _moment)


def _judgements(codes: list[str]) -> st.SearchStrategy[Judgement]:
    return st.builds(
        Judgement,
        st.sampled_from(codes),
        _audience,
        st.just("Ada"),
        st.just(DAY),
        st.just("Jo"),
        st.just("senco"),
        _moment,
    )


_wishes = st.builds(
    Wish,
    st.sampled_from(["family", "pupil"]),
    st.sampled_from(["agrees", "refuses", "no-answer"]),
    _audience,
    st.just("Jo"),
    st.just("senco"),
    _moment,
)


def _some(one: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(one, max_size=4).map(tuple)


_said = st.builds(Said, _some(_marks), _some(_judgements(list(REASONS))), _some(_wishes))
_facts = st.builds(
    Facts,
    type=st.sampled_from(TYPES),
    said=_said,
    pupil_said=st.builds(Said, wishes=_some(_wishes)),
    speaks_alone=st.booleans(),
)
_to = st.one_of(
    st.builds(
        Recipient,
        org_id=st.just(SCHOOL),
        kind=st.just("school"),
        named_school=st.booleans(),
        inbox=st.sampled_from(["general", "dsl"]),
    ),
    st.builds(Recipient, org_id=st.just(LA), kind=st.sampled_from(["la", "family", "agency"])),
)
_purpose = st.builds(
    Purpose,
    code=st.sampled_from([one.code for one in code_set("purpose")]),
    lawful_basis=st.sampled_from([one.code for one in code_set("lawful-basis")]),
    kind=st.sampled_from(["transfer", "cp-file"]),
)
_case = st.tuples(_facts, _to, _purpose)
_Case = tuple[Facts, Recipient, Purpose]
_many = settings(max_examples=200, deadline=None)


def outcome(case: _Case) -> Decision:
    return decide(*case, DAY)


def saying(case: _Case, said: Said) -> _Case:
    facts, to, purpose = case
    return replace(facts, said=said), to, purpose


@_many
@given(_case)
def test_it_always_decides_and_always_says_why_and_who(case: _Case) -> None:
    found = outcome(case)
    assert found.code
    assert found.by
    assert found.basis
    assert outcome(case) == found


@_many
@given(_case)
def test_child_protection_goes_only_in_the_dsls_pack(case: _Case) -> None:
    facts, to, purpose = case
    confidential = facts.type == "cp-file"
    if outcome(case).allowed:
        assert confidential is (purpose.kind == "cp-file")
        assert not confidential or to.inbox == "dsl"


@_many
@given(_case)
def test_serious_harm_that_was_not_lifted_withholds(case: _Case) -> None:
    facts = case[0]
    harm = Judgement("serious-harm", EVERYBODY, "Dr A", DAY, "Jo", "senco", AT, "X1")
    for earlier in range(len(facts.said.judgements) + 1):
        told = (
            *facts.said.judgements[:earlier],
            harm,
            *(one for one in facts.said.judgements[earlier:] if one.reason != "harm-no-longer"),
        )
        found = outcome(saying(case, replace(facts.said, judgements=told)))
        assert found.outcome is Outcome.WITHHELD


@_many
@given(_case, st.lists(_judgements(RELEASES), max_size=6))
def test_no_release_opens_what_the_table_closes(case: _Case, releases: list[Judgement]) -> None:
    silent = saying(case, Said())
    if outcome(silent).outcome is Outcome.WITHHELD:
        said = Said(judgements=tuple(releases))
        assert outcome(saying(case, said)).outcome is Outcome.WITHHELD


@_many
@given(_case, _marks)
def test_a_further_mark_never_lets_anything_go(case: _Case, mark: Mark) -> None:
    facts = case[0]
    marked = replace(facts.said, marks=(*facts.said.marks, mark))
    if not outcome(case).allowed:
        assert not outcome(saying(case, marked)).allowed


@_many
@given(_case, _judgements([one for one in REASONS if one not in RELEASES]))
def test_a_further_decision_to_withhold_never_lets_anything_go(
    case: _Case, withheld: Judgement
) -> None:
    facts, to, _ = case
    told = replace(facts.said, judgements=(*facts.said.judgements, withheld))
    found = outcome(saying(case, told))
    if not outcome(case).allowed or to.is_meant_by(withheld.audience):
        assert not found.allowed


@_many
@given(_case)
def test_what_must_go_is_stopped_silently_by_nobody_but_head_and_professional(case: _Case) -> None:
    facts, to, _ = case
    before, found = outcome(saying(case, Said())), outcome(case)
    must_go = class_of(facts.type, DAY)[0] == "must-go"
    if must_go and before.outcome is not Outcome.WITHHELD:
        heard = {one.reason for one in facts.said.judgements if to.is_meant_by(one.audience)}
        if not heard & {"serious-harm", "head-withholds"}:
            assert found.outcome is not Outcome.WITHHELD
