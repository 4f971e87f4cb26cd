"""The clocks of a case: when each is due, whether it was kept, and what presses most.

All run from the day on which the request reached the authority, whatever happened since. A clock
ends when what it asks for was done, or when a decision leaves nothing for it to ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.clocks import (
    Clock,
    Exception_,
    Standing,
    Unit,
    clock,
    days_left,
    london_day,
    standing,
)
from exchange.domain.clocks import rule as rule_of
from exchange.services.advice.model import OVER as ADVICE_OVER
from exchange.services.advice.model import AdviceRequest
from exchange.services.advice.model import State as AdviceState
from exchange.services.cases.model import OVER, Case, CaseState, Event
from exchange.services.plans.model import ANSWERED, SENT, Consultation

OURS = frozenset({"decide-assess", "no-plan", "final-plan", "reassess-decision", "reassessment"})
"""Clocks that bind the authority itself."""

URGENT = frozenset({Standing.LATE, Standing.DUE_TODAY, Standing.AMBER})
_RANK = {Standing.LATE: 0, Standing.DUE_TODAY: 1, Standing.AMBER: 2, Standing.EXCEPTED: 3}
_LAST = 9
_NO_LATER = date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One clock of a case.

    :param whose: ``ours``, ``family``, or the name of the body or school that is awaited.
    :param body: id of the request for advice, or of the consultation, that it belongs to; or empty.
    :param known: of a change of phase: how the year group is known (services.cases.phases).
    """

    clock: Clock
    whose: str
    body: str = ""
    known: str = ""

    @property
    def code(self) -> str:
        """Return the code of its rule."""
        return self.clock.rule.code

    @property
    def label(self) -> str:
        """Return what a person calls it."""
        return f"{self.clock.rule.label}: {self.whose}" if self.body else self.clock.rule.label

    @property
    def begins(self) -> date:
        """Return the day from which it stands on a timeline; of a move, that of its school year."""
        day = self.clock.starts
        return day.replace(year=day.year - 1) if self.clock.rule.unit is Unit.BEFORE else day

    @property
    def runs(self) -> bool:
        """Return whether it was not kept yet."""
        return self.clock.met is None

    def standing(self, today: date) -> Standing:
        """Return how it stands; a family's time that is over is simply over."""
        found = standing(self.clock, today)
        if self.whose == "family" and found in URGENT:
            return Standing.RUNNING if self.clock.due >= today else Standing.MET
        return found

    def days_left(self, today: date) -> int:
        """Return how many days are left; negative: how many it is late."""
        return days_left(self.clock, today)


def clocks_of(
    held: Case,
    advice: Sequence[AdviceRequest] = (),
    consulted: Sequence[Consultation] = (),
    phase: CaseClock | None = None,
) -> tuple[CaseClock, ...]:
    """Return the clocks of a case, by the day on which they are due.

    :param advice: the requests for advice of this case; ``consulted`` the schools that were asked.
    :param phase: by when its plan names the next school (services.cases.phases).
    """
    if held.state is CaseState.NOT_OURS or _ended_early(held):
        return ()
    found = [*_of_decisions(held), *_of_advice(held, advice), *_of_plan(held), *_of_appeal(held)]
    found += [*_of_consultations(held, consulted), *_of_reassessments(held)]
    found += [phase] if phase else []
    now = held.reassessment
    if now is not None:  # what was left unanswered before is of the first plan, and over with it
        found = [one for one in found if not one.runs or _is_of(one, now.began)]
    if held.state is CaseState.CLOSED and Event.CLOSED.value in held.events:
        found = [one for one in found if not one.runs or one.whose == "family"]
    return tuple(sorted(found, key=lambda one: (one.clock.due, one.clock.rule.number)))


def _is_of(one: CaseClock, began: date) -> bool:
    return one.whose == "family" or one.clock.starts >= began


def _ended_early(held: Case) -> bool:
    """Return whether it was closed before anything was decided: withdrawn, or never a request."""
    return held.state is CaseState.CLOSED and not held.decisions


def _of_decisions(held: Case) -> Iterator[CaseClock]:
    assess, plan = held.decided("assess"), held.decided("plan")
    refused = assess is not None and not assess.yes
    yield _ours(held, "decide-assess", _first_told(held, "assess"))
    if refused:
        return
    final = held.events.get(Event.FINAL_ISSUED.value)
    if plan is None or not plan.yes:
        yield _ours(held, "no-plan", _first_told(held, "plan"))
    if plan is None or plan.yes:
        yield _ours(held, "final-plan", final)


def _first_told(held: Case, what: str) -> date | None:
    """Return when the family was first told: what is decided anew after a no makes nothing late."""
    told = (one.told for one in held.decisions if one.what == what and one.told is not None)
    return min(told, default=None)


def _ours(held: Case, code: str, met: date | None) -> CaseClock:
    made = clock(code, held.reached, met=met, excepted=_excepted(held, code))
    return CaseClock(made, "ours")


def _of_advice(held: Case, advice: Sequence[AdviceRequest]) -> Iterator[CaseClock]:
    for one in advice:
        had = had_on(held, one)
        if had is None or one.state in (AdviceState.DECLINED, AdviceState.CANCELLED):
            continue
        made = clock(
            "advice-back",
            had,
            met=_answered(one),
            excepted=_excepted(held, "advice-back", one.request_id),
        )
        yield CaseClock(made, one.body.name, one.request_id)


def had_on(held: Case, one: AdviceRequest) -> date | None:
    """Return the day on which a body had a request: as it shows, or as a person entered it."""
    entered = held.advice_had.get(one.request_id)
    return min((day for day in (one.received_on, entered) if day is not None), default=None)


def _answered(one: AdviceRequest) -> date | None:
    reports = [london_day(each.at) for each in one.answers if each.what == "report"]
    if reports:
        return min(reports)
    return london_day(one.updated_at) if one.state in ADVICE_OVER else None


def _of_plan(held: Case) -> Iterator[CaseClock]:
    pairs = (
        (Event.DRAFT_SERVED, "draft-comments", Event.COMMENTS_BACK, "family"),
        (Event.SCHOOL_CONSULTED, "consultation-answer", Event.SCHOOL_ANSWERED, "the school"),
    )
    for begins, code, ends, whose in pairs:
        starts = held.events.get(begins.value)
        if starts is not None:
            yield CaseClock(clock(code, starts, met=_since(held, ends, starts)), whose)


def _of_consultations(held: Case, consulted: Sequence[Consultation]) -> Iterator[CaseClock]:
    """Return by when each school that was asked has to answer; once a case is over, nobody has."""
    for one in consulted:
        if one.state == ANSWERED or (one.state == SENT and held.state not in OVER):
            made = clock("consultation-answer", one.sent_on, met=one.answered_on)
            yield CaseClock(made, one.school_name, one.consultation_id)


def _of_appeal(held: Case) -> Iterator[CaseClock]:
    refusal = next((one for one in reversed(held.decisions) if not one.yes), None)
    latest = held.decisions[-1] if held.decisions else None
    starts = refusal.told if refusal is not None and refusal is latest else None
    if held.state in (CaseState.FINAL, CaseState.REASSESSING):
        starts = held.events.get(Event.FINAL_ISSUED.value)
    letters = (one.letter for one in held.reassessments if one.letter is not None)
    starts = max((*letters, *((starts,) if starts else ())), default=None)
    if starts is None:
        return
    also = held.events.get(Event.MEDIATION_CERTIFICATE.value)
    met = _since(held, Event.APPEALED, starts)
    yield CaseClock(clock("appeal", starts, also=also, met=met), "family")


def _of_reassessments(held: Case) -> Iterator[CaseClock]:
    """Return what runs from a request to reassess, and from telling the family that there will be.

    One that was stopped asks for nothing more; what was kept before that stays.
    """
    for one in held.reassessments:
        runs = (
            ("reassess-decision", one.asked, one.told),
            ("reassessment", one.runs_from, one.issued),
        )
        for code, starts, met in runs:
            if starts is None or (one.stopped is not None and met is None):
                continue
            why = [each for each in _excepted(held, code) if each.recorded_on >= one.began]
            yield CaseClock(clock(code, starts, met=met, excepted=why), "ours")


def _since(held: Case, event: Event, starts: date) -> date | None:
    """Return the day of an event; what came before a clock began was of an earlier one."""
    on = held.events.get(event.value)
    return on if on is not None and on >= starts else None


def _excepted(held: Case, code: str, body: str = "") -> Iterable[Exception_]:
    return [
        Exception_(one.ground, one.evidence, one.on, one.by)
        for one in held.exceptions
        if one.clock == code and one.body == body
    ]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a list says of the clocks of a case: the running ones, without what they are made of.

    :param next_code: code of the clock that is due next, or empty: none runs.
    :param due: when; ``excepted`` whether an exception was recorded for it.
    :param beside: what a clock with an exception is called, and when it was due; empty: none is.
    """

    next_code: str = ""
    whose: str = ""
    due: date = _NO_LATER
    excepted: bool = False
    label: str = ""
    beside: str = ""
    beside_due: date = _NO_LATER

    def standing(self, today: date) -> Standing:
        """Return how the next clock stands."""
        if not self.next_code:
            return Standing.MET
        made = clock_at(self.next_code, self.due, excepted=self.excepted)
        return standing(made, today)

    def rank(self, today: date) -> int:
        """Return its place among others: what is late comes first."""
        return _RANK.get(self.standing(today), _LAST)


def clock_at(code: str, due: date, *, excepted: bool) -> Clock:
    """Return a running clock that is due on a day."""
    why = (Exception_("kept", "kept", due),) if excepted else ()
    return Clock(rule_of(code), due, due, None, why)


def outlook_of(clocks: Sequence[CaseClock]) -> Outlook:
    """Return which clock is due next; the family's own time is not ours to keep."""
    running = [one for one in clocks if one.runs and one.whose != "family"]
    pressing = [one for one in running if not one.clock.excepted] or running
    if not pressing:
        return Outlook()
    one = min(pressing, key=lambda each: each.clock.due)
    found = Outlook(one.code, one.whose, one.clock.due, bool(one.clock.excepted), one.label)
    beside = [each for each in running if each.clock.excepted and each is not one]
    if not beside:
        return found
    first = min(beside, key=lambda each: each.clock.due)
    return replace(found, beside=first.label, beside_due=first.clock.due)


def advice_by_case(found: Iterable[AdviceRequest]) -> Mapping[str, list[AdviceRequest]]:
    """Return requests for advice by their case; those of no case are left out."""
    by_case: dict[str, list[AdviceRequest]] = {}
    for one in found:
        if one.case_id is not None:
            by_case.setdefault(one.case_id, []).append(one)
    return by_case
