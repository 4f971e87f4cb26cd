"""Two states of one pupil's records, field by field: what stands here, and what a file says.

That a file is silent about something is no difference: nothing is ever taken away by it. A thing
of a list is known by what names it (a contact by name, a need by its type), never by its place.
Values are JSON, as records are dumped. Pure: no I/O.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from schemas.strict_json import JsonValue

Object = dict[str, Any]
Step = str | tuple[str, ...]
"""The name of a field, or what names a thing of the list before it."""

_SILENT = frozenset({"schema", "subject", "critical", "unknown"})
_NAMED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pupil/contacts": ("surname", "forename"),
        "pupil/school_history": ("laestab", "urn", "name", "entry_date"),
        "pupil/free_meals": ("starts",),
        "pupil/languages": ("language", "kind"),
        "pupil/phones": ("number",),
        "pupil/contacts/phones": ("number",),
        "pupil/extras": ("within", "xml"),
        "sen-register/provision_history": ("provision", "starts"),
        "sen-register/needs": ("type", "starts"),
        "attendance/years": ("year", "laestab"),
        "attendance/years/marks": ("starts",),
        "attainment/results": ("stage", "subject", "component", "method", "year", "locale"),
    }
)
"""Lists whose things are known by these fields; any other list is one value."""

_SETS = frozenset({"pupil/former_upns", "pupil/disabilities"})
"""Lists of values of which only what is missing here is told."""

BEFORE = frozenset(
    {"pupil/names/former_surname", "pupil/names/former_forename", "pupil/former_upns"}
)
"""Names and numbers of before: they may join a child's new identity with the old one."""

_COUNTED: Mapping[str, str] = MappingProxyType(
    {"pupil/contacts": "order", "sen-register/needs": "rank"}
)
"""Where a list numbers its things: one that is added gets the next number if its own is taken."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a file says otherwise.

    :param slot: the record: ``pupil``, ``sen-register`` ...
    :param steps: the way to it.
    :param ours: None where we have nothing.
    """

    slot: str
    steps: tuple[Step, ...]
    ours: JsonValue
    theirs: JsonValue

    @property
    def adds(self) -> bool:
        """Return whether it takes nothing away, and tells nothing that somebody may be hiding."""
        return self.ours is None and self.field not in BEFORE

    @property
    def field(self) -> str:
        """Return its path without what names things: ``sen-register/needs/rank``."""
        return "/".join((self.slot, *(one for one in self.steps if isinstance(one, str))))


def differences(ours: Mapping[str, Object], theirs: Mapping[str, Object]) -> tuple[Difference, ...]:
    """Return every difference; slot -> record, dumped.

    A record that we do not have is one difference.
    """
    found: list[Difference] = []
    for slot, record in theirs.items():
        here = ours.get(slot)
        if here is None:
            found.append(Difference(slot, (), None, record))
        else:
            found += _of_object(slot, (), slot, here, record)
    return tuple(found)


def _of_object(
    slot: str, steps: tuple[Step, ...], path: str, ours: Object, theirs: Object
) -> Iterator[Difference]:
    for name, value in theirs.items():
        if name in _SILENT or value is None or value in ([], ""):
            continue
        here = ours.get(name)
        below, inner = (*steps, name), f"{path}/{name}"
        if here in (None, [], ""):
            yield Difference(slot, below, None, value)
        elif isinstance(value, dict) and isinstance(here, dict):
            yield from _of_object(slot, below, inner, here, value)
        elif inner in _NAMED_BY and isinstance(value, list) and isinstance(here, list):
            yield from _of_list(slot, below, inner, here, value)
        elif inner in _SETS and isinstance(value, list) and isinstance(here, list):
            if more := [one for one in value if one not in here]:
                yield Difference(slot, below, here, [*here, *more])
        elif value != here:
            yield Difference(slot, below, here, value)


def _of_list(
    slot: str, steps: tuple[Step, ...], path: str, ours: list[Object], theirs: list[Object]
) -> Iterator[Difference]:
    here = {_name(path, one): one for one in ours}
    for one in theirs:
        name = _name(path, one)
        below = (*steps, name)
        if name in here:
            yield from _of_object(slot, below, path, here[name], one)
        else:
            yield Difference(slot, below, None, one)


def _name(path: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(one.get(field) or "").casefold() for field in _NAMED_BY[path])


def merged(
    ours: Mapping[str, Object], taken: Collection[Difference]
) -> tuple[dict[str, Object], frozenset[str]]:
    """Return the records with the differences that were taken, and which slots changed.

    With a UPN the reason for having none goes.
    """
    made = {slot: copy.deepcopy(record) for slot, record in ours.items()}
    for one in taken:
        if not one.steps:
            made[one.slot] = cast(Object, copy.deepcopy(one.theirs))
            continue
        _put(made[one.slot], one)
        if one.field == "pupil/upn":
            made["pupil"].pop("upn_unknown", None)
        if one.field == "pupil/upn_unknown":
            made["pupil"].pop("upn", None)
    return made, frozenset(one.slot for one in taken)


def _put(record: Object, one: Difference) -> None:
    holder: Any = record
    path = one.slot
    for step in one.steps[:-1]:
        if isinstance(step, str):
            path = f"{path}/{step}"
            holder = holder.setdefault(step, {})
        else:
            holder = next(each for each in holder if _name(path, each) == step)
    last = one.steps[-1]
    if isinstance(last, str):
        holder[last] = copy.deepcopy(one.theirs)
    else:
        _append(path, holder, copy.deepcopy(one.theirs))


def _append(path: str, things: list[Object], thing: Any) -> None:
    """Add a thing to a list; its number is the next one where somebody has it already."""
    if (count := _COUNTED.get(path)) and not thing.get("ends"):
        taken = [one[count] for one in things if not one.get("ends")]
        if thing[count] in taken:
            thing[count] = max(one[count] for one in things) + 1
    things.append(thing)


def without_own_numbers(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Leave out what a difference of numbers alone is: a contact's place, not who it is."""
    return tuple(one for one in found if one.field not in _NUMBERS or one.adds)


_NUMBERS = frozenset(f"{path}/{count}" for path, count in _COUNTED.items())
