"""kill -9 while packs go over: in the end each is accepted exactly once, and nothing else is left.

The moments are random but seeded, and tied to progress (lines of the two audit books) instead of
seconds, so that they are spread over the sending on a fast machine as on a slow one.
"""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from exchange.settings import Home
from exchange.store.blobs import LocalBlobs
from exchange.store.engine import open_engine
from exchange.store.orphans import remove_orphans
from tests.journeys.looks import (
    actions,
    books_add_up,
    orphans,
    receipt_kinds,
    same_receipts,
    seek_files,
    strange_files,
)
from tests.journeys.machine import wait_for
from tests.journeys.material import fill, leavers
from tests.journeys.town import House, Town

pytestmark = [pytest.mark.journey, pytest.mark.fault]

PACKS = 12
KILLS = 20
PADDING = 200_000


class Progress:
    """How far the sending is: the lines in both books."""

    def __init__(self, *houses: House) -> None:
        self._houses = houses

    def __call__(self) -> int:
        return sum(one.count("SELECT count(*) FROM audit_entries") for one in self._houses)


@dataclass(frozen=True)
class Strike:
    """One kill: whom, how many lines the books had, how many packs were not yet through."""

    name: str
    lines: int
    underway: int


def _underway(sender: House) -> int:
    states = sender.states()
    return PACKS - states.get("verified", 0) - states.get("accepted", 0)


def _strike(rng: random.Random, sender: House, recipient: House) -> Strike:
    """Let some progress happen, then kill one node at once."""
    seen = Progress(sender, recipient)
    # A send of this size writes some 84 lines; one kill in six hits a node that is starting.
    start, wanted = seen(), rng.choice((0, 1, 2, 3, 4, 5))
    end = time.monotonic() + 8
    while seen() < start + wanted and time.monotonic() < end and _underway(sender):
        time.sleep(0.002)
        sender.nudge()  # no waiting for back-off
    # Not at the commit itself but anywhere after it.
    time.sleep(rng.random() * (0.05 if wanted else 1.0))
    victim = rng.choice((sender, recipient))
    struck = Strike(victim.name, seen() - start, _underway(sender))
    victim.kill()
    return struck


@pytest.mark.timeout(300)
def test_twenty_kills_of_either_node_while_twelve_packs_go_over(town: Town) -> None:
    sender, recipient = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    pupils = leavers(PACKS)
    fill(sender, recipient, pupils, town.root / "material", PADDING)
    assert len(sender.json("send", "--all")) == PACKS
    sender.start(wait=False)
    recipient.start(wait=False)

    rng = random.Random(20260706)
    struck = []
    for _ in range(KILLS):
        struck.append(_strike(rng, sender, recipient))
        town[struck[-1].name].start(wait=False)
    print(*struck, sep="\n")
    assert {one.name for one in struck} == {"larkfield", "northgate"}
    assert sum(one.underway > 0 for one in struck) >= KILLS * 3 // 4

    for house in (sender, recipient):
        house.wait_until_healthy(house.began)
    _accept_all(sender, recipient)
    _each_accepted_once(sender, recipient)
    markers = [one.upn for one in pupils] + ["Report about"]
    for house in (sender, recipient):
        assert house.stop() == 0
        books_add_up(house)
        assert strange_files(house) == []
        assert orphans(house) == set()
    assert seek_files(markers, (sender.root, recipient.root, sender.log, recipient.log)) == []
    assert [*town.temporary.iterdir()] == []


def _accept_all(sender: House, recipient: House) -> None:
    def all_verified() -> bool:
        sender.nudge()
        return recipient.states("arrivals") == {"verified": PACKS}

    wait_for("all packs to be verified", all_verified)
    packs = [one["pack"] for one in recipient.json("inbox", "--state", "verified")]
    recipient.senx("accept", *packs)

    def all_heard() -> bool:
        sender.nudge()
        return sender.states() == {"accepted": PACKS}

    wait_for("the sender to hear of it", all_heard)


def _each_accepted_once(sender: House, recipient: House) -> None:
    sent = {one["transfer"] for one in sender.json("outbox")}
    arrived = recipient.json("inbox")
    assert sorted(one["pack"] for one in arrived) == sorted(sent)
    assert len(sent) == PACKS
    assert {one["state"] for one in arrived} == {"accepted"}
    for action in ("announced", "delivered", "collected", "verified", "accepted"):
        assert sorted(actions(recipient, f"arrival.{action}")) == sorted(sent)
    for bundle_id in sent:
        chain = ["collected", "verified", "accepted"]
        assert receipt_kinds(recipient, bundle_id, sender.org_id, "issued") == chain
        assert receipt_kinds(sender, bundle_id, recipient.org_id, "received") == chain
        same_receipts(sender, recipient, bundle_id)
    for house in (sender, recipient):
        house.senx("audit", "verify")


def _sealed(sender: House, target: int) -> bool:
    return sender.count("SELECT count(*) FROM transfers") >= target


def _sweep(house: House) -> int:
    blobs = LocalBlobs(Home(house.root).blobs)
    later = datetime.now(UTC) + timedelta(seconds=2)
    return remove_orphans(open_engine(Home(house.root).database), blobs, later)


@pytest.mark.timeout(200)
def test_kills_of_the_sending_command_itself(town: Town) -> None:
    sender, recipient = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    pupils = leavers(PACKS)
    references = fill(sender, recipient, pupils, town.root / "material", PADDING)
    rng = random.Random(20260707)
    left = 0
    for kill in range(4):
        target = (kill + 1) * 2
        sending = sender.start_senx("send", "--all")
        wait_for(f"{target} packs", partial(_sealed, sender, target))
        time.sleep(rng.random() * 0.06)
        os.killpg(sending.pid, signal.SIGKILL)
        sending.communicate()
        assert sending.returncode == -signal.SIGKILL, "it ended before it was killed"
        # Killed between the blob and its row, one sealed blob is left; never two.
        assert len(orphans(sender)) <= kill + 1
        left = len(orphans(sender))
    outcomes = [one["outcome"] for one in sender.json("send", "--all")]
    assert {"queued", "unchanged"} == set(outcomes)
    assert sender.states() == {"queued": PACKS}
    queued = sorted(one["pupil"] for one in sender.json("outbox"))
    assert queued == sorted(references)
    removed = _sweep(sender)
    print(f"{left} sealed blobs without a row after four kills; swept {removed}")
    assert removed == left
    assert orphans(sender) == set()
    assert strange_files(sender) == []
    books_add_up(sender)
    sender.start(wait=False)
    recipient.start(wait=False)
    _accept_all(sender, recipient)
    _each_accepted_once(sender, recipient)
