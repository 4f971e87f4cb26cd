"""The same bundle delivered fifty times at once: imported once, one chain of receipts."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.transports.https import HttpsTransport
from exchange.errors import ExchangeError
from exchange.ports import Parcel, Transfer
from tests.journeys.looks import actions, books_add_up, orphans, receipt_kinds, strange_files
from tests.journeys.machine import wait_for
from tests.journeys.material import fill, leavers
from tests.journeys.town import House, Town

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

AT_ONCE = 50


def transport_between(sender: House, recipient: House) -> HttpsTransport:
    known = sender.node.directory().find(recipient.urn)
    assert known.endpoint is not None
    signer = sender.node.vault.request_signer(sender.org_id)
    return HttpsTransport(known.endpoint, signer, allow_private=True)


def parcel_of(sender: House, one: Transfer) -> Parcel:
    return Parcel(
        bundle_id=one.bundle_id,
        sender=sender.org_id,
        recipient=one.recipient,
        envelope=one.envelope,
        envelope_signature=one.envelope_signature,
        size=one.size,
        sha256=one.sha256,
    )


def test_one_bundle_fifty_times_at_once(town: Town) -> None:
    sender, recipient = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    fill(sender, recipient, leavers(1), town.root / "material", 2_000_000)
    sender.tell("send", "--all")
    with sender.node.inside.store.reading(sender.org_id) as unit:
        [transfer] = unit.transfers.all()
    recipient.start()

    ready = threading.Barrier(AT_ONCE)

    def deliver(number: int) -> str:
        transport = transport_between(sender, recipient)
        with sender.node.inside.blobs.open(sender.org_id, transfer.blob) as content:
            ready.wait(30)
            try:
                transport.deliver(parcel_of(sender, transfer), content)
            except ExchangeError as error:
                return error.code
        return "delivered"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = Counter(pool.map(deliver, range(AT_ONCE)))
    print(outcomes)
    # Whoever comes second is told that it is there: nobody is refused, and nobody need wait.
    assert outcomes == {"delivered": AT_ONCE}

    wait_for("it to be verified", lambda: recipient.states("arrivals") == {"verified": 1})
    for action in ("announced", "delivered", "collected", "verified"):
        assert actions(recipient, f"arrival.{action}") == [transfer.bundle_id]
    blobs = recipient.node.blobs
    assert len([*blobs.names(recipient.org_id)]) == 1
    assert orphans(recipient) == set()
    assert strange_files(recipient) == []

    recipient.tell("accept", transfer.bundle_id)
    chain = ["collected", "verified", "accepted"]
    assert receipt_kinds(recipient, transfer.bundle_id, sender.org_id, "issued") == chain

    def ask(number: int) -> tuple[bytes, ...]:
        found = transport_between(sender, recipient).receipts(
            sender.org_id, recipient.org_id, transfer.bundle_id, 0
        )
        return tuple(one.content for one in found)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = set(pool.map(ask, range(AT_ONCE)))
    assert [len(one) for one in asked] == [3]
    books_add_up(recipient)
    assert recipient.stop() == 0
    assert "Traceback" not in recipient.log.read_text()
