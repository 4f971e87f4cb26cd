"""The documents: which a pupil has, and how each is written.

:data:`WRITERS` is the one visible table from document type code to the function that writes it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from demo.material.documents import health, measures, school, specialists, statutory, voices
from demo.material.people import Pupil
from demo.material.sheet import Paper

WRITERS: dict[str, Callable[[Pupil], Paper]] = {
    "profile": school.profile,
    "sen-support-plan": school.support_plan,
    "provision-map": school.provision_map,
    "strategies": school.strategies,
    "transition-plan": school.transition_plan,
    "parent-views": voices.parent_views,
    "pupil-views": voices.pupil_views,
    "attendance": measures.attendance_summary,
    "standardised-scores": measures.standardised_scores,
    "behaviour": measures.behaviour_summary,
    "healthcare-plan": health.healthcare_plan,
    "peep": health.evacuation_plan,
    "equipment": health.equipment_list,
    "annual-review": statutory.annual_review,
    "ehc-plan": statutory.ehc_plan,
    "pep": statutory.education_plan,
    "ep-report": specialists.psychologist,
    **{
        kind: specialists.writer(kind)
        for kind in (
            "slt-report",
            "ot-report",
            "physio-report",
            "sensory-report",
            "specialist-teacher-report",
            "camhs-report",
            "paediatric-report",
            "screening",
        )
    },
}
FEWEST, MOST = 3, 8


def types_for(pupil: Pupil) -> list[str]:
    """Choose 3 to 8 document types: what this pupil must have, then some of what others have."""
    must = _must_have(pupil)
    rng = random.Random(f"{pupil.seed}:{pupil.number}:types")  # noqa: S311 - invented data
    wanted = {"E": rng.randint(7, MOST), "K": rng.randint(4, 7), "N": FEWEST}[pupil.status]
    may = [kind for kind in _may_have(pupil) if kind not in must]
    missing = min(max(wanted - len(must), 0), len(may))
    chosen = {*must, *rng.sample(may, missing)}
    return [kind for kind in WRITERS if kind in chosen]


def _must_have(pupil: Pupil) -> list[str]:
    must = ["profile"]
    if pupil.status in "KE":
        must.append("sen-support-plan")
    if pupil.status == "E":
        must += ["ehc-plan", "annual-review"]
    if pupil.condition:
        must.append("healthcare-plan")
    if pupil.looked_after:
        must.append("pep")
    if pupil.need in {"PD", "PMLD"}:
        must.append("peep")
    return must + specialists.kinds(pupil)[: min(2, MOST - len(must))]


def _may_have(pupil: Pupil) -> list[str]:
    if pupil.status == "N":
        return ["parent-views", "attendance"]
    may = ["provision-map", "attendance", "parent-views", "pupil-views", "transition-plan"]
    if pupil.need in health.EQUIPMENT:
        may.append("equipment")
    if pupil.need == "SEMH":
        may.append("behaviour")
    if pupil.need in {"MLD", "SPLD", "SLCN"}:
        may += ["standardised-scores", "strategies"]
    if pupil.status == "E":
        may.append("ep-report")
    return may


def papers_for(pupil: Pupil) -> list[Paper]:
    """Write every document of a pupil, in the order of :data:`WRITERS`."""
    return [WRITERS[kind](pupil) for kind in types_for(pupil)]
