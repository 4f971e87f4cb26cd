"""The transition plan: key adults, visits, meetings and the first day at the next school."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.base import SubjectRecord, SubjectSchema
from schemas.fields import Day, Flag, Items
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import Person, PersonSchema
from schemas.school import School, SchoolSchema
from schemas.texts import Prose


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Visit(Part):
    """A visit to the next school, planned or made."""

    day: date
    purpose: str
    made: bool | None = None
    how_it_went: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Meeting(Part):
    """A handover meeting."""

    held: date
    notes: str
    attended: tuple[Person, ...] = ()
    agreed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TransitionPlan(SubjectRecord):
    """How one move is prepared; both SENCOs write it.

    :ivar moves_to: the next school; left out where the destination is protected.
    :ivar first_day: who meets the pupil, where and when, and what happens then.
    :ivar key_adults: whom the pupil can go to at the next school.
    """

    schema: str = "sen.transition-plan/1.0"
    written: date
    moves_to: School | None = None
    moves_on: date | None = None
    key_adults: tuple[Person, ...] = ()
    visits: tuple[Visit, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    first_day: str | None = None
    worries: str | None = None
    arrangements: tuple[str, ...] = ()


def _visits_before_they_went(made: Visit) -> Iterator[FieldPath]:
    if made.how_it_went and made.made is not True:
        yield ("made",)


class VisitSchema(PartSchema):
    """Loads :class:`Visit`."""

    MAKES = Visit
    RULES = (Rule("visit-not-made", "how it went only of a visit made", _visits_before_they_went),)

    day = Day("The day.")
    purpose = Prose("What for.", most=1_000)
    made = Flag("Whether it took place.", required=False)
    how_it_went = Prose("How it went.", most=4_000, required=False)


class MeetingSchema(PartSchema):
    """Loads :class:`Meeting`."""

    MAKES = Meeting

    held = Day("The day.")
    notes = Prose("What was said.")
    attended = Items(Nested[Person](PersonSchema), "Who was there.", most=50, required=False)
    agreed = Items(Prose(most=1_000), "What was agreed.", most=50, required=False)


class TransitionPlanSchema(SubjectSchema):
    """Loads :class:`TransitionPlan`."""

    SCHEMA_ID = "sen.transition-plan/1.0"
    MAKES = TransitionPlan

    written = Day("The day of this version.")
    moves_to = Nested[School](SchoolSchema, "The next school.", required=False)
    moves_on = Day("First day at the next school.", required=False)
    key_adults = Items(Nested[Person](PersonSchema), "Key adults.", most=20, required=False)
    visits = Items(Nested[Visit](VisitSchema), "Visits.", most=50, required=False)
    meetings = Items(Nested[Meeting](MeetingSchema), "Meetings.", most=50, required=False)
    first_day = Prose("The first day.", most=4_000, required=False)
    worries = Prose("What the pupil worries about.", most=4_000, required=False)
    arrangements = Items(
        Prose(most=1_000), "Travel, lunch, lockers, lifts and the like.", most=50, required=False
    )
