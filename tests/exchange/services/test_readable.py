"""Records on paper: every word of them, and nothing that was not recorded."""

from __future__ import annotations

import io
import json
import re
from datetime import date

from pdfminer.high_level import extract_text

from adapters.readable import TypstRenderer
from exchange.services.readable import (
    OnSheet,
    Sheet,
    class_sheet_data,
    in_words,
    plan_data,
    profile_data,
)
from schemas.people import Person
from schemas.sen import OnePageProfile, SenSupportPlan
from schemas.sen.plan import Cycle, Outcome, OutcomeStatus, Per, Provision, Review, Strategy

DAY = date(2026, 7, 3)
SUBJECT = "6f2c8f5e-3f0c-4b8e-9d43-0f1f1f0f9a11"
SHEET = Sheet("Larkfield Primary", DAY, "Year 6")


def shown(document: str, data: object) -> str:
    pdf = TypstRenderer().render(document, data)  # type: ignore[arg-type]
    return re.sub(r"\s+", " ", extract_text(io.BytesIO(pdf)))


def test_days_as_people_write_them() -> None:
    assert in_words(DAY) == "3 July 2026"
    assert in_words(None) == ""


def test_a_profile() -> None:
    profile = OnePageProfile(
        subject=SUBJECT,
        known_as="Amara",
        written=date(2026, 6, 1),
        strengths=("Draws comics",),
        important=("My brother",),
        support=("Say my name first",),
        avoid=("Reading aloud unasked",),
        communication="A nod means yes.",
        hopes="To make a film.",
        medical_alert="Nut allergy",
        written_with=("SENCO",),
    )
    text = shown("profile", profile_data(profile, "Amara Okafor", SHEET))
    for word in (
        "Amara Okafor", "Year 6", "1 June 2026", "Draws comics", "My brother", "Say my name first",
        "Reading aloud unasked", "A nod means yes.", "To make a film.", "Nut allergy", "SENCO",
        "Larkfield Primary", "3 July 2026",
    ):  # fmt: skip
        assert word in text


def test_a_plan() -> None:
    person = Person(name="R. Patel", role="SENCO")
    plan = SenSupportPlan(
        subject=SUBJECT,
        written=DAY,
        author=person,
        outcomes=(
            Outcome(
                number=3,
                outcome="Reads a page",
                measure="Weekly record",
                by=DAY,
                area=None,
                status=OutcomeStatus.UNDER_WAY,
            ),
        ),
        provision=(
            Provision(
                what="Pairs", who="TA", times=1, per=Per.HALF_TERM, minutes=20, outcomes=(3,)
            ),
            Provision(what="Groups", who="TA", times=3, per=Per.WEEK, minutes=15, group_size=4),
        ),
        strategies=(Strategy(helps="Overlay"),),
        cycles=(
            Cycle(
                number=1,
                starts=DAY,
                assess="Found",
                plan="Planned",
                do="Done",
                review=Review(held=DAY, progress="Went well"),
            ),
        ),
    )
    text = shown("sen-support-plan", plan_data(plan, "Amara Okafor", SHEET))
    for word in (
        "R. Patel, SENCO", "Reads a page", "Weekly record", "under way", "once a half term, 20",
        "3 times a week, 15", "group of 4", "1 to 1", "Overlay", "Found", "Planned", "Done",
        "Went well",
    ):  # fmt: skip
        assert word in text
    assert "None" not in text
    assert "Reviews" not in text


def test_a_class_sheet() -> None:
    pupils = [OnSheet("Amara Okafor", ("Overlay",), (), None)]
    text = shown("class-sheet", class_sheet_data([("7B", pupils), ("7C", [])], SHEET))
    assert "Amara Okafor" in text
    assert "7C" in text
    assert "Nobody in this group" in text


def test_what_is_made_is_plain_json() -> None:
    json.dumps(class_sheet_data([], SHEET))
