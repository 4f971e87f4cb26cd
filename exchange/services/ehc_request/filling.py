"""Fill a new request from what the school has written already, so that nobody types it twice.

Only from records that may go to the authority: what is marked "not for" it is not retold either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from exchange.domain.la_profiles import LaProfile
from exchange.domain.provision_cost import from_plan, to_record
from schemas.attainment import Attainment
from schemas.attendance import Attendance
from schemas.base import SubjectRecord
from schemas.codes import code_set
from schemas.ehc_request import (
    CycleSummary,
    PointEvidence,
    Professional,
    View,
    Voice,
)
from schemas.ehc_request.costs import Costs
from schemas.sen import Cycle, OnePageProfile, SenRegister, SenSupportPlan

S = TypeVar("S", bound=SubjectRecord)

_MOST_RESULTS = 40
_DOCTORS = ("paediatric", "doctor", "therap", "nurse", "camhs", "physio", "speech", "audiolog")


@dataclass(frozen=True, slots=True)
class Known:
    """What the school has written of a pupil and may tell the authority.

    :param records: by slot.
    """

    records: Mapping[str, SubjectRecord]

    def get(self, slot: str, kind: type[S]) -> S | None:
        """Return the record of a slot, or None."""
        found = self.records.get(slot)
        return found if isinstance(found, kind) else None

    @property
    def plan(self) -> SenSupportPlan | None:
        """Return the SEN support plan, or None."""
        return self.get("sen-support-plan", SenSupportPlan)


def evidence_from(known: Known) -> tuple[PointEvidence, ...]:
    """Return what the records say to the points of the Code's 9.14."""
    told = {
        "attainment": _attainment(known.get("attainment", Attainment)),
        "needs": _needs(known),
        "action": _action(known.plan),
        "progress": _progress(known.plan),
    }
    return tuple(PointEvidence(point=point, text=text) for point, text in told.items() if text)


def _attainment(record: Attainment | None) -> str | None:
    if record is None:
        return None
    lines = []
    for one in record.results[-_MOST_RESULTS:]:
        when = f" ({one.result_date or one.year})" if one.result_date or one.year else ""
        lines.append(f"{one.subject}, {one.stage}: {one.result}{when}")
    return "\n".join(lines) or None


def _needs(known: Known) -> str | None:
    lines = []
    register = known.get("sen-register", SenRegister)
    if register is not None:
        types = code_set("sen-type")
        for need in sorted(register.needs, key=lambda one: one.rank):
            if need.ends is None:
                label = types.lookup(need.type, importing=True).label
                lines.append(f"{label}. {need.notes or ''}".rstrip())
        lines += [f"Suspected: {one.noticed}" for one in register.suspected_needs]
    attendance = known.get("attendance", Attendance)
    if attendance is not None:
        lines += [
            f"Attendance {one.year}: {100 * one.attended // one.possible}% of sessions"
            for one in attendance.years[-2:]
            if one.possible
        ]
    return "\n".join(lines) or None


def _action(plan: SenSupportPlan | None) -> str | None:
    if plan is None:
        return None
    lines = [
        f"{one.what} ({one.who}, {one.times} times a {one.per.value}, {one.minutes} minutes)"
        for one in plan.provision
    ]
    lines += [f"In class: {one.helps}" for one in plan.strategies]
    return "\n".join(lines) or None


def _progress(plan: SenSupportPlan | None) -> str | None:
    if plan is None:
        return None
    lines = []
    for one in plan.outcomes:
        status = f": {one.status.value.replace('-', ' ')}" if one.status else ""
        base = f" From: {one.baseline}" if one.baseline else ""
        lines.append(f"{one.outcome}{status}.{base}")
    return "\n".join(lines) or None


def cycles_from(plan: SenSupportPlan | None) -> tuple[CycleSummary, ...]:
    """Return the rounds of assess, plan, do, review in short."""
    return tuple(_cycle(one) for one in plan.cycles) if plan is not None else ()


def _cycle(one: Cycle) -> CycleSummary:
    return CycleSummary(
        number=one.number,
        starts=one.starts,
        did=f"{one.plan}\n{one.do}",
        ends=one.ends,
        reviewed=one.review.held if one.review else None,
        result=one.review.progress if one.review else None,
    )


def costs_from(plan: SenSupportPlan | None, profile: LaProfile) -> Costs | None:
    """Return the lines of the plan's provision, costed as far as the plan has rates."""
    if plan is None:
        return None
    lines = [from_plan(one, Decimal(0), profile.weeks) for one in plan.provision]
    return to_record(lines, profile.threshold)


def views_from(known: Known, speaks_alone: bool) -> tuple[View, ...]:
    """Return what family and pupil said last, as reviews and the one-page profile have it."""
    plan, own = known.plan, Voice.YOUNG_PERSON if speaks_alone else Voice.CHILD
    reviews = sorted(_reviews(plan), key=lambda one: one[0])
    parent = next(((day, text) for day, text, _ in reversed(reviews) if text), None)
    child = next(((day, text) for day, _, text in reversed(reviews) if text), None)
    views = []
    if parent is not None:
        how = "At a review of the support plan"
        views.append(View(voice=Voice.PARENT, text=parent[1], told=parent[0], how=how))
    if child is not None:
        how = "At a review of the support plan"
        views.append(View(voice=own, text=child[1], told=child[0], how=how))
    elif (profile := known.get("one-page-profile", OnePageProfile)) is not None:
        said = [*profile.important, *([profile.hopes] if profile.hopes else [])]
        if said:
            how = "In the one-page profile"
            views.append(View(voice=own, text="\n".join(said), told=profile.written, how=how))
    return tuple(views)


def _reviews(plan: SenSupportPlan | None) -> Iterator[tuple[date, str | None, str | None]]:
    if plan is None:
        return
    own = [one.review for one in plan.cycles if one.review is not None]
    for review in (*plan.reviews, *own):
        yield review.held, review.parent_view, review.pupil_view


def professionals_from(plan: SenSupportPlan | None) -> tuple[Professional, ...]:
    """Return the specialists of the plan; nobody has agreed yet that they are asked."""
    listed = plan.specialists if plan is not None else ()
    return tuple(
        Professional(
            person=one.person,
            kind=_kind_of(one.person.role),
            involvement=one.involvement,
            last_seen=one.until,
        )
        for one in listed
    )


def _kind_of(role: str) -> str | None:
    """Return whose advice of reg 6 somebody of this profession gives: a guess to be looked at."""
    told = role.casefold()
    if "psycholog" in told:
        return "psychology"
    if "social" in told:
        return "social-care"
    if any(word in told for word in _DOCTORS):
        return "medical"
    if "teacher" in told:
        return "education"
    return None


def with_papers(
    evidence: Sequence[PointEvidence], papers: Mapping[str, str], on: date
) -> tuple[PointEvidence, ...]:
    """Return the evidence with documents named for the points that their types usually speak to.

    :param papers: id -> document type.
    """
    said = {one.point: one for one in evidence}
    made = []
    for entry in code_set("evidence-point").current(on):
        types = entry.attributes["types"]
        fitting = tuple(
            one for one, type_ in papers.items() if isinstance(types, list) and type_ in types
        )
        before = said.get(entry.code)
        text = before.text if before else None
        least = entry.attributes.get("from_age")
        if text or (fitting and least is None):
            made.append(PointEvidence(point=entry.code, text=text, documents=fitting))
    return tuple(made)
