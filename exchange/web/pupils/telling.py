"""Values of records as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.web.pupils.described import PartPage
from exchange.web.pupils.filling import filled
from exchange.web.pupils.inputs import Spec
from exchange.web.words import day
from schemas.base import SubjectRecord
from schemas.parts import Part
from schemas.people import Person, Phone

_LONGEST = 90


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its place from 1, a short name, and what else it says."""

    place: int
    name: str
    rows: tuple[tuple[str, str], ...]


def told_values(part: Part | None, specs: Sequence[Spec]) -> tuple[tuple[str, str], ...]:
    """Return label and text of each field that says something."""
    values = filled(part, specs)
    rows = ((one.label, told(values.get(one.name), one)) for one in specs)
    return tuple((label, text) for label, text in rows if text)


def told_items(record: SubjectRecord | None, page: PartPage) -> tuple[Item, ...]:
    """Return the items of one of a record's lists."""
    items: Sequence[Part] = () if record is None else getattr(record, page.field)
    naming = next(one for one in page.specs if one.name == page.tells)
    made = []
    for place, one in enumerate(items, start=1):
        name = told(filled(one, page.specs)[page.tells], naming)
        if page.numbered:
            name = f"{getattr(one, 'number', place)}. {name}"
        others = tuple(spec for spec in page.specs if spec.name != page.tells)
        made.append(Item(place, _short(name), told_values(one, others)))
    return tuple(made)


def told(value: Any, spec: Spec) -> str:
    """Return a value in words."""
    if value is None or value == ():
        return ""
    if isinstance(value, date):
        return day(value)
    if spec.choices is not None:
        return dict(spec.choices()).get(str(value), str(value))
    if spec.kind == "numbers":
        return ", ".join(str(each) for each in value)
    if isinstance(value, tuple):
        return "\n".join(_one(each) for each in value)
    return str(value)


def _one(value: Any) -> str:
    if isinstance(value, Phone):
        return value.number
    return f"{value.name}, {value.role}" if isinstance(value, Person) else str(value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "\u2026"
