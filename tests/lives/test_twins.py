"""Twins: one surname, birthday, address and destination, UPNs that follow each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapters.texts import DocumentTexts
from exchange.errors import Refused
from exchange.services.twins import confirm, unconfirmed
from schemas.people import Address
from schemas.pupil import Names
from tests.exchange.services.town import PRIMARY, SENCO, UPNS, Town
from tests.exchange.services.tray.papers import scan

BORN = date(2015, 3, 9)
HOME = Address(paon="1", street="Elm Grove", town="Larkfield")


@pytest.fixture
def town(town: Town) -> Town:
    town.primary.inside = replace(town.primary.inside, texts=DocumentTexts())
    return town


def twins(town: Town) -> tuple[str, str]:
    ann = town.leaver(
        0, names=Names(surname="Oak", forename="Ann"), address=HOME, date_of_birth=BORN
    )
    ben = town.leaver(
        1, names=Names(surname="Oak", forename="Ben"), address=HOME, date_of_birth=BORN
    )
    for one in (ann, ben):
        town.choose(one)
    return ann, ben


@pytest.mark.parametrize(
    "text",
    [
        "Ben Oak finds noise hard.",
        "Ben Oak's report",
        "Ben’s report",
        f"UPN {UPNS[1]}",
        "Ben finds noise hard.",
    ],
)
def test_a_paper_that_tells_of_the_other_waits_for_a_person(town: Town, text: str) -> None:
    ann, ben = twins(town)
    document = town.attach(ann, text.encode(), "strategies").document
    with pytest.raises(Refused, match="twin-check-open"):
        town.send(ann)
    with town.primary.store.reading(PRIMARY) as unit:
        (doubt,) = unconfirmed(town.primary.inside, unit, ann)
    assert doubt.others == (ben,)
    confirm(town.primary.inside, PRIMARY, ann, document.document_id, doubt.others, SENCO)
    assert town.send(ann).outcome == "queued"


def test_a_scan_that_no_machine_reads_waits_for_twins_alone(town: Town) -> None:
    ann, _ = twins(town)
    town.attach(ann, scan())
    with pytest.raises(Refused, match="twin-check-open"):
        town.send(ann)
    alone = town.leaver(2, names=Names(surname="Ash", forename="Cleo"))
    town.attach(alone, scan())
    town.choose(alone)
    assert town.send(alone).outcome == "queued"


def test_a_paper_of_its_own_goes_at_once(town: Town) -> None:
    ann, _ = twins(town)
    town.attach(ann, b"Ann likes maps.", "strategies")
    assert town.send(ann).outcome == "queued"


def test_each_gets_a_pack_of_their_own(town: Town) -> None:
    ann, ben = twins(town)
    packs = [town.send(one).transfer.bundle_id for one in (ann, ben)]
    town.settle()
    sent = {one.bundle_id: one.pupil_id for one in town.primary.transfers()}
    assert [sent[one] for one in packs] == [ann, ben]
    assert len({one.bundle_id for one in town.secondary.arrivals()}) == 2
