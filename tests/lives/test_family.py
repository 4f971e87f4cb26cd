"""Family: invited one by one, told from an allow-list, heard also without a link."""

from __future__ import annotations

import json

import pytest

from exchange.domain.family import Relationship, Responsibility
from exchange.errors import NotFound, Refused
from exchange.services.links.family_said import HOW, Told, take_in
from exchange.services.links.family_view import family_view
from exchange.services.links.members import get_member, members
from exchange.services.record_disclosure import mark
from exchange.services.safeguarding.files import set_flag
from schemas.contact import Contact
from schemas.safeguarding import DslContact
from tests.exchange.services.town import DSL_PASSPHRASE, PRIMARY, SENCO, Town
from tests.lives.people import DEE, invited, papers, parent

SECRETS = ("safeguarding", "child protection", "cp-file", "withheld", "Sam Other", "court")


def seen(town: Town, member_id: str) -> str:
    """Return all that the page of one member says."""
    link = invited(town, member_id).link
    with town.primary.store.reading(PRIMARY) as unit:
        view, readable = family_view(town.primary.inside, unit, link, get_member(unit, member_id))
    return json.dumps(view) + repr(readable)


def test_contacts_of_the_common_transfer_file_are_never_invited(town: Town) -> None:
    contact = Contact(order=1, surname="Oak", forename="Pat", email="pat@example.org")
    pupil_id = town.leaver(contacts=(contact,))
    with town.primary.store.reading(PRIMARY) as unit:
        assert members(unit, pupil_id) == []
        assert not unit.items.about("link", pupil_id)


def test_responsibility_orders_and_safe_ways_are_kept_of_each(town: Town) -> None:
    pupil_id = town.ready()
    one = parent(
        town,
        pupil_id,
        "Sam Other",
        responsibility=Responsibility.NO,
        court_order="Contact order of May",
        forbidden=True,
        safe="Never by post",
    )
    with town.primary.store.reading(PRIMARY) as unit:
        kept = get_member(unit, one)
    assert (kept.responsibility, kept.forbidden, kept.safe) == (
        Responsibility.NO,
        True,
        "Never by post",
    )
    with pytest.raises(Refused, match="court-order"):
        invited(town, one)


def test_the_page_says_nothing_of_safeguarding_withheld_things_or_the_other_adult(
    town: Town,
) -> None:
    pupil_id = town.ready()
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    town.attach(pupil_id, b"A case conference was held.", "cp-file")
    contact = DslContact(name="Dee Lead", phone="01632 960002")
    set_flag(town.primary.inside, PRIMARY, pupil_id, True, contact, DEE)
    town.attach(pupil_id, b"Social care advice.", "social-care-advice")
    kept_back = town.attach(pupil_id, b"Strategies.", "strategies").document
    mark(town.primary.inside, PRIMARY, kept_back.document_id, "family", SENCO)
    pat = parent(town, pupil_id, "Pat")
    sam = parent(town, pupil_id, "Sam Other", court_order="There is one")
    words = "I do not like it at all."
    take_in(town.primary.inside, PRIMARY, sam, Told(views=words, how="conversation"), SENCO)
    page = seen(town, pat)
    assert "EP" in page or "psycholog" in page.lower()
    for secret in (*SECRETS, words, "Dee Lead", "social care", kept_back.document_id):
        assert secret.lower() not in page.lower(), secret


@pytest.mark.parametrize("how", HOW)
def test_a_conversation_or_a_paper_form_counts_like_a_link(town: Town, how: str) -> None:
    pupil_id = town.ready()
    member = parent(town, pupil_id, "Pat")
    (paper,) = papers(town, pupil_id)
    told = Told(wishes={paper.document_id: "refuses"}, how=how)  # type: ignore[arg-type]
    take_in(town.primary.inside, PRIMARY, member, told, SENCO)
    (after,) = papers(town, pupil_id)
    assert [(one.speaker, one.wants) for one in after.said.wishes] == [("family", "refuses")]


def test_nobody_is_asked_about_what_they_are_not_told_of(town: Town) -> None:
    pupil_id = town.ready()
    hidden = town.attach(pupil_id, b"Social care advice.", "social-care-advice").document
    member = parent(town, pupil_id, "Pat")
    with pytest.raises(NotFound):
        take_in(
            town.primary.inside,
            PRIMARY,
            member,
            Told(wishes={hidden.document_id: "refuses"}, how="telephone"),
            SENCO,
        )


def test_past_school_age_the_young_person_takes_the_parents_place(town: Town) -> None:
    from datetime import date

    pupil_id = town.leaver(date_of_birth=date(2009, 3, 9))
    with pytest.raises(Refused, match="young-person-decides"):
        invited(town, parent(town, pupil_id, "Pat"))
    own = parent(town, pupil_id, "Anna Oak", relationship=Relationship.YOUNG_PERSON)
    assert invited(town, own).link.member == own
