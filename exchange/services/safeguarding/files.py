"""Child-protection files: kept, flagged, sent and taken in, all through an unlocked room."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from exchange.errors import Conflict, ExchangeError, Refused, UsageError
from exchange.ports import Actor, Cleaner, Inspector, Scanner, StoredRecord
from exchange.services.inside import Inside
from exchange.services.keep_pupil import keep_record
from exchange.services.preview import preview
from exchange.services.protect import protection_of
from exchange.services.protected_move import safe_destination, send_protected
from exchange.services.queue_bundle import Order
from exchange.services.receive import Receiver
from exchange.services.safeguarding.overview import flag_of, waiting_for_dsl
from exchange.services.send import Sent, send
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.file_upload import (
    Filed,
    Filing,
    ask_clean,
    file_upload,
    throw_away,
)
from exchange.services.tray.upload import Stage, Upload, get_upload
from schemas.base import dump_bytes
from schemas.errors import SchemaError
from schemas.safeguarding import DslContact, SafeguardingFlag
from schemas.statement import BundleKind

CP_FILE = "cp-file"


@dataclass(frozen=True, slots=True)
class Checks:
    """What looks at a document before it is kept."""

    inspector: Inspector
    scanner: Scanner | None
    cleaner: Cleaner


def set_flag(
    inside: Inside, org_id: str, pupil_id: str, flag: bool, contact: DslContact, actor: Actor
) -> StoredRecord:
    """Say whether the next school must ask the safeguarding lead; nothing else is said.

    :raises Refused: ``not-for-this-role``; ``flag-and-file``: there is a file, so the flag stays.
    :raises UsageError: ``no-way-to-reach``: the contact has neither telephone nor mail.
    :raises NotFound: ``pupil-unknown``.
    """
    if actor.role not in ("dsl", "deputy-dsl"):
        raise Refused("not-for-this-role", "/role", "The safeguarding lead does this.")
    record = SafeguardingFlag(subject=pupil_id, flag=flag, dsl=contact)
    try:
        content = dump_bytes(record)
    except SchemaError as error:
        raise UsageError(error.code, "/phone", error.hint) from None
    return keep_record(inside, org_id, pupil_id, content, actor)


def keep_file(
    room: Inside,
    org_id: str,
    pupil_id: str,
    upload_id: str,
    title: str,
    authored: date | None,
    checks: Checks,
    contact: DslContact,
    actor: Actor,
    *,
    clean: bool = False,
) -> Filed:
    """Look at what was uploaded, keep it as a child-protection file, and raise the flag.

    Both schools' leads and SENCOs are told by the flag that there is a file, and nothing more.
    What is refused is gone: nothing waits here that nobody would look at again.

    :param clean: of what acts by itself a cleaned copy is to be kept.
    :raises Refused: why it was not taken: ``document-infected``, ``active-content``,
        ``scanner-unavailable`` and others.
    :raises Wrapped: ``compartment-locked``.
    """
    try:
        _look(room, org_id, upload_id, checks, actor, clean=clean)
        filing = Filing(pupil_id, CP_FILE, title=title, authored=authored)
        filed = file_upload(room, org_id, upload_id, filing, actor)
    except ExchangeError:
        with suppress(ExchangeError):
            throw_away(room, org_id, upload_id, actor)
        raise
    with room.store.reading(org_id) as unit:
        known = flag_of(unit, pupil_id)
    if known is None or not known.flag:
        set_flag(room, org_id, pupil_id, True, contact, actor)
    return filed


def _look(
    room: Inside, org_id: str, upload_id: str, checks: Checks, actor: Actor, *, clean: bool
) -> None:
    """Check it now: no process but this one has the key, so it cannot wait for the worker."""
    checker = TrayChecker(room, checks.inspector, checks.scanner, checks.cleaner)
    checker.advance(org_id, upload_id)
    found = _upload(room, org_id, upload_id)
    if clean and found.stage is Stage.READY and found.active:
        ask_clean(room, org_id, upload_id, actor)
        checker.advance(org_id, upload_id)
        found = _upload(room, org_id, upload_id)
    if found.waits:
        hint = "It could not be checked now and was not kept. Add it again in a few minutes."
        raise Refused(found.code or "upload-not-ready", "/files", hint)
    if found.stage is not Stage.READY:
        raise Refused(found.code or "upload-not-ready", "/files", found.hint or None)
    if found.active:
        hint = "It can act by itself. Tick that a cleaned copy is kept, and add it again."
        raise Refused("active-content", "/files", hint)


def _upload(room: Inside, org_id: str, upload_id: str) -> Upload:
    with room.store.reading(org_id) as unit:
        return get_upload(unit, upload_id)


def send_file(
    room: Inside,
    org_id: str,
    pupil_id: str,
    person: str,
    actor: Actor,
    *,
    update: bool = False,
    seen: str = "",
) -> Sent:
    """Send a pupil's child-protection files to the lead of the school that was confirmed.

    :param person: id of the account of who sends; of a protected move one of the two.
    :param seen: as in :class:`exchange.services.queue_bundle.Order`.
    :raises Conflict: ``flag-missing``: the flag goes with the main pack, so it is raised first.
    :raises Refused, DestinationRefused, Wrapped: as :func:`exchange.services.send.send`.
    """
    order = Order(kind=BundleKind.CP_FILE, purpose="safeguarding", seen=seen)
    with room.store.reading(org_id) as unit:
        protected = protection_of(unit, pupil_id) is not None
        flag = flag_of(unit, pupil_id)
    if flag is None or not flag.flag:
        hint = "Raise the flag first: it tells the next school that there is a file."
        raise Conflict("flag-missing", "/flag", hint)
    if protected:
        return send_protected(room, org_id, pupil_id, order, person, actor, update=update)
    return send(room, org_id, pupil_id, order, actor, update=update)


def mark_of_file(room: Inside, org_id: str, pupil_id: str) -> str:
    """Return what tells whether it is still the file, and the school, that the lead looked at.

    Empty where nothing could be sent now: sending says why.
    """
    order = Order(kind=BundleKind.CP_FILE, purpose="safeguarding")
    with room.store.reading(org_id) as unit:
        known = protection_of(unit, pupil_id)
    try:
        safe = safe_destination(known) if known else None
        return preview(room, org_id, pupil_id, order, safe).mark
    except ExchangeError:
        return ""


def receive_all(room: Inside, org_id: str) -> int:
    """Open and check the packs that wait for the lead; return how many there were."""
    receiver = Receiver(room, {})
    with room.store.reading(org_id) as unit:
        waiting = list(waiting_for_dsl(unit))
    for one in waiting:
        receiver.advance(org_id, one.sender, one.bundle_id)
    return len(waiting)
