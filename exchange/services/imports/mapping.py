"""What a school's columns are: said once, and remembered for lists with the same headings."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from exchange.ports import UnitOfWork
from exchange.ports.imports import Kept, ListReader, Look, Plan, Remembered, settled
from exchange.ports.items import Item
from exchange.services.imports.model import CHOOSING, Import, put
from exchange.services.inside import Inside

KIND: Final = "import-mapping"
_MOST = 60


def remembered(unit: UnitOfWork) -> Remembered:
    """Return what this organisation said of its lists, by the marks of their headings."""
    found: dict[str, Kept] = {}
    for item in unit.items.all(KIND):
        told: Any = item.content or {}
        found[str(told["mark"])] = Kept(
            _texts(told["fields"]), _texts(told["orders"]), _texts(told["words"])
        )
    return found


def _texts(told: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in told.items()}


def settle(
    inside: Inside, org_id: str, found: Import, look: Look, said: Plan, reader: ListReader
) -> Import:
    """Keep what was said of the columns, for this import and for the next one alike.

    :param look: at the same files, with what was said.
    :raises Conflict: ``item-changed``.
    """
    plan = settled(look, said)
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        changed = replace(found, plan=plan, state=CHOOSING, chosen=(), answers={})
        made = put(unit, changed, now)
        for number, sheet in enumerate(look.sheets):
            if sheet.part:
                _remember(unit, inside, sheet.mark, _kept(number, plan, look))
        unit.commit()
    return made


def _kept(number: int, plan: Plan, look: Look) -> Kept:
    start = f"{number}/"
    sheet = look.sheets[number]
    coded = {one.field for one in look.words}
    return Kept(
        {str(one.at): plan.fields.get(f"{start}{one.at}", "") for one in sheet.columns},
        {str(one.at): one.order for one in sheet.columns if one.asked and one.order != "ask"},
        {k: v for k, v in plan.words.items() if k.partition("/")[0] in coded},
    )


def _remember(unit: UnitOfWork, inside: Inside, mark: str, kept: Kept) -> None:
    """Replace what was said of these headings; the oldest goes where there are too many."""
    now = inside.clock.now()
    there = list(unit.items.all(KIND))
    known = next((one for one in there if (one.content or {}).get("mark") == mark), None)
    content: Any = {
        "mark": mark,
        "fields": dict(kept.fields),
        "orders": dict(kept.orders),
        "words": dict(kept.words),
    }
    if known is not None:
        unit.items.update(replace(known, content=content, updated_at=now), quiet=True)
        return
    for one in sorted(there, key=lambda one: one.updated_at)[: max(0, len(there) - _MOST + 1)]:
        unit.items.remove(KIND, one.item_id, quiet=True)
    unit.items.add(Item(KIND, str(uuid.uuid4()), "kept", content, now, now), quiet=True)


def say_no_upn(inside: Inside, org_id: str, found: Import, reason: str) -> Import:
    """Note why pupils of a transfer file without a UPN have none; empty: they are not taken.

    :raises Conflict: ``item-changed``.
    """
    with inside.store.unit(org_id) as unit:
        changed = replace(found, plan=replace(found.plan, no_upn=reason), chosen=(), answers={})
        made = put(unit, changed, inside.clock.now())
        unit.commit()
    return made
