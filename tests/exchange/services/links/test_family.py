"""The family's page: what it tells, and what families say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NoReturn

import pytest

from exchange.domain.family import MAY_BE_TOLD, NEVER_TOLD, Relationship
from exchange.domain.protection import Why
from exchange.errors import NotFound, Refused, UsageError, Wrapped
from exchange.ports import Actor
from exchange.services.keep_pupil import keep_record
from exchange.services.links.answers_of import SAID
from exchange.services.links.family import (
    exclude_member,
    let_read,
)
from exchange.services.links.family_pages import FamilyPages, refresh
from exchange.services.links.family_said import Told, mark_corrected, take_in
from exchange.services.links.members import get_member, members
from exchange.services.links.model import LinkState
from exchange.services.protect import protect
from exchange.services.record_disclosure import mark
from schemas.base import dump_bytes
from schemas.codes import code_set
from schemas.contact import Contact
from schemas.people import Person as Professional
from schemas.people import Phone
from schemas.sen import SenSupportPlan
from schemas.sen.plan import Outcome, Review
from tests.exchange.services.desk import DSL
from tests.exchange.services.links.world import World
from tests.exchange.services.town import PDF, PRIMARY, SENCO

FATHER = Contact(order=2, surname="Elder", forename="Tom", phones=(Phone(number="01632 960222"),))


def test_every_type_is_either_told_or_never_told() -> None:
    known = {one.code for one in code_set("document-type")}
    assert known == MAY_BE_TOLD | NEVER_TOLD
    assert not MAY_BE_TOLD & NEVER_TOLD
    assert {"safeguarding-flag", "cp-file", "social-care-advice"} <= NEVER_TOLD


def test_page_tells_what_is_to_be_sent_and_to_whom(world: World) -> None:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    visit = world.come_in(invited.address, invited.link)
    view = world.view(visit)
    assert view["to"] == "Riverside Academy"
    (paper,) = view["papers"]  # type: ignore[misc]
    assert paper["kind"] == "Educational psychologist's report"
    assert (paper["member"], paper["said"]) == ("", "")
    assert view["sent"] == []


def test_social_care_is_not_even_hinted_at(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    invited = world.invite(one)
    before = world.view(world.come_in(invited.address, invited.link))
    world.town.attach(pupil_id, PDF + b"%1\n", "social-care-advice")
    world.town.attach(pupil_id, PDF + b"%2\n", "other")
    assert refresh(world.inside) == 0
    assert world.view(world.come_in(invited.address, world.link(invited.link.link_id))) == before


def test_another_adults_words_in_the_plan_stay_out(world: World) -> None:
    pupil_id = world.town.leaver(contacts=(FATHER,))
    world.town.choose(pupil_id)
    plan = SenSupportPlan(
        subject=pupil_id,
        written=date(2026, 5, 1),
        author=Professional(name="Jo Brown", role="SENCO"),
        outcomes=(Outcome(number=1, outcome="Reads a page", measure="Aloud", by=date(2027, 7, 1)),),
        reviews=(Review(held=date(2026, 4, 1), progress="Some", parent_view="Tom Elder is cross"),),
    )
    keep_record(world.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)
    invited = world.invite(world.member(pupil_id))
    visit = world.come_in(invited.address, invited.link)
    plain = world.plain_of(visit)
    assert b"Reads a page" in plain
    assert b"cross" not in plain
    told = replace(plan.outcomes[0], outcome="Phones Tom Elder every day")
    keep_record(world.inside, PRIMARY, pupil_id, dump_bytes(replace(plan, outcomes=(told,))), SENCO)
    assert refresh(world.inside) == 1
    again = world.come_in(invited.address, world.link(invited.link.link_id))
    assert b"Elder" not in world.plain_of(again)


def test_a_page_is_sealed_anew_when_something_changed(world: World) -> None:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    visit = world.come_in(invited.address, invited.link)
    assert refresh(world.inside) == 0
    world.town.attach(pupil_id, PDF + b"% new\n", "slt-report")
    assert refresh(world.inside) == 1
    assert refresh(world.inside) == 0
    now = world.door.visit(visit.cookie)
    assert len(world.view(now)["papers"]) == 2  # type: ignore[arg-type]
    assert not world.inside.blobs.exists(PRIMARY, visit.marks.blob)
    world.town.send(pupil_id)
    world.town.settle()
    refresh(world.inside)
    (sent,) = world.view(world.door.visit(visit.cookie))["sent"]  # type: ignore[misc]
    assert sent["to"] == "Riverside Academy"
    assert [one.partition(" ")[0] for one in sent["steps"]] == ["arrived", "opened"]


def test_nothing_is_looked_at_while_the_book_stands_still(world: World) -> None:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    pages = FamilyPages(world.inside)
    assert pages.refresh() == 0
    world.town.attach(pupil_id, PDF + b"% new\n", "slt-report")
    assert pages.refresh() == 1
    assert pages.refresh() == 0
    blob = world.link(invited.link.link_id).marks.blob
    world.inside.blobs.delete(PRIMARY, blob)  # what would be noticed if it looked
    assert pages.refresh() == 0


def test_an_old_directory_ends_no_page(world: World) -> None:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    world.town.attach(pupil_id, PDF + b"% new\n", "slt-report")
    house = world.town.primary
    good = house.inside

    def expired() -> NoReturn:
        raise Wrapped("directory-expired", "/directory")

    house.inside = replace(good, directory=expired)
    assert refresh(world.inside) == 0
    assert world.link(invited.link.link_id).state is LinkState.OPEN
    house.inside = good
    assert refresh(world.inside) == 1


def test_a_contact_with_the_same_surname_is_somebody_else(world: World) -> None:
    father = Contact(order=1, surname="Oak", phones=(Phone(number="01632 960333"),))
    pupil_id = world.town.leaver(contacts=(father,))
    world.town.choose(pupil_id)
    plan = SenSupportPlan(
        subject=pupil_id,
        written=date(2026, 5, 1),
        author=Professional(name="Jo Brown", role="SENCO"),
        outcomes=(
            Outcome(number=1, outcome="Rings 01632 960333", measure="x", by=date(2027, 7, 1)),
        ),
    )
    keep_record(world.inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)
    invited = world.invite(world.member(pupil_id, "Ana Oak"))
    visit = world.come_in(invited.address, invited.link)
    assert b"960333" not in world.plain_of(visit)


def test_staff_say_which_papers_a_person_may_open(world: World) -> None:
    pupil_id = world.town.ready()
    paper = world.town.attach(pupil_id, PDF + b"% to read\n", "slt-report").document
    never = world.town.attach(pupil_id, PDF + b"% never\n", "profile").document
    one = world.member(pupil_id)
    invited = world.invite(one)
    with pytest.raises(NotFound):  # the table gives profiles to staff, not to families
        let_read(world.inside, PRIMARY, one.member_id, [never.document_id], SENCO)
    let_read(world.inside, PRIMARY, one.member_id, [paper.document_id], SENCO)
    visit = world.come_in(invited.address, world.link(invited.link.link_id))
    with world.door.share(visit) as share:
        assert b"".join(share.read(paper.document_id)) == PDF + b"% to read\n"
    mark(world.inside, PRIMARY, paper.document_id, "family", SENCO)
    refresh(world.inside)
    assert b"% to read" not in world.plain_of(world.door.visit(visit.cookie))


def said(world: World, pupil_id: str, ref: str) -> list[tuple[str, str]]:
    with world.inside.store.reading(PRIMARY) as unit:
        return [(one.speaker, one.wants) for one in unit.documents.get(ref).said.wishes]


def test_wishes_views_and_corrections_come_in_through_the_page(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    invited = world.invite(one)
    visit = world.come_in(invited.address, invited.link)
    (paper,) = world.view(visit)["papers"]  # type: ignore[misc]
    world.door.answer(visit, SAID, {"wishes": {paper["ref"]: "refuses"}})
    world.door.answer(visit, SAID, {"views": "She loves maps.", "may_send": True})
    world.door.answer(visit, SAID, {"correction": "Her name is Anna."})
    world.take()
    assert said(world, pupil_id, paper["ref"]) == [("family", "refuses")]
    view = world.view(world.door.visit(visit.cookie))
    assert view["views"] == "She loves maps."
    assert [each["text"] for each in view["corrections"]] == ["Her name is Anna."]  # type: ignore[index, union-attr, call-overload]
    assert view["papers"][0]["said"] == "refuses"  # type: ignore[index, call-overload]
    with world.inside.store.reading(PRIMARY) as unit:
        words = [each for each in unit.documents.of_pupil(pupil_id) if each.type == "parent-views"]
        (member,) = members(unit, pupil_id)
    assert [(each.author, each.said.wishes[0].wants) for each in words] == [("Ana Oak", "agrees")]
    mark_corrected(
        world.inside, PRIMARY, one.member_id, member.corrections[0].correction_id, "Done.", SENCO
    )
    refresh(world.inside)
    (told,) = world.view(world.door.visit(visit.cookie))["corrections"]  # type: ignore[misc]
    assert told["done"] == "Done."


def test_new_words_take_the_place_of_the_old(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    take_in(world.inside, PRIMARY, one.member_id, Told(views="First", may_send=True), one.actor)
    take_in(world.inside, PRIMARY, one.member_id, Told(views="Second"), one.actor)
    with world.inside.store.reading(PRIMARY) as unit:
        words = [each for each in unit.documents.of_pupil(pupil_id) if each.type == "parent-views"]
    assert [each.said.wishes[-1].wants for each in words] == ["refuses", "refuses"]
    assert len(words) == 2


def test_one_parents_views_are_hidden_from_the_other(world: World) -> None:
    pupil_id = world.town.ready()
    mother, father = world.member(pupil_id, "Ana Oak"), world.member(pupil_id, "Tom Elder")
    invited = world.invite(father)
    visit = world.come_in(invited.address, invited.link)
    ref = world.view(visit)["papers"][0]["ref"]  # type: ignore[index, call-overload]
    take_in(
        world.inside,
        PRIMARY,
        mother.member_id,
        Told({ref: "refuses"}, views="He must not know", may_send=True, correction="Wrong too"),
        mother.actor,
    )
    refresh(world.inside)
    plain = world.plain_of(world.door.visit(visit.cookie))
    for hint in (b"He must not", b"Wrong too", b"refuses", b"Ana Oak", b"Parent's views"):
        assert hint not in plain
    assert ref.encode() in plain  # that she refuses does not make it vanish from his page


def test_nobodys_yes_stands_over_anothers_no(world: World) -> None:
    pupil_id = world.town.ready()
    mother, father = world.member(pupil_id, "Ana Oak"), world.member(pupil_id, "Tom Elder")
    with world.inside.store.reading(PRIMARY) as unit:
        ref = unit.documents.of_pupil(pupil_id)[0].document_id
    take_in(world.inside, PRIMARY, mother.member_id, Told({ref: "refuses"}), mother.actor)
    take_in(world.inside, PRIMARY, father.member_id, Told({ref: "agrees"}), father.actor)
    assert said(world, pupil_id, ref)[-1] == ("family", "refuses")
    take_in(world.inside, PRIMARY, mother.member_id, Told({ref: "agrees"}), mother.actor)
    assert said(world, pupil_id, ref)[-1] == ("family", "agrees")


def test_nobody_can_speak_of_a_paper_they_are_not_told_of(world: World) -> None:
    pupil_id = world.town.ready()
    hidden = world.town.attach(pupil_id, PDF + b"%\n", "social-care-advice").document
    one = world.member(pupil_id)
    for ref in (hidden.document_id, "nonsense", f"{pupil_id}/safeguarding-flag"):
        with pytest.raises(NotFound):
            take_in(world.inside, PRIMARY, one.member_id, Told({ref: "refuses"}), one.actor)
    assert said(world, pupil_id, hidden.document_id) == []


def test_a_conversation_is_recorded_in_the_staffs_name(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    with world.inside.store.reading(PRIMARY) as unit:
        ref = unit.documents.of_pupil(pupil_id)[0].document_id
    take_in(world.inside, PRIMARY, one.member_id, Told({ref: "agrees"}, how="conversation"), SENCO)
    (entry,) = world.town.primary.said("family.said")
    assert (entry.actor, entry.role, entry.detail["how"]) == ("Jo Brown", "senco", "conversation")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Told(), "nothing-said"),
        (Told(views="x" * 10_001), "text-too-long"),
        (Told({"a": "no-answer"}), "wish-unclear"),
    ],
)
def test_what_says_nothing_is_not_taken_in(world: World, told: Told, code: str) -> None:
    one = world.member(world.town.ready())
    with pytest.raises(UsageError) as caught:
        take_in(world.inside, PRIMARY, one.member_id, told, one.actor)
    assert caught.value.code == code


def test_contacts_of_a_file_are_never_invited_by_themselves(world: World) -> None:
    pupil_id = world.town.leaver(contacts=(FATHER,))
    with world.inside.store.reading(PRIMARY) as unit:
        assert members(unit, pupil_id) == []
    assert world.letters() == []


def test_a_court_order_stops_the_invitation(world: World) -> None:
    pupil_id = world.town.ready()
    with pytest.raises(UsageError):
        world.member(pupil_id, forbidden=True)
    one = world.member(pupil_id, forbidden=True, court_order="No contact, 3 May 2026")
    with pytest.raises(Refused) as caught:
        world.invite(one)
    assert caught.value.code == "court-order"
    assert world.letters() == []


def test_who_is_excluded_sees_nothing_any_more(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    invited = world.invite(one)
    visit = world.come_in(invited.address, invited.link)
    exclude_member(world.inside, PRIMARY, one.member_id, SENCO)
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)
    with pytest.raises(Refused):
        world.invite(one)


def test_a_second_link_ends_the_first(world: World) -> None:
    one = world.member(world.town.ready())
    first, second = world.invite(one), world.invite(one)
    assert world.link(first.link.link_id).state is LinkState.REVOKED
    assert world.link(second.link.link_id).state is LinkState.OPEN


def test_a_protected_move_ends_family_links_and_stops_new_ones(world: World) -> None:
    pupil_id = world.town.ready()
    one = world.member(pupil_id)
    invited = world.invite(one)
    visit = world.come_in(invited.address, invited.link)
    protect(world.inside, PRIMARY, pupil_id, Why.WITNESS, ("a@x.example", "b@x.example"), DSL)
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)
    with pytest.raises(Refused):
        world.invite(one)
    with pytest.raises(Refused):
        world.member(pupil_id, "Tom Elder")


def test_the_young_person_takes_the_parents_place(world: World) -> None:
    # Sixteen in March 2026: compulsory school age ends on 26 June 2026, before our 1 July.
    pupil_id = world.town.leaver(date_of_birth=date(2010, 3, 9))
    world.town.choose(pupil_id)
    with pytest.raises(Refused) as caught:
        world.member(pupil_id)
    assert caught.value.code == "young-person-decides"
    young = world.member(pupil_id, "Anna Oak", relationship=Relationship.YOUNG_PERSON)
    acting = world.member(pupil_id, capacity="Best-interests decision, 1 June 2026")
    assert world.invite(young).link.person.role == "young-person"
    assert world.invite(acting).address
    assert young.actor == Actor(young.member_id, "young-person")
    child = world.town.ready(1)
    with pytest.raises(Refused):
        world.member(child, "Annb Oak", relationship=Relationship.YOUNG_PERSON)


def test_a_parents_link_ends_when_the_young_person_decides(world: World) -> None:
    world.town.clock.pass_(days=354)  # 20 June 2027, five days before the end of school age
    pupil_id = world.town.leaver(date_of_birth=date(2011, 3, 9))
    world.town.choose(pupil_id)
    invited = world.invite(world.member(pupil_id))
    visit = world.come_in(invited.address, invited.link)
    world.town.clock.pass_(days=7)
    refresh(world.inside)
    assert world.link(invited.link.link_id).why == "young-person-decides"
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)


def test_a_member_is_read_back_as_stored(world: World) -> None:
    one = world.member(world.town.ready(), safe="By letter only", court_order="None known")
    with world.inside.store.reading(PRIMARY) as unit:
        assert get_member(unit, one.member_id) == one
