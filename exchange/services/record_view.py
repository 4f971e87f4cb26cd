"""A record in full, for a person: every field that it holds, by its label, in the schema's order.

It is made from the schemas themselves, so that no field of a pack is forgotten when one is added.
Left out are ids and schema names, which mean nothing to a reader, and what provision costs, which
is for the local authority alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from schemas.base import Record, schema_of
from schemas.coded import CbdsCode, Code
from schemas.codes import code_set
from schemas.errors import CodeSetError
from schemas.fields import Items
from schemas.parts import Nested, Part, PartSchema, instance

_UNSAID = frozenset(
    {
        "schema",
        "critical",
        "unknown",
        "extras",
        "document",
        "documents",
        "replaces",
        "hourly_rate_pence",
        "nhs_number_reason",
    }
)
_LABELS = {
    "upn": "UPN",
    "uln": "ULN",
    "uci": "UCI",
    "nhs_number": "NHS number",
    "nc_year": "Year",
    "laestab": "DfE number",
    "paon": "House",
    "saon": "Flat",
    "uprn": "Property number",
    "urn": "URN",
    "ukprn": "UKPRN",
    "dsl": "Safeguarding lead",
    "by": "By when",
    "per": "In each",
    "do": "What was done",
}

_NAMES = {
    "Pupil": "Name, birthday and contact details",
    "SenRegister": "SEN register entry",
    "SenSupportPlan": "SEN support plan",
    "OnePageProfile": "One-page profile",
    "EhcPlan": "EHC plan",
    "EhcRequest": "Request for an EHC needs assessment",
    "EhcDecision": "Decision about an EHC plan",
    "AnnualReview": "Annual review of the EHC plan",
    "AdviceAsked": "Request for advice",
    "AdviceAnswer": "Answer to a request for advice",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A label with a text, or with what stands below it."""

    label: str
    text: str | date = ""
    below: tuple[Told, ...] = ()


def told(record: Record) -> tuple[Told, ...]:
    """Return all that a record says."""
    # Of a record the subject is our reference of the child; of a result it is what was assessed.
    return tuple(_part(record, schema_of(type(record)), _UNSAID | {"subject"}))


def _part(part: Part, schema: type[PartSchema], unsaid: frozenset[str] = _UNSAID) -> Iterator[Told]:
    for name, field in instance(schema).fields.items():
        value = getattr(part, name, None)
        if name not in unsaid and value is not None and value not in ((), ""):
            yield from _value(label_of(name), value, field)


def _value(label: str, value: Any, field: Any) -> Iterator[Told]:
    if isinstance(value, Part) and isinstance(field, Nested):
        yield Told(label, below=tuple(_part(value, field.part)))
    elif isinstance(value, tuple):
        inner = field.item if isinstance(field, Items) else None
        parts = tuple(_one(label, one, inner) for one in value)
        yield Told(label, below=parts)
    else:
        yield Told(label, text_of(value, field))


def _one(label: str, value: Any, field: Any) -> Told:
    if isinstance(value, Part) and isinstance(field, Nested):
        return Told("", below=tuple(_part(value, field.part)))
    return Told("", text_of(value, field))


def text_of(value: Any, field: Any) -> str | date:
    """Return a value as a person reads it: codes by their labels."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, Enum):
        return str(value.value).replace("-", " ")
    if isinstance(field, Code | CbdsCode) and field.name_of_set:
        try:
            return code_set(field.name_of_set).lookup(str(value), importing=True).label
        except CodeSetError:
            return str(value)
    return str(value)


def label_of(name: str) -> str:
    """Return what a field is called."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


def name_of(schema: str) -> str:
    """Return what people call records of a schema.

    :param schema: the name of its class.
    """
    return _NAMES.get(schema) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", schema).capitalize()
