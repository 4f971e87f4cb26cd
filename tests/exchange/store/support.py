"""What tests of the store share: a vault of real sealed compartments, and rows to put in."""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine

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
from keys.errors import KeyringError
from keys.interfaces import Compartment, Opener, Recipient

ORG = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
ACTOR = Actor("Jo Brown", "senco")
AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
UPN = "H801200001001"


class AeadCompartment:
    """A small real compartment: AES-256-GCM values, HMAC-SHA-256 tags."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @property
    def key_id(self) -> str:
        return "SHA256:" + hashlib.sha256(self._key).hexdigest()[:43]

    @property
    def recipient(self) -> Recipient:
        raise NotImplementedError

    @property
    def opener(self) -> Opener:
        raise NotImplementedError

    def seal_value(self, plain: bytes, context: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + AESGCM(self._key).encrypt(nonce, plain, context.encode())

    def open_value(self, sealed: bytes, context: str) -> bytes:
        try:
            return AESGCM(self._key).decrypt(sealed[:12], sealed[12:], context.encode())
        except (InvalidTag, ValueError):
            raise KeyringError("value-damaged") from None

    def tag(self, purpose: str, value: bytes) -> str:
        return hmac.digest(self._key, purpose.encode() + b"\0" + value, "sha256").hex()


@dataclass
class AeadVault:
    """Compartments of any organisation; ``cp`` opens once unlocked."""

    secret: bytes = b"test vault"
    unlocked: set[str] = field(default_factory=set)

    def compartment(self, org_id: str, name: str) -> Compartment:
        if name == "cp" and org_id not in self.unlocked:
            raise KeyringError("compartment-locked")
        return AeadCompartment(hashlib.sha256(f"{self.secret!r}/{org_id}/{name}".encode()).digest())


def ready(path: Path) -> Engine:
    """Return the engine of a database with the newest schema."""
    engine = open_engine(path)
    upgrade(engine)
    return engine


def new_id() -> str:
    return str(uuid.uuid4())


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
