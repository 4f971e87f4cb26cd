"""What of a keyring goes into the directory: public keys, merged with the entry before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from keys.directory.model import (
    DatedIdentifier,
    DatedKey,
    Endpoint,
    Entry,
    Inbox,
    Organisation,
    OrganisationStatus,
    RecipientKey,
    SigningKey,
    standing,
)
from keys.errors import KeyringError
from keys.keyring.handles import OrganisationSigner
from keys.keyring.record import OrganisationRecord, OwnSigningKey


@dataclass(frozen=True, slots=True)
class Profile:
    """What an organisation says of itself beside its keys, for its directory entry."""

    name: str
    kind: str
    identifiers: tuple[DatedIdentifier, ...]
    endpoint: Endpoint | None = None
    status: OrganisationStatus = "open"
    successor: str | None = None


def organisation_of(
    record: OrganisationRecord, profile: Profile, before: Entry | None, now: datetime
) -> Organisation:
    """Return the organisation as it shall be published.

    Keys of the entry before that are not in the keyring any more are carried over, retired: a
    directory never forgets a key, or what it signed could no longer be judged.
    """
    old = None if before is None else before.organisation
    inboxes = dict(record.inboxes)
    if old is not None:
        for name, box in old.inboxes.items():
            inboxes[name] = _merge_inbox(box, inboxes.get(name, Inbox((), ())), now)
    signing = tuple(key.public_part() for key in record.signing)
    node = tuple(key.public_part() for key in record.node)
    return Organisation(
        org_id=record.org_id,
        name=profile.name,
        kind=profile.kind,
        identifiers=profile.identifiers,
        status=profile.status,
        successor=profile.successor,
        endpoint=profile.endpoint,
        signing_keys=_merge_signing(() if old is None else old.signing_keys, signing, now),
        node_keys=_merge_signing(() if old is None else old.node_keys, node, now),
        inboxes=MappingProxyType(inboxes),
    )


def entry_signer(
    record: OrganisationRecord, before: Entry | None, now: datetime
) -> OrganisationSigner:
    """Return the signer of the next entry: the newest key that the entry before already names.

    Where none of those is left, the newest of all; the directory then has to enrol it anew.

    :raises KeyringError: ``key-expired``.
    """
    valid = [key for key in record.signing if standing(key.public_part(), now) == "valid"]
    if not valid:
        raise KeyringError("key-expired", hint="Make a new signing key with `senx keys rotate`.")
    named = set() if before is None else _ids(before.organisation.signing_keys)
    known = [key for key in valid if key.private.public.key_id in named]
    return OrganisationSigner(record.org_id, max(known or valid, key=_start))


def _start(key: OwnSigningKey) -> datetime:
    return key.valid_from


def _ids(keys: Sequence[SigningKey]) -> set[str]:
    return {key.key_id for key in keys}


def _merge_signing(
    old: Sequence[SigningKey], new: Sequence[SigningKey], now: datetime
) -> tuple[SigningKey, ...]:
    """Old keys first and as they were published; what the keyring knows better is laid over."""
    ours = {key.key_id: key for key in new}
    kept = tuple(
        replace(key, retired_at=key.retired_at or _retirement(ours.get(key.key_id), now))
        for key in old
    )
    return (*kept, *(key for key in new if key.key_id not in _ids(old)))


def _merge_recipients(
    old: Sequence[RecipientKey], new: Sequence[RecipientKey], now: datetime
) -> tuple[RecipientKey, ...]:
    ours = {key.key_id: key for key in new}
    published = {key.key_id for key in old}
    kept = tuple(
        replace(key, retired_at=key.retired_at or _retirement(ours.get(key.key_id), now))
        for key in old
    )
    return (*kept, *(key for key in new if key.key_id not in published))


def _retirement(ours: DatedKey | None, now: datetime) -> datetime | None:
    """What is not in the keyring any more retires today."""
    return now if ours is None else ours.retired_at


def _merge_inbox(old: Inbox, new: Inbox, now: datetime) -> Inbox:
    return Inbox(
        _merge_recipients(old.operational, new.operational, now),
        _merge_recipients(old.recovery, new.recovery, now),
    )
