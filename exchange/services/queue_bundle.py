"""Seal one bundle for one recipient and make its transfer; the caller stores it."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Literal

from exchange.bundle.contents import Particulars, RecipientKeys, Source
from exchange.bundle.recipients import recipient_keys_of
from exchange.bundle.sealing import SealedBundle, seal
from exchange.domain.identity import uuid7
from exchange.domain.transfer import State
from exchange.ports import Directory, Transfer
from exchange.services.inside import Inside
from exchange.services.kept_statement import to_keep
from exchange.services.trust import organisation, recipient_keys
from schemas.statement import BundleKind

KEEP = timedelta(days=90)
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Order:
    """What the sender decided about one bundle, besides its contents.

    :param transport: ``https`` or ``folder``; ``target`` is the folder's name in the settings;
        ``pick-up`` for a school that has not joined (services.links.pick_up).
    :param purpose: code of the purposes; ``lawful_basis`` likewise (people-and-law).
    :param release_id: shared by the bundles of one decision; None makes a new one.
    :param second: for the second school of a pupil who is registered at two.
    :param seen: what the sender was shown (services.decide_pack.mark_of); empty: nothing was.
    """

    kind: BundleKind = BundleKind.TRANSFER
    purpose: str = "phase-transfer"
    lawful_basis: str = "public-task"
    transport: Literal["https", "folder", "pick-up"] = "https"
    target: str = ""
    release_id: str | None = None
    supersedes: str | None = None
    in_reply_to: str | None = None
    keep: timedelta = KEEP
    seen: str = ""
    second: bool = False


def queue_bundle(
    inside: Inside,
    org_id: str,
    recipient_org: str,
    inbox: str,
    subject: str,
    sources: Sequence[Source],
    order: Order,
) -> Transfer:
    """Seal into a blob of its own and return the queued transfer.

    :raises DestinationRefused: the recipient is closed or has no valid key.
    :raises SealingError: a source is not what its digests say.
    :raises StorageFull: no room; nothing stays behind.
    """
    now = inside.clock.now()
    directory = inside.directory()
    recipient = organisation(directory, recipient_org, now)
    keys = recipient_keys(recipient, inbox, now)
    address = Address(
        recipient_keys_of(recipient.org_id, inbox, [(key.recipient, key.key_id) for key in keys]),
        recipient.name,
        directory.entry_bytes(recipient_org),
    )
    return queue_for(inside, org_id, address, subject, sources, order)


@dataclass(frozen=True, slots=True)
class Address:
    """To whom a bundle is sealed.

    :param entry: by which it was judged that these are the right keys; kept with the transfer.
    """

    keys: RecipientKeys
    name: str
    entry: bytes


def queue_for(
    inside: Inside,
    org_id: str,
    address: Address,
    subject: str,
    sources: Sequence[Source],
    order: Order,
) -> Transfer:
    """Seal into a blob of its own for one address, and return the queued transfer.

    :raises SealingError: a source is not what its digests say.
    :raises StorageFull: no room; nothing stays behind.
    """
    now, inbox = inside.clock.now(), address.keys.inbox.value
    directory = inside.directory()
    particulars = _particulars(order, subject, directory, now)
    blob = hashlib.sha256(f"out/{particulars.id}".encode()).hexdigest()
    sealed, sha256 = _seal(inside, org_id, blob, address, particulars, sources)
    statement = to_keep(inside, org_id, inbox, order.kind, sealed.statement_bytes)
    return Transfer(
        bundle_id=particulars.id,
        release_id=particulars.release_id,
        recipient=address.keys.org_id,
        inbox=inbox,
        kind=order.kind.value,
        state=State.QUEUED,
        transport=order.transport,
        target=order.target,
        blob=blob,
        size=sealed.size,
        sha256=sha256,
        payload_sha256=sealed.envelope.payload_sha256,
        created_at=now,
        updated_at=now,
        expires_at=particulars.expires,
        due_at=now,
        supersedes=order.supersedes,
        in_reply_to=order.in_reply_to,
        pupil_id=subject,
        envelope=sealed.envelope_bytes,
        envelope_signature=sealed.envelope_signature,
        statement=statement,
        statement_signature=sealed.statement_signature,
        recipient_entry=address.entry,
    )


def _particulars(order: Order, subject: str, directory: Directory, now: datetime) -> Particulars:
    return Particulars(
        id=uuid7(now, secrets.token_bytes(10)),
        release_id=order.release_id or str(uuid.uuid4()),
        kind=order.kind,
        subject=subject,
        purpose=order.purpose,
        lawful_basis=order.lawful_basis,
        issued=now,
        expires=now + order.keep,
        directory_version=directory.version,
        directory_sha256=directory.sha256,
        supersedes=order.supersedes,
        in_reply_to=order.in_reply_to,
    )


def _seal(
    inside: Inside,
    org_id: str,
    blob: str,
    address: Address,
    particulars: Particulars,
    sources: Sequence[Source],
) -> tuple[SealedBundle, str]:
    signer = inside.vault.signer(org_id, particulars.issued)
    us = organisation(inside.directory(), org_id, particulars.issued)
    names = {us.org_id: us.name, address.keys.org_id: address.name}
    with inside.blobs.create(org_id, blob) as writer:
        sealed = seal(writer.file, particulars, sources, [address.keys], signer, names=names)
        # The digest that the HTTP request is signed over (RFC 9530) is of the whole file.
        sha256 = _digest(writer.file)
        writer.commit()
    return sealed, sha256


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()
