"""A recipient that cannot be reached: the sender waits longer each time, and forgets nothing."""

from __future__ import annotations

import sqlite3
from itertools import pairwise

import pytest

from tests.journeys.looks import books_add_up, receipt_kinds, same_receipts
from tests.journeys.machine import silent_listener, wait_for
from tests.journeys.material import fill, leavers
from tests.journeys.town import House, Town

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]


def _tries(house: House) -> tuple[int, int]:
    """Return how often the one transfer was tried, and when it is due (microseconds)."""
    connection = sqlite3.connect(f"file:{house.root / 'node.db'}?mode=ro", uri=True)
    try:
        row = connection.execute("SELECT attempts, due_at FROM transfers").fetchone()
        return int(row[0]), int(row[1])
    finally:
        connection.close()


def test_a_recipient_that_is_down_gets_its_pack_when_it_comes_up(town: Town) -> None:
    sender, recipient = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    fill(sender, recipient, leavers(1), town.root / "material")
    sender.tell("send", "--all")
    seen = {0: _tries(sender)[1]}
    sender.start()

    def tried_twice() -> bool:
        attempts, due = _tries(sender)
        seen.setdefault(attempts, due)
        return attempts >= 2

    wait_for("two tries", tried_twice)
    # 2 s, then 4 s and so on, each shortened by up to a half (exchange.domain.retry). On a busy
    # machine the look between two tries may come too late: then both waits count together.
    for before, after in pairwise(sorted(seen)):
        waited = (seen[after] - seen[before]) / 1e6
        assert waited >= sum(2 ** (one - 1) for one in range(before + 1, after + 1)), seen
    [one] = sender.json("outbox")
    assert (one["state"], one["receipts"]) == ("queued", 0)

    assert sender.stop() == 0
    before = _tries(sender)
    sender.start()
    assert _tries(sender)[0] >= before[0], "a restart forgot how long it has been trying"
    assert sender.states() == {"queued": 1}

    recipient.start()  # and nobody tells the sender
    wait_for("its next try", lambda: recipient.states("arrivals") == {"verified": 1})
    bundle_id = one["transfer"]
    recipient.tell("accept", bundle_id)

    def heard() -> bool:
        sender.nudge()
        return sender.states() == {"accepted": 1}

    wait_for("the receipt", heard)
    chain = ["collected", "verified", "accepted"]
    assert receipt_kinds(sender, bundle_id, recipient.org_id, "received") == chain
    same_receipts(sender, recipient, bundle_id)
    for house in (sender, recipient):
        assert house.stop() == 0
        assert "Traceback" not in house.log.read_text()
        books_add_up(house)


def test_one_silent_partner_does_not_hold_up_the_others(town: Town) -> None:
    sender, silent, quick = (town.settle(name) for name in ("larkfield", "northgate", "southgate"))
    town.publish()
    pupils = leavers(12)
    fill(sender, silent, pupils[:8], town.root / "material")
    fill(sender, quick, pupils[8:], town.root / "more")
    sender.tell("send", "--all")
    quick.start()
    with silent_listener(silent.port):  # each connection to it is given up after 20 s only
        sender.start()
        wait_for("the others' packs", lambda: quick.states("arrivals") == {"verified": 4}, 15)
        waiting = [one for one in sender.json("outbox") if one["to_org"] == silent.org_id]
        assert {one["state"] for one in waiting} == {"queued"}
        sender.kill()
