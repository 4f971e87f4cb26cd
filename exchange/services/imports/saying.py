"""A difference as a person reads it: what it is about, what stands here, what the file says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.domain.comparing import Difference
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
    """Return a difference in words."""
    labels, field = _walked(one)
    return Said(
        about=RECORD_NAMES.get(one.slot, label_of(one.slot.replace("-", "_"))),
        what=", ".join(labels) or "All of it",
        ours=_text(one.ours, field),
        theirs=_text(one.theirs, field),
        adds=one.ours is None,
    )


def _walked(one: Difference) -> tuple[list[str], Any]:
    """Return the labels on the way to a difference, and the field or schema that it is of."""
    here: Any = next(
        schema
        for schema in RECORDS
        if parse_schema_id(schema.SCHEMA_ID)[0].removeprefix("sen.") == one.slot
    )
    labels: list[str] = []
    for step in one.steps:
        if isinstance(step, str):
            here = instance(_schema(here)).fields[step]
            labels.append(_THINGS.get(step) or label_of(step))
        else:
            here = here.item
            title = " ".join(part.title() for part in step[:2] if part)
            if title and labels[-1] not in (_THINGS["extras"], _THINGS["results"]):
                labels[-1] = f"{labels[-1]} {_titled(title)}"
    return labels, here


def _titled(title: str) -> str:
    return title.upper() if len(title) <= 5 and " " not in title else title


def _schema(here: Any) -> Any:
    return here.part if isinstance(here, Nested) else here


def _text(value: Any, field: Any) -> str:
    if value is None or value == []:
        return ""
    told = "; ".join(_lines(value, field))
    return told if len(told) <= _MOST_TEXT else f"{told[:_MOST_TEXT]} ..."


def _lines(value: Any, field: Any) -> Iterator[str]:
    if isinstance(value, dict):
        fields = instance(_schema(field)).fields
        for name, one in value.items():
            inner = fields.get(name)
            if inner is not None and name not in _UNSAID and one not in (None, [], ""):
                yield f"{label_of(name)}: {', '.join(_lines(one, inner))}"
    elif isinstance(value, list):
        for one in value:
            yield " ".join(_lines(one, field.item if isinstance(field, Items) else field))
    elif isinstance(field, Day):
        day = date.fromisoformat(value)
        yield f"{day.day} {day:%B %Y}"
    else:
        yield str(text_of(value, field))
