"""Differences that belong together: taken one without the other they would contradict each other.

What belongs to another difference stands or falls with it (``brings``); what would contradict
something that stands here is asked, though it seems to be new (``asked``). Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from exchange.domain.difference import Difference, Object, Thing
from exchange.domain.pairing import NAMINGS, name_of
from schemas.pupil import NhsNumberReason

_PROVISION: Final = "sen-register/provision"
_STARTS: Final = "sen-register/provision_starts"
_HISTORY: Final = "sen-register/provision_history"
_ADDRESS: Final = "pupil/contacts/address"
_AS_PUPIL: Final = "pupil/contacts/address_as_pupil"
_NO_NUMBER: Final = frozenset(
    {NhsNumberReason.NOT_NEEDED, NhsNumberReason.NOT_KNOWN, NhsNumberReason.OBJECTION}
)


def of_provision(found: Sequence[Difference], ours: Object, theirs: Object) -> Sequence[Difference]:
    """Let what tells of another provision stand or fall with the choice of it.

    Else our register would say SEN support, and its history that a plan began since. Where theirs
    has no first day, that of ours goes with its provision: it is none of the other one.
    """
    choice = next((one for one in found if one.field == _PROVISION), None)
    if choice is None:
        return found
    one_by_one = [each for one in found for each in _entries(one)]
    brings = tuple(one for one in one_by_one if _tells_of_another(one, ours, theirs))
    rest = [one for one in one_by_one if one is not choice and one not in brings]
    day = ours.get("provision_starts")
    if day and not theirs.get("provision_starts"):
        brings = (Difference(choice.slot, ("provision_starts",), day, None), *brings)
    return [replace(choice, brings=brings), *rest]


def _entries(one: Difference) -> Iterator[Difference]:
    """Yield a history that we do not have entry by entry."""
    if one.field != _HISTORY or not isinstance(one.theirs, list):
        yield one
        return
    for entry in one.theirs:
        name = name_of(NAMINGS[_HISTORY], cast(Object, entry))
        yield Difference(one.slot, (*one.steps, Thing(name)), None, entry)


def _tells_of_another(one: Difference, ours: Object, theirs: Object) -> bool:
    if one.field == _STARTS:
        return True
    if one.field not in (_HISTORY, f"{_HISTORY}/starts") or one.ours is not None:
        return False
    history = ours.get("provision_history") or []
    days = [ours.get("provision_starts"), *(entry.get("starts") for entry in history)]
    latest = max((day for day in days if day), default="")
    entry: Any = one.theirs
    if isinstance(entry, str):
        return bool(latest) and entry > latest
    if latest and str(entry.get("starts") or "") > latest:
        return True
    now = (theirs["provision"], theirs.get("provision_starts"))
    return (entry["provision"], entry.get("starts")) == now


def keep_former(one: Difference, before: Object, made: Object) -> None:
    """Put the provision whose first day went into the history, which alone tells of it now.

    :param one: a difference that was taken; ``before``: our record without it.
    """
    if one.field != _PROVISION or not before.get("provision_starts"):
        return
    if made.get("provision_starts"):
        return
    former = {"provision": before["provision"], "starts": before["provision_starts"]}
    history = made.setdefault("provision_history", [])
    if not any(former.items() <= entry.items() for entry in history):
        history.append(former)


def of_number(found: Sequence[Difference]) -> Sequence[Difference]:
    """Let an NHS number bring its reason; where somebody objected to having it, it is asked."""
    by_field = {one.field: one for one in found}
    number = by_field.get("pupil/nhs_number")
    reason = by_field.get("pupil/nhs_number_reason")
    if number is None or reason is None or number.ours is not None:
        return found
    objected = reason.ours == NhsNumberReason.OBJECTION
    both = replace(number, asked=objected, brings=(reason,))
    return [both if one is number else one for one in found if one is not reason]


def of_address(one: Difference, ours: Object) -> Difference:
    """Return what is new of a contact; asked where it is another address than the one here."""
    lives_elsewhere = one.field == _AS_PUPIL and one.theirs is True and ours.get("address")
    lives_here = one.field == _ADDRESS and ours.get("address_as_pupil")
    return replace(one, asked=bool(lives_elsewhere or lives_here))


def together(found: Sequence[Difference]) -> Iterator[Difference]:
    """Yield the differences of what is one whole (an address): one that differs asks for all.

    A flat that we do not have is none of the house here, where the file says another house.
    """
    differs = any(not one.adds for one in found)
    for one in found:
        yield replace(one, asked=True) if differs and one.adds else one


def settle(field: str, holder: Object) -> None:
    """Take out what cannot stand beside a field that was just filled."""
    if field == "pupil/upn":
        holder.pop("upn_unknown", None)
    elif field == "pupil/upn_unknown":
        holder.pop("upn", None)
    elif field == _ADDRESS and holder.get("address_as_pupil"):
        del holder["address_as_pupil"]
    elif field == _AS_PUPIL and holder["address_as_pupil"]:
        holder.pop("address", None)
    elif field == "pupil/nhs_number_reason" and holder["nhs_number_reason"] in _NO_NUMBER:
        holder.pop("nhs_number", None)
