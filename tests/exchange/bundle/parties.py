"""Invented organisations with real keys, and what they seal for one another."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO

from exchange.bundle.contents import Particulars, RecipientKeys, Source
from exchange.bundle.opening import OpenedBundle, open_bundle
from exchange.bundle.outer import read_outer, verify_outer
from exchange.bundle.sealing import SealedBundle, seal
from keys import age, sshsig
from keys.interfaces import KeyClass, SeekableSource
from keys.ssh_keys import SshPrivateKey
from keys.sshsig import AllowedSigner
from schemas.recipient import InboxName
from schemas.statement import BundleKind, FileRole

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
SUBJECT = "5b1c2d3e-4f50-4a61-8b72-9c83ad94be05"
TWIN = "6c2d3e4f-5061-4b72-9c83-ad94be05cf16"
BUNDLE_ID = "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
OTHER_BUNDLE_ID = "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e10"
NAMESPACES = ("sen-bundle@v1", "sen-envelope@v1", "sen-receipt@v1")


@dataclass(frozen=True)
class Party:
    """A Signer and an Opener in one; its keys come from its name alone."""

    name: str
    key_class: KeyClass = "hybrid"
    inbox: InboxName = InboxName.GENERAL
    ssh: SshPrivateKey = field(init=False)
    identities: tuple[age.KeyIdentity, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ssh", SshPrivateKey.from_seed(self.seed("sign")))
        made = (age.identity_from_seed(self.key_class, self.seed(use)) for use in ("op", "rec"))
        object.__setattr__(self, "identities", tuple(map(age.parse_identity, made)))

    def seed(self, use: str) -> bytes:
        return hashlib.sha256(f"{self.name}/{self.inbox}/{use}".encode()).digest()

    @property
    def org_id(self) -> str:
        digits = hashlib.sha256(self.name.encode()).hexdigest()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"

    @property
    def key_id(self) -> str:
        return self.ssh.public.key_id

    def sign(self, message: bytes, namespace: str) -> bytes:
        return sshsig.sign(self.ssh, message, namespace)

    @property
    def recipients(self) -> tuple[age.KeyRecipient, ...]:
        return tuple(identity.recipient() for identity in self.identities)

    @property
    def key_ids(self) -> frozenset[str]:
        return frozenset(recipient.key_id for recipient in self.recipients)

    def open(self, source: BinaryIO) -> SeekableSource:
        return age.open_seekable(source, self.identities)

    def keys(self) -> RecipientKeys:
        keys = tuple(recipient.key_id for recipient in self.recipients)
        return RecipientKeys(
            org_id=self.org_id, inbox=self.inbox, recipients=self.recipients, key_ids=keys
        )

    def allowed(self, **changes: Any) -> AllowedSigner:
        signer = AllowedSigner(self.org_id, NAMESPACES, None, None, self.ssh.public)
        return replace(signer, **changes)


SENDER = Party("Oakfield Primary")
SCHOOL = Party("Riverside Academy")
OTHER_SCHOOL = Party("Hillcrest College")
STRANGER = Party("Nobody Enrolled")
OLD_TOOLS = Party("Meadow Independent", "classic")
DSL = Party("Riverside Academy", "hybrid", InboxName.DSL)
ENROLLED = (SENDER, SCHOOL, OTHER_SCHOOL, OLD_TOOLS)


def find_signers(org_id: str, at: datetime) -> Sequence[AllowedSigner]:
    return [party.allowed() for party in ENROLLED if party.org_id == org_id]


def document(number: int, content: bytes, **changes: Any) -> Source:
    """A document; say ``sha256=`` or the like to make it a liar."""
    told: dict[str, Any] = {
        "id": f"{number:08x}-3333-4333-8333-333333333333",
        "path": f"data/documents/{number:04d}-report.pdf",
        "role": FileRole.DOCUMENT,
        "type": "ep-report",
        "media_type": "application/pdf",
        "subject": SUBJECT,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "crc32": zlib.crc32(content),
        "open": lambda: io.BytesIO(content),
        "title": "Report",
        "author": "Dr A. N. Invented",
        "authored": date(2026, 5, 1),
    }
    return Source(**(told | changes))


def record(number: int = 1, content: bytes | None = None, **changes: Any) -> Source:
    value = {"schema": "sen.one-page-profile/1.0", "subject": SUBJECT}
    value |= {"known_as": "Sam", "written": "2026-05-01"}
    told: dict[str, Any] = {
        "path": f"data/records/profile-{number}.json",
        "role": FileRole.RECORD,
        "type": "sen.one-page-profile/1.0",
        "media_type": "application/json",
        "title": None,
        "author": None,
        "authored": None,
    }
    raw = json.dumps(value).encode() if content is None else content
    return document(0x1000 + number, raw, **(told | changes))


def particulars(**changes: Any) -> Particulars:
    told: dict[str, Any] = {
        "id": BUNDLE_ID,
        "release_id": "44444444-4444-4444-8444-444444444444",
        "kind": BundleKind.TRANSFER,
        "subject": SUBJECT,
        "purpose": "phase-transfer",
        "lawful_basis": "public-task",
        "issued": NOW,
        "expires": NOW + timedelta(days=90),
        "directory_version": 3,
        "directory_sha256": "0f" * 32,
    }
    return Particulars(**(told | changes))


PDF = b"%PDF-1.7\n" + bytes(range(256)) * 3


def sealed(
    *sources: Source,
    to: Sequence[Party] = (SCHOOL,),
    sender: Party = SENDER,
    **changes: Any,
) -> tuple[bytes, SealedBundle]:
    """Seal in memory: one record and one document unless told otherwise."""
    out = io.BytesIO()
    files = sources or (record(), document(1, PDF))
    keys = [party.keys() for party in to]
    kept = seal(out, particulars(**changes), files, keys, sender)
    assert kept.size == len(out.getvalue())
    return out.getvalue(), kept


def opened(raw: bytes, party: Party = SCHOOL, at: datetime = NOW, **others: Any) -> OpenedBundle:
    """Do all that a receiver does: outside, inside, every file."""
    lookup = others.pop("find_signers", find_signers)
    outer = read_outer(io.BytesIO(raw))
    verify_outer(outer, lookup, at)
    told: dict[str, Any] = {"me": party.org_id, "inbox": party.inbox}
    bundle = open_bundle(outer, opener=party, find_signers=lookup, at=at, **(told | others))
    bundle.verify_contents()
    return bundle
