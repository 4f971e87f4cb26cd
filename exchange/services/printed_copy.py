"""A printed summary for one person at a place to which nothing can be sealed.

It is made from the records that may go there and from nothing else, as a guest copy is, and holds
no documents. The paper is not kept; what is kept is for whom it was made, its digest and what was
decided about each record.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from exchange.errors import Refused
from exchange.ports import Actor, Destination
from exchange.ports.items import Item
from exchange.ports.render import Renderer
from exchange.services.guest_copy import Guest, checked_guest, require_still, what_may_go
from exchange.services.inside import Inside
from exchange.services.pack_contents import Contents
from exchange.services.places import is_elsewhere
from exchange.services.queue_bundle import Order
from exchange.services.readable_copy import readable_copy
from exchange.services.trust import organisation
from schemas.statement import BundleKind, FileRole
from schemas.strict_json import JsonValue

KIND = "printed-copy"
MADE = "made"


def print_copy(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    guest: Guest,
    actor: Actor,
    order: Order,
    renderer: Renderer,
    *,
    leave_undecided: bool = False,
) -> bytes:
    """Return the summary of what may go, as a PDF to print.

    :raises Refused: ``printed-elsewhere-only``: a pack, or a link, can be sent there;
        ``guest-cp``; ``protected-move``; and as in ``make_guest_copy``.
    :raises UsageError: ``name-unclear``.
    :raises DestinationRefused, DisclosureRefused, DecisionNeeded, Conflict: as in
        ``make_guest_copy``.
    """
    if order.kind is BundleKind.CP_FILE:
        raise Refused("guest-cp", "/kind", "A child-protection file goes from lead to lead alone.")
    checked = checked_guest(guest)
    destination, found = what_may_go(
        inside, org_id, pupil_id, order, leave_undecided=leave_undecided
    )
    with inside.store.reading(org_id) as unit:
        if not is_elsewhere(unit, destination.org_id):
            hint = "A pack or a link can be sent to this school: that is kept better than paper."
            raise Refused("printed-elsewhere-only", "/to", hint)
    contents = _records_of(found)
    now = inside.clock.now()
    sender = organisation(inside.directory(), org_id, now).name
    made = readable_copy(renderer, contents.sources, sender, checked.line, now)
    with closing(made.open()) as source:
        content = source.read(made.size)
    with inside.store.unit(org_id) as unit:
        require_still(inside, unit, pupil_id, order, destination, contents)
        item = Item(
            kind=KIND,
            item_id=str(uuid.uuid4()),
            state=MADE,
            content=_told(pupil_id, checked, destination, contents, order, content),
            created_at=now,
            updated_at=now,
            about=pupil_id,
        )
        unit.items.add(item)
        unit.audit.record(
            actor, "printed-copy.made", KIND, item.item_id, detail={"sha256": made.sha256}
        )
        unit.commit()
    return content


def _records_of(found: Contents) -> Contents:
    """Return what is on the paper: records, and no document."""
    return replace(
        found,
        sources=tuple(one for one in found.sources if one.role is FileRole.RECORD),
        disclosed=tuple(one for one in found.disclosed if one.what != "document"),
    )


def _told(
    pupil_id: str, guest: Guest, to: Destination, contents: Contents, order: Order, content: bytes
) -> Mapping[str, JsonValue]:
    return {
        "pupil": pupil_id,
        "guest": guest.line,
        "to": to.org_id,
        "purpose": order.purpose,
        "basis": order.lawful_basis,
        "sha256": hashlib.sha256(content).hexdigest(),
        "disclosed": [one.as_json() for one in contents.disclosed],
    }
