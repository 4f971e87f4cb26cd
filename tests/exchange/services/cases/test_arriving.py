"""A case begins on the day on which its request reached the council, whoever opened it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from exchange.domain.transfer import State
from exchange.errors import StoreError
from exchange.ports import Store
from exchange.services.accept import destroy
from exchange.services.cases import CaseState, Source, arriving
from exchange.services.cases.arriving import CaseMaker
from exchange.services.cases.timing import clocks_of
from schemas.ehc_request import Requester, RequestStatus
from schemas.statement import BundleKind
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL, NOW, PRIMARY

FIRST = date(2026, 7, 1)


def test_a_request_becomes_a_case_that_nobody_opened(desk: Desk) -> None:
    bundle_id = desk.asked()
    made = desk.only
    assert (made.state, made.reached, made.source) == (CaseState.OPEN, FIRST, Source.SCHOOL)
    assert (made.transfer_id, made.school_org) == (bundle_id, PRIMARY)
    assert (made.name, made.school_name) == ("Anna Oak", "Elm Grove Primary School")
    assert made.pupil_id is None
    assert desk.house.pupils() == []
    assert desk.house.arrival(bundle_id).state is State.VERIFIED


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), date(2026, 7, 1)),  # 23:59 in London
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), date(2026, 7, 2)),  # midnight in London
        (datetime(2027, 1, 1, 23, 59, tzinfo=UTC), date(2027, 1, 1)),  # winter: as UTC
    ],
)
def test_the_day_is_londons(desk: Desk, at: datetime, day: date) -> None:
    desk.town.clock.at = at
    desk.asked()
    assert desk.only.reached == day


def test_a_worker_that_was_away_dates_it_by_when_the_bytes_came(desk: Desk) -> None:
    bundle_id = desk.asked(read=False)
    desk.town.clock.pass_(days=9)
    assert desk.cases == []
    desk.read(bundle_id)
    made = desk.only
    assert made.reached == FIRST
    assert [one.clock.due for one in clocks_of(made)] == [
        date(2026, 8, 12),
        date(2026, 10, 21),
        date(2026, 11, 18),
    ]


def test_looking_again_makes_no_second_case(desk: Desk) -> None:
    desk.asked()
    before = desk.house.book()
    assert desk.maker.run() == 0
    assert CaseMaker(desk.inside).run() == 0  # as after a restart
    assert desk.house.book() == before
    assert len(desk.cases) == 1


def test_two_makers_at_once_make_one_case(desk: Desk) -> None:
    bundle_id = desk.asked(read=False)
    desk.house.take_in(bundle_id)
    arrival = desk.house.arrival(bundle_id)
    for maker in (CaseMaker(desk.inside), CaseMaker(desk.inside)):
        maker.take(COUNCIL, arrival)
    assert len(desk.cases) == 1


def test_an_update_joins_the_case_and_moves_no_day(desk: Desk) -> None:
    first = desk.asked()
    desk.town.clock.pass_(days=20)
    second = desk.asked(edition=2, supersedes=first)
    made = desk.only
    assert made.reached == FIRST
    assert made.reached_at == NOW
    assert [one.bundle_id for one in made.packs] == [first, second]
    assert [one.reached for one in made.packs] == [FIRST, date(2026, 7, 21)]


def test_an_update_of_an_update_joins_once_the_one_between_was_read(desk: Desk) -> None:
    first = desk.asked()
    second = desk.asked(edition=2, supersedes=first, read=False)
    third = desk.asked(edition=3, supersedes=second)
    desk.read(second)
    gone, whole = sorted(desk.cases, key=lambda one: len(one.packs))
    assert [one.bundle_id for one in whole.packs] == [first, second, third]
    assert (gone.state, gone.packs) == (CaseState.CLOSED, ())


def test_an_update_that_is_read_first_gives_the_earlier_day_to_the_first(desk: Desk) -> None:
    first = desk.asked(read=False)
    desk.town.clock.pass_(days=3)
    desk.asked(edition=2, supersedes=first)
    assert desk.only.reached == date(2026, 7, 4)
    desk.read(first)
    assert desk.only.reached == FIRST


def test_a_second_request_that_updates_nothing_is_a_case_of_its_own(desk: Desk) -> None:
    desk.asked()
    desk.asked()
    assert len(desk.cases) == 2  # a person joins them, no machine


def test_a_parents_request_through_a_school_says_so(desk: Desk) -> None:
    desk.asked(requested_by=Requester.PARENT, source="1")
    assert desk.only.source is Source.PARENT


def test_a_withdrawal_is_shown_and_closes_nothing(desk: Desk) -> None:
    first = desk.asked()
    desk.asked(
        edition=2,
        supersedes=first,
        status=RequestStatus.WITHDRAWN,
        withdrawn_because="The family moves away.",
    )
    assert desk.only.withdrawn == FIRST
    assert desk.only.state is CaseState.OPEN


def test_a_transfer_pack_is_no_case(desk: Desk) -> None:
    desk.asked(kind=BundleKind.TRANSFER)
    assert desk.cases == []


def test_a_school_gets_no_cases(desk: Desk) -> None:
    house = desk.town.secondary
    maker = CaseMaker(house.inside)
    desk.town.sent()
    desk.town.settle()
    assert maker.run() == 0


def test_a_request_that_was_called_back_unseen_still_has_its_day(desk: Desk) -> None:
    bundle_id = desk.asked(read=False)
    desk.house.take_in(bundle_id)
    destroy(desk.inside, COUNCIL, PRIMARY, bundle_id, CASEWORKER)
    desk.maker.run()
    assert (desk.only.reached, desk.only.name) == (FIRST, "")


def test_nothing_of_the_child_is_clear_or_in_the_book(desk: Desk) -> None:
    desk.asked()
    with desk.house.store.reading(COUNCIL) as unit:
        item = unit.items.get("case", desk.only.case_id)
    told = f"{item.clear} {[one.detail for one in desk.house.book()]}"
    assert "Oak" not in told
    assert "Ann" not in told


class Elsewhere:
    """A store that names an organisation more, which went from this node meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def organisations(self) -> list[str]:
        """Return the one that is gone first."""
        return ["org-gone", *self._store.organisations()]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_one_organisations_trouble_keeps_no_other_from_its_requests(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.house.take_in(desk.asked(read=False))
    maker = CaseMaker(replace(desk.inside, store=Elsewhere(desk.house.store)))
    assert maker.run() == 1
    assert desk.only.name == "Anna Oak"
    assert "org=org-gone outcome=organisation-not-hosted" in caplog.text
    assert maker.run() == 0


def test_a_kill_while_an_update_joins_leaves_no_second_case(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.asked()
    second = desk.asked(edition=2, supersedes=first, read=False)
    desk.asked(edition=3, supersedes=second)
    assert len(desk.cases) == 2

    def killed(*_: object) -> None:
        raise StoreError("killed", "/")

    for name in ("join_within", "join_cases"):
        monkeypatch.setattr(arriving, name, killed, raising=False)
    desk.read(second)
    monkeypatch.undo()
    CaseMaker(desk.inside).run()  # the worker begins anew
    gone, whole = sorted(desk.cases, key=lambda one: len(one.packs))
    assert (len(whole.packs), gone.packs) == (3, ())
