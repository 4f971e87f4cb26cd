"""Organisations with real keys, and a directory that holds them; shared by these tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType

from keys import age
from keys.directory import (
    DatedIdentifier,
    Endpoint,
    Entry,
    Inbox,
    Organisation,
    RecipientKey,
    SignedEntry,
    SigningKey,
    sign_entry,
)
from keys.interfaces import KeyClass
from keys.ssh_keys import SshPrivateKey
from keys.sshsig import sign

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
UNTIL = NOW + timedelta(days=1000)
ORG = "11111111-1111-4111-8111-111111111111"
OTHER_ORG = "22222222-2222-4222-8222-222222222222"
THIRD_ORG = "33333333-3333-4333-8333-333333333333"
DIRECTORY_KEY = SshPrivateKey.from_seed(bytes([99] * 32))


def private(number: int) -> SshPrivateKey:
    return SshPrivateKey.from_seed(bytes([number] * 32))


@cache
def recipient(number: int, kind: KeyClass = "classic") -> RecipientKey:
    """Classic by default: they are quicker to read, and the directory treats both alike."""
    public = age.parse_identity(age.identity_from_seed(kind, bytes([number] * 32))).recipient()
    return RecipientKey(str(public), public.key_id, public.key_class, NOW, UNTIL)


@dataclass(frozen=True)
class TestSigner:
    """A signer as the keyring would hand it out."""

    __test__ = False
    org_id: str
    key: SshPrivateKey

    @property
    def key_id(self) -> str:
        return self.key.public.key_id

    def sign(self, message: bytes, namespace: str) -> bytes:
        return sign(self.key, message, namespace)


def signing(number: int, start: datetime = NOW) -> SigningKey:
    return SigningKey(private(number).public, start, UNTIL)


def organisation(
    org_id: str = ORG,
    number: int = 1,
    identifiers: Sequence[DatedIdentifier] = (),
    name: str = "St Anne's Primary School",
) -> Organisation:
    """Return an organisation whose keys are numbered from ``number``."""
    inboxes = {
        "general": Inbox((recipient(number),), (recipient(number + 1),)),
        "dsl": Inbox((recipient(number + 2),), (recipient(number + 3),)),
    }
    return Organisation(
        org_id=org_id,
        name=name,
        kind="school",
        identifiers=tuple(identifiers),
        status="open",
        successor=None,
        endpoint=Endpoint("https://node.example:8443", "ab" * 32),
        signing_keys=(signing(number),),
        node_keys=(signing(number + 1),),
        inboxes=MappingProxyType(inboxes),
    )


def first(found: Organisation, number: int = 1, issued: datetime = NOW) -> SignedEntry:
    return sign_entry(Entry(found, 1, issued), TestSigner(found.org_id, private(number)))


def following(
    before: SignedEntry,
    found: Organisation,
    number: int = 1,
    issued: datetime = LATER,
    revision: int = 2,
) -> SignedEntry:
    entry = Entry(found, revision, issued, before.sha256)
    return sign_entry(entry, TestSigner(found.org_id, private(number)))


def with_signing(found: Organisation, *keys: SigningKey) -> Organisation:
    return replace(found, signing_keys=keys)


def with_inbox(found: Organisation, name: str, box: Inbox) -> Organisation:
    return replace(found, inboxes=MappingProxyType({**found.inboxes, name: box}))
