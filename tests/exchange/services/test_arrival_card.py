"""A card tells boards whom a pack is about; it comes with the check and goes with the contents."""

from __future__ import annotations

import pytest

from exchange.domain.transfer import State
from exchange.services.accept import destroy, reject
from exchange.services.arrival_card import card_of, cards, make_card
from schemas.statement import BundleKind
from tests.exchange.services.town import DSL_PASSPHRASE, PRIMARY, SECONDARY, SENCO, Town


def arrived(town: Town) -> str:
    bundle_id = town.sent()
    town.settle()
    return bundle_id


def names(town: Town) -> list[str]:
    with town.secondary.store.reading(SECONDARY) as unit:
        return [one.name for one in cards(unit)]


def test_the_worker_keeps_a_card_of_what_it_checked(town: Town) -> None:
    bundle_id = arrived(town)
    with town.secondary.store.reading(SECONDARY) as unit:
        card = card_of(unit, PRIMARY, bundle_id)
    assert card is not None
    assert card.name.startswith("Anna")
    assert card.child.startswith(f"{PRIMARY}/")
    assert card.who.school == PRIMARY
    assert make_card(town.secondary.inside, SECONDARY, town.secondary.arrival(bundle_id)) == card


@pytest.mark.parametrize("code", ["not-our-pupil", "cannot-open"])
def test_a_rejected_pack_leaves_no_name(town: Town, code: str) -> None:
    bundle_id = arrived(town)
    assert len(names(town)) == 1
    reject(town.secondary.inside, SECONDARY, bundle_id, code, SENCO)
    assert names(town) == []


def test_a_destroyed_pack_leaves_no_name(town: Town) -> None:
    bundle_id = town.accepted()
    destroy(town.secondary.inside, SECONDARY, PRIMARY, bundle_id, SENCO)
    assert names(town) == []


def test_a_pack_for_the_safeguarding_lead_has_no_card(town: Town) -> None:
    for org_id in (PRIMARY, SECONDARY):
        town.vault.unlock_cp(org_id, DSL_PASSPHRASE)
    pupil_id = town.ready()
    town.attach(pupil_id, type_="cp-file")
    order = {"kind": BundleKind.CP_FILE, "purpose": "safeguarding"}
    bundle_id = town.send(pupil_id, **order).transfer.bundle_id
    town.settle()
    assert town.secondary.arrival(bundle_id).state is State.VERIFIED
    assert names(town) == []
