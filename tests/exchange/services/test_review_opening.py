"""A pack for an inbox that is not here is rejected; a verified one opens without a directory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.transfer import State
from exchange.errors import Wrapped
from exchange.ports import Directory
from exchange.services import queue_bundle as queueing
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.show_pack import view_pack
from schemas.statement import BundleKind
from tests.exchange.services.town import (
    HEAD,
    OTHER,
    PRIMARY,
    SECONDARY,
    Town,
    deliver,
    pupil_record,
)


def test_an_inbox_that_we_never_had(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A partner seals to our general keys and calls the inbox the DSL's, which we have not."""
    general = town.organisation(OTHER).recipient_keys("general", town.clock.now())
    monkeypatch.setattr(queueing, "recipient_keys", lambda *_: general)
    order = Order(kind=BundleKind.RECALL, purpose="correspondence")
    made = queue_bundle(
        town.primary.inside, PRIMARY, OTHER, "dsl", pupil_record().subject, (), order
    )
    with town.primary.blobs.open(PRIMARY, made.blob) as blob:
        deliver(town.other, blob.read())
    arrival = town.other.take_in(made.bundle_id)
    assert (arrival.state, arrival.code) == (State.REJECTED, "cannot-open")
    signed = town.other.desk.receipts(PRIMARY, OTHER, made.bundle_id, 0)
    assert len(signed) == 2
    assert b'"kind":"rejected"' in signed[-1].content


def no_directory() -> Directory:
    raise Wrapped("directory-expired", "/expires")


def test_verified_packs_open_while_our_directory_is_old(town: Town) -> None:
    bundle_id = town.sent()
    town.settle()
    inside = replace(town.secondary.inside, directory=no_directory)
    seen = view_pack(inside, SECONDARY, town.secondary.arrival(bundle_id), HEAD)
    assert (seen.bundle_id, seen.sender_name) == (bundle_id, "Elm Grove Primary School")


def test_a_pack_not_yet_verified_waits_for_a_directory(town: Town) -> None:
    bundle_id = town.sent()
    town.primary.advance(bundle_id)
    town.carry()
    town.secondary.take_in(bundle_id, steps=1)
    inside = replace(town.secondary.inside, directory=no_directory)
    with pytest.raises(Wrapped, match="directory-expired"):
        view_pack(inside, SECONDARY, town.secondary.arrival(bundle_id), HEAD)
