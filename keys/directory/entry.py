"""One organisation's own entry: JSON that it signs itself, and the row in which it travels.

A row is ``{"entry": text, "signature": text, "ruling": object or null}``. ``entry`` is the exact
JSON that the organisation signed (``sen-entry@v1``) and so proves that it holds its signing key.
``ruling`` is the directory's word where the organisation cannot speak: it has closed, or its key
is in other hands. The row alone is enough to judge a pack by, thirty years on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from keys.directory.codec import (
    MAX_ENTRY_BYTES,
    entry_to_json,
    malformed,
    parse_entry,
    read_ruling,
    ruling_to_json,
)
from keys.directory.model import (
    NAMESPACE_ENTRY,
    DatedKey,
    Entry,
    Inbox,
    Organisation,
    RecipientKey,
    Ruling,
    SigningKey,
    key_ids,
)
from keys.errors import DirectoryError, SignatureInvalid
from keys.interfaces import Signer
from keys.json_fields import Fields
from keys.ssh_keys import SshPublicKey
from keys.sshsig import AllowedSigner, read_signature, verify
from schemas import strict_json
from schemas.errors import SchemaError


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """An entry as bytes with its armoured signature, and the directory's ruling if there is one."""

    entry: bytes
    signature: bytes
    ruling: Ruling | None = None

    @property
    def sha256(self) -> str:
        """Return the SHA-256 (hex) of the entry's bytes, which the next revision names."""
        return hashlib.sha256(self.entry).hexdigest()

    def to_json(self) -> dict[str, strict_json.JsonValue]:
        """Return the row as a JSON object."""
        return {
            "entry": self.entry.decode("utf-8"),
            "signature": self.signature.decode("ascii"),
            "ruling": None if self.ruling is None else ruling_to_json(self.ruling),
        }

    def to_bytes(self) -> bytes:
        """Return the row as bytes: what is kept beside a pack that it judged."""
        return strict_json.dumps(self.to_json())


def sign_entry(entry: Entry, signer: Signer) -> SignedEntry:
    """Return the entry signed by one of the organisation's own signing keys.

    :raises DirectoryError, KeyInvalid: the entry would be refused by its readers.
    """
    data = strict_json.dumps(entry_to_json(entry))
    signed = SignedEntry(data, signer.sign(data, NAMESPACE_ENTRY))
    read_entry(signed)
    return signed


def read_row(value: strict_json.JsonValue, path: str = "") -> SignedEntry:
    """Return a row from its JSON object; nothing of it is verified yet."""
    row = Fields(value, path, malformed)
    try:
        signature = row.long_text("signature").encode("ascii")
    except UnicodeEncodeError:
        raise malformed(row.at("signature")) from None
    ruling = read_ruling(row.child("ruling")) if row.has("ruling") else None
    return SignedEntry(row.long_text("entry").encode("utf-8"), signature, ruling)


def load_entry(data: bytes) -> Organisation:
    """Return the organisation of a kept row (:meth:`SignedEntry.to_bytes`), checked again.

    The caller must know where the bytes come from: a row proves that the organisation holds its
    keys, and only the directory's signature says that the organisation is who it says.

    :raises DirectoryError, KeyInvalid: as :func:`read_entry`.
    """
    try:
        value = strict_json.loads(data, max_bytes=2 * MAX_ENTRY_BYTES)
    except SchemaError:
        raise malformed("/") from None
    row = read_row(value)
    return ruled(read_entry(row).organisation, row.ruling)


def read_entry(signed: SignedEntry) -> Entry:
    """Return what the organisation says of itself, with signature and every key checked.

    :raises DirectoryError: ``entry-malformed`` with the path of the field,
        ``entry-signature-invalid``, ``entry-critical-unknown``, ``entry-too-new``,
        ``key-twice``, ``key-class-mixed``.
    :raises KeyInvalid: a key is malformed, non-canonical or of low order.
    """
    entry = parse_entry(signed.entry)
    organisation = entry.organisation
    own = tuple(
        AllowedSigner(organisation.org_id, (NAMESPACE_ENTRY,), None, None, key.public)
        for key in organisation.signing_keys
    )
    try:
        verify(signed.entry, signed.signature, NAMESPACE_ENTRY, own, entry.issued)
    except SignatureInvalid:
        raise DirectoryError("entry-signature-invalid", organisation.org_id) from None
    ids = list(key_ids(organisation))
    if len(set(ids)) != len(ids):
        raise DirectoryError("key-twice", organisation.org_id)
    return entry


def signer_of(signed: SignedEntry) -> SshPublicKey:
    """Return the key that the entry's signature names."""
    return read_signature(signed.signature).public


def ruled(organisation: Organisation, ruling: Ruling | None) -> Organisation:
    """Return the organisation with the directory's ruling laid over it."""
    if ruling is None:
        return organisation
    suspects = ruling.compromised
    return replace(
        organisation,
        status=ruling.status or organisation.status,
        successor=ruling.successor or organisation.successor,
        signing_keys=_mark_signing(organisation.signing_keys, suspects),
        node_keys=_mark_signing(organisation.node_keys, suspects),
        inboxes=MappingProxyType(
            {
                name: Inbox(
                    _mark_recipients(box.operational, suspects),
                    _mark_recipients(box.recovery, suspects),
                )
                for name, box in organisation.inboxes.items()
            }
        ),
    )


def _suspect_since(key: DatedKey, suspects: Mapping[str, datetime]) -> datetime | None:
    """The earlier of both words counts: neither can take the other's warning back."""
    named = suspects.get(key.key_id)
    if named is None or key.compromised_since is None:
        return named or key.compromised_since
    return min(named, key.compromised_since)


def _mark_signing(
    keys: Sequence[SigningKey], suspects: Mapping[str, datetime]
) -> tuple[SigningKey, ...]:
    return tuple(replace(key, compromised_since=_suspect_since(key, suspects)) for key in keys)


def _mark_recipients(
    keys: Sequence[RecipientKey], suspects: Mapping[str, datetime]
) -> tuple[RecipientKey, ...]:
    return tuple(replace(key, compromised_since=_suspect_since(key, suspects)) for key in keys)
