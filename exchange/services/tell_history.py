"""What was done for one pupil: from the book and from signed receipts, in plain words' codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exchange.ports import AuditEntry, Transfer, UnitOfWork
from exchange.services.guest_copy import KIND as GUEST_COPY
from exchange.services.past_documents import past_documents
from exchange.services.printed_copy import KIND as PRINTED_COPY
from exchange.services.protect import hidden, shown
from exchange.services.weigh import PLAN, RECORD_TYPES, REPORT
from schemas.codes import code_set

_PAGES = frozenset({"transfer", "cp-file"})
FLAG = "safeguarding-flag"
_LEADS = frozenset({"dsl", "deputy-dsl"})
_LEFT_OUT = frozenset({"document.waits", "document.withheld"})
"""Entries that tell of one sending what its own page tells better."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that was done.

    :param action: code of the book's entry; ``outcome`` ``done`` or ``refused``.
    :param who: a person's name as the book has it; empty for a machine. ``role`` theirs.
    :param about: title of the document, or the slot of the record; empty: the pupil.
    """

    at: datetime
    action: str
    outcome: str
    who: str
    role: str
    about: str = ""
    bundle_id: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict, hash=False)


def _all(_: str) -> bool:
    return True


def history_of(
    unit: UnitOfWork, pupil_id: str, person: str, knows: Callable[[str], bool] = _all
) -> tuple[Happened, ...]:
    """Return what was done, newest first; of a protected move only what this person may see.

    :param person: id of the account.
    :param knows: whether they may know that there is something of a document type.
    """
    past = past_documents(unit, pupil_id).items()
    titles = {key: _kind(type_) for key, type_ in past if knows(type_)}
    titles |= {
        one.document_id: one.title
        for one in unit.documents.of_pupil(pupil_id)
        if one.compartment == "general" and knows(one.type)
    }
    flagged = knows(FLAG)
    packs = {
        one.bundle_id: one
        for one in shown(unit, unit.transfers.all(pupil_id), person)
        if flagged or one.kind != "cp-file"
    }
    copies = _guests(unit, pupil_id) if not hidden(unit, pupil_id, person) else {}
    keys = (key for key, type_ in _keys(pupil_id) if knows(type_))
    wanted = {pupil_id, *titles, *packs, *copies, *keys}
    found = [
        _told(entry, titles | copies, packs)
        for entry in unit.audit.about(wanted)
        if entry.action not in _LEFT_OUT and (flagged or not _is_flag(entry))
    ]
    found.reverse()  # of two at the same instant, the later entry first
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _is_flag(entry: AuditEntry) -> bool:
    """Return whether an entry tells that the flag was set: the lead keeps no other record."""
    return entry.action == "record.kept" and entry.role in _LEADS


def receipts_of(unit: UnitOfWork, transfer: Transfer) -> tuple[Happened, ...]:
    """Return the steps of one pack: what the book has of it, the first first."""
    entries = unit.audit.about({transfer.bundle_id})
    return tuple(_told(one, {}, {transfer.bundle_id: transfer}) for one in entries)


def _guests(unit: UnitOfWork, pupil_id: str) -> dict[str, str]:
    """Return for whom copies were made: they are no packs with a page of their own."""
    kinds = (GUEST_COPY, PRINTED_COPY)
    items = (one for kind in kinds for one in unit.items.about(kind, pupil_id))
    return {one.item_id: str((one.content or {}).get("guest", "")) for one in items}


def _kind(type_: str) -> str:
    """Return what kind of document it was; its title may name the child that it was about."""
    types = code_set("document-type")
    return types.lookup(type_, importing=True).label if type_ in types else type_


def _keys(pupil_id: str) -> Iterator[tuple[str, str]]:
    """Return by what the book knows the records and plan sections of a pupil, and their types."""
    for slot, type_ in RECORD_TYPES.items():
        yield f"{pupil_id}/{slot}", type_
    yield f"{pupil_id}/{REPORT}", RECORD_TYPES[PLAN]  # of whatever kind a specialist's report is
    for section in code_set("ehc-section"):
        yield f"{pupil_id}/{PLAN}/{section.code}", RECORD_TYPES[PLAN]


def _told(entry: AuditEntry, titles: Mapping[str, str], packs: Mapping[str, Transfer]) -> Happened:
    machine = entry.role == "machine"
    return Happened(
        at=entry.at,
        action=entry.action,
        outcome=entry.outcome,
        who="" if machine else entry.actor,
        role="" if machine else entry.role,
        about=titles.get(entry.object_id, entry.object_id.partition("/")[2]),
        bundle_id=entry.object_id if _has_page(packs.get(entry.object_id)) else None,
        detail=entry.detail,
    )


def _has_page(pack: Transfer | None) -> bool:
    """Return whether a pack has a page of its own; a request to a council is seen with its own."""
    return pack is not None and pack.kind in _PAGES
