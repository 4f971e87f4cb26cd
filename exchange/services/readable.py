"""What the readable PDFs are made from: records, in the words that people read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.codes import code_set
from schemas.errors import CodeSetError
from schemas.people import Person
from schemas.sen import OnePageProfile, SenSupportPlan
from schemas.sen.plan import Cycle, Outcome, Provision, Review, Specialist, Strategy
from schemas.strict_json import JsonValue

Data = dict[str, JsonValue]
_EVERY = {
    "day": "a day",
    "week": "a week",
    "fortnight": "a fortnight",
    "half-term": "a half term",
    "term": "a term",
    "year": "a year",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Whose paper it is, and of which day.

    :param year_group: in words, or empty.
    """

    school: str
    today: date
    year_group: str = ""

    def data(self) -> Data:
        """Return what all papers have in common."""
        return {
            "school": self.school,
            "made": in_words(self.today),
            "year_group": self.year_group,
        }


def in_words(day: date | None) -> str:
    """Return a day as people write it, or nothing: ``3 July 2026``."""
    return "" if day is None else f"{day.day} {day:%B %Y}"


def profile_data(profile: OnePageProfile, name: str, sheet: Sheet) -> Data:
    """Return what the document ``profile`` is made from.

    :param name: known-as name first.
    """
    return {
        **sheet.data(),
        "name": name,
        "written": in_words(profile.written),
        "alert": profile.medical_alert,
        "strengths": list(profile.strengths),
        "important": list(profile.important),
        "support": list(profile.support),
        "avoid": list(profile.avoid),
        "communication": profile.communication,
        "hopes": profile.hopes,
        "written_with": list(profile.written_with),
    }


def plan_data(plan: SenSupportPlan, name: str, sheet: Sheet) -> Data:
    """Return what the document ``sen-support-plan`` is made from."""
    return {
        **sheet.data(),
        "name": name,
        "written": in_words(plan.written),
        "author": _person(plan.author),
        "agreed": in_words(plan.agreed_with_parents),
        "next_review": in_words(plan.next_review),
        "outcomes": [_outcome(one) for one in plan.outcomes],
        "provision": [_provision(one) for one in plan.provision],
        "strategies": [_strategy(one) for one in plan.strategies],
        "cycles": [_cycle(one) for one in plan.cycles],
        "reviews": [_review(one) for one in plan.reviews],
        "specialists": [_specialist(one) for one in plan.specialists],
    }


@dataclass(frozen=True, slots=True)
class OnSheet:
    """One pupil on a class sheet."""

    name: str
    helps: Sequence[str]
    avoid: Sequence[str]
    alert: str | None


def class_sheet_data(groups: Sequence[tuple[str, Sequence[OnSheet]]], sheet: Sheet) -> Data:
    """Return what the document ``class-sheet`` is made from: groups by their names."""
    return {
        **sheet.data(),
        "groups": [
            {"name": name, "pupils": [_on_sheet(one) for one in pupils]} for name, pupils in groups
        ],
    }


def _on_sheet(one: OnSheet) -> Data:
    return {
        "name": one.name,
        "helps": list(one.helps),
        "avoid": list(one.avoid),
        "alert": one.alert,
    }


def _outcome(one: Outcome) -> Data:
    return {
        "number": one.number,
        "outcome": one.outcome,
        "measure": one.measure,
        "baseline": one.baseline,
        "by": in_words(one.by),
        "area": _label("area-of-need", one.area),
        "status": one.status.value.replace("-", " ") if one.status else None,
    }


def _provision(one: Provision) -> Data:
    times = "once" if one.times == 1 else f"{one.times} times"
    return {
        "what": one.what,
        "who": one.who,
        "how_often": f"{times} {_EVERY[one.per.value]}, {one.minutes} minutes",
        "group": "1 to 1" if one.group_size == 1 else f"group of {one.group_size}",
        "outcomes": ", ".join(str(number) for number in one.outcomes),
    }


def _strategy(one: Strategy) -> Data:
    return {"helps": one.helps, "avoid": one.avoid, "where": one.where}


def _cycle(one: Cycle) -> Data:
    until = f" to {in_words(one.ends)}" if one.ends else ""
    return {
        "number": one.number,
        "when": f"{in_words(one.starts)}{until}",
        "assess": one.assess,
        "plan": one.plan,
        "do": one.do,
        "review": one.review.progress if one.review else None,
    }


def _review(one: Review) -> Data:
    return {
        "held": in_words(one.held),
        "progress": one.progress,
        "parent_view": one.parent_view,
        "pupil_view": one.pupil_view,
        "decisions": one.decisions,
        "next_review": in_words(one.next_review),
    }


def _specialist(one: Specialist) -> Data:
    return {
        "who": _person(one.person),
        "involvement": one.involvement,
        "since": in_words(one.since),
    }


def _person(one: Person) -> str:
    return ", ".join(filter(None, (one.name, one.role, one.organisation)))


def _label(name: str, code: str | None) -> str | None:
    if code is None:
        return None
    try:
        return code_set(name).lookup(code, importing=True).label
    except CodeSetError:
        return code
