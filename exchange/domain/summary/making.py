"""Makes the summary of a pack from its records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from exchange.domain.provision_standing import provision_standing
from exchange.domain.readiness import Deadline, deadlines
from exchange.domain.summary.coming import coming
from exchange.domain.summary.model import Child, Line, Noticed, Plan, Report, Summary, Words
from schemas.attendance import Attendance
from schemas.base import Record
from schemas.codes import code_set
from schemas.ehc import EhcPlan
from schemas.errors import CodeSetError
from schemas.people import Person
from schemas.pupil import Pupil
from schemas.report import ReportStatus, SpecialistReport
from schemas.safeguarding import SafeguardingFlag
from schemas.sen import OnePageProfile, SenRegister, SenSupportPlan, TransitionPlan
from schemas.sen.plan import Provision

_WANTED = (OnePageProfile, SenRegister, SenSupportPlan, TransitionPlan)

R = TypeVar("R", bound=Record)


def summarise(pupil: Pupil, records: Iterable[Record], today: date) -> Summary:
    """Return the summary of a pack.

    :param records: the other records of the pack, of whatever kind, in any order.
    """
    held = tuple(records)
    profile, register = _one(OnePageProfile, held), _one(SenRegister, held)
    plan, move = _one(SenSupportPlan, held), _one(TransitionPlan, held)
    ehc, flag = _one(EhcPlan, held), _one(SafeguardingFlag, held)
    return Summary(
        child=_child(pupil, profile),
        words=_own_words(profile),
        provision=provision_standing(register, today).words(_of_provision) if register else "",
        needs=tuple(_needs(register)),
        noticed=tuple(_noticed(register)),
        attendance=_attendance(_one(Attendance, held)),
        plan=_plan(ehc),
        helps=tuple(_helps(profile, plan)),
        avoid=tuple(_avoid(profile, plan)),
        in_place=tuple(map(_provision, _running(plan, today))),
        people=tuple(_people(plan, move)),
        reports=tuple(_reports(held)),
        first_day=(move.first_day or "") if move else "",
        worries=(move.worries or "") if move else "",
        arrangements=move.arrangements if move else (),
        coming=coming(plan, ehc, move, today),
        clocks=tuple(_clocks(pupil, held, today)),
        safeguarding=flag.dsl if flag and flag.flag else None,
        absent=tuple(_absent(held)),
    )


def _one(kind: type[R], records: Sequence[Record]) -> R | None:
    return next((one for one in records if isinstance(one, kind)), None)


def _clocks(pupil: Pupil, records: Sequence[Record], today: date) -> Iterator[Deadline]:
    """Yield the dates of the council: those of the school that sends are not the reader's."""
    for one in deadlines(pupil, records, today, sent=True):
        if one.day is not None and one.whose != "school":
            yield one


def _absent(records: Sequence[Record]) -> Iterator[str]:
    for kind in _WANTED:
        if _one(kind, records) is None:
            yield kind.__name__


def _label(name: str, code: str) -> str:
    """Return the label of a code; a code of a newer list is shown as it is."""
    try:
        return code_set(name).lookup(code, importing=True).label
    except CodeSetError:
        return code


def _of_provision(code: str) -> str:
    return _label("sen-provision", code)


def _child(pupil: Pupil, profile: OnePageProfile | None) -> Child:
    names = pupil.names
    known_as = names.known_as or (profile.known_as if profile else None)
    name = f"{known_as or names.forename} {names.preferred_surname or names.surname}"
    legal = " ".join(filter(None, (names.forename, names.middle_names, names.surname)))
    last = next((one for one in pupil.school_history if one.last_school), None)
    return Child(
        name=name,
        legal_name="" if legal == name else legal,
        born=pupil.date_of_birth,
        year=_label("nc-year", pupil.nc_year) if pupil.nc_year else "",
        school=(last.name or "") if last else "",
        medical=(profile.medical_alert or "") if profile else "",
        medical_flag=bool(pupil.medical_flag),
        languages=tuple(_label("language", one.language) for one in pupil.languages),
        in_care=bool(pupil.looked_after and pupil.looked_after.in_care),
        home_authority=_label("la", pupil.home_authority) if pupil.home_authority else "",
    )


def _own_words(profile: OnePageProfile | None) -> Words:
    if profile is None:
        return Words()
    return Words(
        strengths=profile.strengths,
        important=profile.important,
        communication=profile.communication or "",
        hopes=profile.hopes or "",
    )


def _needs(register: SenRegister | None) -> Iterator[Line]:
    """Yield the needs of today, the primary one first."""
    if register is None:
        return
    for need in sorted(register.needs, key=lambda one: one.rank):
        if need.ends is None:
            label = _label("sen-type", need.type)
            yield Line(f"{label}: {need.notes}" if need.notes else label, "register")


def _noticed(register: SenRegister | None) -> Iterator[Noticed]:
    for one in register.suspected_needs if register else ():
        yield Noticed(_label("area-of-need", one.area), one.noticed, one.tried or "")


def _helps(profile: OnePageProfile | None, plan: SenSupportPlan | None) -> Iterator[Line]:
    for text in profile.support if profile else ():
        yield Line(text, "profile")
    for one in plan.strategies if plan else ():
        yield Line(one.helps, "plan", one.where or "")


def _avoid(profile: OnePageProfile | None, plan: SenSupportPlan | None) -> Iterator[Line]:
    for text in profile.avoid if profile else ():
        yield Line(text, "profile")
    for one in plan.strategies if plan else ():
        if one.avoid:
            yield Line(one.avoid, "plan", one.where or "")


def _running(plan: SenSupportPlan | None, today: date) -> Iterator[Provision]:
    for one in plan.provision if plan else ():
        if one.ends is None or one.ends >= today:
            yield one


def _provision(one: Provision) -> str:
    group = "one to one" if one.group_size == 1 else f"in a group of {one.group_size}"
    often = "once" if one.times == 1 else "twice" if one.times == 2 else f"{one.times} times"
    per = one.per.value.replace("-", " ")
    return f"{one.what}, {one.minutes} minutes, {often} a {per}, {group}, with {one.who}"


def _people(plan: SenSupportPlan | None, move: TransitionPlan | None) -> Iterator[str]:
    for one in plan.specialists if plan else ():
        if one.until is None:
            yield _person(one.person)
    for person in move.key_adults if move else ():
        yield _person(person)


def _person(person: Person) -> str:
    return ", ".join(filter(None, (person.name, person.role, person.organisation)))


def _reports(records: Sequence[Record]) -> Iterator[Report]:
    found = [one for one in records if isinstance(one, SpecialistReport)]
    for one in sorted(found, key=lambda report: report.written, reverse=True):
        if one.status is not ReportStatus.ENTERED_IN_ERROR:
            author = one.authors[0]
            by = f"{author.name}, {author.role}"
            yield Report(one.title, by, one.written, one.summary or "", one.recommendations)


def _attendance(attendance: Attendance | None) -> str:
    years = [one for one in attendance.years if one.possible] if attendance else []
    if not years:
        return ""
    last = max(years, key=lambda one: one.year)
    share = round(100 * last.attended / last.possible)
    return f"{share}% ({last.attended} of {last.possible} sessions)"


def _plan(ehc: EhcPlan | None) -> Plan | None:
    if ehc is None:
        return None
    sections = tuple(one.section.value for one in ehc.sections)
    return Plan(ehc.status.value, _label("la", ehc.authority), ehc.issued, sections)
