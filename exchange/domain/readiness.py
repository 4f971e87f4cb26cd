"""Whether a pupil's pack is ready: what is missing, what grew old, which dates come up.

Everything here only warns. A pack with gaps may be sent, and an old report is still a report:
shelf life is an amber flag, never a refusal. What is asked for, how long it keeps and which dates
apply are dated data (code sets ``pack-part``, ``document-type``, ``school-deadline``), each with
its source; the dates themselves are counted by exchange.domain.clocks. Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

from exchange.domain.clocks import (
    NO_SCHOOL,
    Calendar,
    Clock,
    Standing,
    clock,
    months_after,
    rule,
    standing,
    transfer_year,
)
from exchange.errors import UsageError
from schemas.attendance import Attendance
from schemas.base import Record, parse_schema_id
from schemas.codes import Code, code_set
from schemas.ehc import EhcPlan, EhcStatus
from schemas.pupil import Pupil
from schemas.report import SpecialistReport
from schemas.sen import OnePageProfile, SenRegister, SenSupportPlan, TransitionPlan
from schemas.strict_json import JsonValue

SOON = timedelta(days=28)
_NEW_SCHOOL_YEAR = (8, 9)
"""Months in which a first day at a school is that of a new school year."""
_IN_FORCE = frozenset({EhcStatus.FINAL, EhcStatus.AMENDED})
_SOME_END = "last-safe-review-other-phase"
"""How long before a date it is worth a line on the board."""


DeadlineState = Literal["open", "coming", "soon", "due", "past"]


class Paper(Protocol):
    """What is asked of a document: its type, and the day on which it was written."""

    @property
    def type(self) -> str:
        """Return the code of its type."""

    @property
    def authored(self) -> date | None:
        """Return the day on which it was written, where known."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a pack still wants.

    :param missing: codes of ``pack-part`` that are needed and not there.
    :param out_of_date: document types of which the newest is past its shelf life.
    :param helps: codes of ``pack-part`` that would help and are not there.
    :param undated: document types without a day, so that nobody can tell how old they are.
    """

    missing: tuple[str, ...]
    out_of_date: tuple[str, ...]
    ready: bool
    helps: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date by which something must be done.

    :param day: the last day on which it is in time; None where the day is not known yet.
    :param rule: the regulation, quoted; ``check``: nobody has compared it with its source.
    :param whose: who must do it: ``school``: the one now; ``council``: who keeps it.
    :param state: ``coming``, ``soon`` (four weeks), ``due`` (today or tomorrow), ``past``;
        ``open`` without a day.
    """

    code: str
    label: str
    rule: str
    check: bool
    day: date | None
    state: DeadlineState
    whose: str = "school"


def readiness(
    pupil: Pupil, records: Iterable[Record], documents: Iterable[Paper], today: date
) -> Readiness:
    """Return what the pack of this pupil still wants.

    :param records: the pupil's current records, of whatever kind.
    :param documents: without those of child protection, which are not the SENCO's to count.
    """
    held = tuple(records)
    papers = tuple(one for one in documents if one.type != "cp-file")
    slots = {parse_schema_id(one.schema)[0].removeprefix("sen.") for one in held}
    types = {one.type for one in papers} | {
        one.type for one in held if isinstance(one, SpecialistReport)
    }
    wanting = [one for one in _asked(pupil, held, today) if not _answered(one, slots, types)]
    missing = tuple(one.code for one in wanting if one.attributes["need"] == "needed")
    newest = _newest(held, papers)
    return Readiness(
        missing=missing,
        out_of_date=tuple(sorted(_old(newest, today))),
        ready=not missing,
        helps=tuple(one.code for one in wanting if one.attributes["need"] == "helps"),
        undated=tuple(sorted(type_ for type_, day in newest.items() if day is None)),
    )


def provision_of(records: Iterable[Record]) -> str:
    """Return the SEN provision (N, K, E) that the records tell; SEN support where none does.

    Who has a plan in force is E, whatever the register says: it is often changed later.
    """
    held = tuple(records)
    if any(isinstance(one, EhcPlan) and one.status in _IN_FORCE for one in held):
        return "E"
    return next((one.provision for one in held if isinstance(one, SenRegister)), "K")


def _asked(pupil: Pupil, records: Sequence[Record], on: date) -> Iterator[Code]:
    provision = provision_of(records)
    for part in code_set("pack-part").current(on):
        if provision not in _strings(part.attributes["provision"]):
            continue
        when = part.attributes.get("when")
        in_care = pupil.looked_after is not None and pupil.looked_after.in_care
        if (when == "medical" and not pupil.medical_flag) or (when == "in-care" and not in_care):
            continue
        yield part


def _answered(part: Code, slots: Collection[str], types: Collection[str]) -> bool:
    by_record = any(one in slots for one in _strings(part.attributes["records"]))
    return by_record or any(one in types for one in _strings(part.attributes["any_of"]))


def _newest(records: Iterable[Record], papers: Iterable[Paper]) -> dict[str, date | None]:
    """Return the newest day of each document type; None where no day of it is known."""
    found: dict[str, date | None] = {}
    told = [_told(one) for one in records]
    for type_, day in [*(one for one in told if one), *((p.type, p.authored) for p in papers)]:
        known = found.setdefault(type_, day)
        if day is not None and (known is None or day > known):
            found[type_] = day
    return found


def _told(record: Record) -> tuple[str, date | None] | None:
    """Return the document type that a record stands for, and how new it is."""
    if isinstance(record, OnePageProfile):
        return "profile", record.written
    if isinstance(record, SenSupportPlan):
        return "sen-support-plan", _plan_day(record)
    if isinstance(record, EhcPlan):
        days = [one for one in (record.issued, record.last_review) if one]
        return "ehc-plan", max(days, default=None)
    if isinstance(record, Attendance):
        return ("attendance", record.until) if record.until else None
    return None


def _plan_day(plan: SenSupportPlan) -> date:
    """Return the newest day of a plan: a review held renews it."""
    reviews = [one.held for one in plan.reviews]
    reviews += [one.review.held for one in plan.cycles if one.review]
    return max([plan.written, *reviews])


def _old(newest: dict[str, date | None], today: date) -> Iterator[str]:
    for type_, day in newest.items():
        if day is not None and is_out_of_date(type_, day, today):
            yield type_


def is_out_of_date(document_type: str, written: date, today: date) -> bool:
    """Return whether a document is past the shelf life of its type; amber, never a refusal."""
    types = code_set("document-type")
    if document_type not in types:
        return False
    months = types.lookup(document_type, importing=True).attributes["shelf_life_months"]
    return isinstance(months, int) and months_after(written, months) < today


def deadlines(
    pupil: Pupil,
    records: Iterable[Record],
    today: date,
    *,
    sent: bool = False,
    calendar: Calendar = NO_SCHOOL,
) -> tuple[Deadline, ...]:
    """Return the dates that apply to a pupil who leaves, the next one first.

    :param sent: the receiving school has accepted the pack.
    :param calendar: of this school. Without it a count of school days ends too early, never too
        late.
    """
    held = tuple(records)
    over = {"sent"} if sent else set()
    if any(isinstance(one, EhcPlan) and one.names_school is not None for one in held):
        over.add("names-school")
    found = [
        _deadline(one, held, today, calendar)
        for one in code_set("school-deadline").current(today)
        if one.attributes["ends"] not in over and _applies(one, pupil, held, today)
    ]
    return tuple(sorted(found, key=lambda one: (one.day is None, one.day or today, one.code)))


def is_september(moves: date, today: date) -> bool:
    """Return whether somebody moves with the next school year, and not during one."""
    return moves.year == transfer_year(today) and moves.month in _NEW_SCHOOL_YEAR


def phase_ends() -> Collection[str]:
    """Return the years at whose end some schools end, and others do not."""
    return _strings(code_set("school-deadline").lookup(_SOME_END).attributes["nc_years"])


def _applies(wanted: Code, pupil: Pupil, records: Sequence[Record], today: date) -> bool:
    years = _strings(wanted.attributes["nc_years"])
    provisions = _strings(wanted.attributes["provision"])
    if wanted.attributes["starts"] == "september":
        moves = moves_on(records)
        if moves is None or not is_september(moves, today):
            return False
    return (not years or pupil.nc_year in years) and (
        not provisions or provision_of(records) in provisions
    )


def _deadline(wanted: Code, records: Sequence[Record], today: date, calendar: Calendar) -> Deadline:
    code, whose = str(wanted.attributes["clock"]), str(wanted.attributes["whose"])
    starts: date | None = date(transfer_year(today), 9, 1)
    state: DeadlineState
    if wanted.attributes["starts"] == "leaving":
        starts = moves_on(records)
    found = None
    if starts is not None:
        with suppress(UsageError):  # a year mistyped, here or by a sender, hides nobody else
            found = clock(code, starts, calendar)
    if found is None:
        held = rule(code)
        state = "open"
        told = _quoted(held.text, held.regulation)
        return Deadline(wanted.code, wanted.label, told, held.check, None, state, whose)
    quoted = _quoted(found.rule.text, found.rule.regulation)
    state = _state(found, today)
    return Deadline(wanted.code, wanted.label, quoted, found.rule.check, found.due, state, whose)


def moves_on(records: Iterable[Record]) -> date | None:
    """Return the first day at the next school, where somebody entered it."""
    return next((one.moves_on for one in records if isinstance(one, TransitionPlan)), None)


def _quoted(text: str, regulation: str) -> str:
    return f"{text} {regulation}"


def _state(found: Clock, today: date) -> DeadlineState:
    stands = standing(found, today)
    if stands is Standing.LATE:
        return "past"
    if stands in (Standing.AMBER, Standing.DUE_TODAY):
        return "due"
    return "soon" if today >= found.due - SOON else "coming"


def _strings(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
