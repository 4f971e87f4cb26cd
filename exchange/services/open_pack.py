"""Open an arrival's bundle for its reader: checked again at each opening, nothing plain on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from exchange.bundle.opening import OpenedBundle, open_bundle
from exchange.bundle.outer import Outer, read_outer
from exchange.errors import NotFound, TrustError, Wrapped
from exchange.ports import Arrival
from exchange.services.inside import Inside
from exchange.services.trust import organisation, sender_keys
from keys.directory import Organisation, load_entry
from keys.errors import KeyringError
from keys.interfaces import Opener
from keys.sshsig import AllowedSigner


@contextmanager
def open_pack(inside: Inside, org_id: str, arrival: Arrival) -> Iterator[OpenedBundle]:
    """Open one arrival; what it yields is good until the context ends.

    Signatures are judged at the time of arrival, never by the sender's clock.

    :raises NotFound: ``contents-gone``: destroyed, or rejected and removed.
    :raises BundleError: a check failed.
    :raises KeyringError: ``compartment-locked``: a CP pack, and the DSL has not unlocked.
    """
    try:
        source = inside.blobs.open(org_id, arrival.blob)
    except NotFound:
        raise NotFound(
            "contents-gone", "/bundle", "Its contents were destroyed; receipts remain."
        ) from None
    with source:
        outer = read_outer(source)
        _require_its_own(outer, arrival)
        inbox = outer.envelope.inbox
        yield open_bundle(
            outer,
            opener=_opener(inside, org_id, inbox.value),
            find_signers=_Judge(inside, arrival),
            me=org_id,
            inbox=inbox,
            at=arrival.arrived_at,
        )


def _require_its_own(outer: Outer, arrival: Arrival) -> None:
    """Refuse a blob that is another row's: whoever may write the disk could swap two files.

    The row's key, sender and bundle id, is what receipts are signed for: the pack must name it too.
    """
    envelope = outer.envelope
    named = (envelope.sender, envelope.id, envelope.payload_sha256)
    row = (arrival.sender, arrival.bundle_id, arrival.payload_sha256)
    if named != row or outer.envelope_bytes != arrival.envelope:
        hint = "The data folder was changed by somebody else. Call your administrator."
        raise TrustError("contents-swapped", "/envelope", hint)


def _opener(inside: Inside, org_id: str, inbox: str) -> Opener:
    """Return what opens an inbox; an inbox that we never had is the sender's mistake, not ours."""
    try:
        return inside.vault.opener(org_id, inbox)
    except KeyringError as error:
        if error.code != "inbox-unknown":
            raise
        raise TrustError("not-for-us", "/envelope/inbox") from None


def sender_of(inside: Inside, arrival: Arrival) -> Organisation:
    """Return the sender as the directory has it, or as the entry that was kept with the bundle.

    :raises TrustError: ``organisation-unknown``: neither has it.
    """
    try:
        return organisation(inside.directory(), arrival.sender, arrival.arrived_at)
    except (TrustError, Wrapped):  # it left the directory; or the directory is missing, or old
        if not arrival.sender_entry:
            raise
        return load_entry(arrival.sender_entry)


class _Judge:
    """Finds the sender's keys; in 30 years, in the entry that was kept with the bundle."""

    def __init__(self, inside: Inside, arrival: Arrival) -> None:
        self._inside = inside
        self._arrival = arrival

    def __call__(self, org_id: str, at: datetime) -> Sequence[AllowedSigner]:
        if org_id != self._arrival.sender:
            return sender_keys(self._inside.directory())(org_id, at)
        return sender_of(self._inside, self._arrival).allowed_signers()
