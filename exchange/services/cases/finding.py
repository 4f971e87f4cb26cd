"""Which packs are requests or may be some, and to which case a pack belongs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound
from exchange.ports import Arrival, AuditEntry, UnitOfWork
from exchange.services.cases.keeping import case, case_of_pack, is_settled
from exchange.services.cases.model import Case
from schemas.base import load_bytes
from schemas.envelope import Envelope
from schemas.recipient import InboxName
from schemas.statement import BundleKind

REQUEST = BundleKind.EHC_REQUEST.value
_NOT_HERE = frozenset({State.QUEUED, State.DELIVERED})


def to_join(unit: UnitOfWork, arrival: Arrival) -> Case | None:
    """Return the case of what a pack updates, or else of an update of it that was read first."""
    seen = {arrival.bundle_id}
    older = arrival.supersedes
    while older is not None and older not in seen:
        known = case_of_pack(unit, arrival.sender, older)
        if known is not None:
            return case(unit, known)
        seen.add(older)
        before = unit.arrivals.find(arrival.sender, older)
        older = before.supersedes if before is not None else None
    return of_update(unit, arrival)


def of_update(unit: UnitOfWork, arrival: Arrival) -> Case | None:
    """Return the case of a pack that updates this one."""
    for one in unit.arrivals.outlines():
        if one.sender == arrival.sender and one.supersedes == arrival.bundle_id:
            known = case_of_pack(unit, one.sender, one.bundle_id)
            if known is not None:
                return case(unit, known)
    return None


def waiting(unit: UnitOfWork, keys: Iterable[tuple[str, str]] | None) -> Sequence[Arrival]:
    """Return the packs to look at, oldest first, with what is sealed of them.

    :param keys: sender and bundle id of those that changed; None: all.
    """
    if keys is None:
        keys = [(one.sender, one.bundle_id) for one in unit.arrivals.outlines()]
    found = (unit.arrivals.find(*key) for key in keys if not is_settled(unit, *key))
    return sorted(
        (one for one in found if one is not None and _matters(unit, one)),
        key=lambda one: (one.arrived_at, one.bundle_id),
    )


def _matters(unit: UnitOfWork, one: Arrival) -> bool:
    """Return whether a pack is a request, or may be one and failed a check."""
    if one.state in _NOT_HERE:
        return False
    if one.kind is None and one.attention is None:
        return False  # not looked at yet
    if one.kind not in (None, REQUEST):
        return case_of_pack(unit, one.sender, one.bundle_id) is not None
    return load_bytes(Envelope, one.envelope).inbox is InboxName.GENERAL


def since(unit: UnitOfWork, seq: int) -> set[tuple[str, str]]:
    """Return sender and bundle id of the packs that changed behind an entry of the book."""
    return {
        key
        for entry in unit.audit.entries(after=seq)
        if entry.object_kind == "arrival" and (key := _key(unit, entry)) is not None
    }


def _key(unit: UnitOfWork, entry: AuditEntry) -> tuple[str, str] | None:
    if "sender" in entry.detail:
        return entry.detail["sender"], entry.object_id
    try:
        return unit.arrivals.by_bundle(entry.object_id).sender, entry.object_id
    except (NotFound, Conflict):
        return None
