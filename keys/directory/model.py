"""Organisations as the directory describes them, and when each of their keys is good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, Protocol

from keys.errors import DirectoryError, KeyInvalid
from keys.interfaces import KeyClass
from keys.ssh_keys import SshPublicKey
from keys.sshsig import AllowedSigner

OrganisationStatus = Literal["open", "closed", "merged"]
InboxName = Literal["general", "dsl"]
KeyStanding = Literal["valid", "not-yet-valid", "expired", "retired", "compromised"]

NAMESPACE_BUNDLE = "sen-bundle@v1"
NAMESPACE_ENVELOPE = "sen-envelope@v1"
NAMESPACE_RECEIPT = "sen-receipt@v1"
NAMESPACE_DIRECTORY = "sen-directory@v1"
NAMESPACE_ENTRY = "sen-entry@v1"
NAMESPACE_UPLOAD_RECEIPT = "sen-upload-receipt@v1"
SIGNING_NAMESPACES = (
    NAMESPACE_BUNDLE,
    NAMESPACE_ENVELOPE,
    NAMESPACE_RECEIPT,
    NAMESPACE_ENTRY,
    NAMESPACE_UPLOAD_RECEIPT,
)
NODE_NAMESPACES = (NAMESPACE_RECEIPT,)


class DatedKey(Protocol):
    """What signing keys and recipient keys have in common."""

    @property
    def key_id(self) -> str:
        """Return the key's id."""

    @property
    def valid_from(self) -> datetime:
        """Return the first instant of validity."""

    @property
    def valid_until(self) -> datetime:
        """Return the first instant after validity."""

    @property
    def retired_at(self) -> datetime | None:
        """Return when the organisation put it aside; what it did before stays good."""

    @property
    def compromised_since(self) -> datetime | None:
        """Return since when somebody else may have had it; what it did after is suspect."""


def standing(key: DatedKey, at: datetime) -> KeyStanding:
    """Return how ``key`` stood at a proven time; the gravest reason first."""
    if key.compromised_since is not None and at >= key.compromised_since:
        return "compromised"
    if at < key.valid_from:
        return "not-yet-valid"
    if key.retired_at is not None and at >= key.retired_at:
        return "retired"
    return "expired" if at >= key.valid_until else "valid"


def require_valid(key: DatedKey, at: datetime) -> None:
    """Refuse a key that was not good at ``at``.

    :raises KeyInvalid: ``key-expired``, ``key-not-yet-valid``, ``key-retired``,
        ``key-compromised``.
    """
    found = standing(key, at)
    if found != "valid":
        hint = "Ask the organisation which key it uses now, and fetch the newest directory."
        raise KeyInvalid(f"key-{found}", key.key_id, hint)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs for an organisation, or for its node."""

    public: SshPublicKey
    valid_from: datetime
    valid_until: datetime
    retired_at: datetime | None = None
    compromised_since: datetime | None = None

    @property
    def key_id(self) -> str:
        """Return ``SHA256:`` and unpadded base64, as ``ssh-keygen -l`` prints it."""
        return self.public.key_id


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """An age recipient to which files for one inbox are sealed.

    :param recipient: ``age1pq1...`` or ``age1...``.
    """

    recipient: str
    key_id: str
    key_class: KeyClass
    valid_from: datetime
    valid_until: datetime
    retired_at: datetime | None = None
    compromised_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    """The keys of one inbox; every file is sealed to all of them that are valid."""

    operational: tuple[RecipientKey, ...]
    recovery: tuple[RecipientKey, ...]


@dataclass(frozen=True, slots=True)
class DatedIdentifier:
    """A number by which others know the organisation.

    :param scheme: ``urn``, ``laestab`` (seven digits), ``ukprn``, ``ods``, ``la``.
    :param since: first day, or None where unknown.
    :param until: first day after, or None while it holds.
    """

    scheme: str
    value: str
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether the organisation had it on that day."""
        begun = self.since is None or day >= self.since
        return begun and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where sealed packs are delivered over HTTPS.

    :param tls_sha256: SHA-256 (hex) of the certificate's DER where it is pinned, else None.
    """

    url: str
    tls_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A school, authority or agency as its directory entry describes it."""

    org_id: str
    name: str
    kind: str
    identifiers: tuple[DatedIdentifier, ...]
    status: OrganisationStatus
    successor: str | None
    endpoint: Endpoint | None
    signing_keys: tuple[SigningKey, ...]
    node_keys: tuple[SigningKey, ...]
    inboxes: Mapping[str, Inbox] = field(default_factory=lambda: MappingProxyType({}))

    def identifier(self, scheme: str, on: date) -> str | None:
        """Return the identifier of a scheme on a day, or None."""
        for one in self.identifiers:
            if one.scheme == scheme and one.holds_on(on):
                return one.value
        return None

    def require_open(self) -> None:
        """Refuse to send to an organisation that has closed or merged.

        :raises DirectoryError: ``organisation-closed``; the hint says whether a successor is
            known.
        """
        if self.status != "open":
            hint = "Find where its pupils went; the directory names no successor."
            if self.successor is not None:
                hint = f"Send to its successor, {self.successor}, once you have confirmed it."
            raise DirectoryError("organisation-closed", self.org_id, hint)

    def recipient_keys(self, inbox: str, at: datetime) -> tuple[RecipientKey, ...]:
        """Return every key to which a file for ``inbox`` must be sealed: one class, both kinds.

        :raises DirectoryError: ``inbox-unknown``, ``key-class-mixed``.
        :raises KeyInvalid: ``key-expired`` (or its like): no operational or no recovery key is
            valid.
        """
        box = self.inboxes.get(inbox)
        if box is None:
            raise DirectoryError("inbox-unknown", f"{self.org_id}/{inbox}")
        chosen = (*_valid(box.operational, at), *_valid(box.recovery, at))
        if len({key.key_class for key in chosen}) != 1:
            raise DirectoryError("key-class-mixed", f"{self.org_id}/{inbox}")
        return chosen

    def allowed_signers(self, *, node: bool = False) -> tuple[AllowedSigner, ...]:
        """Return the organisation's keys for :func:`keys.sshsig.verify`.

        :param node: the node keys, good for receipts alone, in place of the signing keys.
        """
        keys, names = (
            (self.node_keys, NODE_NAMESPACES) if node else (self.signing_keys, SIGNING_NAMESPACES)
        )
        return tuple(
            AllowedSigner(self.org_id, names, key.valid_from, _last(key), key.public)
            for key in keys
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the directory itself declares of an organisation; laid over the entry.

    :param status: overrides the entry's, or None.
    :param successor: the org_id to send to instead, or None.
    :param compromised: key id to the instant since when the key is suspect.
    """

    status: OrganisationStatus | None = None
    successor: str | None = None
    compromised: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Entry:
    """What an organisation says of itself.

    :param revision: counts from 1.
    :param previous: SHA-256 (hex) of the previous revision's bytes; None for the first.
    """

    organisation: Organisation
    revision: int
    issued: datetime
    previous: str | None = None


def signing_keys_at(organisation: Organisation, proven_time: datetime) -> tuple[SigningKey, ...]:
    """Return the signing keys that were good at a proven time (never the signer's own word)."""
    keys = organisation.signing_keys
    return tuple(key for key in keys if standing(key, proven_time) == "valid")


def _valid(keys: Sequence[RecipientKey], at: datetime) -> tuple[RecipientKey, ...]:
    """Return the valid ones; where none is, say why of the newest."""
    valid = tuple(key for key in keys if standing(key, at) == "valid")
    if not valid:
        newest = max(keys, key=lambda key: key.valid_from, default=None)
        if newest is None:
            raise DirectoryError("inbox-unknown")
        require_valid(newest, at)
    return valid


def _last(key: DatedKey) -> datetime:
    ends = (key.valid_until, key.retired_at, key.compromised_since)
    return min(end for end in ends if end is not None)


def key_ids(organisation: Organisation) -> Iterable[str]:
    """Yield the id of every key of the organisation, in every role."""
    for signing in (*organisation.signing_keys, *organisation.node_keys):
        yield signing.key_id
    for inbox in organisation.inboxes.values():
        for recipient in (*inbox.operational, *inbox.recovery):
            yield recipient.key_id
