"""Organisations from the trust directory, with its errors wrapped once into this house's tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from exchange.errors import DestinationRefused, TrustError
from exchange.ports import Directory
from keys.directory import Organisation, RecipientKey, SigningKey
from keys.errors import KeysError
from keys.sshsig import AllowedSigner

SenderKeys = Callable[[str, datetime], Sequence[AllowedSigner]]
"""Gives who may sign for an organisation, at a proven time."""


def organisation(directory: Directory, org_id: str, at: datetime) -> Organisation:
    """Return an organisation.

    :raises TrustError: ``organisation-unknown`` and the directory's other codes.
    """
    try:
        return directory.get(org_id, at)
    except KeysError as error:
        raise TrustError(error.code, "/organisation", error.hint) from None


def sender_keys(directory: Directory) -> SenderKeys:
    """Return a look-up of the signing keys of senders."""

    def find(org_id: str, at: datetime) -> Sequence[AllowedSigner]:
        return organisation(directory, org_id, at).allowed_signers()

    return find


def receipt_signers(
    responder: Organisation, now: datetime, *, node: bool
) -> Sequence[AllowedSigner]:
    """Return who may sign receipts of a responder.

    A retired key still vouches for what it signed while it was in use. A key known to be
    compromised vouches for nothing that we hear only now: its thief could write any date.

    :param node: for ``collected`` receipts, which the node's key signs.
    """
    honest = replace(
        responder,
        signing_keys=_uncompromised(responder.signing_keys, now),
        node_keys=_uncompromised(responder.node_keys, now),
    )
    return honest.allowed_signers(node=node)


def _uncompromised(keys: Sequence[SigningKey], now: datetime) -> tuple[SigningKey, ...]:
    return tuple(
        key for key in keys if key.compromised_since is None or key.compromised_since > now
    )


def find_organisation(directory: Directory, identifier: str) -> Organisation:
    """Return the organisation with this identifier.

    :raises DestinationRefused: ``destination-unknown``, ``destination-ambiguous``.
    """
    try:
        return directory.find(identifier)
    except KeysError as error:
        code = "destination-ambiguous" if "ambiguous" in error.code else "destination-unknown"
        hint = "Check the URN or DfE number; ask the school whether it has joined."
        raise DestinationRefused(code, "/to", hint) from None


def organisations_called(
    directory: Directory, words: str, at: datetime, most: int = 10
) -> Sequence[Organisation]:
    """Return open organisations with this name, or this number; none where nothing fits."""
    with suppress(KeysError):
        return [directory.find(words)]
    with suppress(KeysError):
        return directory.called(words, at, most)
    return ()


def recipient_keys(found: Organisation, inbox: str, now: datetime) -> tuple[RecipientKey, ...]:
    """Return every key to seal to: operational and recovery, of one class.

    :raises DestinationRefused: ``destination-closed``, ``destination-no-key``, ``key-expired``
        and its like.
    """
    try:
        found.require_open()
    except KeysError as error:
        raise DestinationRefused("destination-closed", "/to", error.hint) from None
    try:
        return found.recipient_keys(inbox, now)
    except KeysError as error:
        code = "destination-no-key" if error.code == "inbox-unknown" else error.code
        raise DestinationRefused(code, "/to", "Ask it to publish a key that is valid.") from None
