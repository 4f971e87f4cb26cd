"""A recipient that is killed between signing for a recall and heeding it heeds it afterwards."""

from __future__ import annotations

import pytest

from exchange.domain.transfer import State
from exchange.services import receive
from exchange.services.recall import recall
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, Town


class Killed(BaseException):
    """What a kill -9 is to the code: nothing catches it."""


def killed(*_: object) -> None:
    raise Killed


def run_what_is_due(town: Town) -> None:
    """Let a worker that was started again do what the rows say is due, and nothing else."""
    house = town.secondary
    for _ in range(5):
        with house.store.reading(SECONDARY) as unit:
            due = unit.arrivals.due(town.clock.now(), 50)
        for sender, bundle_id in due:
            house.receiver.advance(SECONDARY, sender, bundle_id)


def recalled(town: Town, bundle_id: str) -> str:
    """Recall a pack and bring the notice over; return the notice's id."""
    recall(town.primary.inside, PRIMARY, bundle_id, SENCO)
    (notice,) = (one.bundle_id for one in town.primary.transfers() if one.kind == "recall")
    town.primary.advance(notice)
    town.carry()
    return notice


def test_killed_after_signing_for_the_notice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle_id = town.sent()
    town.settle()
    notice = recalled(town, bundle_id)
    monkeypatch.setattr(receive, "destroy", killed)
    with pytest.raises(Killed):
        town.secondary.take_in(notice)
    monkeypatch.undo()
    assert town.secondary.arrival(notice).state is State.ACCEPTED, "signed for ..."
    assert town.secondary.arrival(bundle_id).state is State.VERIFIED, "... and not heeded"
    run_what_is_due(town)
    assert town.secondary.arrival(bundle_id).state is State.DESTROYED


def test_killed_after_verifying_what_was_recalled_before(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle_id = town.sent()
    town.primary.advance(bundle_id)
    town.carry()
    town.secondary.take_in(recalled(town, bundle_id))
    monkeypatch.setattr(receive, "destroy", killed)
    with pytest.raises(Killed):
        town.secondary.take_in(bundle_id)
    monkeypatch.undo()
    assert town.secondary.arrival(bundle_id).state is State.VERIFIED
    run_what_is_due(town)
    assert town.secondary.arrival(bundle_id).state is State.DESTROYED


def test_a_heeded_recall_is_left_in_peace(town: Town) -> None:
    bundle_id = town.sent()
    town.settle()
    notice = recalled(town, bundle_id)
    run_what_is_due(town)
    assert town.secondary.arrival(notice).due_at is None
    assert town.secondary.arrival(bundle_id).due_at is None
    assert len(town.secondary.said("arrival.destroyed")) == 1
