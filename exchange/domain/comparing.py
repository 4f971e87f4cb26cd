"""Two states of one pupil's records, field by field: what stands here, and what a file says.

That a file is silent about something is no difference: nothing is ever taken away by it. A thing
of a list is known by what names it (a contact by name, a need by its type), never by its place
alone (:mod:`exchange.domain.pairing`). What belongs together is asked together
(:mod:`exchange.domain.belonging`). Values are JSON, as records are dumped. Pure: no I/O.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from exchange.domain.belonging import (
    keep_former,
    of_address,
    of_number,
    of_provision,
    settle,
    together,
)
from exchange.domain.difference import BEFORE, Difference, Object, Step, Thing
from exchange.domain.kept_elements import KEPT, are_elements, drop_done, squeezed, standing_in
from exchange.domain.pairing import NAMINGS, Naming, name_of, naming_of, paired

__all__ = [
    "BEFORE",
    "Difference",
    "Object",
    "Step",
    "Thing",
    "differences",
    "merged",
    "without_own_numbers",
]

_SILENT: Final = frozenset({"schema", "subject", "critical", "unknown"})
_SETS: Final = frozenset({"pupil/former_upns", "pupil/disabilities"})
"""Lists of values of which only what is missing here is told."""

_UNSAID: Final = {"pupil/nhs_number_reason": "not-needed"}
"""What a record says of itself where nobody said anything."""


def differences(ours: Mapping[str, Object], theirs: Mapping[str, Object]) -> tuple[Difference, ...]:
    """Return every difference; slot -> record, dumped.

    A record that we do not have is one difference.
    """
    found: list[Difference] = []
    for slot, record in theirs.items():
        here = ours.get(slot)
        if here is None:
            found.append(Difference(slot, (), None, record))
            continue
        some: Sequence[Difference] = list(_of_object(slot, (), slot, here, record))
        if slot == "sen-register":
            some = of_provision(some, here, record)
        found += of_number(some) if slot == "pupil" else some
    return tuple(found)


def _of_object(
    slot: str, steps: tuple[Step, ...], path: str, ours: Object, theirs: Object
) -> Iterator[Difference]:
    for name, value in theirs.items():
        below, inner = (*steps, name), f"{path}/{name}"
        if name in _SILENT or _is_unsaid(value) or value == _UNSAID.get(inner):
            continue
        here = ours.get(name)
        naming = _naming(inner, here, value)
        if name in KEPT and naming:
            yield from _of_elements(slot, below, (path, inner), ours, theirs)
        elif _is_unsaid(here):
            yield of_address(Difference(slot, below, None, value), ours)
        elif isinstance(value, dict) and isinstance(here, dict):
            some = tuple(_of_object(slot, below, inner, here, value))
            yield from together(some) if name != "names" else some
        elif naming and isinstance(here, list):
            yield from _of_list(slot, below, inner, naming, here, value, range(len(here)))
        elif inner in _SETS and isinstance(value, list) and isinstance(here, list):
            if more := [one for one in value if one not in here]:
                yield Difference(slot, below, here, [*here, *more])
        elif not _same(inner, here, value):
            yield Difference(slot, below, here, value)


def _is_unsaid(value: Any) -> bool:
    return value is None or value in ([], "")


def _naming(path: str, ours: Any, theirs: Any) -> Naming | None:
    """Return what the things of both lists are known by; None where they are no such lists."""
    naming = naming_of(path)
    if naming is None or naming is NAMINGS.get(path):
        lists = isinstance(ours, list) and isinstance(theirs, list)
        return naming if lists else None
    return naming if are_elements(theirs) and (not ours or are_elements(ours)) else None


def _same(path: str, ours: Any, theirs: Any) -> bool:
    if path.endswith(tuple(f"{name}/xml" for name in KEPT)):
        return squeezed(ours) == squeezed(theirs)
    return bool(ours == theirs)


def _of_elements(
    slot: str, steps: tuple[Step, ...], paths: tuple[str, str], ours: Object, theirs: Object
) -> Iterator[Difference]:
    """Compare kept elements: not one of theirs for a field that is filled here."""
    path, inner = paths
    name = inner.rpartition("/")[2]
    here, told = ours.get(name) or [], theirs[name]
    needless = standing_in(path, told, theirs, ours)
    value = [one for place, one in enumerate(told) if place not in needless]
    # One of ours for a field that theirs fills will go: it is none of theirs.
    going = standing_in(path, here, ours, theirs)
    places = [place for place in range(len(here)) if place not in going]
    naming = cast(Naming, naming_of(inner))
    if here:
        yield from _of_list(slot, steps, inner, naming, here, value, places)
    elif value:
        yield Difference(slot, steps, None, value)


def _of_list(
    slot: str,
    steps: tuple[Step, ...],
    path: str,
    naming: Naming,
    ours: list[Object],
    theirs: list[Object],
    places: Sequence[int],
) -> Iterator[Difference]:
    """Compare two lists of things.

    :param places: of ours that may be theirs.
    """
    found = paired(naming, [ours[place] for place in places], theirs)
    for one, at in zip(theirs, found, strict=True):
        if at is None:
            yield Difference(slot, (*steps, Thing(name_of(naming, one))), None, one)
        else:
            here = ours[places[at]]
            below = (*steps, Thing(name_of(naming, here), places[at]))
            yield from _of_object(slot, below, path, here, one)


def merged(
    ours: Mapping[str, Object], taken: Collection[Difference]
) -> tuple[dict[str, Object], frozenset[str]]:
    """Return the records with the differences that were taken, and which slots changed.

    What cannot stand beside something that was taken goes: with a UPN the reason for having none.

    :param taken: differences to these very records.
    """
    made = {slot: copy.deepcopy(record) for slot, record in ours.items()}
    for one in taken:
        if not one.steps:
            made[one.slot] = cast(Object, copy.deepcopy(one.theirs))
            continue
        for each in (one, *one.brings):
            _put(made[one.slot], each)
        keep_former(one, ours[one.slot], made[one.slot])
    changed = frozenset(one.slot for one in taken)
    for slot in changed & ours.keys():
        drop_done(slot, ours[slot], made[slot])
    return made, changed


def _put(record: Object, one: Difference) -> None:
    holder: Any = record
    for step, then in zip(one.steps, one.steps[1:], strict=False):
        if isinstance(step, str):
            holder = holder.setdefault(step, [] if isinstance(then, Thing) else {})
        else:
            holder = holder[step.at]
    last = one.steps[-1]
    if isinstance(last, Thing):
        _append(one.field, holder, copy.deepcopy(one.theirs))
        return
    if one.theirs is None:  # it goes with something that was taken
        holder.pop(last, None)
        return
    holder[last] = copy.deepcopy(one.theirs)
    settle(one.field, holder)


def _append(path: str, things: list[Object], thing: Any) -> None:
    """Add a thing to a list; its number is the next one where somebody has it already."""
    naming = NAMINGS.get(path)
    if naming and (count := naming.count) and not thing.get("ends"):
        taken = [one[count] for one in things if not one.get("ends")]
        if thing[count] in taken:
            thing[count] = max(one[count] for one in things) + 1
    things.append(thing)


def without_own_numbers(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Leave out what a difference of numbers alone is: a contact's place, not who it is."""
    return tuple(one for one in found if one.field not in _NUMBERS or one.adds)


_NUMBERS: Final = frozenset(f"{path}/{one.count}" for path, one in NAMINGS.items() if one.count)
