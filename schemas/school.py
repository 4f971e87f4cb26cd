"""Schools and settings as a record names them, and the time that a pupil was at one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.coded import CbdsCode, laestab_field, ukprn_field, urn_field
from schemas.fields import Day, Flag
from schemas.identifiers import Laestab, Ukprn, Urn
from schemas.parts import FieldPath, Part, PartSchema, Rule
from schemas.texts import Line


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class School(Part):
    """A school or setting, by its name and what numbers are known of it."""

    name: str
    urn: Urn | None = None
    laestab: Laestab | None = None
    ukprn: Ukprn | None = None


class SchoolSchema(PartSchema):
    """Loads :class:`School`."""

    MAKES = School

    name = Line("Name of the school or setting.")
    urn = urn_field("Unique reference number.", required=False)
    laestab = laestab_field("DfE number: LA and establishment.", required=False)
    ukprn = ukprn_field("UK provider reference number.", required=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SchoolAttended(Part):
    """A school that the pupil was at (CTF SchoolHistory)."""

    name: str | None = None
    urn: Urn | None = None
    laestab: Laestab | None = None
    entry_date: date | None = None
    leaving_date: date | None = None
    leaving_reason: str | None = None
    last_school: bool | None = None


def _is_named(made: SchoolAttended) -> Iterator[FieldPath]:
    if not (made.name or made.urn or made.laestab):
        yield ("name",)


def _leaves_after_entry(made: SchoolAttended) -> Iterator[FieldPath]:
    if made.entry_date and made.leaving_date and made.leaving_date < made.entry_date:
        yield ("leaving_date",)


class SchoolAttendedSchema(PartSchema):
    """Loads :class:`SchoolAttended`."""

    MAKES = SchoolAttended
    RULES = (
        Rule("school-unnamed", "has a name, URN or DfE number", _is_named),
        Rule("leaves-early", "leaving_date is not before entry_date", _leaves_after_entry),
    )

    name = Line("Name of the school.", required=False)
    urn = urn_field("Unique reference number.", required=False)
    laestab = laestab_field("DfE number: LA and establishment.", required=False)
    entry_date = Day("First day.", required=False)
    leaving_date = Day("Last day.", required=False)
    leaving_reason = CbdsCode("leaving-reason", "CTF LeavingReason.", required=False)
    last_school = Flag("Whether it is the school that sends this.", required=False)
