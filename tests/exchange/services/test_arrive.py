"""The arrival desk: authenticated before a byte is taken, deduplicated for ever, opened never."""

from __future__ import annotations

import io
import threading

import pytest

from exchange.bundle.outer import Outer, read_outer
from exchange.domain.transfer import State
from exchange.errors import BundleError, Conflict, ExchangeError, NotFound, Refused, TrustError
from exchange.ports import Limits
from exchange.services.accept import accept, destroy
from exchange.services.arrive import ArrivalDesk, blob_name
from keys.directory import Ruling
from schemas import strict_json
from tests.exchange.services.town import (
    COUNCIL,
    OTHER,
    PRIMARY,
    SECONDARY,
    SENCO,
    House,
    Town,
    deliver,
    uuid,
)


def outer(content: bytes) -> Outer:
    return read_outer(io.BytesIO(content))


def announce(house: House, content: bytes, **changes: object) -> bool:
    """Announce as the face does, but for ``changes``; return whether its bytes are here."""
    seen = outer(content)
    told: dict[str, object] = {
        "signer_org": seen.envelope.sender,
        "recipient": house.org_id,
        "envelope": seen.envelope_bytes,
        "signature": seen.signature,
        "size": len(content),
    }
    return house.desk.announce(**(told | changes)).already_here  # type: ignore[arg-type]


def resigned(
    town: Town, content: bytes, by: str = PRIMARY, **changes: object
) -> tuple[bytes, bytes]:
    """Return the pack's envelope with changes, signed by whoever."""
    value = strict_json.loads(outer(content).envelope_bytes)
    assert isinstance(value, dict)
    envelope = strict_json.dumps(value | changes)  # type: ignore[arg-type]
    signer = town.vault.signer(by, town.clock.now())
    return envelope, signer.sign(envelope, "sen-envelope@v1")


def test_announced_then_delivered(town: Town) -> None:
    bundle_id, content = town.packed()
    house = town.secondary
    assert announce(house, content) is False
    waiting = house.arrival(bundle_id)
    assert (waiting.state, waiting.due_at, waiting.size) == (State.QUEUED, None, len(content))
    assert house.blob_names() == []
    town.clock.pass_(minutes=1)
    assert deliver(house, content)
    here = house.arrival(bundle_id)
    assert (here.state, here.due_at, here.arrived_at) == (
        State.DELIVERED,
        town.clock.now(),
        town.clock.now(),
    )
    with house.blobs.open(SECONDARY, here.blob) as source:
        assert source.read() == content
    assert [one.action for one in house.book()][1:] == ["arrival.announced", "arrival.delivered"]


def test_nothing_is_opened_by_the_desk(town: Town) -> None:
    """It works over the store as a process without keys sees it."""
    bundle_id, content = town.packed()
    deliver(town.secondary, content)
    here = town.secondary.arrival(bundle_id)
    assert (here.kind, here.statement, here.sender_entry) == (None, b"", b"")
    assert not hasattr(town.secondary.desk, "_vault")


@pytest.mark.parametrize("times", [2, 5])
def test_delivered_again_is_delivered_once(town: Town, times: int) -> None:
    bundle_id, content = town.packed()
    news = [deliver(town.secondary, content) for _ in range(times)]
    assert news == [True] + [False] * (times - 1)
    assert len(town.secondary.arrivals()) == 1
    assert len(town.secondary.said("arrival.delivered")) == 1
    assert announce(town.secondary, content) is True
    assert town.secondary.arrival(bundle_id).state is State.DELIVERED


def test_fifty_at_once_are_one_arrival(town: Town) -> None:
    bundle_id, content = town.packed()
    house = town.secondary
    news: list[bool] = []
    gate = threading.Barrier(50)

    def bring() -> None:
        gate.wait()
        news.append(deliver(house, content))

    threads = [threading.Thread(target=bring) for _ in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(news) == [False] * 49 + [True]
    assert len(house.said("arrival.announced")) == len(house.said("arrival.delivered")) == 1
    house.take_in(bundle_id)
    assert len(house.said("arrival.collected")) == len(house.said("arrival.verified")) == 1


def refused(
    town: Town, kind: type[ExchangeError], code: str, content: bytes, **changes: object
) -> None:
    house = town.secondary
    before = house.snapshot()
    with pytest.raises(kind) as error:
        announce(house, content, **changes)
    assert error.value.code == code
    assert error.value.hint
    assert house.snapshot() == before


def test_whoever_signs_the_request_must_be_the_sender(town: Town) -> None:
    _, content = town.packed()
    refused(town, TrustError, "sender-mismatch", content, signer_org=OTHER)


def test_an_envelope_in_somebody_else_s_name(town: Town) -> None:
    """A thief with an enrolled key of its own writes that the primary school sent it."""
    _, content = town.packed()
    envelope, signature = resigned(town, content, by=OTHER)
    refused(town, TrustError, "signer-unknown", content, envelope=envelope, signature=signature)


def test_a_signature_of_other_bytes(town: Town) -> None:
    _, content = town.packed()
    envelope, _ = resigned(town, content, payload_size=1)
    refused(town, TrustError, "signature-invalid", content, envelope=envelope)


def test_a_sender_who_is_not_enrolled(town: Town) -> None:
    _, content = town.packed()
    envelope, signature = resigned(town, content, sender=uuid(99))
    changes = {"envelope": envelope, "signature": signature, "signer_org": uuid(99)}
    refused(town, TrustError, "organisation-unknown", content, **changes)


def test_not_addressed_to_the_one_whom_it_is_brought_to(town: Town) -> None:
    _, content = town.packed(to=OTHER)
    refused(town, TrustError, "recipient-mismatch", content)


def test_for_somebody_who_does_not_live_here(town: Town) -> None:
    _, content = town.packed(to=OTHER)
    with pytest.raises(NotFound, match="organisation-not-hosted"):
        announce(town.secondary, content, recipient=OTHER)


def test_a_compromised_key_announces_nothing(town: Town) -> None:
    _, content = town.packed()
    key = town.vault.signer(PRIMARY, town.clock.now()).key_id
    town.rule(PRIMARY, Ruling(compromised={key: town.clock.now()}))
    town.clock.pass_(seconds=1)
    with pytest.raises(TrustError):
        announce(town.secondary, content)
    assert town.secondary.arrivals() == []


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"MARKER", b'{"schema":"sen.envelope/9.0"}', b"[" * 70_000, bytes(2 << 20)]
)
def test_an_envelope_that_is_none(town: Town, junk: bytes) -> None:
    _, content = town.packed()
    before = town.secondary.snapshot()
    with pytest.raises(BundleError) as error:
        announce(town.secondary, content, envelope=junk)
    assert "MARKER" not in str(error.value)
    assert town.secondary.snapshot() == before


def test_larger_than_this_node_takes(town: Town) -> None:
    _, content = town.packed()
    limits = Limits(bundle_bytes=len(content) - 1)
    house = town.secondary
    house.desk = ArrivalDesk(house.store.outward(), house.blobs, town.directory, town.clock, limits)
    before = house.but_for_the_book()
    with pytest.raises(Refused) as error:
        announce(house, content)
    assert (error.value.code, house.but_for_the_book()) == ("bundle-too-large", before)
    (line,) = house.said("arrival.announced", "refused")
    assert line.detail == {"sender": PRIMARY, "code": "bundle-too-large"}


def test_the_same_id_with_another_payload_is_refused_and_in_the_book(town: Town) -> None:
    bundle_id, content = town.packed()
    deliver(town.secondary, content)
    kept = town.secondary.arrival(bundle_id)
    envelope, signature = resigned(town, content, payload_sha256="ab" * 32)
    for _ in range(2):
        with pytest.raises(Conflict) as error:
            announce(town.secondary, content, envelope=envelope, signature=signature)
        assert (error.value.code, error.value.path) == (
            "bundle-id-reused",
            "/envelope/payload_sha256",
        )
    alarms = town.secondary.said("arrival.announced", "refused")
    assert alarms
    assert {one.detail["code"] for one in alarms} == {"bundle-id-reused"}
    assert town.secondary.arrival(bundle_id) == kept


def test_a_tombstone_outlives_destruction(town: Town) -> None:
    bundle_id = town.accepted()
    ((_, content),) = town.holes.packs.items()
    destroy(town.secondary.inside, SECONDARY, PRIMARY, bundle_id, SENCO)
    assert deliver(town.secondary, content) is False
    assert town.secondary.arrival(bundle_id).state is State.DESTROYED
    assert town.secondary.blob_names() == []
    envelope, signature = resigned(town, content, payload_sha256="ab" * 32)
    with pytest.raises(Conflict, match="bundle-id-reused"):
        announce(town.secondary, content, envelope=envelope, signature=signature)


def test_a_stranger_cannot_occupy_an_id(town: Town) -> None:
    """An enrolled partner who learns of an id announces it first, for a pack of its own."""
    bundle_id, content = town.packed()
    envelope, signature = resigned(town, content, by=OTHER, sender=OTHER)
    changes = {"signer_org": OTHER, "envelope": envelope, "signature": signature}
    assert announce(town.secondary, content, **changes) is False
    assert deliver(town.secondary, content)
    town.secondary.take_in(bundle_id)
    assert town.secondary.arrival(bundle_id, PRIMARY).state is State.VERIFIED
    assert town.secondary.arrival(bundle_id, OTHER).state is State.QUEUED


def test_what_a_stranger_announced_does_not_stop_a_person_from_accepting(town: Town) -> None:
    bundle_id, content = town.packed()
    envelope, signature = resigned(town, content, by=OTHER, sender=OTHER)
    changes = {"signer_org": OTHER, "envelope": envelope, "signature": signature}
    announce(town.secondary, content, **changes)
    deliver(town.secondary, content)
    town.secondary.take_in(bundle_id)
    done = accept(town.secondary.inside, SECONDARY, bundle_id, SENCO, sender=PRIMARY)
    assert (done.sender, done.state) == (PRIMARY, State.ACCEPTED)
    with pytest.raises(NotFound):
        accept(town.secondary.inside, SECONDARY, bundle_id, SENCO, sender=COUNCIL)


def test_bytes_come_only_from_who_announced_them(town: Town) -> None:
    bundle_id, content = town.packed()
    announce(town.secondary, content)
    for signer in (OTHER, SECONDARY):
        with pytest.raises(NotFound, match="arrival-unknown"):
            town.secondary.desk.begin(signer, SECONDARY, PRIMARY, bundle_id)
    with pytest.raises(NotFound, match="arrival-unknown"):
        town.secondary.desk.begin(PRIMARY, SECONDARY, PRIMARY, uuid(1))
    assert town.secondary.desk.begin(PRIMARY, SECONDARY, PRIMARY, bundle_id).size == len(content)


def upload(house: House, bundle_id: str, content: bytes) -> bool:
    expected = house.desk.begin(PRIMARY, house.org_id, PRIMARY, bundle_id)
    with house.desk.writer(expected) as writer:
        writer.file.write(content)
        return house.desk.complete(expected, writer)


def test_altered_bytes_are_refused_wherever_the_flip_is(town: Town) -> None:
    bundle_id, content = town.packed()
    announce(town.secondary, content)
    before, codes = town.secondary.but_for_the_book(), []
    for place in range(0, len(content), max(1, len(content) // 97)):
        altered = bytearray(content)
        altered[place] ^= 0x10
        with pytest.raises(BundleError) as error:
            upload(town.secondary, bundle_id, bytes(altered))
        codes.append(error.value.code)
    assert town.secondary.but_for_the_book() == before
    lines = town.secondary.said("arrival.delivered", "refused")
    assert [line.detail["code"] for line in lines] == codes
    assert upload(town.secondary, bundle_id, content)


@pytest.mark.parametrize("change", ["cut", "longer", "empty", "another pack"])
def test_other_bytes_than_announced(town: Town, change: str) -> None:
    bundle_id, content = town.packed()
    other = {
        "cut": content[:-1],
        "longer": content + b"\0",
        "empty": b"",
        "another pack": town.packed(1)[1],
    }[change]
    announce(town.secondary, content)
    before = town.secondary.but_for_the_book()
    with pytest.raises(BundleError):
        upload(town.secondary, bundle_id, other)
    assert town.secondary.but_for_the_book() == before
    assert len(town.secondary.said("arrival.delivered", "refused")) == 1


def test_an_envelope_that_was_swapped_after_the_announcement(town: Town) -> None:
    """Same payload, well signed; but not the envelope that was announced."""
    bundle_id, content = town.packed()
    envelope, signature = resigned(town, content, issued="2025-07-01T09:30:00Z")
    announce(town.secondary, content, envelope=envelope, signature=signature)
    with pytest.raises(BundleError, match="envelope-differs"):
        upload(town.secondary, bundle_id, content)


def test_left_without_completing_nothing_stays(town: Town) -> None:
    bundle_id, content = town.packed()
    announce(town.secondary, content)
    expected = town.secondary.desk.begin(PRIMARY, SECONDARY, PRIMARY, bundle_id)
    with town.secondary.desk.writer(expected) as writer:
        writer.file.write(content[:1000])
    assert town.secondary.blob_names() == []
    assert town.secondary.arrival(bundle_id).state is State.QUEUED


def test_receipts_are_for_the_sender_alone(town: Town) -> None:
    bundle_id, content = town.packed()
    deliver(town.secondary, content)
    town.secondary.take_in(bundle_id)
    desk = town.secondary.desk
    both = desk.receipts(PRIMARY, SECONDARY, bundle_id, 0)
    assert len(both) == 2
    assert desk.receipts(PRIMARY, SECONDARY, bundle_id, 1) == both[1:]
    assert desk.receipts(PRIMARY, SECONDARY, bundle_id, 2) == []
    for signer, recipient, which in (
        (OTHER, SECONDARY, bundle_id),
        (PRIMARY, OTHER, bundle_id),
        (PRIMARY, SECONDARY, uuid(5)),
    ):
        with pytest.raises(NotFound) as error:
            desk.receipts(signer, recipient, which, 0)
        assert (error.value.code, error.value.path) == ("arrival-unknown", "")


def test_the_blob_s_name_is_of_sender_and_id(town: Town) -> None:
    bundle_id, content = town.packed()
    deliver(town.secondary, content)
    arrival = town.secondary.arrival(bundle_id)
    assert arrival.blob == blob_name(PRIMARY, bundle_id) != blob_name(OTHER, bundle_id)


def test_arrived_is_when_the_bytes_were_here_not_when_they_were_announced(town: Town) -> None:
    """An EHC clock runs from the arrival; an announcement alone must not start it."""
    bundle_id, content = town.packed()
    announce(town.secondary, content)
    town.clock.pass_(days=2)
    deliver(town.secondary, content)
    arrival = town.secondary.arrival(bundle_id)
    assert arrival.arrived_at == town.clock.now()
