"""Tell why each thing went that was given to somebody: a pack, a copy for one person, a request.

Each is told from what was kept when it went; later marks, decisions and rules change nothing of it.
"""

from __future__ import annotations

import base64
from typing import Any

from exchange.domain.disclosure import disclosed_from_json
from exchange.errors import NotFound, StoreError
from exchange.ports import Item, UnitOfWork
from exchange.services import guest_copy, printed_copy
from exchange.services.advice.contents import purpose_of
from exchange.services.advice.model import KIND as ADVICE
from exchange.services.advice.model import AdviceRequest, request_from
from exchange.services.inside import Inside
from exchange.services.preview import Explanation
from exchange.services.preview import explain as explain_pack
from exchange.services.protect import hidden
from schemas.base import load_bytes
from schemas.statement import Statement

_COPIES = (guest_copy.KIND, printed_copy.KIND)


def explain_any(inside: Inside, org_id: str, ref: str, person: str = "") -> Explanation:
    """Tell what was decided about a pack, a guest or printed copy, or a request for advice.

    Of a request for advice it tells of what was shared: nothing else was asked about.

    :param ref: id of a pack, a copy (or the bundle in it) or a request.
    :param person: account of who asks: where a protected child goes is there for two people only.
    :raises NotFound: ``transfer-unknown``; ``not-explained``: nothing was decided, or it went
        before decisions were kept.
    :raises Wrapped: ``compartment-locked``: a DSL's pack, and the DSL has not unlocked.
    """
    with inside.store.reading(org_id) as unit:
        item = _item(unit, ref, person)
    if item is None:
        return explain_pack(inside, org_id, ref, person)
    return _of_advice(request_from(item)) if item.kind == ADVICE else _of_copy(item)


def _item(unit: UnitOfWork, ref: str, person: str) -> Item | None:
    for kind in (*_COPIES, ADVICE):
        try:
            found = unit.items.get(kind, ref)
        except NotFound:
            continue
        return None if _is_hidden(unit, found, person) else found
    for found in unit.items.all(guest_copy.KIND):  # whoever has the file knows its bundle's id
        if (found.content or {}).get("bundle") == ref and not _is_hidden(unit, found, person):
            return found
    return None


def _is_hidden(unit: UnitOfWork, item: Item, person: str) -> bool:
    """Return whether a copy would tell where a protected child was to go; a request tells none."""
    pupil_id = str((item.content or {}).get("pupil", ""))
    return item.kind in _COPIES and hidden(unit, pupil_id, person)


def _of_copy(item: Item) -> Explanation:
    told: Any = item.content
    try:
        disclosed = tuple(disclosed_from_json(one) for one in told["disclosed"])
        if item.kind == guest_copy.KIND:
            signed = load_bytes(Statement, base64.b64decode(told["statement"]))
            purpose, basis = signed.purpose, signed.lawful_basis
            went = frozenset(one.id for one in signed.files)
        else:
            purpose, basis = str(told["purpose"]), str(told["basis"])
            went = frozenset(one.ref for one in disclosed if one.decision.allowed)
        return Explanation(
            item.item_id, str(told["to"]), item.created_at, purpose, basis, disclosed, went
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", "/copy") from None


def _of_advice(one: AdviceRequest) -> Explanation:
    if not one.disclosed:
        hint = "Nothing was shared with it, or it went before decisions were kept."
        raise NotFound("not-explained", "/transfer", hint)
    purpose = purpose_of(one.purpose, one.lawful_basis)
    return Explanation(
        bundle_id=one.request_id,
        recipient=one.body.org_id or one.body.name,
        sent_at=one.created_at,
        purpose=purpose.code,
        lawful_basis=purpose.lawful_basis,
        disclosed=one.disclosed,
        went=frozenset(each.ref for each in one.disclosed if each.decision.allowed),
    )
