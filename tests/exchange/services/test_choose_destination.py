"""A destination is found by one thing and confirmed by another."""

from __future__ import annotations

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict, DestinationRefused
from exchange.ports import Destination
from exchange.services.choose_destination import choose_destination
from exchange.services.recall import recall
from keys.directory import DatedIdentifier
from tests.exchange.services.town import (
    COUNCIL,
    OTHER,
    PRIMARY,
    PROFILES,
    SECONDARY,
    SENCO,
    Town,
    uuid,
)

NAME = "Riverside Academy"


def choose(
    town: Town, pupil_id: str, to: str, confirmation: str, inbox: str = "general"
) -> Destination:
    return choose_destination(
        town.primary.inside, PRIMARY, pupil_id, to, confirmation, SENCO, inbox
    )


def refused(town: Town, to: str, confirmation: str, code: str, inbox: str = "general") -> str:
    """Demand a refusal that leaves nothing; return its hint."""
    pupil_id = town.leaver()
    before = town.primary.snapshot()
    with pytest.raises(DestinationRefused) as error:
        choose(town, pupil_id, to, confirmation, inbox)
    assert error.value.code == code
    assert error.value.path in ("/to", "/confirm")
    assert town.primary.snapshot() == before
    return error.value.hint


@pytest.mark.parametrize(
    ("to", "confirmation", "confirmed_with"),
    [
        ("999002", NAME, "name"),
        ("820/4002", NAME, "name"),
        (SECONDARY, NAME, "name"),
        ("999002", "820/4002", "laestab"),
        ("999002", "8204002", "laestab"),
        ("820/4002", "999002", "urn"),
        ("8204002", " 999002 ", "urn"),
        (SECONDARY, "999002", "urn"),
        (SECONDARY, "820/4002", "laestab"),
        ("urn:999002", "DfE: 820/4002", "laestab"),
        ("999002", "riverside   ACADEMY", "name"),
        ("999002", "\uff32iverside Academy", "name"),
        ("999002", "R\u00edverside\u2011Academy", "name"),
    ],
)
def test_two_things_that_agree(town: Town, to: str, confirmation: str, confirmed_with: str) -> None:
    pupil_id = town.leaver()
    made = choose(town, pupil_id, to, confirmation)
    assert (made.org_id, made.confirmed_with) == (SECONDARY, confirmed_with)
    assert (made.confirmed_by, made.confirmed_at) == ("Jo Brown", town.clock.now())
    assert town.primary.pupil(pupil_id).destination == made
    (entry,) = town.primary.said("pupil.destination-chosen")
    assert dict(entry.detail) == {"confirmed-with": confirmed_with}


@pytest.mark.parametrize(
    ("to", "confirmation"),
    [
        ("999002", "999002"),
        ("999002", " 999002"),
        ("999002", "9 99002"),
        ("9990 02", "999002"),
        ("urn:999002", "999002"),
        ("999002", "URN 999002"),
        ("820/4002", "8204002"),
        ("8204002", "820/4002"),
        ("820 4002", "8204002"),
        ("8204002", "820 / 4002"),
        ("DfE: 820/4002", "8204002"),
        ("820/4\u200b002", "8204002"),
    ],
)
def test_the_same_number_twice_is_no_confirmation(town: Town, to: str, confirmation: str) -> None:
    refused(town, to, confirmation, "destination-not-confirmed")


@pytest.mark.parametrize(
    "confirmation",
    [
        "Riverside Academy North",
        "Riverside",
        "Riverside Academy.",
        "R\u0456verside Academy",  # a Ukrainian i
        "Riverside\u200bAcademy",
        "Riverside Academy\u0000",
        "999003",
        "820/4003",
        "820",
        SECONDARY,
        "yes",
        "",
        " ",
    ],
)
def test_what_belongs_to_another_or_to_nobody_confirms_nothing(
    town: Town, confirmation: str
) -> None:
    refused(town, "999002", confirmation, "destination-not-confirmed")


def test_a_wrong_number_that_hits_another_school_is_caught_by_the_name(town: Town) -> None:
    """The mistake that fills the wrong inbox today: one digit, and a real school."""
    refused(town, "820/4003", NAME, "destination-not-confirmed")


@pytest.mark.parametrize("to", ["999009", "820/4999", uuid(77), "no number at all", "", "820/"])
def test_unknown(town: Town, to: str) -> None:
    hint = refused(town, to, NAME, "destination-unknown")
    assert to not in hint or not to


def test_a_number_that_two_have(town: Town) -> None:
    shared = DatedIdentifier("la", "821")
    for org_id in (SECONDARY, OTHER):
        town.enrol(org_id, identifiers=(*PROFILES[org_id].identifiers, shared))
    refused(town, "821", NAME, "destination-ambiguous")


def test_closed_with_a_successor(town: Town) -> None:
    town.enrol(SECONDARY, status="merged", successor=OTHER)
    hint = refused(town, "999002", NAME, "destination-closed")
    assert OTHER in hint
    assert "confirmed" in hint


def test_closed_without_one(town: Town) -> None:
    town.enrol(SECONDARY, status="closed")
    assert "no successor" in refused(town, "999002", NAME, "destination-closed")


def test_no_such_inbox_there(town: Town) -> None:
    refused(town, OTHER, PROFILES[OTHER].name, "destination-no-key", "dsl")


def test_expired_keys_are_refused_now_and_not_when_it_is_sealed(town: Town) -> None:
    town.clock.pass_(days=3 * 366)
    refused(town, "999002", NAME, "key-expired")


def test_a_council_is_confirmed_by_its_name(town: Town) -> None:
    assert choose(town, town.leaver(), "820", "larkshire council").org_id == COUNCIL


def test_with_a_pack_on_its_way_the_destination_stays(town: Town) -> None:
    bundle_id = town.sent()
    pupil_id = town.primary.transfer(bundle_id).pupil_id
    assert pupil_id is not None
    before = town.primary.snapshot()
    with pytest.raises(Conflict) as error:
        town.choose(pupil_id, OTHER)
    assert (error.value.code, error.value.path) == ("destination-in-use", "/to")
    assert "recall" in error.value.hint
    assert town.primary.snapshot() == before


def test_after_a_recall_it_may_change_and_the_pack_goes_anew(town: Town) -> None:
    bundle_id = town.sent()
    pupil_id = town.primary.transfer(bundle_id).pupil_id
    assert pupil_id is not None
    recall(town.primary.inside, PRIMARY, bundle_id, SENCO)
    town.choose(pupil_id, OTHER)
    sent = town.send(pupil_id)
    assert (sent.outcome, sent.transfer.recipient) == ("queued", OTHER)
    assert sent.transfer.supersedes is None, "another school knows nothing of the first pack"
    town.settle(8)
    assert town.primary.transfer(sent.transfer.bundle_id).state is State.VERIFIED
    assert town.secondary.arrivals() == []


def test_confirming_the_same_school_again_is_allowed_while_a_pack_is_out(town: Town) -> None:
    bundle_id = town.sent()
    pupil_id = town.primary.transfer(bundle_id).pupil_id
    assert pupil_id is not None
    assert choose(town, pupil_id, "999002", "820/4002").org_id == SECONDARY
