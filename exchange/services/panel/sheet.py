"""The decision sheet of a meeting: who was there, which cases, what was advised and why."""

from __future__ import annotations

from exchange.domain.clocks import london_day
from exchange.ports import UnitOfWork
from exchange.services.cases import case
from exchange.services.inside import Inside
from exchange.services.panel.model import Meeting, OnAgenda, Outcome
from exchange.services.people.names import organisation_name
from exchange.services.readable import in_words
from schemas.strict_json import JsonValue

WORDS = {
    ("assess", Outcome.AGREE): "Carry out an assessment",
    ("assess", Outcome.NOT): "Do not carry out an assessment",
    ("plan", Outcome.AGREE): "Issue a plan",
    ("plan", Outcome.NOT): "Do not issue a plan",
}
DEFERRED = "Put off"


def words_of(what: str, outcome: Outcome) -> str:
    """Return what was advised, in words."""
    return WORDS.get((what, outcome), DEFERRED)


def sheet_data(inside: Inside, unit: UnitOfWork, meeting: Meeting) -> dict[str, JsonValue]:
    """Return what the document ``panel-decisions`` is made from (exchange.ports.render)."""
    return {
        "school": organisation_name(inside, unit.org_id),
        "made": in_words(london_day(inside.clock.now())),
        "meeting": f"{meeting.on:%A} {in_words(meeting.on)}",
        "members": [one.name for one in meeting.sitting],
        "cases": [_case(unit, one) for one in meeting.agenda],
    }


def _case(unit: UnitOfWork, one: OnAgenda) -> dict[str, JsonValue]:
    held, advised = case(unit, one.case_id), one.advised
    told: dict[str, JsonValue] = {
        "reference": held.reference,
        "name": held.name,
        "school": held.school_name,
    }
    if advised is None:
        return {**told, "outcome": "Not recorded yet"}
    return {
        **told,
        "outcome": words_of(advised.what, advised.outcome),
        "reasons": advised.reasons,
        "conditions": advised.conditions,
        "present": ", ".join(advised.present),
        "by": advised.by,
    }
