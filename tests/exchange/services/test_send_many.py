"""Many packs in one go: each by itself, and a round that broke off is taken up again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import NotFound, UsageError
from exchange.ports.items import Item
from exchange.services.outlook import why_not
from exchange.services.people.account import (
    Post,
    add_account,
    get_account,
    new_account,
    put_account,
)
from exchange.services.people.may_act import may_act
from exchange.services.queue_bundle import Order
from exchange.services.send_many import DONE, KIND, UNDER_WAY, begin_round, round_of, run_round
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, Town, uuid


def test_what_cannot_go_stops_nobody_else(town: Town) -> None:
    inside = town.primary.inside
    first, nowhere, last = town.ready(0), town.leaver(1), town.ready(2)
    round_id = begin_round(inside, PRIMARY, [first, nowhere, last, first], Order(), SENCO)
    done = run_round(inside, PRIMARY, round_id, SENCO)
    assert done.state == DONE
    told = {one: (done.results[one].outcome, done.results[one].code) for one in done.pupils}
    assert told == {
        first: ("queued", ""),
        nowhere: ("refused", "destination-missing"),
        last: ("queued", ""),
    }
    assert len(town.primary.transfers()) == 2
    assert [one.detail["refused"] for one in town.primary.said("sending.ended")] == ["1"]
    assert why_not(inside, PRIMARY, first, Order())[0][0] == "unchanged"


def test_a_round_that_broke_off_sends_nothing_twice(town: Town) -> None:
    inside = town.primary.inside
    pupils = [town.ready(n) for n in range(3)]
    round_id = begin_round(inside, PRIMARY, pupils, Order(), SENCO)
    town.send(pupils[0])  # sent, but the process ended before it was noted
    with town.primary.store.reading(PRIMARY) as unit:
        assert round_of(unit, round_id).left == tuple(pupils)
    done = run_round(inside, PRIMARY, round_id, SENCO)
    assert [done.results[one].outcome for one in pupils] == ["unchanged", "queued", "queued"]
    assert len(town.primary.transfers()) == 3
    again = run_round(inside, PRIMARY, round_id, SENCO)
    assert again.results == done.results
    assert len(town.primary.transfers()) == 3
    assert len(town.primary.said("sending.ended")) == 1


def test_a_person_who_is_suspended_sends_no_further_pack(town: Town) -> None:
    inside = town.primary.inside
    account = new_account("Jo", "jo@example.org", (Post(PRIMARY, Role.SENCO),), "active")
    with inside.store.unit(NODE) as unit:
        add_account(inside, unit, account)
        unit.audit.record(SENCO, "account.made", "account", account.account_id)
        unit.commit()
    asked = 0

    def alive() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            with inside.store.unit(NODE) as unit:
                put_account(
                    inside, unit, replace(get_account(unit, account.account_id), state="suspended")
                )
                unit.audit.record(SENCO, "account.suspended", "account", account.account_id)
                unit.commit()
        return may_act(inside, account.account_id, PRIMARY, Role.SENCO)

    pupils = [town.ready(n) for n in range(3)]
    round_id = begin_round(inside, PRIMARY, pupils, Order(), SENCO)
    stopped = run_round(inside, PRIMARY, round_id, SENCO, alive)
    assert stopped.left == tuple(pupils[1:])
    assert stopped.state == UNDER_WAY
    assert len(town.primary.transfers()) == 1
    for role in (Role.HEAD, Role.SEN_ADMINISTRATOR):
        assert not may_act(inside, account.account_id, PRIMARY, role)
    assert not may_act(inside, account.account_id, SECONDARY, Role.SENCO)
    assert run_round(inside, PRIMARY, round_id, SENCO).state == DONE


def test_nobody_and_strangers_are_refused(town: Town) -> None:
    inside = town.primary.inside
    with pytest.raises(UsageError):
        begin_round(inside, PRIMARY, [], Order(), SENCO)
    with pytest.raises(NotFound):
        begin_round(inside, PRIMARY, [uuid(99)], Order(), SENCO)
    who = town.leaver()
    with pytest.raises(NotFound):
        begin_round(town.secondary.inside, SECONDARY, [who], Order(), SENCO)
    assert not town.primary.said("sending.begun")


def test_a_round_of_another_school_is_unknown(town: Town) -> None:
    round_id = begin_round(town.primary.inside, PRIMARY, [town.ready()], Order(), SENCO)
    with town.secondary.store.reading(SECONDARY) as unit, pytest.raises(NotFound):
        round_of(unit, round_id)
    with town.primary.store.reading(PRIMARY) as unit:
        item: Item = unit.items.get(KIND, round_id)
    assert replace(item, content=None).clear == {}  # whose packs go is sealed
