"""What is written of a move: the transition plan, attendance, and which EHC plan there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from exchange.services.reviews.due import doubts_of
from exchange.web.pupils.described import (
    YES_NO,
    PartPage,
    RecordPage,
    councils,
    fixed,
    person_specs,
)
from exchange.web.pupils.inputs import Spec
from schemas.attendance import Attendance, YearAttendance
from schemas.base import Problem
from schemas.ehc import EhcPlan
from schemas.people import Person
from schemas.sen import Meeting, TransitionPlan, Visit

TRANSITION = RecordPage(
    "transition-plan",
    "Transition plan",
    TransitionPlan,
    (
        Spec(
            "moves_on",
            "First day at the next school",
            "day",
            "The 15 school days for the record are counted from it.",
        ),
        Spec("first_day", "The first day", "prose", "Who meets the pupil, where, what happens."),
        Spec("worries", "What the pupil worries about", "prose"),
        Spec("arrangements", "Arrangements", "lines", "One a line: travel, lunch, lockers, lifts."),
    ),
    (
        PartPage(
            "visits",
            "visit",
            "Visits",
            Visit,
            (
                Spec("day", "Day", "day", needed=True),
                Spec("purpose", "What for?", "line", needed=True),
                Spec("made", "Did it take place?", "radio", choices=YES_NO),
                Spec("how_it_went", "How it went", "prose"),
            ),
            "purpose",
        ),
        PartPage(
            "meetings",
            "meeting",
            "Handover meetings",
            Meeting,
            (
                Spec("held", "Day", "day", needed=True),
                Spec("attended", "Who was there", "people", "One person a line: name, role."),
                Spec("notes", "What was said?", "prose", needed=True, rows=6),
                Spec("agreed", "What was agreed", "lines", "One thing a line."),
            ),
            "notes",
        ),
        PartPage(
            "key_adults",
            "key adult",
            "Key adults at the next school",
            Person,
            (
                *person_specs(""),
                Spec("phone", "Telephone", "line"),
                Spec("email", "Email address", "line"),
            ),
            "name",
        ),
    ),
)

ATTENDANCE = RecordPage(
    "attendance",
    "Attendance",
    Attendance,
    (Spec("until", "Last day counted", "day"),),
    (
        PartPage(
            "years",
            "school year",
            "School years",
            YearAttendance,
            (
                Spec("year", "School year", "number", "The year in which it began.", needed=True),
                Spec("possible", "Sessions possible", "number", "Half days.", needed=True),
                Spec("attended", "Sessions attended", "number", needed=True),
                Spec("authorised", "Authorised absence", "number", "Sessions.", needed=True),
                Spec("unauthorised", "Unauthorised absence", "number", "Sessions.", needed=True),
                Spec("school_name", "School", "line", "Where it was another school."),
            ),
            "year",
        ),
    ),
    dated=None,
)


def _days_of_plan(plan: EhcPlan, today: date) -> Sequence[Problem]:
    """Return the days from which no date can be counted; loaded ones are shown, and mended here."""
    doubts = doubts_of(plan.issued, plan.last_review, today)
    return [(code, f"/{name}") for name, code in doubts.items()]


EHC = RecordPage(
    "ehc-plan",
    "EHC plan",
    EhcPlan,
    (
        Spec("authority", "Council that keeps it", "select", choices=councils(), needed=True),
        Spec(
            "status",
            "Where it stands",
            "radio",
            choices=fixed(
                ("draft", "Draft"), ("final", "Final"), ("amended", "Amended"), ("ceased", "Ceased")
            ),
            needed=True,
        ),
        Spec("reference", "The council's reference", "line"),
        Spec("issued", "Day of issue", "day"),
        Spec("last_review", "Last annual review", "day"),
        Spec(
            "names_school-name",
            "School named in section I",
            "line",
            "Only if the plan names the next school.",
        ),
        Spec("names_school-urn", "Its URN", "line", "Six digits.", width="govuk-input--width-5"),
    ),
    hint="The plan itself is a document of the council: add it to the documents.",
    dated=None,
    starts=True,
    doubts=_days_of_plan,
)
