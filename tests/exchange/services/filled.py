"""A pupil with every kind of record; what each thing of them says stands nowhere else."""

from __future__ import annotations

from typing import Any

from schemas.base import load
from schemas.records import RECORDS
from tests.exchange.services.desk import Desk
from tests.exchange.services.town import PROFILES, SECONDARY, Town
from tests.schemas import record_examples as examples

LETTERS = ("A", "B", "D", "F", "K")
PLACE = {"name": PROFILES[SECONDARY].name, "urn": "999002"}
COST, COST_IN_WORDS = "hourly_rate_pence", "987.65"
"""What tells of a cost in a record, where digits alone could stand in a digest; and in a PDF."""
ACTS = (
    *(("mark", one) for one in ("school", "la", "family")),
    *(
        ("judge", one)
        for one in (
            "serious-harm",
            "harm-no-longer",
            "not-needed",
            "withholding-lifted",
            "head-withholds",
            "statutory-duty",
            "objection-answered",
            "safeguarding",
            "named-in-section-i",
            "invited-to-review",
            "placement-released",
        )
    ),
    *(("family", one) for one in ("agrees", "refuses")),
    *(("pupil", one) for one in ("agrees", "refuses")),
)


def said_in_review(mark: str) -> dict[str, Any]:
    return examples.review(parent_view=f"MARK-{mark}-family", pupil_view=f"MARK-{mark}-pupil")


def written(
    pupil_id: str, document: str, place: dict[str, str] = PLACE
) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Return records by the reference that is decided about, and all that only they say."""
    costs = dict(examples.plan()["provision"][0], hourly_rate_pence=98_765)
    cycle = dict(examples.plan()["cycles"][0], do="MARK-plan-do", review=said_in_review("cycle"))
    plan = examples.plan(provision=[costs], cycles=[cycle], reviews=[said_in_review("plan")])
    ehc = examples.ehc_plan(
        reference="MARK-ehc-plan-reference",
        names_school=place,
        document=document,
        sections=[{"section": one, "text": f"MARK-section-{one}"} for one in LETTERS],
    )
    review = examples.annual_review(
        progress="MARK-annual-progress",
        child_views="MARK-annual-pupil",
        family_views="MARK-annual-family",
    )
    told = {
        "one-page-profile": (examples.profile(hopes="MARK-profile"), ["MARK-profile"]),
        "safeguarding-flag": (
            examples.safeguarding(dsl={"name": "MARK-lead", "phone": "01632 960002"}),
            ["MARK-lead"],
        ),
        "transition-plan": (examples.transition(worries="MARK-move"), ["MARK-move"]),
        "sen-support-plan": (plan, ["MARK-plan-do"]),
        "annual-review": (review, ["MARK-annual-progress"]),
        "ehc-plan": (ehc, ["MARK-ehc-plan-reference"]),
    }
    return {
        f"{pupil_id}/{slot}": (dict(one, subject=pupil_id), marks)
        for slot, (one, marks) in told.items()
    }


def traces(pupil_id: str) -> dict[str, list[str]]:
    """Return what only a part of a record says."""
    parts = {
        "sen-support-plan/parent-views": ["MARK-plan-family", "MARK-cycle-family"],
        "sen-support-plan/pupil-views": ["MARK-plan-pupil", "MARK-cycle-pupil"],
        "sen-support-plan/provision-map-costed": [COST],
        "annual-review/parent-views": ["MARK-annual-family"],
        "annual-review/pupil-views": ["MARK-annual-pupil"],
        **{f"ehc-plan/{one}": [f"MARK-section-{one}"] for one in LETTERS},
    }
    return {f"{pupil_id}/{key}": marks for key, marks in parts.items()}


def fill(desk: Desk, place: dict[str, str] = PLACE) -> dict[str, list[str]]:
    """Give a pupil every record, and the EHC plan as a file; return what each thing says."""
    document = desk.attach("ehc-plan", "MARK-plan-file")
    found = {document: ["MARK-plan-file", document], **traces(desk.pupil_id)}
    for ref, (record, marks) in written(desk.pupil_id, document, place).items():
        desk.keep(load(RECORDS, record))  # type: ignore[arg-type]
        found[ref] = marks
    return found


def filled(town: Town, to: str) -> tuple[Desk, dict[str, list[str]]]:
    """Return a pupil who goes somewhere, with every record, and what each thing of them says."""
    pupil_id = town.leaver()
    town.choose(pupil_id, to)
    desk = Desk(town, pupil_id)
    return desk, fill(desk)


KEYS = (
    *(f"ehc-plan/{one}" for one in LETTERS),
    *(one.partition("/")[2] for one in traces("")),
    *(one.partition("/")[2] for one in written("", "0" * 36)),
)
"""Of what something can be said, without the pupil."""
