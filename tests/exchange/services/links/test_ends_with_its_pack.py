"""A link ends in the commit that recalls or supersedes its pack: a kill after it leaves nothing."""

from __future__ import annotations

import pytest

from exchange.domain.transfer import State
from exchange.errors import NotFound
from exchange.services import recall as recalling
from exchange.services.links.link_way import LinkWay
from exchange.services.links.model import LinkState
from tests.exchange.services.desk import Desk
from tests.exchange.services.links.world import World, waiting
from tests.exchange.services.town import PRIMARY, SENCO, Town


class Killed(BaseException):
    """What ends a process between two commits."""


def die(*_: object, **__: object) -> None:
    raise Killed


def test_a_recall_that_was_cut_short_leaves_no_link(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(town)
    sent = world.sent()
    visit = world.come_in(sent.address, sent.link)
    monkeypatch.setattr(recalling, "follow_up", die)
    with pytest.raises(Killed):
        recalling.recall(world.inside, PRIMARY, sent.bundle_id, SENCO)
    assert town.primary.transfer(sent.bundle_id).state is State.RECALLED
    ended = world.link(sent.link.link_id)
    assert (ended.state, ended.why) == (LinkState.REVOKED, "recalled")
    with pytest.raises(NotFound, match="link-ended"):
        world.door.require_open(visit)


def test_an_update_that_was_cut_short_leaves_the_new_link_alone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(town)
    pupil_id = world.leaver()
    desk = Desk(town, pupil_id)
    report = desk.attach("ep-report", "MARKER-OLD")
    first = waiting(world.send(pupil_id))
    visit = world.come_in(first.address, first.link)
    desk.mark(report, "school")
    monkeypatch.setattr(LinkWay, "tidy", die)
    with pytest.raises(Killed):
        world.send(pupil_id, update=True)
    ended = world.link(first.link.link_id)
    assert (ended.state, ended.why) == (LinkState.REVOKED, "superseded")
    with pytest.raises(NotFound, match="link-ended"):
        world.door.require_open(visit)
