"""No byte of a family's share holds what is kept from them, whatever was said of which part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.domain.family import MAY_BE_TOLD, NEVER_TOLD
from exchange.services.links.family import let_read, readable_choices
from exchange.services.record_disclosure import Ruling, judge, mark
from schemas.base import load
from schemas.contact import Contact
from schemas.people import Phone
from schemas.records import RECORDS
from tests.exchange.services.desk import Desk
from tests.exchange.services.filled import KEYS, PLACE, fill, traces
from tests.exchange.services.links.world import World
from tests.exchange.services.town import PRIMARY, SENCO, Town
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


# Generated: documents, copies of them, records, sections of the plan, words said in reviews

FATHER = Contact(order=2, surname="Elder", forename="Tom", phones=(Phone(number="01632 960222"),))
WORDS = ("none", "family", "everybody", "school", "harm", "harm-family", "about-other")
AGAINST = frozenset(WORDS) - {"none", "school"}
"""What is said with the family in mind."""
PLAN_FILE, PLAN_COPY = "plan-file", "plan-copy"
_types = sorted((MAY_BE_TOLD | NEVER_TOLD) - {"cp-file", "isp"})
_papers = st.lists(
    st.tuples(st.sampled_from(_types), st.sampled_from(WORDS), st.booleans()), max_size=6
)
_records = st.lists(
    st.tuples(st.sampled_from((*KEYS, PLAN_FILE, PLAN_COPY)), st.sampled_from(WORDS)), max_size=5
)
NEVER = (
    *(mark.encode() for marks in traces("").values() for mark in marks),
    *(b"MARK-lead", b"MARK-annual", b"MARK-profile", b"MARK-move", b"MARK-plan-do"),
    *(b"Elder", b"Tom", b"960222"),
)
"""No record is handed over; of a SEN support plan the page tells outcomes and what helps alone."""


@dataclass(frozen=True)
class Paper:
    """A document; others may have its ``content``."""

    ref: str
    type: str
    said: str
    content: bytes
    title: bytes


def say(world: World, ref: str, word: str) -> None:
    if word in ("family", "everybody", "school"):
        mark(world.inside, PRIMARY, ref, word, SENCO)
    elif word != "none":
        why = "about-somebody-else" if word == "about-other" else "serious-harm"
        audience = "family" if word == "harm-family" else "everybody"
        ruling = Ruling(why, "Ann Other", True, audience=audience, registration="PYL1")
        judge(world.inside, PRIMARY, ref, ruling, SENCO)


def papers(desk: Desk, world: World, generated: list[tuple[str, str, bool]]) -> list[Paper]:
    """File what was generated; some hold the bytes of the one before."""
    made: dict[str, Paper] = {}
    content = ""
    for number, (type_, word, again) in enumerate(generated):
        content = content if content and again else f"marker-{number}-x"
        ref, title = desk.attach(type_, content), f"title-{number}-y"
        if ref in made:  # of one type the same bytes are one document
            continue
        with world.inside.store.unit(PRIMARY) as unit:
            told = replace(unit.documents.get(ref), title=title, file_name=f"file-{number}-z.pdf")
            unit.documents.update(told)
            unit.audit.record(SENCO, "test.titled", "document", ref)
            unit.commit()
        say(world, ref, word)
        made[ref] = Paper(ref, type_, word, content.encode(), title.encode())
    return [*made.values()]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(generated=_papers, of_records=_records)
def test_forbidden_papers_are_in_no_byte_of_a_family_share(
    town_keys: Path, generated: list[tuple[str, str, bool]], of_records: list[tuple[str, str]]
) -> None:
    world = World(Town(town_keys))
    pupil_id = world.town.leaver(contacts=(FATHER,))
    world.town.choose(pupil_id)
    desk = Desk(world.town, pupil_id)
    filed = papers(desk, world, generated)
    file = next(iter(fill(desk, PLACE)))
    copy = desk.attach("diagnosis-letter", "MARK-plan-file")
    files = {PLAN_FILE: file, PLAN_COPY: copy}
    for key, word in of_records:
        say(world, files.get(key) or f"{pupil_id}/{key}", word)
    plain = share_of(world, pupil_id)
    assert not [one for one in (*NEVER, b"title-", b"file-") if one in plain]
    for one in filed:
        alike = [each for each in filed if each.content == one.content]
        if one.type in NEVER_TOLD or any(each.said != "none" for each in alike):
            assert one.ref.encode() not in plain
        if any(each.said != "none" for each in alike) or NEVER_TOLD.issuperset(
            each.type for each in alike
        ):
            assert one.content not in plain
    of_plan = {word for key, word in of_records if key in files or key.startswith("ehc-plan")}
    if AGAINST & of_plan:
        assert b"MARK-plan-file" not in plain
        assert file.encode() not in plain
