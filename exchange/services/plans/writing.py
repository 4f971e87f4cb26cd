"""The plan of a case, section by section (SEND Regulations 2014, reg 12(1))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.errors import NotFound, Refused
from exchange.ports import Actor, UnitOfWork
from exchange.services.cases import Case, case
from exchange.services.cases.issuing import ISSUES, record_issued
from exchange.services.edit_record import (
    change_record,
    current_pupil,
    current_record,
    require_version,
    version_of,
)
from exchange.services.inside import Inside
from schemas.codes import code_set
from schemas.ehc import EhcPlan, EhcSection, EhcSectionName, EhcStatus
from schemas.school import School

LETTERS = tuple(one.value for one in EhcSectionName)


def require_pupil(held: Case) -> str:
    """Return whose plan it is.

    :raises Refused: ``case-without-pupil``: nobody has said yet whose child this is.
    """
    if held.pupil_id is None:
        raise Refused("case-without-pupil", "/pupil", "Say first whose case this is.")
    return held.pupil_id


def plan_of(unit: UnitOfWork, held: Case) -> EhcPlan | None:
    """Return the plan as it stands, or None.

    :raises Refused: ``case-without-pupil``.
    """
    return current_record(unit, require_pupil(held), EhcPlan)


def texts_of(plan: EhcPlan | None) -> Mapping[str, str]:
    """Return what each section says, by letter; those without a text are left out."""
    if plan is None:
        return {}
    return {one.section.value: one.text for one in plan.sections if one.text}


def version_of_section(plan: EhcPlan | None, letter: str) -> str:
    """Return what tells two versions of a section apart."""
    return version_of(texts_of(plan).get(letter, ""))


def write_section(
    inside: Inside,
    org_id: str,
    case_id: str,
    letter: str,
    text: str,
    documents: tuple[str, ...],
    based_on: str,
    actor: Actor,
) -> EhcPlan:
    """Write one section; an empty text without documents removes it.

    :param documents: ids of the pupil's documents that belong to it (section K: the advice).
    :param based_on: the version that the writer began from.
    :raises NotFound: ``case-unknown``; ``section-unknown``.
    :raises Refused: ``case-without-pupil``.
    :raises Conflict: ``record-changed``: somebody else wrote it meanwhile.
    """
    if letter not in LETTERS:
        raise NotFound("section-unknown", "/section")
    name = EhcSectionName(letter)

    def change(plan: EhcPlan | None) -> EhcPlan:
        require_version(version_of_section(plan, letter), based_on, f"/sections/{letter}")
        begun = plan or _begun(authority, pupil_id)
        others = [one for one in begun.sections if one.section is not name]
        before = next((one for one in begun.sections if one.section is name), None)
        if text or documents:
            made = replace(before, text=text or None, documents=documents) if before else None
            others.append(made or EhcSection(section=name, text=text or None, documents=documents))
        others.sort(key=lambda one: LETTERS.index(one.section.value))
        return replace(begun, sections=tuple(others))

    pupil_id, authority = _whose(inside, org_id, case_id)
    return change_record(inside, org_id, pupil_id, EhcPlan, change, actor)


def set_standing(
    inside: Inside,
    org_id: str,
    case_id: str,
    actor: Actor,
    *,
    status: EhcStatus,
    issued: date | None,
    names_school: School | None,
    reference: str = "",
) -> EhcPlan:
    """Say where the plan stands, when this version was issued, and which school it names.

    A final plan ends the clock of its case.

    :param names_school: section I; a draft names none (Children and Families Act 2014, s.38(5)).
    :raises NotFound: ``case-unknown``.
    :raises Refused: ``case-without-pupil``; ``draft-names-school``; ``issued-missing``;
        ``authority-unknown``: neither directory nor record says which council this is.
    :raises UsageError: ``date-in-future``; ``date-before-request``: of the final plan of a case.
    """
    if status is EhcStatus.DRAFT and names_school is not None:
        raise Refused("draft-names-school", "/names_school", "A draft plan names no school.")
    if status in (EhcStatus.FINAL, EhcStatus.AMENDED) and issued is None:
        raise Refused("issued-missing", "/issued", "Give the day on which it was issued.")
    pupil_id, authority = _whose(inside, org_id, case_id)
    if status is EhcStatus.FINAL and issued is not None:
        _note_issued(inside, org_id, case_id, issued, actor)

    def change(plan: EhcPlan | None) -> EhcPlan:
        return replace(
            plan or _begun(authority, pupil_id),
            status=status,
            issued=issued,
            names_school=names_school,
            reference=reference or None,
        )

    return change_record(inside, org_id, pupil_id, EhcPlan, change, actor)


def _note_issued(inside: Inside, org_id: str, case_id: str, on: date, actor: Actor) -> None:
    """Let the case know, so that nobody enters the day twice and no clock runs on."""
    with inside.store.reading(org_id) as unit:
        state = case(unit, case_id).state
    if state in ISSUES:
        record_issued(inside, org_id, case_id, on, actor)


def _whose(inside: Inside, org_id: str, case_id: str) -> tuple[str, str]:
    with inside.store.reading(org_id) as unit:
        pupil_id = require_pupil(case(unit, case_id))
        pupil = current_pupil(unit, pupil_id)
    return pupil_id, _authority(inside, org_id, pupil.home_authority)


def _authority(inside: Inside, org_id: str, home: str | None) -> str:
    """Return the three digits of this authority, as the directory has them, or the home's."""
    now = inside.clock.now()
    ours = inside.directory().get(org_id, now).identifier("la", london_day(now))
    found = ours or home
    if found is None or found not in code_set("la"):
        hint = "The directory does not say which council this is. Ask your administrator."
        raise Refused("authority-unknown", "/authority", hint)
    return found


def _begun(authority: str, pupil_id: str) -> EhcPlan:
    return EhcPlan(subject=pupil_id, authority=authority, status=EhcStatus.DRAFT)
