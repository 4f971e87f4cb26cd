"""A difference as a person reads it: what it is about, what stands here, what the file says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.domain.comparing import Difference, Thing
from exchange.domain.kept_elements import KEPT
from exchange.services.record_view import label_of, text_of
from schemas.base import parse_schema_id
from schemas.fields import Day, Items
from schemas.parts import Nested, instance
from schemas.records import RECORDS

RECORD_NAMES = {
    "pupil": "Pupil",
    "sen-register": "SEN register entry",
    "attendance": "Attendance",
    "attainment": "Attainment",
}
_UNSAID = frozenset({"schema", "subject", "critical", "unknown", "extras", "rank", "order"})
_THINGS = {
    "contacts": "Contact",
    "needs": "Need",
    "provision_history": "SEN provision",
    "school_history": "School",
    "languages": "Language",
    "phones": "Telephone",
    "free_meals": "Free school meals",
    "years": "Year",
    "marks": "Register marks",
    "results": "Result",
    "extras": "Part of the file that this service does not know",
}
_KEPT_PART = _THINGS["extras"]
_MOST_TEXT = 400


@dataclass(frozen=True, slots=True)
class Said:
    """One difference in words.

    :param about: the record; ``what``: the field, and of which thing.
    """

    about: str
    what: str
    ours: str
    theirs: str
    adds: bool


def said(one: Difference) -> Said:
    """Return a difference in words; what stands or falls with it is told with it."""
    labels, field = _walked(one)
    return Said(
        about=RECORD_NAMES.get(one.slot, label_of(one.slot.replace("-", "_"))),
        what=", ".join(labels) or "All of it",
        ours="; ".join(_with_what_it_brings(one, field, theirs=False)),
        theirs="; ".join(_with_what_it_brings(one, field, theirs=True)),
        adds=one.ours is None,
    )


def _with_what_it_brings(one: Difference, field: Any, *, theirs: bool) -> Iterator[str]:
    if told := _text(one.theirs if theirs else one.ours, field):
        yield told
    for each in one.brings:
        labels, below = _walked(each)
        if told := _text(each.theirs if theirs else each.ours, below):
            yield f"{labels[0]}: {told}"


def _walked(one: Difference) -> tuple[list[str], Any]:
    """Return the labels on the way to a difference, and the field or schema that it is of.

    Of a part of a file that this service does not know there is no field.
    """
    here: Any = next(
        schema
        for schema in RECORDS
        if parse_schema_id(schema.SCHEMA_ID)[0].removeprefix("sen.") == one.slot
    )
    labels: list[str] = []
    for step in one.steps:
        if isinstance(step, Thing):
            here = here.item if isinstance(here, Items) else None
            if labels[-1] != _THINGS["results"]:
                joint = ": " if labels[-1] == _KEPT_PART else " "
                labels[-1] += joint + " ".join(map(_titled, step.name))
        elif step in KEPT:
            here = None
            labels.append(_KEPT_PART)
        elif not labels or not labels[-1].startswith(_KEPT_PART):
            here = instance(_schema(here)).fields.get(step) if here is not None else None
            labels.append(_THINGS.get(step) or label_of(step))
    return labels, here


def _titled(name: str) -> str:
    try:
        return _day(name) if name.count("-") == 2 else name
    except ValueError:  # a telephone number, a double-barrelled name
        return name


def _schema(here: Any) -> Any:
    return here.part if isinstance(here, Nested) else here


def _text(value: Any, field: Any) -> str:
    if value is None or value == []:
        return ""
    told = "; ".join(_lines(value, field))
    return told if len(told) <= _MOST_TEXT else f"{told[:_MOST_TEXT]} ..."


def _lines(value: Any, field: Any) -> Iterator[str]:
    if field is None:
        yield from _unknown(value)
    elif isinstance(value, dict):
        fields = instance(_schema(field)).fields
        for name, one in value.items():
            inner = fields.get(name)
            if inner is not None and name not in _UNSAID and one not in (None, [], ""):
                yield f"{label_of(name)}: {', '.join(_lines(one, inner))}"
    elif isinstance(value, list):
        for one in value:
            yield " ".join(_lines(one, field.item if isinstance(field, Items) else field))
    elif isinstance(field, Day):
        yield _day(value)
    else:
        yield str(text_of(value, field))


def _unknown(value: Any) -> Iterator[str]:
    """Yield the texts of what no schema describes: elements as they came, say."""
    if isinstance(value, dict):
        yield str(value["xml"]) if "xml" in value else ", ".join(map(str, value.values()))
    elif isinstance(value, list):
        for one in value:
            yield from _unknown(one)
    else:
        yield str(value)


def _day(value: str) -> str:
    day = date.fromisoformat(value)
    return f"{day.day} {day:%B %Y}"
