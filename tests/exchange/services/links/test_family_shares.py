"""No byte of a family's share holds what is kept from them, whatever was said of which part."""

from __future__ import annotations

import pytest

from exchange.services.links.family import let_read, readable_choices
from exchange.services.record_disclosure import Ruling, judge, mark
from schemas.base import load
from schemas.records import RECORDS
from tests.exchange.services.desk import Desk
from tests.exchange.services.links.world import World
from tests.exchange.services.town import PRIMARY, SENCO
from tests.schemas import record_examples as examples


@pytest.fixture
def desk(world: World) -> Desk:
    """Return a pupil who goes to a school that the EHC plan names."""
    pupil_id = world.town.leaver()
    world.town.choose(pupil_id)
    return Desk(world.town, pupil_id)


def with_plan(desk: Desk) -> str:
    """File an EHC plan and keep its record; return the file's id."""
    ref = desk.attach("ehc-plan", "PLAN-SECTION-D")
    told = examples.ehc_plan(subject=desk.pupil_id, document=ref)
    desk.keep(load(RECORDS, told))  # type: ignore[arg-type]
    desk.judge(ref, "named-in-section-i")
    return ref


def share_of(world: World, pupil_id: str) -> bytes:
    """Return what a parent's share holds who may open all that staff could let them open."""
    one = world.member(pupil_id)
    may = [ref for ref, _ in readable_choices(world.inside, PRIMARY, pupil_id)]
    invited = world.invite(one)
    let_read(world.inside, PRIMARY, one.member_id, may, SENCO)
    return world.plain_of(world.come_in(invited.address, world.link(invited.link.link_id)))


def test_a_plans_file_may_be_read_where_no_section_is_kept_back(desk: Desk, world: World) -> None:
    with_plan(desk)
    assert b"PLAN-SECTION-D" in share_of(world, desk.pupil_id)


def test_a_section_that_was_released_to_the_school_alone_is_kept_from_the_family(
    desk: Desk, world: World
) -> None:
    ref, section = with_plan(desk), f"{desk.pupil_id}/ehc-plan/D"
    desk.judge(section, "about-somebody-else")
    world.town.clock.pass_(seconds=5)
    desk.judge(section, "withholding-lifted")
    assert desk.preview()[ref][0] == "allowed"
    plain = share_of(world, desk.pupil_id)
    assert b"PLAN-SECTION-D" not in plain
    assert ref.encode() not in plain


@pytest.mark.parametrize("said", ["mark", "serious-harm"])
def test_a_section_that_is_kept_from_the_family_keeps_the_file(
    desk: Desk, world: World, said: str
) -> None:
    ref, section = with_plan(desk), f"{desk.pupil_id}/ehc-plan/D"
    if said == "mark":
        mark(world.inside, PRIMARY, section, "family", SENCO)
    else:
        ruling = Ruling(said, "Ann Other", True, audience="family", registration="PYL1")
        judge(world.inside, PRIMARY, section, ruling, SENCO)
    assert desk.preview()[ref][0] == "allowed"
    assert b"PLAN-SECTION-D" not in share_of(world, desk.pupil_id)
