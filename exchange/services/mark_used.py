"""Which documents of a pack were opened or printed here, and how the sender hears of it.

Nobody fills in a form: opening counts. Each look is a line in the book. Once the pack is in the
school's record, the receipt ``imported`` names what was used, and is issued anew when more was;
not at every click, but when nobody has opened anything for a while.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from exchange.domain.transfer import State
from exchange.errors import NotFound
from exchange.ports import Actor, Arrival, Item, UnitOfWork
from exchange.services.arrival_card import card_id
from exchange.services.give_receipt import give_receipt
from exchange.services.inside import Inside
from schemas.base import load_bytes
from schemas.receipt import Receipt, ReceiptKind
from schemas.strict_json import JsonValue

KIND = "pack-use"
TELLER = Actor("worker", "machine")
QUIET_FOR = timedelta(minutes=10)
"""How long nothing may have been opened before the sender is told."""


@dataclass(frozen=True, slots=True)
class Use:
    """What was used of one pack.

    :param first: document id -> when it was first opened or printed.
    """

    first: dict[str, datetime] = field(default_factory=dict)

    @property
    def documents(self) -> tuple[str, ...]:
        """Return the ids of the documents that were used, in a settled order."""
        return tuple(sorted(self.first))


def mark_used(
    inside: Inside,
    org_id: str,
    arrival: Arrival,
    documents: Iterable[str],
    how: Literal["opened", "printed", "shown"],
    actor: Actor,
) -> None:
    """Note that somebody looks at documents of a pack, before they are shown."""
    now, opened = inside.clock.now(), tuple(documents)
    with inside.store.unit(org_id) as unit:
        item = _item(unit, arrival)
        known = _read(item) if item else {}
        fresh = {one: now for one in opened if one not in known}
        if item is None:
            unit.items.add(_fresh(arrival, fresh, now))
        elif fresh:
            clear = {**item.clear, "documents": _plain(known | fresh)}
            due = now + QUIET_FOR
            unit.items.update(replace(item, clear=clear, updated_at=now, due_at=due))
        for one in opened:
            unit.audit.record(
                actor,
                f"document.{how}",
                "arrival",
                arrival.bundle_id,
                detail={"sender": arrival.sender, "document": one},
            )
        unit.commit()


def use_of(unit: UnitOfWork, arrival: Arrival) -> Use:
    """Return what was used of a pack."""
    item = _item(unit, arrival)
    return Use(_read(item)) if item else Use()


def told_used(unit: UnitOfWork, bundle_id: str, recipient: str) -> frozenset[str] | None:
    """Return, at the sender, which documents the recipient said it used; None: not said yet.

    :param recipient: org_id of the transfer's recipient.
    """
    receipt = _last_import(unit, bundle_id, recipient, "received")
    return None if receipt is None else frozenset(receipt.used)


class UseTeller:
    """Tells senders what was used since they last heard (a chore of the worker)."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    def due(self, org_id: str, limit: int = 50) -> Sequence[str]:
        """Return the ids of packs of which something was opened a while ago."""
        with self._inside.store.reading(org_id) as unit:
            return unit.items.due(KIND, self._inside.clock.now(), limit)

    def advance(self, org_id: str, item_id: str) -> bool:
        """Tell the sender of one pack; return whether there was something to tell."""
        with self._inside.store.reading(org_id) as unit:
            item = unit.items.get(KIND, item_id)
        return item.due_at is not None and _tell(self._inside, org_id, item)


def _tell(inside: Inside, org_id: str, item: Item) -> bool:
    """Issue the receipt anew where it would say more; a pack not loaded yet is told of then."""
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        arrival = unit.arrivals.find(str(item.clear["sender"]), str(item.clear["bundle"]))
        unit.items.update(replace(item, due_at=None))
        last = _last_import(unit, _bundle(item), str(item.clear["sender"]), "issued")
        used = Use(_read(item)).documents
        telling = (
            arrival is not None
            and arrival.state is State.IMPORTED
            and last is not None
            and set(used) != set(last.used)
        )
        if telling and arrival is not None and last is not None:
            give_receipt(
                unit,
                inside.vault,
                arrival,
                ReceiptKind.IMPORTED,
                now,
                TELLER,
                exceptions=last.exceptions,
                used=used,
            )
        else:
            unit.audit.record(TELLER, "arrival.use-noted", "arrival", _bundle(item))
        unit.commit()
    return telling


def _bundle(item: Item) -> str:
    return str(item.clear["bundle"])


def _last_import(
    unit: UnitOfWork, bundle_id: str, other: str, direction: Literal["issued", "received"]
) -> Receipt | None:
    found = [
        one
        for one in unit.receipts.of(bundle_id, other, direction)
        if one.kind == ReceiptKind.IMPORTED.value
    ]
    return load_bytes(Receipt, found[-1].content) if found else None


def _fresh(arrival: Arrival, documents: dict[str, datetime], now: datetime) -> Item:
    return Item(
        kind=KIND,
        item_id=card_id(arrival.sender, arrival.bundle_id),
        state="kept",
        content=None,
        clear={
            "sender": arrival.sender,
            "bundle": arrival.bundle_id,
            "documents": _plain(documents),
        },
        created_at=now,
        updated_at=now,
        due_at=now + QUIET_FOR if documents else None,
    )


def _plain(documents: dict[str, datetime]) -> dict[str, JsonValue]:
    return {one: at.isoformat() for one, at in sorted(documents.items())}


def _item(unit: UnitOfWork, arrival: Arrival) -> Item | None:
    try:
        return unit.items.get(KIND, card_id(arrival.sender, arrival.bundle_id))
    except NotFound:
        return None


def _read(item: Item) -> dict[str, datetime]:
    told = item.clear["documents"]
    listed = told if isinstance(told, dict) else {}
    return {one: datetime.fromisoformat(str(at)) for one, at in listed.items()}
