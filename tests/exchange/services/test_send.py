"""Sending: once, whole, to whom it was confirmed, and never what must stay."""

from __future__ import annotations

import io
import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer
from exchange.domain.transfer import State
from exchange.errors import Conflict, DestinationRefused, ExchangeError, NotFound, StorageFull
from exchange.ports import BlobWriter
from exchange.services.send import Sent
from exchange.services.trust import sender_keys
from exchange.store.memory import MemoryBlobs
from keys.directory import Ruling
from schemas.recipient import InboxName
from schemas.statement import BundleKind
from tests.exchange.services.town import (
    DSL_PASSPHRASE,
    OTHER,
    PDF,
    PRIMARY,
    PROFILES,
    SECONDARY,
    Town,
)

CP_PDF = PDF + b"% MARKER-OF-THE-CP-FILE\n"


def sealed(town: Town, sent: Sent) -> bytes:
    with town.primary.blobs.open(PRIMARY, sent.transfer.blob) as source:
        return source.read()


def opened(
    town: Town, sent: Sent, inbox: InboxName = InboxName.GENERAL
) -> tuple[list[str], list[str], bytes]:
    """Open a pack as its recipient would: document types, all member paths, all plain bytes."""
    bundle = open_bundle(
        read_outer(io.BytesIO(sealed(town, sent))),
        opener=town.vault.opener(sent.transfer.recipient, inbox.value),
        find_signers=sender_keys(town.directory()),
        me=sent.transfer.recipient,
        inbox=inbox,
        at=town.clock.now(),
    )
    bundle.verify_contents()
    types = [one.type for one in bundle.documents.values()]
    paths = [one.path for one in bundle.statement.files]
    bundle.plain.seek(0)
    members = [bundle.reader.read(one, 1 << 20) for one in bundle.reader.entries]
    return types, paths, b"".join(members)


def nothing_left(town: Town, pupil_id: str, code: str, **order: object) -> ExchangeError:
    """Demand that sending is refused by this code, and that nothing stays behind."""
    before = town.primary.snapshot()
    with pytest.raises(ExchangeError) as error:
        town.send(pupil_id, **order)
    assert error.value.code == code
    assert error.value.path
    assert error.value.hint
    assert town.primary.snapshot() == before
    return error.value


def test_one_commit_holds_transfer_job_and_entry(town: Town) -> None:
    sent = town.send(town.ready())
    kept = town.primary.transfer(sent.transfer.bundle_id)
    assert kept == sent.transfer
    assert (kept.state, kept.due_at, kept.recipient) == (State.QUEUED, town.clock.now(), SECONDARY)
    assert kept.expires_at == town.clock.now() + timedelta(days=90)
    (entry,) = town.primary.said("transfer.queued")
    assert entry.object_id == kept.bundle_id
    assert entry.detail["payload-sha256"] == kept.payload_sha256
    assert json.loads(kept.envelope)["payload_sha256"] == kept.payload_sha256
    assert kept.size == len(sealed(town, sent))


def test_sent_twice_is_sent_once(town: Town) -> None:
    pupil_id = town.ready()
    first = town.send(pupil_id)
    before = town.primary.snapshot()
    for _ in range(3):
        again = town.send(pupil_id)
        assert (again.outcome, again.transfer) == ("unchanged", first.transfer)
    assert town.primary.snapshot() == before


@pytest.mark.parametrize("stage", ["delivered", "verified", "accepted"])
def test_sent_again_later_is_still_sent_once(town: Town, stage: str) -> None:
    if stage == "accepted":
        bundle_id = town.accepted()
    else:
        bundle_id = town.sent()
        town.primary.advance(bundle_id) if stage == "delivered" else town.settle()
    transfer = town.primary.transfer(bundle_id)
    assert transfer.state.value == stage
    assert transfer.pupil_id is not None
    assert town.send(transfer.pupil_id).outcome == "unchanged"


def test_a_change_is_not_sent_unasked(town: Town) -> None:
    pupil_id = town.ready()
    town.send(pupil_id)
    town.attach(pupil_id, PDF + b"% a second report\n", "ot-report")
    assert "--update" in nothing_left(town, pupil_id, "already-sent").hint


def test_an_update_supersedes_the_last_pack_and_not_the_first(town: Town) -> None:
    pupil_id = town.ready()
    ids = [town.send(pupil_id).transfer.bundle_id]
    for number in (1, 2):
        town.clock.pass_(minutes=1)
        town.attach(pupil_id, PDF + b"%% report %d\n" % number, "ot-report")
        update = town.send(pupil_id, update=True).transfer
        assert update.supersedes == ids[-1]
        ids.append(update.bundle_id)
    assert len({*ids}) == 3
    assert town.send(pupil_id, update=True).outcome == "unchanged"


def test_everything_that_may_go_goes(town: Town) -> None:
    pupil_id = town.ready()
    town.attach(pupil_id, PDF + b"% words\n", "slt-report")
    types, paths, _ = opened(town, town.send(pupil_id))
    assert sorted(types) == ["ep-report", "slt-report"]
    assert "data/records/pupil.json" in paths


@pytest.fixture
def with_cp(town: Town) -> str:
    """A pupil with an EP report, a CP file and a therapist's report; the DSL is at work."""
    for school in (PRIMARY, SECONDARY):
        town.vault.unlock_cp(school, DSL_PASSPHRASE)
    pupil_id = town.ready()
    town.clock.pass_(seconds=1)
    town.attach(pupil_id, CP_PDF, "cp-file")
    town.clock.pass_(seconds=1)
    town.attach(pupil_id, PDF + b"% words\n", "slt-report")
    return pupil_id


def test_child_protection_is_nowhere_in_the_general_pack(town: Town, with_cp: str) -> None:
    """Opened and looked through: not its bytes, type, id, title, nor a gap where it was."""
    sent = town.send(with_cp)
    types, paths, plain = opened(town, sent)
    assert types == ["ep-report", "slt-report"]
    (withheld,) = sent.withheld
    for trace in (b"MARKER-OF-THE-CP-FILE", b"cp-file", b"hild protection"):
        assert trace not in plain
        assert trace not in sent.transfer.statement
    assert withheld.document_id.encode() not in plain
    numbers = [path.split("/")[-1][:3] for path in paths if "/documents/" in path]
    assert numbers == ["001", "002"], "a number that is left out tells that something was"


def test_each_withheld_document_is_in_the_book_with_its_code(town: Town, with_cp: str) -> None:
    sent = town.send(with_cp)
    (withheld,) = sent.withheld
    assert (withheld.type, withheld.code) == ("cp-file", "cp-apart")
    (entry,) = town.primary.said("document.withheld")
    assert entry.object_id == withheld.document_id
    assert dict(entry.detail) == {"code": "cp-apart"}


def test_the_clear_book_links_no_pupil_to_a_pack_and_names_no_kind(
    town: Town, with_cp: str
) -> None:
    sent = town.send(with_cp)
    for entry in town.primary.book():
        said = {entry.object_id, *entry.detail.values()}
        assert not {with_cp, sent.transfer.bundle_id} <= said
        assert not {"cp-file", "ep-report", "slt-report"} & said


def test_child_protection_goes_apart_to_the_dsl_alone(town: Town, with_cp: str) -> None:
    town.send(with_cp)
    sent = town.send(with_cp, kind=BundleKind.CP_FILE)
    assert (sent.transfer.kind, sent.transfer.inbox) == ("cp-file", "dsl")
    types, paths, _ = opened(town, sent, InboxName.DSL)
    assert types == ["cp-file"]
    assert [one for one in paths if "/records/" in one] == ["data/records/pupil.json"]
    with pytest.raises(ExchangeError, match="not-for-us"):
        opened(town, sent, InboxName.GENERAL)
    general = town.vault.opener(SECONDARY, "general").key_ids
    sealed_to = {
        key for one in json.loads(sent.transfer.envelope)["recipients"] for key in one["keys"]
    }
    assert not general & sealed_to


def test_a_cp_pack_goes_only_where_there_is_a_dsl_inbox(town: Town, with_cp: str) -> None:
    town.choose(with_cp, OTHER)
    nothing_left(town, with_cp, "destination-no-key", kind=BundleKind.CP_FILE)


def test_the_cp_document_says_in_its_row_that_only_the_dsl_reads_it(
    town: Town, with_cp: str
) -> None:
    with town.primary.store.reading(PRIMARY) as unit:
        rows = unit.documents.of_pupil(with_cp)
    assert {(one.type, one.compartment) for one in rows} == {
        ("ep-report", "general"),
        ("cp-file", "cp"),
        ("slt-report", "general"),
    }


def test_no_destination(town: Town) -> None:
    pupil_id = town.leaver()
    town.attach(pupil_id)
    error = nothing_left(town, pupil_id, "destination-missing")
    assert isinstance(error, DestinationRefused)
    assert error.path == "/to"


def test_a_destination_that_closed_since_it_was_chosen(town: Town) -> None:
    pupil_id = town.ready()
    town.enrol(SECONDARY, status="closed", successor=OTHER)
    error = nothing_left(town, pupil_id, "destination-closed")
    assert OTHER in error.hint, "the hint names the successor's reference"


def test_a_destination_that_left_the_directory(town: Town) -> None:
    pupil_id = town.ready()
    town.editor = type(town.editor)()
    town.enrol(PRIMARY)
    nothing_left(town, pupil_id, "organisation-unknown")


def test_an_expired_key_at_the_destination(town: Town) -> None:
    pupil_id = town.ready()
    town.clock.at += timedelta(days=3 * 365)
    error = nothing_left(town, pupil_id, "key-expired")
    assert isinstance(error, DestinationRefused)


def test_a_compromised_key_at_the_destination(town: Town) -> None:
    pupil_id = town.ready()
    box = town.organisation(SECONDARY).inboxes["general"]
    ruling = Ruling(compromised={box.operational[0].key_id: town.clock.now()})
    town.rule(SECONDARY, ruling)
    nothing_left(town, pupil_id, "key-compromised")


def test_a_pupil_who_is_not_here(town: Town) -> None:
    with pytest.raises(NotFound, match="pupil-unknown"):
        town.send("00000000-5555-4555-8555-555555555555")


class FullDisk(MemoryBlobs):
    """Room for what is there, and for nothing more once ``full``."""

    full = False

    def create(self, org_id: str, name: str) -> Any:
        writer = super().create(org_id, name)
        if self.full:
            writer.commit = _no_room  # type: ignore[attr-defined, method-assign]
        return writer


def _no_room(*_: BlobWriter) -> None:
    raise StorageFull


def test_a_full_disk_leaves_nothing_half_done(town: Town) -> None:
    disk = FullDisk()
    town.primary.blobs = disk
    town.primary.inside = replace(town.primary.inside, blobs=disk)
    pupil_id = town.ready()
    disk.full = True
    before = town.primary.snapshot()
    with pytest.raises(StorageFull):
        town.send(pupil_id)
    assert town.primary.snapshot() == before
    disk.full = False
    assert town.send(pupil_id).outcome == "queued"


def test_a_document_that_rotted_on_disk_stops_its_pack(town: Town) -> None:
    pupil_id = town.ready()
    with town.primary.store.reading(PRIMARY) as unit:
        (document,) = unit.documents.of_pupil(pupil_id)
    with town.primary.blobs.open(PRIMARY, document.blob) as source:
        rotten = bytearray(source.read())
    rotten[-1] ^= 1
    with town.primary.blobs.create(PRIMARY, document.blob) as writer:
        writer.file.write(bytes(rotten))
        writer.commit()
    before = town.primary.snapshot()
    with pytest.raises(ExchangeError) as error:
        town.send(pupil_id)
    assert error.value.path
    assert town.primary.snapshot() == before


def test_ten_who_press_send_at_once_send_one_pack(town: Town) -> None:
    pupil_id = town.ready()
    outcomes: list[str] = []
    gate = threading.Barrier(10)

    def press() -> None:
        gate.wait()
        try:
            outcomes.append(town.send(pupil_id).outcome)
        except Conflict as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=press) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes).count("queued") == 1
    assert {*outcomes} <= {"queued", "unchanged", "sent-meanwhile"}
    (transfer,) = town.primary.transfers()
    assert transfer.blob in town.primary.blob_names()
    assert len(town.primary.blob_names()) == 2, "its bundle and its document, nothing of the nine"
    assert len(town.primary.said("transfer.queued")) == 1


def test_two_bundles_of_two_pupils_share_nothing_that_tells(town: Town) -> None:
    """Same school, same documents: ids, releases, nonces and blobs all differ."""
    first, second = town.send(town.ready(0)).transfer, town.send(town.ready(1)).transfer
    for name in ("bundle_id", "release_id", "blob", "sha256", "payload_sha256"):
        assert getattr(first, name) != getattr(second, name)
    statements = json.loads(first.statement), json.loads(second.statement)
    assert statements[0]["nonce"] != statements[1]["nonce"]
    assert statements[0]["subject"] != statements[1]["subject"]


def test_the_entry_that_it_was_sealed_by_is_kept(town: Town) -> None:
    sent = town.send(town.ready())
    assert sent.transfer.recipient_entry == town.directory().entry_bytes(SECONDARY)
    assert PROFILES[SECONDARY].name.encode() in sent.transfer.recipient_entry
