"""What arrived is signed for, opened, checked; and what fails a check is rejected with a code."""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from exchange.bundle.contents import Source
from exchange.bundle.outer import read_outer
from exchange.domain.transfer import State
from exchange.errors import BagError, BundleError, ContainerError, NotFound, TrustError
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.receive import Receiver
from exchange.services.refusals import rejection_code
from keys.directory import Ruling
from keys.errors import KeyringError
from schemas.base import dump_bytes, load_bytes
from schemas.receipt import Receipt, RejectionCode
from schemas.statement import BundleKind, FileRole
from tests.exchange.services.town import (
    COUNCIL,
    DSL_PASSPHRASE,
    PDF,
    PRIMARY,
    SECONDARY,
    SENCO,
    Town,
    deliver,
    pupil_record,
)

ANN = pupil_record().subject
GOOD = dump_bytes(pupil_record())


def source(content: bytes, **changes: object) -> Source:
    told: dict[str, object] = {
        "id": hashlib.md5(content).hexdigest(),
        "path": "data/records/pupil.json",
        "role": FileRole.RECORD,
        "type": "sen.pupil/1.0",
        "media_type": "application/json",
        "subject": ANN,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "crc32": zlib.crc32(content),
        "open": lambda: io.BytesIO(content),
    }
    digits = str(told["id"])
    told["id"] = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
    return Source(**(told | changes))  # type: ignore[arg-type]


def brought(town: Town, *sources: Source, to: str = SECONDARY, **order: object) -> str:
    """Seal these sources, whatever they say, and bring them to the school; return the id."""
    made = queue_bundle(
        town.primary.inside,
        PRIMARY,
        to,
        "general",
        ANN,
        sources or [source(GOOD)],
        Order(**order),  # type: ignore[arg-type]
    )
    with town.primary.blobs.open(PRIMARY, made.blob) as blob:
        deliver(town.house(to), blob.read())
    return made.bundle_id


def receipts(town: Town, bundle_id: str, org_id: str = SECONDARY) -> list[Receipt]:
    signed = town.house(org_id).desk.receipts(PRIMARY, org_id, bundle_id, 0)
    return [load_bytes(Receipt, one.content) for one in signed]


def kinds(town: Town, bundle_id: str, org_id: str = SECONDARY) -> list[str]:
    return [one.kind.value for one in receipts(town, bundle_id, org_id)]


def test_collected_by_the_node_then_verified_by_the_organisation(town: Town) -> None:
    bundle_id = brought(town)
    house = town.secondary
    assert house.take_in(bundle_id, steps=1).state is State.COLLECTED
    assert house.take_in(bundle_id, steps=1).state is State.VERIFIED
    first, second = receipts(town, bundle_id)
    organisation = town.organisation(SECONDARY)
    assert first.key_id == organisation.node_keys[0].key_id
    assert second.key_id == organisation.signing_keys[0].key_id
    assert (first.seq, first.previous, second.seq) == (1, None, 2)


def test_what_is_kept_of_a_verified_pack(town: Town) -> None:
    bundle_id = brought(town)
    arrival = town.secondary.take_in(bundle_id)
    assert (arrival.kind, arrival.due_at, arrival.code) == ("transfer", None, None)
    assert bundle_id.encode() in arrival.statement
    assert arrival.statement_signature.startswith(b"-----BEGIN SSH SIGNATURE-----")
    assert arrival.sender_entry == town.directory().entry_bytes(PRIMARY)


def test_stepping_on_changes_nothing(town: Town) -> None:
    bundle_id = brought(town)
    town.secondary.take_in(bundle_id)
    before = town.secondary.snapshot()
    town.secondary.take_in(bundle_id, steps=5)
    town.secondary.receiver.advance(SECONDARY, PRIMARY, "unknown")
    assert town.secondary.snapshot() == before


def test_announced_only_is_not_collected(town: Town) -> None:
    bundle_id, content = town.packed()
    house = town.secondary
    outer = read_outer(io.BytesIO(content))
    house.desk.announce(PRIMARY, SECONDARY, outer.envelope_bytes, outer.signature, len(content))
    assert house.take_in(bundle_id).state is State.QUEUED
    assert kinds(town, bundle_id) == []


OTHER_SUBJECT = replace(pupil_record(), subject="99999999-5555-4555-8555-555555555555")
BAD_CONTENTS = {
    "a record of another pupil": (
        source(dump_bytes(OTHER_SUBJECT)),
        RejectionCode.OTHER_SUBJECT,
    ),
    "a record of a later world": (
        source(GOOD.replace(b"sen.pupil/1.0", b"sen.pupil/2.0"), type="sen.pupil/2.0"),
        RejectionCode.SCHEMA_TOO_NEW,
    ),
    "a record that breaks its schema": (
        source(GOOD.replace(b'"sex":"F"', b'"sex":"MARKER"')),
        RejectionCode.RECORD_INVALID,
    ),
    "a record that is not JSON": (source(b"MARKER"), RejectionCode.RECORD_INVALID),
    "a record of another type than said": (
        source(GOOD, type="sen.one-page-profile/1.0"),
        RejectionCode.RECORD_INVALID,
    ),
}


@pytest.mark.parametrize("name", BAD_CONTENTS)
def test_failed_checks_reject_by_machine_with_a_code(town: Town, name: str) -> None:
    """Well sealed and signed by its sender, and still not what it should be."""
    bad, code = BAD_CONTENTS[name]
    bundle_id = brought(town, bad)
    arrival = town.secondary.take_in(bundle_id)
    assert (arrival.state, arrival.code) == (State.REJECTED, code.value)
    assert kinds(town, bundle_id) == ["collected", "rejected"]
    assert receipts(town, bundle_id)[-1].code is code
    (entry,) = town.secondary.said("arrival.rejected")
    assert entry.detail["code"] == code.value
    assert town.secondary.blob_names() == [], "what nobody may read is not kept"
    assert "MARKER" not in str(town.secondary.book())


@pytest.mark.parametrize("name", BAD_CONTENTS)
def test_a_local_authority_holds_what_a_school_rejects(town: Town, name: str) -> None:
    """An EHC request is never rejected by machine: its clock runs from the arrival."""
    bundle_id = brought(town, BAD_CONTENTS[name][0], to=COUNCIL)
    arrival = town.council.take_in(bundle_id)
    assert arrival.state is State.COLLECTED
    assert arrival.attention
    assert arrival.due_at is None
    assert kinds(town, bundle_id, COUNCIL) == ["collected"]
    assert town.council.blobs.exists(COUNCIL, arrival.blob), "a person will look at it"
    (entry,) = town.council.said("arrival.held")
    assert entry.detail["code"] == arrival.attention
    before = town.council.snapshot()
    town.council.take_in(bundle_id)
    assert town.council.snapshot() == before


def test_bytes_that_rotted_at_rest(town: Town) -> None:
    bundle_id = brought(town)
    arrival = town.secondary.arrival(bundle_id)
    with town.secondary.blobs.open(SECONDARY, arrival.blob) as blob:
        content = bytearray(blob.read())
    content[content.index(b"age-encryption.org") + 2500] ^= 1
    with town.secondary.blobs.create(SECONDARY, arrival.blob) as writer:
        writer.file.write(bytes(content))
        writer.commit()
    assert town.secondary.take_in(bundle_id).state is State.REJECTED


def test_sealed_to_keys_that_are_not_here(changing_town: Town) -> None:
    """The school made its keys anew after a lost disk; the pack was sealed to the old ones."""
    town = changing_town
    bundle_id = brought(town)
    (town.keys / f"{SECONDARY}.json").unlink()
    town.keyring.add_organisation(SECONDARY, town.clock.now(), key_class="classic")
    town.reload_keys()
    arrival = town.secondary.take_in(bundle_id)
    assert (arrival.state, arrival.code) == (State.REJECTED, "cannot-open")


def test_too_late_to_be_used(town: Town) -> None:
    bundle_id, content = town.packed()
    town.clock.pass_(days=91)
    deliver(town.secondary, content)
    assert town.secondary.take_in(bundle_id).code == "expired"


def test_our_own_old_directory_is_no_verdict_on_the_sender(town: Town) -> None:
    """It is for our administrator: the pack waits, and is rejected for nothing that we lack."""
    bundle_id = brought(town)
    town.secondary.take_in(bundle_id, steps=1)
    arrival = town.secondary.arrival(bundle_id)
    with town.secondary.store.unit(SECONDARY) as unit:
        unit.arrivals.update(replace(arrival, arrived_at=town.directory().expires))
        unit.audit.record(SENCO, "arrival.late", "arrival", bundle_id)
        unit.commit()
    with pytest.raises(TrustError, match="directory-expired"):
        town.secondary.take_in(bundle_id)
    assert town.secondary.arrival(bundle_id).state is State.COLLECTED
    assert kinds(town, bundle_id) == ["collected"]


def test_a_key_that_was_stolen_before_the_pack_arrived(town: Town) -> None:
    """Announced and delivered before the alarm was heard; opened after it."""
    bundle_id = brought(town)
    key = town.vault.signer(PRIMARY, town.clock.now()).key_id
    town.rule(PRIMARY, Ruling(compromised={key: town.clock.now() - timedelta(hours=1)}))
    arrival = town.secondary.take_in(bundle_id)
    assert (arrival.state, arrival.code) == (State.REJECTED, "key-not-valid")


def test_a_key_that_was_stolen_after_it_arrived_leaves_it_good(town: Town) -> None:
    bundle_id = brought(town)
    key = town.vault.signer(PRIMARY, town.clock.now()).key_id
    town.rule(PRIMARY, Ruling(compromised={key: town.clock.pass_(hours=1)}))
    assert town.secondary.take_in(bundle_id).state is State.VERIFIED


def test_a_cp_pack_stays_collected_until_the_dsl_unlocks(town: Town) -> None:
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    pupil_id = town.ready()
    town.attach(pupil_id, PDF + b"% cp\n", "cp-file")
    bundle_id = town.send(pupil_id, kind=BundleKind.CP_FILE).transfer.bundle_id
    town.primary.advance(bundle_id)
    town.carry()
    waits = []
    for _ in range(12):
        arrival = town.secondary.take_in(bundle_id, steps=1)
        assert (arrival.state, arrival.attention) == (State.COLLECTED, None)
        if arrival.attempts:
            assert arrival.due_at is not None
            waits.append(arrival.due_at - town.clock.now())
    assert waits == sorted(waits)
    assert waits[-1] <= timedelta(hours=1)
    assert kinds(town, bundle_id) == ["collected"]
    town.vault.unlock_cp(SECONDARY, DSL_PASSPHRASE)
    arrival = town.secondary.take_in(bundle_id)
    assert (arrival.state, arrival.kind) == (State.VERIFIED, "cp-file")


def test_another_trouble_with_the_keyring_is_not_taken_for_a_lock(changing_town: Town) -> None:
    """A key that ran out is for an administrator: raised, so that the worker logs it."""
    town = changing_town
    bundle_id = brought(town)
    town.clock.pass_(days=3 * 365 + 1)
    with pytest.raises(KeyringError, match="key-expired"):
        town.secondary.take_in(bundle_id)
    assert town.secondary.arrival(bundle_id).state is State.DELIVERED


def test_contents_that_vanished_are_no_verdict_on_the_sender(town: Town) -> None:
    bundle_id = brought(town)
    town.secondary.take_in(bundle_id, steps=1)
    town.secondary.blobs.delete(SECONDARY, town.secondary.arrival(bundle_id).blob)
    with pytest.raises(NotFound, match="contents-gone"):
        town.secondary.take_in(bundle_id)
    assert town.secondary.arrival(bundle_id).state is State.COLLECTED


def test_two_workers_on_one_arrival_sign_one_chain(town: Town) -> None:
    """Killed between signing and the next step, or run twice: never two receipts of one kind."""
    bundle_id = brought(town)
    stale = town.secondary.arrival(bundle_id)
    second = Receiver(town.secondary.inside, {})
    town.secondary.take_in(bundle_id)
    second._collect(SECONDARY, stale)
    second._verify(SECONDARY, replace(stale, state=State.COLLECTED))
    assert kinds(town, bundle_id) == ["collected", "verified"]


CODES = [
    (TrustError("age-no-match"), RejectionCode.CANNOT_OPEN),
    (TrustError("key-unknown"), RejectionCode.CANNOT_OPEN),
    (TrustError("not-for-us"), RejectionCode.CANNOT_OPEN),
    (TrustError("organisation-unknown"), RejectionCode.SENDER_UNKNOWN),
    (TrustError("signature-invalid"), RejectionCode.SIGNATURE_INVALID),
    (TrustError("signature-malformed"), RejectionCode.SIGNATURE_INVALID),
    (TrustError("signer-unknown"), RejectionCode.SIGNATURE_INVALID),
    (TrustError("key-expired"), RejectionCode.KEY_NOT_VALID),
    (TrustError("key-not-yet-valid"), RejectionCode.KEY_NOT_VALID),
    (TrustError("bundle-expired"), RejectionCode.EXPIRED),
    (TrustError("digest-mismatch"), RejectionCode.CONTENT_DAMAGED),
    (TrustError("age-payload-invalid"), RejectionCode.CONTENT_DAMAGED),
    (TrustError("payload-differs"), RejectionCode.CONTENT_DAMAGED),
    (BagError("other-subject", "/files/3/subject"), RejectionCode.OTHER_SUBJECT),
    (BagError("schema-too-new", "/files/3/schema"), RejectionCode.SCHEMA_TOO_NEW),
    (BagError("schema-mismatch", "/files/3/type"), RejectionCode.RECORD_INVALID),
    (BagError("wrong-type", "/files/3/sex"), RejectionCode.RECORD_INVALID),
    (BagError("json-syntax", "/files/3"), RejectionCode.RECORD_INVALID),
    (BagError("missing", "/statement/purpose"), RejectionCode.FORMAT_REFUSED),
    (BagError("members-differ", "/statement/files"), RejectionCode.FORMAT_REFUSED),
    (BagError("member-too-large", "/files/3"), RejectionCode.TOO_LARGE),
    (ContainerError("container-too-large"), RejectionCode.TOO_LARGE),
    (ContainerError("crc-mismatch"), RejectionCode.FORMAT_REFUSED),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=[f"{e.code}{e.path}" for e, _ in CODES])
def test_which_code_the_sender_is_told(error: BundleError, code: RejectionCode) -> None:
    assert rejection_code(error) is code
