"""What a family said is heard, whatever changed meanwhile; and what became of a pack is told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NoReturn

import pytest

from exchange.errors import NotFound, Refused, StoreError, UsageError, Wrapped
from exchange.ports import Store, UnitOfWork
from exchange.services.decide_pack import contents_of
from exchange.services.keep_pupil import keep_record
from exchange.services.links.answers_of import SAID
from exchange.services.links.family import Invited, correct_member, exclude_member
from exchange.services.links.family_pages import FamilyPages, refresh
from exchange.services.links.family_said import Told, mark_corrected, take_in
from exchange.services.links.family_view import number_of
from exchange.services.links.members import MOST_CORRECTIONS, Member, get_member
from exchange.services.links.noted import noted_version
from exchange.services.links.revoke import revoke
from exchange.services.move_document import remove_document
from exchange.services.queue_bundle import Order
from exchange.services.recall import recall
from exchange.services.record_disclosure import mark
from schemas.base import dump_bytes
from schemas.people import Person as Professional
from schemas.sen import SenSupportPlan
from schemas.sen.plan import Outcome
from tests.exchange.services.links.world import World
from tests.exchange.services.town import PDF, PRIMARY, SENCO


def papers(world: World, visit: Any) -> list[dict[str, Any]]:
    return list(world.view(world.door.visit(visit.cookie))["papers"])  # type: ignore[call-overload]


def wishes(world: World, ref: str) -> list[str]:
    with world.inside.store.reading(PRIMARY) as unit:
        return [one.wants for one in unit.documents.get(ref).said.wishes]


def test_a_papers_address_stays_its_own_when_others_come(world: World) -> None:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    visit = world.come_in(invited.address, invited.link)
    (before,) = papers(world, visit)
    world.town.attach(pupil_id, PDF + b"% a\n", "access-arrangements")  # sorts before it
    assert refresh(world.inside) == 1
    after = {one["number"]: one["ref"] for one in papers(world, visit)}
    assert len(after) == 2
    assert after[before["number"]] == before["ref"]
    assert number_of(before["ref"]) == before["number"]


def test_a_no_counts_though_the_paper_was_marked_before_it_was_taken_in(world: World) -> None:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    visit = world.come_in(invited.address, invited.link)
    (paper,) = papers(world, visit)
    world.door.answer(visit, SAID, {"wishes": {paper["ref"]: "refuses"}, "correction": "Wrong."})
    mark(world.inside, PRIMARY, paper["ref"], "everybody", SENCO)
    world.take()
    assert wishes(world, paper["ref"]) == ["refuses"]
    assert "link-answered" in [letter[0] for letter in world.letters()]


def test_a_paper_that_is_gone_takes_no_other_word_with_it(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    invited = world.invite(one)
    visit = world.come_in(invited.address, invited.link)
    (paper,) = papers(world, visit)
    world.door.answer(
        visit, SAID, {"wishes": {paper["ref"]: "refuses", "gone": "refuses"}, "correction": "No."}
    )
    world.take()
    assert wishes(world, paper["ref"]) == ["refuses"]
    with world.inside.store.reading(PRIMARY) as unit:
        assert [each.text for each in get_member(unit, one.member_id).corrections] == ["No."]


def test_what_was_said_is_heard_and_told_while_the_directory_is_old(world: World) -> None:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    visit = world.come_in(invited.address, invited.link)
    (paper,) = papers(world, visit)
    pages = FamilyPages(world.inside)
    pages.refresh()
    world.door.answer(visit, SAID, {"wishes": {paper["ref"]: "refuses"}})
    house = world.town.primary
    good = house.inside

    def expired() -> NoReturn:
        raise Wrapped("directory-expired", "/directory")

    bad = replace(good, directory=expired)
    house.inside = bad
    world.take()
    assert wishes(world, paper["ref"]) == ["refuses"]
    late = FamilyPages(bad)
    assert late.refresh() == 0
    late._inside = good  # the directory is renewed; the book has nothing new
    assert late.refresh() == 1
    house.inside = good
    assert papers(world, visit)[0]["said"] == "refuses"


def change(world: World, told: Member) -> Member:
    """Change what is noted of somebody, having seen what stands."""
    with world.inside.store.reading(PRIMARY) as unit:
        seen = noted_version(get_member(unit, told.member_id))
    return correct_member(world.inside, PRIMARY, told, SENCO, based_on=seen)


def refused_then(world: World) -> tuple[Member, Invited, str]:
    """Return somebody who said no through a link that the worker has not looked at yet."""
    one = world.member(world.town.ready())
    invited = world.invite(one)
    visit = world.come_in(invited.address, invited.link)
    (paper,) = papers(world, visit)
    world.door.answer(visit, SAID, {"wishes": {paper["ref"]: "refuses"}, "correction": "Wrong."})
    return one, invited, paper["ref"]


def test_what_was_said_is_not_lost_with_a_link_that_a_new_one_takes_the_place_of(
    world: World,
) -> None:
    one, invited, ref = refused_then(world)
    world.invite(one)
    assert world.link(invited.link.link_id).why == "superseded"
    world.take()
    assert wishes(world, ref) == ["refuses"]
    with world.inside.store.reading(PRIMARY) as unit:
        assert [each.text for each in get_member(unit, one.member_id).corrections] == ["Wrong."]


def test_what_was_said_is_not_lost_with_a_page_that_we_could_not_make(world: World) -> None:
    _, invited, ref = refused_then(world)
    revoke(world.inside, PRIMARY, invited.link.link_id, SENCO, why="share-unmade")
    world.take()
    assert wishes(world, ref) == ["refuses"]


def test_who_lost_trust_in_a_link_hears_nothing_of_the_links_before_it(world: World) -> None:
    one, invited, ref = refused_then(world)
    again = world.invite(one)
    revoke(world.inside, PRIMARY, again.link.link_id, SENCO)
    world.invite(one)
    world.take()
    assert wishes(world, ref) == []
    assert world.link(invited.link.link_id).why == "superseded"


def test_an_order_after_a_new_link_silences_the_one_before(world: World) -> None:
    one, _, ref = refused_then(world)
    world.invite(one)
    ordered = replace(one, forbidden=True, court_order="No contact, 3 October 2026")
    change(world, ordered)
    world.take()
    assert wishes(world, ref) == []


def test_trust_that_was_lost_before_takes_nothing_from_a_later_link(world: World) -> None:
    one = world.member(world.town.ready())
    revoke(world.inside, PRIMARY, world.invite(one).link.link_id, SENCO)
    world.town.clock.pass_(days=1)
    invited = world.invite(one)
    visit = world.come_in(invited.address, invited.link)
    (paper,) = papers(world, visit)
    world.door.answer(visit, SAID, {"wishes": {paper["ref"]: "refuses"}})
    world.invite(one)
    world.take()
    assert wishes(world, paper["ref"]) == ["refuses"]


def test_of_very_many_corrections_the_oldest_answered_goes_and_no_open_one(world: World) -> None:
    one = world.member(world.town.ready())

    def ask(text: str) -> list[str]:
        after = take_in(
            world.inside, PRIMARY, one.member_id, Told(correction=text, how="conversation"), SENCO
        )
        return [each.text for each in after.corrections]

    for number in range(MOST_CORRECTIONS):
        asked = ask(f"{number}")
    assert ask("too many") == asked
    with world.inside.store.reading(PRIMARY) as unit:
        third = get_member(unit, one.member_id).corrections[3].correction_id
    mark_corrected(world.inside, PRIMARY, one.member_id, third, "Done.", SENCO)
    assert ask("now") == [*asked[:3], *asked[4:], "now"]


def test_another_member_is_named_nowhere_though_no_contact_has_the_name(world: World) -> None:
    pupil_id = world.town.ready()
    other = world.member(pupil_id, "Tom Elder", court_order="No contact", forbidden=True)
    plan = SenSupportPlan(
        subject=pupil_id,
        written=date(2026, 5, 1),
        author=Professional(name="Jo Brown", role="SENCO"),
        outcomes=(
            Outcome(number=1, outcome="Sees Tom Elder less", measure="x", by=date(2027, 7, 1)),
        ),
    )
    keep_record(world.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)
    invited = world.invite(world.member(pupil_id))
    visit = world.come_in(invited.address, invited.link)
    assert b"Elder" not in world.plain_of(visit)
    exclude_member(world.inside, PRIMARY, other.member_id, SENCO)
    refresh(world.inside)
    assert b"Elder" not in world.plain_of(world.door.visit(visit.cookie))


def sent_lines(world: World, visit: Any) -> list[dict[str, Any]]:
    refresh(world.inside)
    return list(world.view(world.door.visit(visit.cookie))["sent"])  # type: ignore[call-overload]


def test_the_days_are_the_receipts_and_a_recall_hides_nothing(world: World) -> None:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    sent = world.town.send(pupil_id)
    world.town.settle()
    visit = world.come_in(invited.address, world.link(invited.link.link_id))
    (before,) = sent_lines(world, visit)
    assert [one.partition(" ")[0] for one in before["steps"]] == ["arrived", "opened"]
    world.town.clock.pass_(days=3)
    with world.inside.store.unit(PRIMARY) as unit:  # somebody looks at the row for another reason
        row = unit.transfers.get(sent.transfer.bundle_id)
        unit.transfers.update(replace(row, updated_at=row.updated_at + timedelta(days=3)))
        unit.audit.record(SENCO, "test.touched", "transfer", row.bundle_id)
        unit.commit()
    visit = world.come_in(invited.address, world.link(invited.link.link_id))
    assert sent_lines(world, visit) == [before]
    recall(world.inside, PRIMARY, sent.transfer.bundle_id, SENCO)
    (after,) = sent_lines(world, visit)
    assert after["steps"] == before["steps"]
    assert after["end"] == "called back"


def test_an_order_that_comes_later_ends_the_link_and_keeps_what_was_said(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    invited = world.invite(one)
    visit = world.come_in(invited.address, invited.link)
    (paper,) = papers(world, visit)
    take_in(world.inside, PRIMARY, one.member_id, Told({paper["ref"]: "refuses"}), one.actor)
    moved = replace(one, safe="By letter only")
    assert change(world, moved).said == {paper["ref"]: "refuses"}
    world.door.visit(visit.cookie)  # a safe way that changed ends nothing
    with pytest.raises(UsageError) as missing:
        change(world, replace(moved, forbidden=True))
    assert missing.value.code == "court-order-missing"
    ordered = replace(moved, forbidden=True, court_order="No contact, 3 October 2026")
    change(world, ordered)
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)
    assert world.link(invited.link.link_id).why == "court-order"
    with pytest.raises(Refused):
        world.invite(one)
    lifted = change(world, replace(ordered, forbidden=False))
    assert lifted.said == {paper["ref"]: "refuses"}
    assert world.invite(one).address
    exclude_member(world.inside, PRIMARY, one.member_id, SENCO)
    with pytest.raises(Refused):
        change(world, moved)


class Breaking:
    """A store that has no time for the one commit of this number; everything else is real."""

    def __init__(self, store: Store, number: int) -> None:
        self._store, self._left = store, number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def unit(self, org_id: str) -> UnitOfWork:
        self._left -= 1
        if self._left == -1:
            raise StoreError("store-busy")
        return self._store.unit(org_id)


def words_that_go(world: World, pupil_id: str) -> int:
    with world.inside.store.reading(PRIMARY) as unit:
        _, contents = contents_of(world.inside, unit, pupil_id, Order())
    return sum(one.type == "parent-views" for one in contents.sources)


@pytest.mark.parametrize("number", range(4))
def test_words_go_nowhere_after_a_no_whichever_commit_broke(world: World, number: int) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    invited = world.invite(one)
    house = world.town.primary
    for may_send in (True, False):
        visit = world.come_in(invited.address, world.link(invited.link.link_id))
        told = {"views": "He likes trains.", "may_send": may_send, "correction": "Wrong."}
        world.door.answer(visit, SAID, told)
        good = house.inside
        house.inside = replace(good, store=Breaking(good.store, number))  # type: ignore[arg-type]
        with suppress(StoreError):
            world.take()
        house.inside = good
        world.take()
        assert words_that_go(world, pupil_id) == may_send
    with world.inside.store.reading(PRIMARY) as unit:
        assert [each.text for each in get_member(unit, one.member_id).corrections] == ["Wrong."]


def test_words_are_heard_though_staff_removed_the_ones_before(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)

    def say(words: str) -> Member:
        return take_in(
            world.inside, PRIMARY, one.member_id, Told(views=words, may_send=True), one.actor
        )

    remove_document(world.inside, PRIMARY, pupil_id, say("First").views_document, SENCO)
    assert say("Second").views == "Second"
    assert words_that_go(world, pupil_id) == 1


def test_the_same_words_again_go_as_the_last_answer_says(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    said = [("First", True), ("Second", True), ("First", True), ("First", False), ("First", True)]
    for words, may_send in said:
        told = Told(views=words, may_send=may_send)
        take_in(world.inside, PRIMARY, one.member_id, told, one.actor)
        world.town.clock.pass_(seconds=1)
        assert words_that_go(world, pupil_id) == may_send, (words, may_send)
