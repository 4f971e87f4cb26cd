"""Who has reviews that wait is written to: in numbers, once a day at most, and never of a name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import StoreError
from exchange.services.cases import assign
from exchange.services.keep_pupil import keep_record
from exchange.services.letters import KIND, Letter, compose
from exchange.services.people.account import Post, State, add_account, new_account
from exchange.services.queue_bundle import Order
from exchange.services.reviews import reminding
from exchange.services.reviews.model import Outcome
from exchange.services.reviews.placing import link_report
from exchange.services.reviews.planning import choose_papers
from exchange.services.reviews.reminding import ReviewReminder
from exchange.services.reviews.reports import record_outcome
from exchange.services.send import send
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from schemas.sen import TransitionPlan
from tests.exchange.services.cases.asked import Desk
from tests.exchange.services.desk import CASEWORKER
from tests.exchange.services.reviews.planned import MEETING, TODAY, begun, reported, with_plan
from tests.exchange.services.town import COUNCIL, PRIMARY, SENCO, House, Town

PAGES = "https://pages.example"
JO, KAY = "jo@elm.example", "kay@larkshire.example"


def person(
    house: House, login: str, role: Role, state: State = "active", until: datetime | None = None
) -> str:
    made = new_account(login.partition("@")[0], login, (Post(house.org_id, role, until),), state)
    with house.store.unit(NODE) as unit:
        add_account(house.inside, unit, made)
        unit.audit.record(SENCO, "account.made", "account", made.account_id)
        unit.commit()
    return made.account_id


def planned(town: Town, issued: date, number: int = 0, nc_year: str = "4") -> str:
    pupil_id = town.leaver(number, nc_year=nc_year)
    plan = EhcPlan(subject=pupil_id, authority="820", status=EhcStatus.FINAL, issued=issued)
    keep_record(town.primary.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)
    return pupil_id


def mails(house: House) -> list[Letter]:
    with house.store.reading(house.org_id) as unit:
        return [
            Letter(str(one.clear["template"]), str(told["to"]), told["facts"])  # type: ignore[arg-type]
            for one in unit.items.all(KIND)
            if (told := one.content)
        ]


def days(town: Town, house: House, count: int) -> Iterator[tuple[date, int]]:
    """Yield each day on which the worker, started anew, queued messages, and how many."""
    for _ in range(count):
        day = town.clock.now().date()
        queued = ReviewReminder(house.inside, PAGES).run()
        assert ReviewReminder(house.inside, PAGES).run() == 0, "once a day, after any restart"
        if queued:
            yield day, queued
        town.clock.pass_(days=1)


def lines(letter: Letter) -> list[str]:
    return compose(letter)[1].splitlines()


def test_a_school_hears_in_time_of_papers_and_of_the_write_up(town: Town) -> None:
    person(town.primary, JO, Role.SENCO)
    pupil_id = planned(town, TODAY)
    made = begun(town, pupil_id, TODAY + timedelta(days=22))  # a Thursday; papers by 9 July
    told = [day for day, _ in days(town, town.primary, 9)]
    assert told == [date(2026, 7, 2), date(2026, 7, 6), date(2026, 7, 8), date(2026, 7, 9)]
    first = mails(town.primary)[0]
    subject, body = compose(first)
    assert (first.to, first.template) == (JO, "reviews-due")
    assert "Papers to send out before a meeting: 1" in lines(first)
    assert "Nearest date: 9 July 2026." in lines(first)
    assert f"{PAGES}/reviews" in lines(first)
    for said in ("Oak", "Anna", pupil_id, made.review_id):
        assert said not in subject + body
    town.clock.at = datetime(2026, 7, 9, 9, tzinfo=UTC)
    choose_papers(
        town.primary.inside, PRIMARY, made.review_id, [], TODAY, SENCO, based_on=made.version
    )
    town.clock.at = datetime(2026, 7, 13, 9, tzinfo=UTC)
    told = [day for day, _ in days(town, town.primary, 25)]
    # The meeting of 23 July was never noted: asked from the day after; the write-up by 6 August.
    assert told == [date(2026, 7, 24), date(2026, 7, 27), *(date(2026, 8, n) for n in (3, 5, 6))]
    assert "Meetings to write up and send: 1" in lines(mails(town.primary)[-1])


def test_nobody_hears_of_nothing_or_without_a_post_or_pages(town: Town) -> None:
    planned(town, TODAY)
    ended = town.clock.now() - timedelta(days=1)
    person(town.primary, "gil@elm.example", Role.SENCO, "suspended")
    person(town.primary, "lee@elm.example", Role.SENCO, until=ended)
    person(town.primary, "hal@elm.example", Role.HEAD)
    begun(town, with_plan(town, 1), MEETING)
    assert ReviewReminder(town.primary.inside, PAGES).run() == 0
    person(town.primary, JO, Role.SENCO)
    assert ReviewReminder(town.primary.inside, "").run() == 0
    town.clock.at = datetime(2026, 7, 1, 5, 59, tzinfo=UTC)  # 6:59 in London
    reminder = ReviewReminder(town.primary.inside, PAGES)
    assert reminder.run() == 0
    town.clock.pass_(minutes=2)
    assert reminder.run() == 1
    assert [one.to for one in mails(town.primary)] == [JO]


def test_the_last_safe_day_before_a_move_is_told_in_time(town: Town) -> None:
    person(town.primary, JO, Role.SENCO)
    planned(town, date(2026, 6, 1), nc_year="6")
    town.clock.at = datetime(2026, 10, 5, 9, tzinfo=UTC)
    told = [day for day, _ in days(town, town.primary, 8)]
    assert told == [date(2026, 10, 12)]  # six weeks before 23 November
    (mail,) = mails(town.primary)
    assert "Meetings to arrange in time: 1" in lines(mail)
    assert "    of these before a change of school: 1" in lines(mail)
    assert "Nearest date: 23 November 2026." in lines(mail)


def test_a_message_that_failed_is_not_noted_as_sent(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(town.primary, JO, Role.SENCO)
    begun(town, with_plan(town), MEETING)
    reminder = ReviewReminder(town.primary.inside, PAGES)
    with monkeypatch.context() as broken:

        def fails(*_: object) -> None:
            raise StoreError("store-busy", "/store")

        broken.setattr(reminding, "at_school", fails)
        assert reminder.run() == 0
    assert reminder.run() == 1
    assert reminder.run() == 0


def test_an_authority_hears_of_its_four_weeks_and_who_works_the_case_alone(town: Town) -> None:
    desk = Desk(town)
    kay = person(town.council, KAY, Role.LA_CASEWORKER)
    person(town.council, "lee@larkshire.example", Role.LA_CASEWORKER)
    _, report = reported(town)
    due = MEETING + timedelta(days=28)  # 26 July, a Sunday
    town.clock.at = datetime(2026, 7, 18, 9, tzinfo=UTC)
    assert [day for day, _ in days(town, town.council, 2)] == [due - timedelta(days=7)]
    (one, two) = mails(town.council)
    assert {one.to, two.to} == {KAY, "lee@larkshire.example"}
    assert "To decide about: 1" in lines(one)
    assert f"{PAGES}/review-reports" in lines(one)
    desk.asked(3)
    assign(desk.inside, COUNCIL, desk.only.case_id, kay, "Kay", CASEWORKER)
    link_report(desk.inside, COUNCIL, report.report_id, desk.only.case_id, CASEWORKER)
    town.clock.at = datetime(2026, 7, 20, 9, tzinfo=UTC)
    assert [queued for _, queued in days(town, town.council, 1)] == [1]
    assert mails(town.council)[-1].to == KAY
    told = TODAY + timedelta(days=1)
    record_outcome(
        desk.inside,
        COUNCIL,
        report.report_id,
        Outcome.KEEP,
        told,
        None,
        None,
        CASEWORKER,
        based_on=report.version,
    )
    town.clock.at = datetime(2026, 7, 27, 9, tzinfo=UTC)
    assert list(days(town, town.council, 1)) == []


def test_who_was_handed_over_and_left_is_nobodys_reminder_here(town: Town) -> None:
    person(town.primary, JO, Role.SENCO)
    pupil_id = planned(town, TODAY - timedelta(days=400))
    assert [one for _, one in days(town, town.primary, 1)] == [1]
    town.choose(pupil_id)
    send(town.primary.inside, PRIMARY, pupil_id, Order(), SENCO, leave_undecided=True)
    move = TransitionPlan(subject=pupil_id, written=TODAY, moves_on=date(2026, 7, 7))
    keep_record(town.primary.inside, PRIMARY, pupil_id, dump_bytes(move), SENCO)
    town.clock.at = datetime(2026, 7, 13, 9, tzinfo=UTC)
    assert list(days(town, town.primary, 1)) == []
