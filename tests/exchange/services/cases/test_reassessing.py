"""A reassessment of a plan: its clocks start, press on the list, and end with the final plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exchange.domain.clocks import Standing
from exchange.domain.feeder import Who
from exchange.errors import Conflict, UsageError
from exchange.services.boards.cases import SORT, CaseBoard
from exchange.services.cases import CaseState, Decision, Event, Source, case, record_decision
from exchange.services.cases.again import Reassessment
from exchange.services.cases.by_hand import HandRequest, enter_request
from exchange.services.cases.issuing import record_issued
from exchange.services.cases.mistakes import days_to_take_back
from exchange.services.cases.reassessing import ask, begin_unasked, decide, stop, tell
from exchange.services.cases.reminding import pressing
from exchange.services.cases.timing import CaseClock, clocks_of
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL

TODAY = date(2026, 7, 1)
ISSUED = date(2025, 9, 1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def plan(desk: Desk) -> str:
    """Return a case whose plan was issued, in time, last autumn."""
    who = Who("Ash", "Bo", date(2017, 1, 1))
    order = HandRequest(Source.PARENT, who, date(2025, 6, 2))
    case_id = enter_request(desk.inside, COUNCIL, order, CASEWORKER, ("kay", "Kay")).case_id
    for what in ("assess", "plan"):
        day = date(2025, 7, 1)
        yes = Decision(what, yes=True, decided=day, reasons="", told=day)
        record_decision(desk.inside, COUNCIL, case_id, yes, CASEWORKER)
    record_issued(desk.inside, COUNCIL, case_id, ISSUED, CASEWORKER)
    return case_id


def running(desk: Desk, case_id: str) -> dict[str, CaseClock]:
    with desk.house.store.reading(COUNCIL) as unit:
        return {one.code: one for one in clocks_of(case(unit, case_id)) if one.runs}


def yes(decided: date, told: date | None = None) -> Reassessment:
    return Reassessment(yes=True, decided=decided, told=told)


def test_a_reassessment_runs_from_the_telling_to_the_plan(desk: Desk, plan: str) -> None:
    here = desk.inside, COUNCIL, plan
    board = CaseBoard(desk.inside)
    assert list(board.look(COUNCIL).all("now", SORT)) == []
    ask(*here, Source.PARENT, ago(110), CASEWORKER)
    (row,) = board.look(COUNCIL).all("late", SORT)
    assert (row.outlook.next_code, row.outlook.due) == ("reassess-decision", ago(95))
    decide(*here, yes(ago(98)), CASEWORKER)
    assert set(running(desk, plan)) == {"appeal", "reassess-decision"}
    told = tell(*here, ago(97), CASEWORKER)
    assert told.state is CaseState.REASSESSING
    assert running(desk, plan)["reassessment"].clock.due == TODAY + timedelta(days=1)
    (row,) = board.look(COUNCIL).all("due", SORT)
    assert (row.outlook.next_code, row.standing) == ("reassessment", Standing.AMBER)
    with desk.house.store.reading(COUNCIL) as unit:
        assert [one.due for one in pressing(unit, TODAY)] == [TODAY + timedelta(days=1)]
    with pytest.raises(UsageError, match="date-before-asked"):
        record_issued(*here, ago(98), CASEWORKER)
    done = record_issued(*here, TODAY, CASEWORKER)
    clocks = {one.code: one.clock for one in clocks_of(done)}
    assert (clocks["reassessment"].met, clocks["final-plan"].met) == (TODAY, ISSUED)
    assert clocks["appeal"].starts == TODAY
    assert done.events[Event.FINAL_ISSUED.value] == ISSUED
    assert list(board.look(COUNCIL).all("now", SORT)) == []
    assert Event.FINAL_ISSUED not in days_to_take_back(done)


def test_where_the_authority_decides_by_itself_the_plan_counts_from_then(
    desk: Desk, plan: str
) -> None:
    begin_unasked(desk.inside, COUNCIL, plan, ago(99), CASEWORKER)
    tell(desk.inside, COUNCIL, plan, ago(50), CASEWORKER)
    found = running(desk, plan)
    assert found["reassessment"].standing(TODAY) is Standing.LATE
    assert "reassess-decision" not in found


def test_a_refusal_ends_it_and_may_be_appealed(desk: Desk, plan: str) -> None:
    here = desk.inside, COUNCIL, plan
    ask(*here, Source.SCHOOL, ago(20), CASEWORKER)
    with pytest.raises(UsageError, match="text-missing"):
        decide(*here, Reassessment(yes=False, decided=ago(10)), CASEWORKER)
    no = Reassessment(yes=False, decided=ago(10), reasons="Reviewed in May.")
    assert decide(*here, no, CASEWORKER).state is CaseState.REASSESSING
    with pytest.raises(Conflict, match="case-state"):
        record_issued(*here, TODAY, CASEWORKER)
    ended = tell(*here, ago(9), CASEWORKER)
    assert ended.state is CaseState.FINAL
    assert running(desk, plan)["appeal"].clock.starts == ago(9)
    assert ask(*here, Source.PARENT, TODAY, CASEWORKER).state is CaseState.REASSESSING


def test_what_is_stopped_asks_for_nothing_more(desk: Desk, plan: str) -> None:
    here = desk.inside, COUNCIL, plan
    for day, code in ((date(2025, 8, 1), "date-before-plan"), (ago(-1), "date-in-future")):
        with pytest.raises(UsageError, match=code):
            ask(*here, Source.PARENT, day, CASEWORKER)
    ask(*here, Source.PARENT, ago(120), CASEWORKER)
    with pytest.raises(Conflict, match="case-state"):
        ask(*here, Source.PARENT, ago(1), CASEWORKER)
    decide(*here, yes(ago(110), ago(110)), CASEWORKER)
    ended = stop(*here, ago(1), "They took it back.", CASEWORKER)
    assert (ended.state, ended.notes[-1].text.endswith("They took it back.")) == (
        CaseState.FINAL,
        True,
    )
    assert set(running(desk, plan)) == {"appeal"}
