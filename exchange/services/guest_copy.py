"""A guest copy: a pack for one person, on a stick or by mail, opened by a generated passphrase.

The passphrase is shown once and kept nowhere. The sealed file waits a day to be taken away; what
the sender keeps is statement, envelope, signatures and what was decided, sealed.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from exchange.bundle.contents import Particulars
from exchange.bundle.guest import guest_keys
from exchange.bundle.sealing import SealedBundle, seal
from exchange.domain.disclosure import Outcome
from exchange.domain.identity import uuid7
from exchange.errors import Conflict, DecisionNeeded, NotFound, Refused, UsageError
from exchange.ports import Actor, Destination, UnitOfWork
from exchange.ports.items import Item
from exchange.ports.render import Renderer
from exchange.services.approve import require_released
from exchange.services.decide_pack import contents_of, require_seen
from exchange.services.inside import Inside
from exchange.services.pack_contents import Contents
from exchange.services.places import require_confirmed
from exchange.services.protect import require_ordinary
from exchange.services.queue_bundle import Order
from exchange.services.readable_copy import readable_copy
from exchange.services.trust import organisation
from exchange.services.twins import require_no_doubt
from keys.phrases import new_passphrase
from schemas.statement import BundleKind
from schemas.strict_json import JsonValue

KIND = "guest-copy"
WAITS, GONE = "waits", "gone"
LIFE = timedelta(hours=24)
_KEEP = timedelta(days=90)
_LONGEST = 120
_WORKER = Actor("worker", "machine")


@dataclass(frozen=True, slots=True)
class Guest:
    """Who the copy is for."""

    name: str
    role: str
    organisation: str

    @property
    def line(self) -> str:
        """Return them on one line, as the statement names them."""
        return ", ".join((self.name, self.role, self.organisation))


@dataclass(frozen=True, slots=True)
class GuestCopy:
    """A copy that was made.

    :param passphrase: shown once, told apart from the copy, kept nowhere.
    """

    copy_id: str
    bundle_id: str
    passphrase: str = field(repr=False)
    until: datetime


def make_guest_copy(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    guest: Guest,
    actor: Actor,
    order: Order | None = None,
    *,
    leave_undecided: bool = False,
    renderer: Renderer | None = None,
) -> GuestCopy:
    """Seal what may go to the pupil's destination for one named person there.

    :param renderer: makes the PDF in which that person reads the records; None leaves it out.
    :raises UsageError: ``name-unclear``.
    :raises Refused: ``guest-cp``, ``protected-move``; and as in ``send``.
    :raises DestinationRefused, DisclosureRefused, DecisionNeeded: as in ``send``.
    :raises Conflict: ``destination-changed``, ``preview-changed``.
    """
    told = order or Order()
    if told.kind is BundleKind.CP_FILE:
        raise Refused("guest-cp", "/kind", "A child-protection file goes from lead to lead alone.")
    checked = checked_guest(guest)
    destination, contents = what_may_go(
        inside, org_id, pupil_id, told, leave_undecided=leave_undecided
    )
    return _make(inside, org_id, pupil_id, checked, contents, destination, told, actor, renderer)


def what_may_go(
    inside: Inside, org_id: str, pupil_id: str, order: Order, *, leave_undecided: bool
) -> tuple[Destination, Contents]:
    """Return where it goes and what may leave for there now, outside any pack.

    :raises Refused, DestinationRefused, DisclosureRefused, DecisionNeeded, Conflict: as in
        :func:`make_guest_copy`.
    """
    with inside.store.reading(org_id) as unit:
        require_ordinary(unit, pupil_id)
        destination, contents = contents_of(inside, unit, pupil_id, order)
        require_seen(order, destination, contents)
        require_confirmed(unit, destination.org_id)
        require_released(unit, pupil_id)
        require_no_doubt(inside, unit, pupil_id, contents.going)
    if contents.waiting and not leave_undecided:
        raise DecisionNeeded.about(
            (one.ref, one.decision.by)
            for one in contents.disclosed
            if one.decision.outcome is Outcome.NEEDS_DECISION
        )
    return destination, contents


def require_still(
    inside: Inside,
    unit: UnitOfWork,
    pupil_id: str,
    order: Order,
    destination: Destination,
    contents: Contents,
) -> None:
    """Refuse a copy of which something was changed or decided while it was being made.

    :raises Refused: ``protected-move``, ``decided-meanwhile``.
    :raises Conflict: ``destination-changed``.
    """
    require_ordinary(unit, pupil_id)
    where, still = contents_of(inside, unit, pupil_id, order)
    if where.org_id != destination.org_id:
        hint = "Its destination was changed meanwhile. Look at it, then try again."
        raise Conflict("destination-changed", "/to", hint)
    if contents.going - still.going:
        hint = "Somebody decided about it meanwhile. Look at the preview, then try again."
        raise Refused("decided-meanwhile", "/documents", hint)


_NAMES = ("name", "role", "organisation")


def checked_guest(guest: Guest) -> Guest:
    """Return who a copy is for, each part on one line.

    :raises UsageError: ``name-unclear``.
    """
    return Guest(*(_line(getattr(guest, name), f"/{name}") for name in _NAMES))


def _line(text: str, path: str) -> str:
    told = " ".join(text.split())
    if not told or len(told) > _LONGEST or not told.isprintable():
        raise UsageError("name-unclear", path, "Write it on one line.")
    return told


def _make(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    guest: Guest,
    contents: Contents,
    destination: Destination,
    order: Order,
    actor: Actor,
    renderer: Renderer | None,
) -> GuestCopy:
    now = inside.clock.now()
    copy_id, passphrase, blob = str(uuid.uuid4()), new_passphrase(), uuid.uuid4().hex
    directory = inside.directory()
    particulars = Particulars(
        id=uuid7(now, secrets.token_bytes(10)),
        release_id=str(uuid.uuid4()),
        kind=order.kind,
        subject=pupil_id,
        purpose=order.purpose,
        lawful_basis=order.lawful_basis,
        issued=now,
        expires=now + _KEEP,
        directory_version=directory.version,
        directory_sha256=directory.sha256,
    )
    keys = guest_keys(guest.line, passphrase)
    sender = organisation(directory, org_id, now).name
    names = {org_id: sender, keys.org_id: guest.line}
    sources = [*contents.sources]
    if renderer is not None:
        sources.append(readable_copy(renderer, contents.sources, sender, guest.line, now))
    signer = inside.vault.signer(org_id, now)
    with inside.blobs.create(org_id, blob) as writer:
        sealed = seal(writer.file, particulars, sources, [keys], signer, names=names)
        writer.commit()
    try:
        with inside.store.unit(org_id) as unit:
            require_still(inside, unit, pupil_id, order, destination, contents)
            content = _content(pupil_id, guest, sealed, contents, destination)
            unit.items.add(
                Item(
                    kind=KIND,
                    item_id=copy_id,
                    state=WAITS,
                    content=content,
                    created_at=now,
                    updated_at=now,
                    clear={"blob": blob},
                    due_at=now + LIFE,
                    about=pupil_id,
                )
            )
            unit.audit.record(
                actor,
                "guest-copy.made",
                "guest-copy",
                copy_id,
                detail={"payload-sha256": sealed.envelope.payload_sha256},
            )
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, blob)
        raise
    return GuestCopy(copy_id, particulars.id, passphrase, now + LIFE)


def _content(
    pupil_id: str, guest: Guest, sealed: SealedBundle, contents: Contents, to: Destination
) -> Mapping[str, JsonValue]:
    return {
        "pupil": pupil_id,
        "guest": guest.line,
        "to": to.org_id,
        "bundle": sealed.statement.id,
        "statement": _text(sealed.statement_bytes),
        "statement_signature": _text(sealed.statement_signature),
        "envelope": _text(sealed.envelope_bytes),
        "envelope_signature": _text(sealed.envelope_signature),
        "disclosed": [one.as_json() for one in contents.disclosed],
    }


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def take_away(inside: Inside, org_id: str, copy_id: str, actor: Actor) -> tuple[str, BinaryIO]:
    """Return the bundle's id and the sealed file, as long as it waits; each time is in the book.

    :raises NotFound: ``item-unknown``; ``contents-gone``.
    """
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, copy_id)
        if item.state != WAITS or item.due_at is None or item.due_at <= inside.clock.now():
            raise NotFound("contents-gone", "/copy", "It waited a day. Make a new copy.")
        told = item.content or {}
        require_ordinary(unit, str(told["pupil"]))
        unit.audit.record(actor, "guest-copy.taken", "guest-copy", copy_id)
        unit.commit()
    return str(told["bundle"]), inside.blobs.open(org_id, str(item.clear["blob"]))


def remove_waiting(inside: Inside, org_id: str, copy_id: str) -> None:
    """Remove the sealed file of a copy whose day is over; the rest stays."""
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, copy_id)
        blob = str(item.clear.get("blob", ""))
        unit.items.update(
            replace(item, state=GONE, clear={}, content=None, updated_at=now, due_at=None)
        )
        unit.audit.record(_WORKER, "guest-copy.gone", "guest-copy", copy_id)
        unit.commit()
    if blob:
        inside.blobs.delete(org_id, blob)
