"""The one-page profile: what staff need to know on the first day, in the pupil's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.base import SubjectRecord, SubjectSchema
from schemas.fields import Day, Items
from schemas.texts import Line, Prose


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OnePageProfile(SubjectRecord):
    """The pupil on one page; every member of staff who teaches the pupil may read it.

    :ivar known_as: what the pupil is called.
    :ivar strengths: what people like and admire about the pupil.
    :ivar support: how best to support the pupil.
    :ivar communication: how the pupil says yes, no, stop and help.
    :ivar medical_alert: what must be known at once, in one line; the plan for it lies elsewhere.
    :ivar written_with: who helped to write it, by role.
    """

    schema: str = "sen.one-page-profile/1.0"
    known_as: str
    written: date
    strengths: tuple[str, ...] = ()
    important: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    communication: str | None = None
    hopes: str | None = None
    medical_alert: str | None = None
    written_with: tuple[str, ...] = ()


class OnePageProfileSchema(SubjectSchema):
    """Loads :class:`OnePageProfile`."""

    SCHEMA_ID = "sen.one-page-profile/1.0"
    MAKES = OnePageProfile

    known_as = Line("What the pupil is called.", most=100)
    written = Day("The day of this version.")
    strengths = Items(
        Prose(most=1_000), "What people like and admire about me.", most=30, required=False
    )
    important = Items(Prose(most=1_000), "What matters to me.", most=30, required=False)
    support = Items(Prose(most=1_000), "How best to support me.", most=30, required=False)
    avoid = Items(Prose(most=1_000), "What does not help.", most=30, required=False)
    communication = Prose("How I communicate.", most=2_000, required=False)
    hopes = Prose("What I hope for.", most=2_000, required=False)
    medical_alert = Line("What must be known at once.", most=300, required=False)
    written_with = Items(Line(most=100), "Who helped, by role.", most=10, required=False)
