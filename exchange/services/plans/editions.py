"""What a school gets of a plan: decided section by section, before anything is sealed.

An edition holds who the child is, the plan's record with the sections that may go, and the
documents that belong to them; nothing else of what the authority has. Each advice that section K
names is decided by itself, also where a consultation leaves K's own words out.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import CONSULTATION, Disclosed, Outcome, Purpose, Recipient
from exchange.errors import DisclosureRefused, NotFound, Wrapped
from exchange.ports import StoredDocument, StoredRecord, UnitOfWork
from exchange.services.cases import Case
from exchange.services.inside import Inside
from exchange.services.pack_contents import Contents, gather, why_unfit
from exchange.services.places import place
from exchange.services.plans.writing import plan_of, require_pupil
from exchange.services.protect import require_ordinary
from exchange.services.weigh import PLAN, recipient_for, weigh
from keys.directory import Organisation
from schemas.base import dump_bytes, load, load_bytes
from schemas.ehc import EhcPlan, EhcSectionName
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.statement import FileRole
from schemas.strict_json import loads

PLAN_TYPES = frozenset({"ehc-plan", "ehc-plan-consultation"})
BASIS = "legal-obligation"


class EditionKind(StrEnum):
    """What an edition is for."""

    CONSULTATION = "consultation"
    """To a school that is asked whether to name it: without what it need not know for that."""
    PLAN = "plan"
    """To the school that section I names."""

    @property
    def purpose(self) -> str:
        """Return the purpose that its pack states."""
        return CONSULTATION if self is EditionKind.CONSULTATION else "ehc-needs-assessment"


@dataclass(frozen=True, slots=True)
class Edition:
    """What would go to one school.

    :param mark: tells at the sending whether it is still this edition.
    :param plan: the plan's record with the sections that go; None: it does not go at all.
    """

    kind: EditionKind
    recipient: Organisation
    pupil_id: str
    contents: Contents
    plan: EhcPlan | None
    mark: str

    def of(self, outcome: Outcome) -> tuple[Disclosed, ...]:
        """Return what has this outcome."""
        return tuple(one for one in self.contents.disclosed if one.decision.outcome is outcome)

    def sections(self, outcome: Outcome) -> tuple[str, ...]:
        """Return the letters of the sections that have this outcome."""
        found = (one for one in self.of(outcome) if one.what == "section" and one.type == PLAN)
        return tuple(one.ref.rpartition("/")[2] for one in found)


def edition(inside: Inside, unit: UnitOfWork, held: Case, to: str, kind: EditionKind) -> Edition:
    """Return what a school would get of a case's plan now.

    :param to: its organisation id.
    :raises NotFound: ``plan-missing``: nothing was written yet.
    :raises Refused: ``case-without-pupil``; ``protected-move``.
    :raises DisclosureRefused: ``purpose-unfit``: it is no school or college.
    :raises TrustError: ``organisation-unknown``.
    """
    pupil_id, plan, now = require_pupil(held), plan_of(unit, held), inside.clock.now()
    require_ordinary(unit, pupil_id)
    if plan is None:
        raise NotFound("plan-missing", "/plan", "Write at least one section first.")
    recipient = place(inside, unit, to, now)
    purpose = Purpose(code=kind.purpose, lawful_basis=BASIS)
    records = [one for one in unit.records.of_pupil(pupil_id) if one.slot == PLAN]
    try:
        misfit = why_unfit(recipient, purpose, london_day(now))
        if misfit:
            raise DisclosureRefused(misfit, "/to", "A plan goes to a school or college.")
        letters = _letters(unit, pupil_id, records, recipient, purpose, london_day(now))
        papers = _papers(unit, pupil_id, plan, letters)
        contents = _gathered(inside, unit, pupil_id, records, papers, recipient, purpose)
    except SchemaError as error:
        raise Wrapped.of(error, "/plan") from None
    going = _plan_in(contents)
    return Edition(kind, recipient, pupil_id, contents, going, _mark(to, contents))


def edition_on_paper(inside: Inside, unit: UnitOfWork, held: Case) -> EhcPlan:
    """Return the consultation edition for a school that has not joined: what any school may get.

    What was released to one school alone is not in it; what was withheld from anybody is not.

    :raises NotFound: ``plan-missing``; ``plan-stays``: none of it may go.
    :raises Refused: ``case-without-pupil``; ``protected-move``.
    """
    pupil_id, today = require_pupil(held), london_day(inside.clock.now())
    require_ordinary(unit, pupil_id)
    if plan_of(unit, held) is None:
        raise NotFound("plan-missing", "/plan", "Write at least one section first.")
    records = [one for one in unit.records.of_pupil(pupil_id) if one.slot == PLAN]
    purpose = Purpose(code=EditionKind.CONSULTATION.purpose, lawful_basis=BASIS)
    weighed = weigh(
        unit.pupils.get(pupil_id),
        records,
        (),
        Recipient(org_id="", kind="school"),
        purpose,
        today,
        beside=unit.documents.of_pupil(pupil_id),
    )
    for one in weighed.records:
        return load(EhcPlan, loads(one.content))
    raise NotFound("plan-stays", "/plan", "The rules keep the whole plan here.")


def _gathered(
    inside: Inside,
    unit: UnitOfWork,
    pupil_id: str,
    records: list[StoredRecord],
    papers: list[StoredDocument],
    recipient: Organisation,
    purpose: Purpose,
) -> Contents:
    pupil = unit.pupils.get(pupil_id)
    if purpose.code == CONSULTATION:
        pupil = replace(pupil, record=_who_alone(pupil.record))
    beside = unit.documents.of_pupil(pupil.pupil_id)
    return gather(inside, unit.org_id, pupil, records, papers, recipient, purpose, beside=beside)


def _who_alone(record: bytes) -> bytes:
    """Return who the child is and no more: who is only asked needs no family's address."""
    whole = load_bytes(Pupil, record)
    return dump_bytes(
        Pupil(
            subject=whole.subject,
            names=replace(whole.names, former_surname=None, former_forename=None, unknown={}),
            date_of_birth=whole.date_of_birth,
            sex=whole.sex,
            upn=whole.upn,
            upn_unknown=whole.upn_unknown,
            nc_year=whole.nc_year,
        )
    )


def _letters(
    unit: UnitOfWork,
    pupil_id: str,
    records: list[StoredRecord],
    recipient: Organisation,
    purpose: Purpose,
    today: date,
) -> frozenset[str]:
    """Return the sections whose documents are decided: those that go, and the advice of K.

    K is left out of a consultation by rule; who withheld it withheld its advice as well.
    """
    weighed = weigh(
        unit.pupils.get(pupil_id),
        records,
        (),
        recipient_for(recipient, purpose, records, today),
        purpose,
        today,
        beside=unit.documents.of_pupil(pupil_id),
    )
    sections = [one for one in weighed.disclosed if one.what == "section" and one.type == PLAN]
    told = {one.ref.rpartition("/")[2]: one.decision for one in sections}
    going = {letter for letter, said in told.items() if said.allowed}
    advice = EhcSectionName.ADVICE.value
    if advice in told and told[advice].code == "not-in-consultation":
        going.add(advice)
    return frozenset(going)


def _papers(
    unit: UnitOfWork, pupil_id: str, plan: EhcPlan, letters: frozenset[str]
) -> list[StoredDocument]:
    """Return the plan's own files, and the documents that these sections name."""
    sections = [one for one in plan.sections if one.section.value in letters]
    named = {one for section in sections for one in section.documents}
    return [
        one
        for one in unit.documents.of_pupil(pupil_id)
        if one.type in PLAN_TYPES or one.document_id in named
    ]


def _plan_in(contents: Contents) -> EhcPlan | None:
    """Return the plan as it stands in the bytes that would go."""
    for one in contents.sources:
        if one.role is FileRole.RECORD and one.type == "sen.ehc-plan/1.0":
            with closing(one.open()) as opened:
                return load(EhcPlan, loads(opened.read(one.size)))
    return None


def _mark(to: str, contents: Contents) -> str:
    told = [to]
    for type_, sha256 in sorted(contents.fingerprint):
        told += [type_, sha256]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()
