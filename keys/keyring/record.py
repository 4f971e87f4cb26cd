"""An organisation's keys as the keyring holds them in memory, and as JSON to be sealed."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from keys.age import generate_identity, parse_identity
from keys.directory.codec import (
    dates_to_json,
    inbox_to_json,
    read_dates,
    read_inbox,
)
from keys.directory.model import Inbox, RecipientKey, SigningKey
from keys.errors import KeysError
from keys.interfaces import KeyClass
from keys.json_fields import Fields
from keys.keyring.files import damaged, from_text, to_text
from keys.keyring.sealing import KEY_SIZE, new_key
from keys.ssh_keys import SshPrivateKey
from schemas import strict_json
from schemas.errors import SchemaError

Json = dict[str, strict_json.JsonValue]
_VALUE_KEY_ID = r"[0-9a-f]{16}"


@dataclass(frozen=True, slots=True)
class OwnSigningKey:
    """A private signing key with its dates; shows its key id only."""

    private: SshPrivateKey
    valid_from: datetime
    valid_until: datetime
    retired_at: datetime | None = None

    def public_part(self) -> SigningKey:
        """Return what the directory publishes."""
        public, dates = self.private.public, (self.valid_from, self.valid_until, self.retired_at)
        return SigningKey(public, *dates)

    @classmethod
    def new(cls, now: datetime, lifetime: timedelta) -> OwnSigningKey:
        """Make a key that is valid from now on."""
        return cls(SshPrivateKey.generate(), now, now + lifetime)


@dataclass(frozen=True, slots=True)
class ValueKey:
    """A key that seals values at rest.

    :param key_id: 16 hex digits, random: it says nothing of the key.
    """

    key_id: str
    key: bytes = field(repr=False)

    @classmethod
    def new(cls) -> ValueKey:
        """Make a key."""
        return cls(secrets.token_hex(8), new_key())


@dataclass(frozen=True, slots=True)
class CompartmentKeys:
    """The secrets of one compartment.

    :param lookup: key of the look-up tags (HMAC).
    :param values: keys of sealed values, the newest last.
    :param blobs: age identity of the blobs at rest.
    :param identities: age identities that open the inbox: past, present and recovered.
    """

    lookup: bytes = field(repr=False)
    values: tuple[ValueKey, ...]
    blobs: str = field(repr=False)
    identities: tuple[str, ...] = field(repr=False)

    @classmethod
    def new(cls, identity: str) -> CompartmentKeys:
        """Make the secrets of a compartment whose inbox is opened by ``identity``.

        Blobs stay here, whatever tool the partners have: their key is always a hybrid one.
        """
        return cls(new_key(), (ValueKey.new(),), generate_identity("hybrid"), (identity,))

    def with_identity(self, identity: str, *, newest: bool = True) -> CompartmentKeys:
        """Return the same with one identity more; the newest one is tried first."""
        if identity in self.identities:
            return self
        own = self.identities
        return replace(self, identities=(*own, identity) if newest else (identity, *own))

    def to_json(self) -> Json:
        """Return the secrets as JSON; to be sealed at once."""
        return {
            "lookup": to_text(self.lookup),
            "values": [{"key_id": v.key_id, "key": to_text(v.key)} for v in self.values],
            "blobs": self.blobs,
            "identities": list(self.identities),
        }

    @classmethod
    def read(cls, fields: Fields) -> CompartmentKeys:
        """Return the secrets of :meth:`to_json`.

        :raises KeysError: something is missing or wrong.
        """
        values = tuple(
            ValueKey(one.text("key_id", _VALUE_KEY_ID), _key(one, "key"))
            for one in fields.children("values")
        )
        identities = tuple(fields.texts("identities"))
        blobs = fields.text("blobs")
        for identity in (blobs, *identities):
            parse_identity(identity)
        if not values:
            raise damaged(fields.at("values"))
        return cls(_key(fields, "lookup"), values, blobs, identities)


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """What unlocking the node gives of one organisation: all but the secrets of ``cp``.

    :param inboxes: the public keys of each inbox, as the directory publishes them.
    :param cp_recipient: the public recipient of blobs in ``cp``; None where there is no DSL.
    """

    org_id: str
    signing: tuple[OwnSigningKey, ...]
    node: tuple[OwnSigningKey, ...]
    inboxes: Mapping[str, Inbox]
    general: CompartmentKeys
    cp_recipient: str | None

    def to_json(self) -> Json:
        """Return the record as JSON; to be sealed at once."""
        return {
            "org_id": self.org_id,
            "signing": [_own_to_json(key) for key in self.signing],
            "node": [_own_to_json(key) for key in self.node],
            "inboxes": {name: inbox_to_json(box) for name, box in self.inboxes.items()},
            "general": self.general.to_json(),
            "cp_recipient": self.cp_recipient,
        }

    @classmethod
    def read(cls, data: bytes) -> OrganisationRecord:
        """Return the record of :meth:`to_json`'s bytes.

        :raises KeyringError: ``keyring-damaged``.
        """
        try:
            fields = Fields(strict_json.loads(data), "", damaged)
            return cls(
                fields.text("org_id"),
                tuple(_read_own(one) for one in fields.children("signing")),
                tuple(_read_own(one) for one in fields.children("node")),
                read_inboxes(fields.child("inboxes")),
                CompartmentKeys.read(fields.child("general")),
                fields.text("cp_recipient") if fields.has("cp_recipient") else None,
            )
        except (KeysError, SchemaError):
            raise damaged("") from None


def read_inboxes(fields: Fields) -> Mapping[str, Inbox]:
    """Return inboxes by name.

    :raises KeysError: one of them is wrong.
    """
    return MappingProxyType({n: read_inbox(fields.child(n)) for n in sorted(fields.names())})


def new_recipient(kind: KeyClass, now: datetime, lifetime: timedelta) -> tuple[str, RecipientKey]:
    """Make an age identity; return its secret text and its public key with dates."""
    identity = generate_identity(kind)
    public = parse_identity(identity).recipient()
    key = RecipientKey(str(public), public.key_id, public.key_class, now, now + lifetime)
    return identity, key


def retired(keys: Sequence[RecipientKey], at: datetime) -> tuple[RecipientKey, ...]:
    """Return the keys, those in use retired."""
    return tuple(k if k.retired_at is not None else replace(k, retired_at=at) for k in keys)


def _key(fields: Fields, name: str) -> bytes:
    key = from_text(fields, name)
    if len(key) != KEY_SIZE:
        raise damaged(fields.at(name))
    return key


def _own_to_json(key: OwnSigningKey) -> Json:
    seed = base64.b64encode(key.private.seed).decode("ascii")
    return {"seed": seed, **dates_to_json(key.public_part())}


def _read_own(fields: Fields) -> OwnSigningKey:
    start, end, stopped, _ = read_dates(fields)
    return OwnSigningKey(SshPrivateKey.from_seed(_key(fields, "seed")), start, end, stopped)
