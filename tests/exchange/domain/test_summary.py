"""The summary of a pack: from whatever records there are, nothing added, nothing that is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.summary import Coming, Summary, summarise
from schemas.base import Record, load
from schemas.pupil import Pupil
from schemas.records import RECORDS
from tests.schemas import record_examples as examples

TODAY = date(2026, 6, 30)
MAKERS: tuple[Callable[..., dict[str, Any]], ...] = (
    examples.register,
    examples.plan,
    examples.profile,
    examples.transition,
    examples.report,
    examples.attendance,
    examples.attainment,
    examples.safeguarding,
    examples.ehc_plan,
)


def made(*records: dict[str, Any], today: date = TODAY, **pupil: Any) -> Summary:
    child = load(Pupil, examples.pupil(**pupil))
    return summarise(child, [load(RECORDS, one) for one in records], today)


def texts(value: object) -> Iterator[str]:
    """Yield every text of a summary."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Record):
        return
    elif is_dataclass(value):
        for one in fields(value):
            yield from texts(getattr(value, one.name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from texts(inner)


@given(st.sets(st.sampled_from(MAKERS)))
def test_any_part_of_a_pack_has_a_summary(makers: set[Callable[..., dict[str, Any]]]) -> None:
    found = made(*(maker() for maker in makers))
    assert found.child.name == "Chidi Okafor-Núñez"
    assert ("OnePageProfile" in found.absent) is (examples.profile not in makers)
    assert ("SenSupportPlan" in found.absent) is (examples.plan not in makers)
    assert bool(found.needs) is (examples.register in makers)
    assert bool(found.helps) is bool({examples.plan, examples.profile} & makers)


def test_who_the_child_is() -> None:
    child = made(examples.profile(medical_alert="EpiPen in the office")).child
    assert (child.name, child.legal_name) == ("Chidi Okafor-Núñez", "Chidubem José Okafor")
    assert child.born == load(Pupil, examples.pupil()).date_of_birth
    assert child.school == "Elm Grove Primary School"
    assert child.medical == "EpiPen in the office"


def test_what_is_noticed_is_told_apart_from_needs() -> None:
    found = made(examples.register())
    assert [one.text for one in found.needs] == [
        "Speech, language and communication needs: Says little in groups.",
        "Specific learning difficulty",
    ]  # the need that ended in 2014 is over
    assert [(one.area, one.noticed) for one in found.noticed] == [
        ("Communication and interaction", "Covers his ears in the hall, every day.")
    ]


def test_helps_and_avoids_come_from_profile_and_plan() -> None:
    plan = examples.plan(strategies=[{"helps": "Short steps", "avoid": "Cold calling"}])
    found = made(plan, examples.profile(support=["A quiet start"], avoid=["Loud rooms"]))
    assert [(one.text, one.source) for one in found.helps] == [
        ("A quiet start", "profile"),
        ("Short steps", "plan"),
    ]
    assert [(one.text, one.source) for one in found.avoid] == [
        ("Loud rooms", "profile"),
        ("Cold calling", "plan"),
    ]


def test_what_is_in_place_says_how_often_and_with_whom() -> None:
    one = {"what": "Lego group", "who": "a TA", "times": 2, "per": "week", "minutes": 30}
    running = {**one, "group_size": 4}
    over = {**one, "ends": "2026-06-29"}
    found = made(examples.plan(provision=[running, over]))
    assert found.in_place == ("Lego group, 30 minutes, twice a week, in a group of 4, with a TA",)


def test_costs_never_reach_the_summary() -> None:
    one = {"what": "Group", "who": "a TA", "times": 1, "per": "day", "minutes": 30}
    found = made(examples.plan(provision=[{**one, "hourly_rate_pence": 98_765}]))
    assert not any("98765" in text or "987.65" in text for text in texts(found))


def test_a_flag_that_is_down_names_nobody() -> None:
    assert made(examples.safeguarding(flag=False)).safeguarding is None
    contact = made(examples.safeguarding(flag=True)).safeguarding
    assert contact is not None


def test_a_withdrawn_report_is_not_shown() -> None:
    assert made(examples.report(status="final")).reports
    assert made(examples.report(status="entered-in-error")).reports == ()


@pytest.mark.parametrize(
    ("issued", "reviewed", "due"),
    [
        ("2025-07-01", None, date(2026, 7, 1)),
        ("2024-02-29", None, date(2025, 2, 28)),
        ("2024-07-01", "2025-11-03", date(2026, 11, 3)),
    ],
)
def test_the_annual_review_is_a_year_after_the_last(
    issued: str, reviewed: str | None, due: date
) -> None:
    plan = examples.ehc_plan(status="final", issued=issued, last_review=reviewed)
    if reviewed is None:
        del plan["last_review"]
    (coming,) = made(plan).coming
    assert (coming.code, coming.day) == ("ehc-review", due)


def test_dates_are_past_soon_or_coming() -> None:
    def at(day: str) -> Coming:
        plan = examples.plan(next_review=day, outcomes=[], provision=[], reviews=[], cycles=[])
        (found,) = made(plan).coming
        return found

    assert at("2026-06-29").state == "past"
    assert at("2026-06-30").state == "soon"
    assert at("2026-07-28").state == "soon"
    assert at("2026-07-29").state == "coming"


def test_a_review_that_was_held_is_not_due() -> None:
    review = {"held": "2026-06-20", "progress": "Good."}
    plan = examples.plan(next_review="2026-06-20", outcomes=[], provision=[], cycles=[])
    assert made({**plan, "reviews": [review]}).coming == ()


def test_codes_of_a_newer_list_are_shown_as_they_are() -> None:
    newer = examples.register(schema="sen.sen-register/1.9", needs=[{"rank": 1, "type": "NEW"}])
    assert [one.text for one in made(newer).needs] == ["NEW"]
