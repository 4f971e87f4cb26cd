"""Nobody's yes stands over another's no, whoever wrote the no down."""

from __future__ import annotations

import pytest

from exchange.domain.disclosure import Wanted
from exchange.ports import Actor
from exchange.services.links.family_noes import kept_back
from exchange.services.links.family_said import HowTold, Told, take_in
from exchange.services.links.members import Member, get_member
from tests.exchange.services.desk import Desk
from tests.exchange.services.links.world import World
from tests.exchange.services.town import PRIMARY, SENCO


@pytest.fixture
def desk(world: World) -> Desk:
    pupil_id = world.town.leaver()
    world.town.choose(pupil_id)
    return Desk(world.town, pupil_id)


def say(
    world: World, one: Member, ref: str, wants: Wanted, actor: Actor, how: HowTold = "link"
) -> Member:
    world.town.clock.pass_(seconds=60)
    told = Told(wishes={ref: wants}, how=how)
    return take_in(world.inside, PRIMARY, one.member_id, told, actor)


def asked(world: World, one: Member) -> frozenset[str]:
    with world.inside.store.reading(PRIMARY) as unit:
        return kept_back(unit, get_member(unit, one.member_id))


@pytest.mark.parametrize("of_all", [False, True])
def test_a_yes_ends_no_refusal_that_staff_noted(world: World, desk: Desk, of_all: bool) -> None:
    ref = desk.attach("diagnosis-letter", "LETTER")
    desk.wish(desk.pupil_id if of_all else ref, "refuses")
    before = desk.preview()[ref]
    assert before[0] != "allowed"
    one = world.member(desk.pupil_id)
    after = say(world, one, ref, "agrees", one.actor)
    assert after.said == {ref: "agrees"}
    assert desk.preview()[ref] == before
    assert asked(world, one) == {ref}


def test_staff_who_asked_end_it(world: World, desk: Desk) -> None:
    ref = desk.attach("diagnosis-letter", "LETTER")
    desk.wish(ref, "refuses")
    one = world.member(desk.pupil_id)
    say(world, one, ref, "agrees", one.actor)
    desk.wish(ref, "agrees")
    assert desk.preview()[ref][0] == "allowed"
    assert asked(world, one) == frozenset()


def test_a_paper_released_after_a_no_to_the_pack_stays_so(world: World, desk: Desk) -> None:
    ref = desk.attach("diagnosis-letter", "LETTER")
    desk.wish(desk.pupil_id, "refuses")
    desk.wish(ref, "agrees")
    one = world.member(desk.pupil_id)
    say(world, one, ref, "agrees", one.actor)
    assert desk.preview()[ref][0] == "allowed"
    assert asked(world, one) == frozenset()


@pytest.mark.parametrize("how", ["link", "conversation"])
def test_whoever_refused_may_agree_later(world: World, desk: Desk, how: HowTold) -> None:
    ref = desk.attach("diagnosis-letter", "LETTER")
    one = world.member(desk.pupil_id)
    say(world, one, ref, "refuses", one.actor if how == "link" else SENCO, how)
    assert desk.preview()[ref][0] != "allowed"
    say(world, one, ref, "agrees", one.actor)
    assert desk.preview()[ref][0] == "allowed"


def test_ones_own_change_of_mind_ends_no_refusal_noted_since(world: World, desk: Desk) -> None:
    ref = desk.attach("diagnosis-letter", "LETTER")
    one = world.member(desk.pupil_id)
    say(world, one, ref, "refuses", one.actor)
    desk.wish(ref, "refuses")
    say(world, one, ref, "agrees", one.actor)
    assert desk.preview()[ref][0] != "allowed"
