"""Pure changes of an organisation's keys: made, rotated, recovered. Nothing here touches a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from keys.age import identity_from_seed
from keys.directory.model import Inbox
from keys.errors import KeyringError
from keys.interfaces import KeyClass
from keys.keyring.record import (
    CompartmentKeys,
    OrganisationRecord,
    OwnSigningKey,
    ValueKey,
    new_recipient,
    retired,
)
from keys.keyring.recovery import Escrow, RecoverySheet
from keys.keyring.sealing import derive

CLOCK_ALLOWANCE = timedelta(minutes=5)
"""First keys are valid from a little before now: a receiver's clock may be slow."""


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What making an organisation's keys gives.

    :param cp: the secrets of ``cp``, or None where there is no DSL.
    :param sheets: one per inbox; to be printed now.
    """

    record: OrganisationRecord
    cp: CompartmentKeys | None
    sheets: tuple[RecoverySheet, ...]


def node_keys(master: bytes) -> CompartmentKeys:
    """Return the secrets of the node's own compartment, derived from what opens its keyring.

    Accounts and sessions are sealed with them. They are no organisation's and in no escrow: with
    the node key lost, people are invited anew.
    """
    value = ValueKey(derive(master, "node value id")[:8].hex(), derive(master, "node value"))
    blobs = identity_from_seed("hybrid", derive(master, "node blobs"))
    return CompartmentKeys(derive(master, "node lookup"), (value,), blobs, (blobs,))


def make_keys(
    org_id: str, now: datetime, *, dsl: bool, key_class: KeyClass, lifetime: timedelta
) -> NewKeys:
    """Make all keys of an organisation."""
    start = now - CLOCK_ALLOWANCE
    sheets: list[RecoverySheet] = []
    inboxes: dict[str, Inbox] = {}
    secrets: dict[str, CompartmentKeys] = {}
    for inbox in ("general", "dsl") if dsl else ("general",):
        operational, public = new_recipient(key_class, start, lifetime)
        recovery, public_recovery = new_recipient(key_class, start, lifetime)
        inboxes[inbox] = Inbox((public,), (public_recovery,))
        secrets[inbox] = CompartmentKeys.new(operational)
        sheets.append(RecoverySheet.new(org_id, inbox, now, recovery))
    record = _record(org_id, start, lifetime, inboxes, secrets["general"])
    return NewKeys(record, secrets.get("dsl"), tuple(sheets))


def recovered_keys(
    escrows: Mapping[str, Escrow], org_id: str, now: datetime, lifetime: timedelta
) -> NewKeys:
    """Return the keys that came back from escrow, with new signing keys: those never come back.

    :raises KeyringError: ``recovery-sheet-wrong``: another organisation's escrow;
        ``keyring-damaged``: no escrow at all.
    """
    if "general" not in escrows:
        raise KeyringError("keyring-damaged", "/escrow")
    if any(escrow.org_id != org_id or escrow.inbox != name for name, escrow in escrows.items()):
        raise KeyringError("recovery-sheet-wrong", org_id)
    general = escrows["general"]
    start = now - CLOCK_ALLOWANCE
    record = _record(org_id, start, lifetime, general.inboxes, general.keys)
    return NewKeys(record, escrows["dsl"].keys if "dsl" in escrows else None, ())


def with_new_signing(
    record: OrganisationRecord, now: datetime, lifetime: timedelta, overlap: timedelta
) -> OrganisationRecord:
    """Return the record with a new signing and node key; the old ones retire after ``overlap``."""
    return replace(
        record,
        signing=(*_retire(record.signing, now + overlap), OwnSigningKey.new(now, lifetime)),
        node=(*_retire(record.node, now + overlap), OwnSigningKey.new(now, lifetime)),
    )


def with_new_operational(
    record: OrganisationRecord, inbox: str, now: datetime, lifetime: timedelta
) -> tuple[OrganisationRecord, str]:
    """Return the record with a new operational key of an inbox, and the key's identity."""
    box = record.inboxes[inbox]
    identity, public = new_recipient(box.operational[-1].key_class, now, lifetime)
    changed = Inbox((*retired(box.operational, now), public), box.recovery)
    return _with_inbox(record, inbox, changed), identity


def with_new_recovery(
    record: OrganisationRecord, inbox: str, now: datetime, lifetime: timedelta
) -> tuple[OrganisationRecord, RecoverySheet]:
    """Return the record with a new recovery key of an inbox, and the sheet to print."""
    box = record.inboxes[inbox]
    identity, public = new_recipient(box.recovery[-1].key_class, now, lifetime)
    changed = Inbox(box.operational, (*retired(box.recovery, now), public))
    sheet = RecoverySheet.new(record.org_id, inbox, now, identity)
    return _with_inbox(record, inbox, changed), sheet


def _record(
    org_id: str,
    start: datetime,
    lifetime: timedelta,
    inboxes: Mapping[str, Inbox],
    general: CompartmentKeys,
) -> OrganisationRecord:
    signing, node = OwnSigningKey.new(start, lifetime), OwnSigningKey.new(start, lifetime)
    boxes = MappingProxyType(dict(inboxes))
    return OrganisationRecord(org_id, (signing,), (node,), boxes, general, None)


def _with_inbox(record: OrganisationRecord, name: str, box: Inbox) -> OrganisationRecord:
    return replace(record, inboxes=MappingProxyType({**record.inboxes, name: box}))


def _retire(keys: Sequence[OwnSigningKey], at: datetime) -> tuple[OwnSigningKey, ...]:
    return tuple(
        key if key.retired_at is not None else replace(key, retired_at=min(at, key.valid_until))
        for key in keys
    )
