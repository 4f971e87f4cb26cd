"""The family's allow-list, by itself: who is named, and what keeps a paper off the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from exchange.domain.disclosure import Judgement, Mark, Said
from exchange.domain.family import (
    MAY_BE_TOLD,
    NEVER_TOLD,
    Paper,
    may_be_read,
    may_be_told,
    names_another,
)

AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
TODAY = AT.date()
REPORT = Paper("ref", "ep-report", Said(), going=True, pupil_said=Said())


def judged(reason: str, audience: str) -> Judgement:
    return Judgement(reason, audience, "A", date(2026, 6, 1), "A", "senco", AT)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Tom Elder is cross", True),
        ("TOM  ELDER's house", True),
        ("tom-elder", True),
        ("Mail tom@elder.example", True),
        ("Ring 01632960222 after six", True),
        ("Ring 01632 960-222", True),
        ("Tom reads well", False),
        ("An elder tree", False),
        ("01632 960223", False),
        ("", False),
    ],
)
def test_another_adult_is_found_however_they_are_written(text: str, named: bool) -> None:
    others = ["Tom Elder", "tom@elder.example", "01632 960222", "", "x"]
    assert names_another([text], others) is named


@pytest.mark.parametrize("type_", sorted(NEVER_TOLD))
def test_some_kinds_are_never_told(type_: str) -> None:
    paper = replace(REPORT, type=type_)
    assert not may_be_told(paper)
    assert not may_be_read(paper, TODAY)


@pytest.mark.parametrize("type_", sorted(MAY_BE_TOLD))
def test_what_does_not_go_is_not_told(type_: str) -> None:
    assert may_be_told(replace(REPORT, type=type_))
    assert not may_be_told(replace(REPORT, type=type_, going=False))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(), True),
        (Said(marks=(Mark("family", "A", "senco", AT),)), False),
        (Said(marks=(Mark("everybody", "A", "senco", AT),)), False),
        (Said(marks=(Mark("la", "A", "senco", AT),)), True),
        (Said(judgements=(judged("serious-harm", "everybody"),)), False),
        (Said(judgements=(judged("serious-harm", "family"),)), False),
        (Said(judgements=(judged("not-needed", "school"),)), True),
        (
            Said(judgements=(judged("serious-harm", "family"), judged("harm-no-longer", "family"))),
            True,
        ),
        # A release to the school lifts nothing for the family.
        (
            Said(judgements=(judged("serious-harm", "family"), judged("harm-no-longer", "school"))),
            False,
        ),
    ],
)
def test_marks_and_decisions_about_the_family_keep_a_paper_off(said: Said, told: bool) -> None:
    assert may_be_told(replace(REPORT, said=said)) is told
    assert may_be_read(replace(REPORT, said=said), TODAY) is told
    assert may_be_told(replace(REPORT, pupil_said=said)) is told


def test_records_are_told_and_never_handed_over() -> None:
    assert may_be_told(replace(REPORT, is_document=False))
    assert not may_be_read(replace(REPORT, is_document=False), TODAY)


PLAN = replace(REPORT, type="ehc-plan")


@pytest.mark.parametrize(
    "said",
    [
        Said(marks=(Mark("family", "A", "senco", AT),)),
        Said(marks=(Mark("everybody", "A", "senco", AT),)),
        Said(judgements=(judged("serious-harm", "family"),)),
        Said(
            judgements=(
                judged("about-somebody-else", "everybody"),
                judged("withholding-lifted", "school"),
            )
        ),
    ],
)
def test_a_section_that_is_kept_from_the_family_keeps_the_plans_file_off(said: Said) -> None:
    paper = replace(PLAN, sections={"D": said, "F": Said()})
    assert not may_be_told(paper)
    assert not may_be_read(paper, TODAY)


def test_a_section_that_is_kept_from_others_alone_keeps_nothing_off() -> None:
    paper = replace(PLAN, sections={"D": Said(marks=(Mark("la", "A", "senco", AT),))})
    assert may_be_told(paper)
    assert may_be_read(paper, TODAY)
