"""What arrived can be loaded whoever used its id, and whatever one of its documents is."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from dataclasses import replace

import pytest

from exchange.bundle.contents import Source
from exchange.errors import Conflict
from exchange.ports import Limits
from exchange.services.accept import accept
from exchange.services.load_pack import load_pack
from exchange.services.queue_bundle import Order, queue_bundle
from schemas.base import dump_bytes
from schemas.statement import FileRole
from tests.exchange.services.town import (
    OTHER,
    PDF,
    PRIMARY,
    SECONDARY,
    SENCO,
    Town,
    deliver,
    pupil_record,
)


def source(content: bytes, role: FileRole, path: str, type_: str, id_: int) -> Source:
    return Source(
        id=f"{id_:08d}-1111-4111-8111-111111111111",
        path=path,
        role=role,
        type=type_,
        media_type="application/json" if role is FileRole.RECORD else "application/pdf",
        subject=pupil_record().subject,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        open=lambda: io.BytesIO(content),
    )


def accepted(town: Town, *documents: Source, sender: str = PRIMARY) -> str:
    """Return the id of a pack with these documents that the secondary school accepted."""
    record = source(
        dump_bytes(pupil_record()), FileRole.RECORD, "data/records/pupil.json", "sen.pupil/1.0", 0
    )
    house = town.house(sender)
    made = queue_bundle(
        house.inside,
        sender,
        SECONDARY,
        "general",
        pupil_record().subject,
        [record, *documents],
        Order(),
    )
    with house.blobs.open(sender, made.blob) as blob:
        deliver(town.secondary, blob.read())
    town.secondary.take_in(made.bundle_id, sender)
    accept(town.secondary.inside, SECONDARY, made.bundle_id, SENCO, sender)
    return made.bundle_id


def document(number: int, type_: str, content: bytes = PDF) -> Source:
    path = f"data/documents/{number:03d}-{type_}.pdf"
    return source(content + b"%%%d\n" % number, FileRole.DOCUMENT, path, type_, number)


def told(town: Town, bundle_id: str) -> dict[str, str]:
    signed = town.secondary.desk.receipts(PRIMARY, SECONDARY, bundle_id, 0)
    receipt = json.loads(signed[-1].content)
    return {one["document_id"]: one["code"] for one in receipt.get("exceptions", [])}


def kept(town: Town, pupil_id: str) -> list[str]:
    with town.secondary.store.reading(SECONDARY) as unit:
        return [one.type for one in unit.documents.of_pupil(pupil_id)]


def test_a_document_of_a_type_that_a_newer_list_has(town: Town) -> None:
    strange, known = document(1, "neuro-passport"), document(2, "ep-report")
    bundle_id = accepted(town, strange, known)
    pupil_id = load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO)
    assert kept(town, pupil_id) == ["ep-report"]
    assert told(town, bundle_id) == {strange.id: "cannot-open"}
    assert len(town.secondary.blob_names()) == 2, "the pack and the one document"


def test_a_document_larger_than_this_school_takes(town: Town) -> None:
    large, small = document(1, "ep-report", PDF * 9), document(2, "ep-report")
    bundle_id = accepted(town, large, small)
    modest = replace(town.secondary.inside, limits=Limits(document_bytes=len(PDF) * 2))
    pupil_id = load_pack(modest, SECONDARY, bundle_id, {}, SENCO)
    assert kept(town, pupil_id) == ["ep-report"]
    assert told(town, bundle_id) == {large.id: "cannot-open"}


def test_two_senders_used_one_id(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle_id = accepted(town, document(1, "ep-report"))
    monkeypatch.setattr(
        "exchange.services.queue_bundle.uuid7", lambda *_: bundle_id
    )  # a partner that knows the id takes it for a pack of its own
    assert accepted(town, sender=OTHER) == bundle_id
    with pytest.raises(Conflict, match="arrival-ambiguous"):
        load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO)
    pupil_id = load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO, PRIMARY)
    assert kept(town, pupil_id) == ["ep-report"]
