"""A child who changes phase and of whom no report came: the date shows at the case of the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.domain.clocks import Standing
from exchange.domain.feeder import Who
from exchange.services.boards.cases import SORT, CaseBoard
from exchange.services.cases import Case, CaseState, Event, Source, case, record_event
from exchange.services.cases.by_hand import HandRequest, enter_request
from exchange.services.cases.events import change
from exchange.services.cases.phases import BY_AGE, BY_YEAR, phase_in, phase_of_case
from exchange.services.cases.reminding import pressing
from exchange.services.reviews.model import Outcome
from exchange.services.reviews.received import Received
from schemas.annual_review import Recommendation, ReviewKind
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL

CAME = date(2025, 3, 3)
DAY = timedelta(days=1)


def planned(desk: Desk, year: str, born: date, issued: date = date(2025, 7, 1)) -> Case:
    """Return a case whose plan was issued; the request told a year group in March 2025."""
    order = HandRequest(Source.PARENT, Who("Ash", "Bo", born), CAME, year)
    made = enter_request(desk.inside, COUNCIL, order, CASEWORKER, ("kay", "Kay"))

    def issue(before: Case) -> Case:
        events = {Event.FINAL_ISSUED.value: issued}
        return replace(before, state=CaseState.FINAL, events=events)

    return change(desk.inside, COUNCIL, made.case_id, CASEWORKER, "case.event", issue)


@pytest.mark.parametrize(
    ("year", "born", "today", "due", "known"),
    [
        ("5", date(2015, 3, 1), date(2026, 2, 1), date(2026, 2, 14), BY_YEAR),
        ("10", date(2010, 3, 1), date(2025, 9, 1), date(2026, 3, 30), BY_YEAR),
        ("5", date(2015, 3, 1), date(2025, 8, 31), None, ""),
        ("4", date(2015, 3, 1), date(2026, 2, 1), date(2026, 2, 14), BY_AGE),
        ("4", date(2015, 3, 1), date(2026, 9, 1), date(2027, 2, 14), BY_YEAR),
        ("", date(2015, 3, 1), date(2026, 2, 1), date(2026, 2, 14), BY_AGE),
        ("R", date(2019, 3, 1), date(2030, 10, 1), date(2031, 2, 14), BY_YEAR),
        ("7", date(2012, 3, 1), date(2026, 2, 1), None, ""),
    ],
)
def test_the_year_group_is_counted_on(
    desk: Desk, year: str, born: date, today: date, due: date | None, known: str
) -> None:
    held = planned(desk, year, born)
    with desk.house.store.reading(COUNCIL) as unit:
        found = phase_in(unit, held, today)
    assert (found.clock.due if found else None, found.known if found else "") == (due, known)


def test_it_stands_on_the_list_until_the_plan_names_the_next_school(desk: Desk) -> None:
    held = planned(desk, "5", date(2015, 3, 1))
    due = date(2026, 2, 14)
    at = desk.town.clock.at

    def rows(today: date, show: str = "now") -> list[Standing]:
        desk.town.clock.at = at.replace(year=today.year, month=today.month, day=today.day)
        found = CaseBoard(desk.inside).look(COUNCIL).all(show, SORT)
        with desk.house.store.reading(COUNCIL) as unit:
            mailed = [one.due for one in pressing(unit, today)]
        urgent = [one.outlook.due for one in found if one.standing is not Standing.RUNNING]
        assert mailed == urgent
        return [one.standing for one in found]

    assert rows(due - 43 * DAY) == []
    assert rows(due - 42 * DAY) == [Standing.RUNNING]
    assert rows(due - DAY, "due") == [Standing.AMBER]
    assert rows(due + DAY, "late") == [Standing.LATE]
    here = desk.inside, COUNCIL, held.case_id
    record_event(*here, Event.NEXT_NAMED, due, CASEWORKER)
    assert rows(due + DAY) == []
    with desk.house.store.reading(COUNCIL) as unit:
        found = phase_in(unit, case(unit, held.case_id), due + DAY)
    assert found is not None
    assert found.standing(due + DAY) is Standing.MET
    record_event(*here, Event.NO_MOVE, due, CASEWORKER)
    with desk.house.store.reading(COUNCIL) as unit:
        assert phase_in(unit, case(unit, held.case_id), due + DAY) is None


def test_a_plan_that_came_after_the_day_is_not_late(desk: Desk) -> None:
    held = planned(desk, "6", date(2014, 3, 1), issued=date(2025, 3, 20))
    assert phase_of_case(held, date(2025, 4, 1)) is None


def test_what_was_decided_on_a_report_counts_at_the_case_too(desk: Desk) -> None:
    held, today = planned(desk, "5", date(2015, 3, 1)), date(2026, 2, 1)
    told = date(2025, 12, 1)

    def report(outcome: Outcome | None) -> Received:
        return Received(
            *("r", "s", "b", "Bo", "Ash", ReviewKind.ANNUAL, date(2025, 11, 10), told),
            recommendation=Recommendation.KEEP,
            nc_year="6",
            outcome=outcome,
            told=told if outcome else None,
        )

    waits, kept = (phase_of_case(held, today, [report(one)]) for one in (None, Outcome.KEEP))
    assert waits is not None
    assert kept is not None
    assert (waits.clock.met, kept.clock.met) == (None, told)
    assert phase_of_case(held, today, [report(Outcome.END)]) is None
