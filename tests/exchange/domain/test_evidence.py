"""The grid: what speaks to a point, how old it is, what a council likes; it only warns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.evidence import (
    Age,
    Child,
    Coverage,
    ListedPaper,
    age_of,
    coverage,
    months_between,
)
from exchange.domain.la_profiles import GENERIC, Form, profile, profile_for, profiles
from exchange.errors import NotFound
from schemas.base import load
from schemas.codes import code_set
from schemas.ehc_request import EhcRequest
from tests.schemas.record_examples import ehc_request

TODAY = date(2026, 11, 23)
TYPES = [each.code for each in code_set("document-type")]


def request(**changes: Any) -> EhcRequest:
    keep = {"needs_reason", "plan_reason", "costs", "evidence", "cycles", "views", "consents"}
    keep |= {"advice", "professionals", "answers", "added"}
    bare: dict[str, Any] = dict.fromkeys(keep - {"needs_reason", "plan_reason", "costs"}, ())
    bare |= {"needs_reason": None, "plan_reason": None, "costs": None}
    made = replace(load(EhcRequest, ehc_request()), **bare)
    return replace(made, **changes)


def paper(type_: str, authored: date | None = date(2026, 10, 1), number: int = 1) -> ListedPaper:
    return ListedPaper(f"{number:08d}-1111-4111-8111-111111111111", type_, f"A {type_}", authored)


def covered(*papers: ListedPaper, **changes: Any) -> Coverage:
    child = changes.pop("child", None)
    records = changes.pop("records", ())
    chosen = profile(changes.pop("profile", GENERIC))
    return coverage(request(**changes), papers, chosen, TODAY, child=child, records=records)


def codes(found: Coverage) -> set[tuple[str, str]]:
    return {(each.code, each.about) for each in found.warnings}


def test_nothing_at_all_is_five_gaps_and_many_words_but_no_refusal() -> None:
    found = covered()
    assert found.gaps == ("attainment", "needs", "action", "progress", "development")
    assert [each.number for each in found.points] == [1, 2, 3, 4, 5, 6]
    assert ("cycles-few", "cycles") in codes(found)
    assert ("reason-empty", "reasons") in codes(found)


def test_an_ep_report_speaks_to_needs_and_is_psychological_advice() -> None:
    found = covered(paper("ep-report"))
    assert "needs" not in found.gaps
    advice = {each.code: each for each in found.advice}
    assert [each.type for each in advice["psychology"].found] == ["ep-report"]
    assert advice["medical"].gap
    assert advice["psychology"].source == "SEND Regulations 2014, reg 6(1)(d)"


def test_what_the_school_linked_counts_whatever_its_type() -> None:
    odd = paper("other")
    value = load(
        EhcRequest, ehc_request(evidence=[{"point": "progress", "documents": [odd.document_id]}])
    )
    found = covered(odd, evidence=value.evidence)
    point = next(each for each in found.points if each.code == "progress")
    assert [(each.linked, each.title) for each in point.found] == [(True, "A other")]
    assert not point.gap


def test_records_and_words_speak_too() -> None:
    said = load(
        EhcRequest, ehc_request(evidence=[{"point": "progress", "text": "Only with help."}])
    )
    found = covered(
        evidence=said.evidence, records=["attainment", "sen-register", "sen-support-plan"]
    )
    assert found.gaps == ("development",)


@pytest.mark.parametrize(
    ("born", "applies"),
    [(None, False), (date(2008, 11, 24), False), (date(2008, 11, 23), True)],
)
def test_more_time_is_asked_of_those_who_are_18(born: date | None, applies: bool) -> None:
    found = covered(child=Child(born=born))
    assert found.points[5].applies is applies
    assert ("more-time" in found.gaps) is applies


@pytest.mark.parametrize(
    ("child", "asked"),
    [
        (Child(), set()),
        (Child(nc_year="8"), set()),
        (Child(nc_year="9"), {"adulthood"}),
        (Child(nc_year="R", sen_types=frozenset({"HI"})), {"hearing"}),
        (Child(sen_types=frozenset({"MSI"})), {"hearing", "vision"}),
    ],
)
def test_advice_is_asked_for_where_the_regulation_asks(child: Child, asked: set[str]) -> None:
    found = covered(child=child)
    always = {"parent", "education", "medical", "psychology", "social-care"}
    assert {each.code for each in found.advice if each.applies} == always | asked


def test_a_report_of_exactly_24_months_is_not_yet_old() -> None:
    assert age_of("ep-report", date(2024, 11, 23), TODAY) is Age.FRESH
    assert age_of("ep-report", date(2024, 11, 22), TODAY) is Age.OLD
    assert age_of("ep-report", None, TODAY) is Age.UNDATED
    assert age_of("ep-report", date(2025, 11, 23), TODAY, 12) is Age.FRESH
    assert age_of("ep-report", date(2025, 11, 22), TODAY, 12) is Age.OLD


def test_old_papers_are_flagged_and_still_found() -> None:
    old = paper("ep-report", date(2020, 1, 1))
    found = covered(old, profile="example-county")
    wants = {each.code: each for each in found.wants}
    assert wants["ep-report"].only_old
    assert wants["ep-report"].found[0].months == 82
    assert ("want-old", "ep-report") in codes(found)
    assert ("want-missing", "attendance") in codes(found)


def test_a_profile_may_like_two_and_say_so() -> None:
    one = covered(paper("ep-report"), profile="example-borough")
    assert ("want-few", "specialist") in codes(one)
    two = covered(paper("ep-report"), paper("ot-report", number=2), profile="example-borough")
    assert not [each for each in two.warnings if each.about == "specialist"]


def test_costs_below_the_threshold_warn_and_the_law_knows_no_sum() -> None:
    costs = load(EhcRequest, ehc_request()).costs
    below = covered(costs=costs)
    assert ("costs-below", "costs") in codes(below)
    assert ("costs-missing", "costs") in codes(covered())
    assert "costs" not in {each.about for each in covered(profile="example-unitary").warnings}


def test_views_and_consent_that_are_there_are_not_asked_for() -> None:
    full = load(EhcRequest, ehc_request())
    found = covered(views=full.views, consents=full.consents, profile="example-county")
    said = codes(found)
    assert ("pupil-silent", "views") not in said
    assert ("family-silent", "views") in said
    assert ("consent-missing", "consents") not in said
    assert ("form-missing", "consents") not in said
    assert ("form-missing", "consents") in codes(covered(profile="example-county"))


def test_views_that_stand_in_a_document_are_views() -> None:
    said = codes(covered(paper("parent-views"), paper("pupil-views", number=2)))
    assert not {("family-silent", "views"), ("pupil-silent", "views")} & said
    assert ("family-silent", "views") in codes(covered())


def test_lines_without_a_price_are_pointed_out() -> None:
    costs = load(EhcRequest, ehc_request()).costs
    assert costs is not None
    free = replace(costs.lines[0], hourly_rate_pence=0, yearly_pence=0)
    found = covered(costs=replace(costs, lines=(free,), total_pence=0))
    assert ("costs-unpriced", "costs") in codes(found)


def test_questions_of_a_council_wait_for_answers() -> None:
    answers = load(EhcRequest, ehc_request()).answers
    said = codes(covered(answers=answers, profile="example-county"))
    assert ("question-open", "baseline") in said
    assert ("question-open", "early-help") not in said


def test_three_examples_and_one_for_everybody_else() -> None:
    assert profiles()[0].profile_id == GENERIC
    examples = [each for each in profiles() if each.example]
    assert len(examples) == 3
    assert all("(example)" in each.name and not each.authority for each in examples)
    assert {each.address.form for each in examples} == {Form.PORTAL, Form.EMAIL, Form.POST}
    assert profile_for("330").profile_id == GENERIC
    assert profile_for(None).threshold_pence == 600_000
    with pytest.raises(NotFound):
        profile("nobody")


papers = st.lists(
    st.builds(
        paper,
        st.sampled_from(TYPES),
        st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)),
        st.integers(1, 60),
    ),
    max_size=30,
)


@given(papers, st.sampled_from([each.profile_id for each in profiles()]))
def test_more_papers_never_make_a_gap(some: list[ListedPaper], chosen: str) -> None:
    before = covered(*some, profile=chosen)
    after = covered(*some, paper("sen-support-plan", number=99), profile=chosen)
    assert set(after.gaps) <= set(before.gaps)
    for point in (*before.points, *before.advice, *before.wants):
        assert {each.document_id for each in point.found} <= {each.document_id for each in some}


@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.integers(0, 400))
def test_months_are_full_months(first: date, days: int) -> None:
    last = date.fromordinal(first.toordinal() + days)
    months = months_between(first, last)
    assert 0 <= months <= days / 28
    assert months_between(last, first) == 0
