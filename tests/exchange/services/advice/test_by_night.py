"""Half past midnight in a British summer: the day is the one that it is in London."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.errors import UsageError
from exchange.services.advice.answering import send_answer
from exchange.services.advice.ordering import MOST_DUE
from exchange.services.advice.reports import Step
from exchange.services.advice.unrequested import CameBy, file_unrequested
from exchange.services.tray.file_upload import Filing, file_upload
from exchange.services.tray.receive import NewUpload, receive
from tests.exchange.services.advice.consulting import (
    ABOUT,
    COUNCIL_BODY,
    REPORT_PDF,
    Consulting,
)
from tests.exchange.services.advice.test_by_pack import EP, tasks, upload
from tests.exchange.services.town import COUNCIL, PRIMARY, SENCO

NIGHT = datetime(2026, 7, 2, 23, 30, tzinfo=UTC)
TODAY = date(2026, 7, 3)
DATED_TODAY = replace(ABOUT, written=TODAY)


@pytest.fixture
def night(consulting: Consulting) -> Consulting:
    consulting.town.clock.at = NIGHT
    return consulting


def test_a_report_of_today_is_taken_through_its_link(night: Consulting) -> None:
    report = night.sends(night.visit(night.asked()), about=DATED_TODAY)
    assert report.step is not Step.TAKING
    assert report.about.written == TODAY


def test_a_report_of_tomorrow_is_not(night: Consulting) -> None:
    visit = night.visit(night.asked())
    night.add(visit)
    with pytest.raises(UsageError) as error:
        night.desk.send(visit, replace(ABOUT, written=TODAY + timedelta(days=1)))
    assert (error.value.code, error.value.path) == ("day-unclear", "/written")


def came(night: Consulting) -> str:
    made = receive(night.inside, PRIMARY, io.BytesIO(REPORT_PDF), NewUpload("a.pdf"), SENCO)
    night.work()
    return made.upload.upload_id


def test_a_report_of_today_that_nobody_asked_for_is_filed(night: Consulting) -> None:
    told = CameBy(night.town.leaver(), DATED_TODAY, "mail", looked=True)
    assert file_unrequested(night.inside, PRIMARY, came(night), told, SENCO).authored == TODAY


def test_a_paper_of_today_is_filed_from_the_tray(night: Consulting) -> None:
    filing = Filing(night.town.leaver(), "ep-report", "Report", "A Teacher", TODAY)
    filed = file_upload(night.inside, PRIMARY, came(night), filing, SENCO)
    assert filed.document.authored == TODAY


def test_a_body_that_has_joined_answers_with_todays_day(night: Consulting) -> None:
    asked = night.ask(night.town.leaver(), body=COUNCIL_BODY)
    night.town.settle()
    (task,) = tasks(night)
    upload(night, task)
    about = replace(DATED_TODAY, type="ep-report")
    send_answer(night.town.council.inside, COUNCIL, task.task_id, about, EP)
    night.town.settle()
    night.work()
    (report,) = night.reports()
    assert (report.request_id, report.about.written) == (asked.request.request_id, TODAY)


LAST = TODAY + MOST_DUE


@pytest.mark.parametrize("due", [date(9999, 12, 31), date(2062, 7, 3), LAST + timedelta(days=1)])
def test_a_last_day_that_nobody_means_is_refused(night: Consulting, due: date) -> None:
    pupil_id = night.town.leaver()
    before = night.town.primary.snapshot()
    with pytest.raises(UsageError) as error:
        night.ask(pupil_id, due_on=due)
    assert (error.value.code, error.value.path) == ("date-unlikely", "/due_on")
    assert night.town.primary.snapshot() == before


def test_the_last_day_may_be_two_years_on(night: Consulting) -> None:
    assert night.ask(night.town.leaver(), due_on=LAST).request.due_on == LAST
