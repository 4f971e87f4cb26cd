"""Which things of two lists are one: our contact and the file's, our need and the file's.

A thing is known by fields that name it. Where two have one name, further fields tell them apart; a
side that is silent about these may be either, and is taken for one where each is the only one that
the other can be. Who cannot be told apart at all is paired in turn. What is not surely one stays
two: a thing too many is seen, another's telephone number is not.

A list that grew by what a file had more is paired with that file as before, so that a second
reading adds nothing. Pure: no I/O.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from exchange.domain.difference import Object
from exchange.domain.kept_elements import KEPT, key_of, squeezed

Told = tuple[str, ...]
Group = Mapping[int, Object]


@dataclass(frozen=True, slots=True)
class Naming:
    """What a thing of a list is known by.

    :param by: the fields that name it.
    :param apart: those that tell two of one name apart.
    :param sure: a field; where it is told, a single thing on each side is the same, whatever
        would tell it apart.
    :param count: the field that numbers the things.
    :param shown: the fields that people know it by, where not the first two that name it.
    """

    by: Told
    apart: Told = ()
    sure: str = ""
    count: str = ""
    shown: Told = ()

    @property
    def is_spell(self) -> bool:
        """Return whether it goes on for a time, of which a file may not know the first day."""
        return "starts" in self.apart


_PHONE = Naming(("number",))
NAMINGS: Final[Mapping[str, Naming]] = MappingProxyType(
    {
        # Without a forename "Oak" is father or mother: title, relationship and sex say who.
        "pupil/contacts": Naming(
            ("surname", "forename"),
            ("title", "relationship", "sex"),
            "forename",
            "order",
            ("title", "forename", "surname"),
        ),
        "pupil/school_history": Naming(
            ("laestab", "urn", "name", "entry_date"), shown=("name", "entry_date")
        ),
        "pupil/free_meals": Naming(("starts",)),
        "pupil/languages": Naming(("language",), ("kind",)),
        "pupil/phones": _PHONE,
        "pupil/contacts/phones": _PHONE,
        "sen-register/provision_history": Naming(
            ("provision",), ("starts",), "provision", shown=("provision", "starts")
        ),
        "sen-register/needs": Naming(
            ("type",), ("starts",), "type", "rank", shown=("type", "starts")
        ),
        "attendance/years": Naming(("year",), ("laestab",), shown=("year", "laestab")),
        "attendance/years/marks": Naming(("starts",)),
        # One component has a raw mark and a scaled score: the qualifier says which.
        "attainment/results": Naming(
            ("stage", "subject", "component", "method", "year", "locale"), ("qualifier",)
        ),
    }
)
"""Lists whose things are known by these fields; any other list is one value."""

_ELEMENT = Naming(("within", "tag"), shown=("within", "tag"))


def naming_of(path: str) -> Naming | None:
    """Return what the things of a list are known by, or None for a list that is one value."""
    return _ELEMENT if path.rpartition("/")[2] in KEPT else NAMINGS.get(path)


def name_of(naming: Naming, thing: Object) -> Told:
    """Return what people know a thing by."""
    shown = naming.shown or naming.by[:2]
    told = key_of(thing) if naming is _ELEMENT else [thing.get(field) for field in shown]
    return tuple(str(one) for one in told if one)


def paired(naming: Naming, ours: Sequence[Object], theirs: Sequence[Object]) -> list[int | None]:
    """Return for each of their things the place of ours that it is, or None."""
    found: dict[int, int] = {}
    here, there = _grouped(naming, ours), _grouped(naming, theirs)
    for name, group in there.items():
        found |= _of_one_name(naming, here.get(name, {}), group)
    return [found.get(place) for place in range(len(theirs))]


def _grouped(naming: Naming, things: Sequence[Object]) -> dict[Told, dict[int, Object]]:
    made: dict[Told, dict[int, Object]] = defaultdict(dict)
    for place, one in enumerate(things):
        made[key_of(one) if naming is _ELEMENT else _values(one, naming.by)][place] = one
    return made


def _values(thing: Object, fields: Iterable[str]) -> Told:
    return tuple(_value(thing, field) for field in fields)


def _value(thing: Object, field: str) -> str:
    return str(thing.get(field) or "").casefold()


def _of_one_name(naming: Naming, ours: Group, theirs: Group) -> dict[int, int]:
    """Pair things of one name; their place -> ours."""
    here, there = _by_what_tells(naming, ours), _by_what_tells(naming, theirs)
    found: dict[int, int] = {}
    for told, places in there.items():
        found |= _in_turn(naming, here.get(told, []), places, ours, theirs)
    if not naming.apart or not ours:
        return found
    found |= _only_possible(naming, ours, theirs, found)
    if len(ours) == len(theirs) == 1 and not found and naming.sure:
        ((mine, here_), (place, there_)) = (*ours.items(), *theirs.items())
        if here_.get(naming.sure) and _times_meet(naming, here_, there_):
            found[place] = mine
    if naming.is_spell:
        found |= _newest(naming, ours, theirs, found, there)
    return found


def _by_what_tells(naming: Naming, things: Group) -> dict[Told, list[int]]:
    made: dict[Told, list[int]] = defaultdict(list)
    for place, one in things.items():
        made[_values(one, naming.apart)].append(place)
    return made


def _in_turn(
    naming: Naming, here: Sequence[int], there: Sequence[int], ours: Group, theirs: Group
) -> dict[int, int]:
    """Pair what nothing tells apart: first what says just the same, the rest each at its turn.

    Whose turn is taken by one that says just the same gets that one's turn.
    """
    looks = [_look(naming, ours[place]) for place in here]
    theirs_look = [_look(naming, theirs[place]) for place in there]
    whose = {at: at for at, look in enumerate(theirs_look[: len(here)]) if looks[at] == look}
    free: dict[Hashable, list[int]] = defaultdict(list)
    for at, look in enumerate(looks):
        if at not in whose:
            free[look].insert(0, at)
    for at, look in enumerate(theirs_look):
        if whose.get(at) != at and free[look]:
            whose[free[look].pop()] = at
    found = {there[at]: here[mine] for mine, at in whose.items()}
    for at, place in enumerate(there):
        if place not in found:
            while at in whose:
                at = whose[at]
            if at < len(here):
                found[place] = here[at]
    return found


def _look(naming: Naming, thing: Object) -> Hashable:
    if naming is _ELEMENT:
        return squeezed(str(thing.get("xml")))
    told = {name: one for name, one in thing.items() if name != naming.count}
    return json.dumps(told, sort_keys=True)


def _only_possible(
    naming: Naming, ours: Group, theirs: Group, found: Mapping[int, int]
) -> dict[int, int]:
    """Pair where each is the only one that the other can be."""
    taken = set(found.values())
    free = _Group(naming, {at: one for at, one in ours.items() if at not in taken})
    there, made = _Group(naming, theirs), dict[int, int]()
    for place in theirs.keys() - found.keys():
        some = free.that_may_be(theirs[place])
        if len(some) == 1 and len(there.that_may_be(ours[next(iter(some))])) == 1:
            made[place] = next(iter(some))
    return made


class _Group:
    """Things of one name, found by what tells them apart."""

    def __init__(self, naming: Naming, things: Group) -> None:
        self._naming, self._things = naming, things
        self._by_value: dict[tuple[str, str], set[int]] = defaultdict(set)
        for place, one in things.items():
            for field in naming.apart:
                self._by_value[field, _value(one, field)].add(place)

    def that_may_be(self, other: Object) -> set[int]:
        """Return the places of those that nothing tells apart from another."""
        some = set(self._things)
        for field in self._naming.apart:
            if value := _value(other, field):
                some &= self._by_value[field, value] | self._by_value[field, ""]
        if self._naming.is_spell:
            return {at for at in some if self._is_one_time(self._things[at], other)}
        return some

    def _is_one_time(self, one: Object, other: Object) -> bool:
        alike = bool(one.get("ends")) == bool(other.get("ends"))
        return alike and _times_meet(self._naming, one, other)


def _times_meet(naming: Naming, ours: Object, theirs: Object) -> bool:
    """Tell whether one may have begun before the other ended; ISO days sort as text."""
    return not naming.is_spell or not any(
        one.get("ends") and _value(other, "starts") > one["ends"]
        for one, other in ((ours, theirs), (theirs, ours))
    )


def _newest(
    naming: Naming,
    ours: Group,
    theirs: Group,
    found: Mapping[int, int],
    there: Mapping[Told, Sequence[int]],
) -> dict[int, int]:
    """Take one whose first day nobody told for the newest that it can be."""
    made: dict[int, int] = {}
    free = sorted(ours.keys() - set(found.values()))
    alone = [
        place for place, *more in there.values() if not more and place not in found
    ]  # two that nothing tells apart could not be told apart the next time
    for place in [place for place in alone if not theirs[place].get("starts")]:
        if some := [at for at in free if _times_meet(naming, ours[at], theirs[place])]:
            made[place] = max(some, key=lambda at: _how_new(ours[at], theirs[place]))
            free.remove(made[place])
    for mine in [at for at in free if not ours[at].get("starts")]:
        left = [place for place in alone if place not in made]
        if more := [place for place in left if _times_meet(naming, ours[mine], theirs[place])]:
            made[max(more, key=lambda place: _how_new(theirs[place], ours[mine]))] = mine
    return made


def _how_new(one: Object, other: Object) -> tuple[bool, str]:
    return bool(one.get("ends")) == bool(other.get("ends")), _value(one, "starts")
