"""What tests of the store share: the vault of a real keyring, and rows to put in."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from exchange.domain.disclosure import (
    Decision,
    Disclosed,
    Judgement,
    Mark,
    Outcome,
    Said,
    Wish,
)
from exchange.domain.transfer import State
from exchange.ports import (
    Actor,
    Arrival,
    Destination,
    StoredDocument,
    StoredPupil,
    StoredReceipt,
    StoredRecord,
    Transfer,
)
from exchange.store.engine import open_engine
from exchange.store.migrate import upgrade
from keys.keyring import Keyring, KeyringVault, NodeSecret

ORG = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
ACTOR = Actor("Jo Brown", "senco")
AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
UPN = "H801200001001"
DSL = "safeguarding lead passphrase"


def vault_in(folder: Path) -> KeyringVault:
    """Return the vault of a keyring in ``folder``, made where it is missing; ``cp`` is locked."""
    secret = NodeSecret(node_key=bytes(range(32)))
    if not folder.exists():
        keyring = Keyring.create(folder, secret)
        for org_id in (ORG, OTHER):
            keyring.add_organisation(org_id, AT, dsl_passphrase=DSL, key_class="classic", log_n=10)
    return Keyring.unlock(folder, secret).vault()


def ready(path: Path) -> Engine:
    """Return the engine of a database with the newest schema."""
    engine = open_engine(path)
    upgrade(engine)
    return engine


def new_id() -> str:
    return str(uuid.uuid4())


SAID = Said(
    (Mark("family", "Jo Brown", "senco", AT),),
    (
        Judgement(
            "serious-harm", "everybody", "Dr Green", date(2026, 3, 1), "Jo", "senco", AT, "PYL1"
        ),
    ),
    (Wish("pupil", "refuses", "everybody", "Jo Brown", "senco", AT),),
)
DISCLOSED = Disclosed(
    ref="ab",
    what="document",
    type="ep-report",
    title="Report on Ann",
    decision=Decision(Outcome.WITHHELD, "serious-harm", "Dr Green", "DPA 2018", ("no",)),
)


def pupil(number: int = 0, **changes: object) -> StoredPupil:
    fields: dict[str, object] = {
        "pupil_id": new_id(),
        "record": f'{{"forename":"Ann{number}"}}'.encode(),
        "upn": None,
        "origin": "hand",
        "created_at": AT + timedelta(seconds=number),
        "updated_at": AT + timedelta(seconds=number),
        "destination": Destination(OTHER, "general", "Jo Brown", "urn", AT),
    }
    return StoredPupil(**{**fields, **changes})  # type: ignore[arg-type]


def record(pupil_id: str, number: int = 0, **changes: object) -> StoredRecord:
    fields: dict[str, object] = {
        "record_id": new_id(),
        "pupil_id": pupil_id,
        "slot": f"plan-{number}",
        "schema_id": "sen.support-plan/1.0",
        "record": b'{"needs":"reading"}',
        "created_at": AT + timedelta(seconds=number),
    }
    return StoredRecord(**{**fields, **changes})  # type: ignore[arg-type]


def document(pupil_id: str, number: int = 0, **changes: object) -> StoredDocument:
    fields: dict[str, object] = {
        "document_id": new_id(),
        "pupil_id": pupil_id,
        "blob": "ab" * 32,
        "size": 1234,
        "created_at": AT + timedelta(seconds=number),
        "type": "ep-report",
        "title": "Report on Ann",
        "author": "Dr Green",
        "authored": date(2026, 3, 1),
        "media_type": "application/pdf",
        "file_name": "ann report.pdf",
        "sha256": "cd" * 32,
        "crc32": 4294967295,
    }
    return StoredDocument(**{**fields, **changes})  # type: ignore[arg-type]


def transfer(number: int = 0, **changes: object) -> Transfer:
    fields: dict[str, object] = {
        "bundle_id": new_id(),
        "release_id": new_id(),
        "recipient": OTHER,
        "inbox": "general",
        "kind": "transfer",
        "state": State.QUEUED,
        "transport": "https",
        "target": "https://school.example/delivery",
        "blob": "ab" * 32,
        "size": 2**40,
        "sha256": "ab" * 32,
        "payload_sha256": "cd" * 32,
        "created_at": AT + timedelta(seconds=number),
        "updated_at": AT + timedelta(seconds=number),
        "expires_at": AT + timedelta(days=60),
        "due_at": AT,
        "pupil_id": new_id(),
        "envelope": b"envelope",
        "envelope_signature": b"signature",
        "statement": b"statement of Ann",
        "statement_signature": b"signature 2",
        "recipient_entry": b"entry",
    }
    return Transfer(**{**fields, **changes})  # type: ignore[arg-type]


def arrival(number: int = 0, **changes: object) -> Arrival:
    fields: dict[str, object] = {
        "sender": OTHER,
        "bundle_id": new_id(),
        "state": State.DELIVERED,
        "size": 77,
        "payload_sha256": "ef" * 32,
        "envelope": b"envelope",
        "envelope_signature": b"signature",
        "blob": "0123456789abcdef",
        "arrived_at": AT + timedelta(seconds=number),
        "updated_at": AT + timedelta(seconds=number),
        "due_at": AT,
    }
    return Arrival(**{**fields, **changes})  # type: ignore[arg-type]


def receipt(bundle_id: str, seq: int = 1, **changes: object) -> StoredReceipt:
    fields: dict[str, object] = {
        "bundle_id": bundle_id,
        "counterparty": OTHER,
        "direction": "issued",
        "seq": seq,
        "kind": "collected",
        "content": b"content %d" % seq,
        "signature": b"signature",
        "at": AT,
    }
    return StoredReceipt(**{**fields, **changes})  # type: ignore[arg-type]
