"""What the face left at the door, as the inner process opens, finds and removes it."""

from __future__ import annotations

from exchange.errors import NotFound, StoreError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services.inside import Inside
from exchange.services.links.model import ANSWER, KIND, Link, link_of
from exchange.services.trust import organisation
from schemas import strict_json
from schemas.strict_json import JsonValue

WORKER = Actor("worker", "machine")


def opened(inside: Inside, org_id: str, item: Item) -> dict[str, JsonValue]:
    """Open what the face sealed to us.

    :raises Wrapped, NotFound, StoreError: it is not there, not ours, or no JSON of ours.
    """
    with inside.blobs.open(org_id, str(item.clear["blob"])) as sealed:
        content = inside.vault.opener(org_id, "general").open(sealed).read()
    value = strict_json.loads(content)
    if not isinstance(value, dict):
        raise StoreError("value-damaged", "/answer")
    return value


def link_behind(unit: UnitOfWork, item: Item) -> Link:
    """Return the link through which something was left.

    :raises NotFound: ``item-unknown``.
    """
    return link_of(unit.items.get(KIND, str(item.clear.get("link", ""))))


def drop(inside: Inside, org_id: str, kind: str, item_id: str, outcome: str) -> None:
    """Remove what was taken in, or could not be; the book has what became of it."""
    with inside.store.unit(org_id) as unit:
        try:
            item = unit.items.get(kind, item_id)
        except NotFound:
            return
        unit.items.remove(kind, item_id)
        detail = {} if outcome == "done" else {"code": outcome}
        unit.audit.record(
            WORKER,
            "link.answer-taken" if kind == ANSWER else "link.code-over",
            "link",
            str(item.clear.get("link", item_id)),
            "done" if outcome == "done" else "refused",
            detail,
        )
        unit.commit()
    if blob := item.clear.get("blob"):
        inside.blobs.delete(org_id, str(blob))


def own_name(inside: Inside, org_id: str) -> str:
    """Return what people call this organisation."""
    return organisation(inside.directory(), org_id, inside.clock.now()).name
