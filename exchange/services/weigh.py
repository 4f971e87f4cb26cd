"""Weigh everything of a pupil's pack: what goes, what stays, who must still decide.

The preview and the sending both come through here, so that the one shows what the other does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.disclosure import (
    CONSULTATION,
    NOTHING,
    RULE,
    Decision,
    Disclosed,
    Facts,
    Outcome,
    Purpose,
    Recipient,
    Said,
    What,
    decide,
    decide_section,
    edition_of,
    is_cp,
    speaks_alone,
)
from exchange.ports import StoredDocument, StoredPupil, StoredRecord
from keys.directory import Organisation
from schemas.base import Record, dump_bytes, load_bytes
from schemas.ehc import EhcPlan
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.report import SpecialistReport

PLAN, REPORT = "ehc-plan", "specialist-report"
WHOLE = ""
"""The key under which a pupil holds what was said of the whole pack."""

RECORD_TYPES: Mapping[str, str] = {
    "attainment": "attainment",
    "attendance": "attendance",
    "ehc-plan": "ehc-plan",
    "one-page-profile": "profile",
    "safeguarding-flag": "safeguarding-flag",
    "sen-register": "sen-support-plan",
    "sen-support-plan": "sen-support-plan",
    "transition-plan": "transition-plan",
}
"""The document type that each record stands for. A report says its own; any other is ``other``."""

_NEEDED = Decision(Outcome.ALLOWED, "says-whom", RULE, "every pack says whom it is about")


def type_of_record(slot: str, record: Record) -> str:
    """Return the document type by which a record is decided.

    :param slot: name of its schema without ``sen.``.
    """
    if isinstance(record, SpecialistReport):
        return record.type
    return RECORD_TYPES.get(slot, "other")


@dataclass(frozen=True, slots=True)
class GoingRecord:
    """A record that goes, with the bytes that go."""

    record: StoredRecord
    content: bytes


@dataclass(frozen=True, slots=True)
class Weighed:
    """Everything of a pack, decided."""

    disclosed: tuple[Disclosed, ...]
    records: tuple[GoingRecord, ...]
    documents: tuple[StoredDocument, ...]

    @property
    def waiting(self) -> tuple[Disclosed, ...]:
        """Return what somebody must still decide about."""
        return self.of(Outcome.NEEDS_DECISION)

    def of(self, outcome: Outcome) -> tuple[Disclosed, ...]:
        """Return what has this outcome."""
        return tuple(one for one in self.disclosed if one.decision.outcome is outcome)


def recipient_for(
    organisation: Organisation, purpose: Purpose, records: Sequence[StoredRecord], on: date
) -> Recipient:
    """Return the recipient, with what the pupil's own plan says of it."""
    plan = next((load_bytes(EhcPlan, one.record) for one in records if one.slot == PLAN), None)
    return Recipient(
        org_id=organisation.org_id,
        kind=organisation.kind,
        inbox="dsl" if purpose.kind == "cp-file" else "general",
        named_school=plan is not None and _names(plan, organisation, on),
    )


def _names(plan: EhcPlan, organisation: Organisation, on: date) -> bool:
    """Return whether section I names the organisation: every number that it gives must agree."""
    school = plan.names_school
    if school is None:
        return False
    given = [
        (str(number), organisation.identifier(scheme, on))
        for scheme, number in (
            ("urn", school.urn),
            ("laestab", school.laestab),
            ("ukprn", school.ukprn),
        )
        if number is not None
    ]
    known = [(number, ours) for number, ours in given if ours is not None]
    return bool(known) and all(number == ours for number, ours in known)


def weigh(
    pupil: StoredPupil,
    records: Sequence[StoredRecord],
    documents: Sequence[StoredDocument],
    recipient: Recipient,
    purpose: Purpose,
    on: date,
) -> Weighed:
    """Decide about each document, record and section of a pupil's pack.

    :raises schemas.errors.SchemaError: a type, code or record is none any more.
    """
    return _Scales(pupil, recipient, purpose, on).weigh(records, documents)


class _Scales:
    """One pupil, one recipient, one purpose."""

    def __init__(
        self, pupil: StoredPupil, recipient: Recipient, purpose: Purpose, on: date
    ) -> None:
        self._pupil = pupil
        self._to, self._purpose, self._on = recipient, purpose, on
        born = load_bytes(Pupil, pupil.record).date_of_birth
        self._alone = speaks_alone(born, on)
        self._rows: list[Disclosed] = []

    def weigh(
        self, records: Sequence[StoredRecord], documents: Sequence[StoredDocument]
    ) -> Weighed:
        """Decide about the documents first: a plan's record speaks of those that go."""
        going = tuple(one for one in documents if self._document(one))
        self._note(f"{self._pupil.pupil_id}/pupil", "record", "pupil", "", _NEEDED)
        kept = []
        if self._purpose.kind == "transfer":
            ids = frozenset(one.document_id for one in going)
            for record in records:
                content = self._record(record, ids)
                if content is not None:
                    kept.append(GoingRecord(record, content))
        return Weighed(tuple(self._rows), tuple(kept), going)

    def _facts(self, type_: str, said: Said) -> Facts:
        whole = self._pupil.said.get(WHOLE, NOTHING)
        return Facts(type=type_, said=said, pupil_said=whole, speaks_alone=self._alone)

    def _decide(self, facts: Facts) -> Decision:
        return decide(facts, self._to, self._purpose, self._on)

    def _document(self, document: StoredDocument) -> bool:
        facts = self._facts(document.type, document.said)
        if document.type == PLAN:
            facts = replace(facts, sections=self._said_of_sections())
        decision = self._decide(facts)
        # Whoever reads this list is not always the DSL: a CP document has no title here.
        title = "" if is_cp(document.type, self._on) else document.title
        self._note(document.document_id, "document", document.type, title, decision)
        return decision.allowed

    def _said_of_sections(self) -> dict[str, Said]:
        prefix = f"{PLAN}/"
        return {
            key.removeprefix(prefix): said
            for key, said in self._pupil.said.items()
            if key.startswith(prefix)
        }

    def _record(self, record: StoredRecord, documents: frozenset[str]) -> bytes | None:
        """Return the bytes of the record that go, or None."""
        if record.slot == PLAN:
            return self._plan(record, documents)
        decision = self._of_record(record)
        self._note(self._ref(record.slot), "record", record.slot, "", decision)
        return record.record if decision.allowed else None

    def _of_record(self, record: StoredRecord) -> Decision:
        read = load_bytes(RECORDS, record.record)
        if isinstance(read, SpecialistReport):
            file = next((one for one in self._rows if one.ref == read.document), None)
            if file is not None and not file.decision.allowed:
                return file.decision  # the record may say in its sections what the file says
        said = self._said_of(record.slot)
        return self._decide(self._facts(type_of_record(record.slot, read), said))

    def _plan(self, record: StoredRecord, documents: frozenset[str]) -> bytes | None:
        """Decide about the plan, then about each section; what stays is not in the bytes."""
        edition = "ehc-plan-consultation" if self._purpose.code == CONSULTATION else PLAN
        facts = self._facts(edition, self._said_of(PLAN))
        decision = self._decide(facts)
        self._note(self._ref(PLAN), "record", PLAN, "", decision)
        if not decision.allowed:
            return None
        plan = load_bytes(EhcPlan, record.record)
        letters = {
            letter for one in plan.sections if self._section(letter := one.section.value, facts)
        }
        if plan.names_school is not None and self._section_i_stays(plan, letters, facts):
            letters.add("I")
        made = edition_of(plan, letters, documents)
        return record.record if made == plan else dump_bytes(made)

    def _section(self, letter: str, facts: Facts) -> bool:
        key = f"{PLAN}/{letter}"
        about = replace(facts, said=self._said_of(key))
        decision = decide_section(letter, about, self._to, self._purpose, self._on)
        self._note(self._ref(key), "section", PLAN, "", decision)
        return decision.allowed

    def _section_i_stays(self, plan: EhcPlan, letters: set[str], facts: Facts) -> bool:
        """The named school is section I, also where the record has no text of it."""
        has_text = any(one.section.value == "I" for one in plan.sections)
        return not has_text and self._section("I", facts)

    def _said_of(self, key: str) -> Said:
        return self._pupil.said.get(key, NOTHING)

    def _ref(self, key: str) -> str:
        return f"{self._pupil.pupil_id}/{key}"

    def _note(self, ref: str, what: What, type_: str, title: str, decision: Decision) -> None:
        self._rows.append(Disclosed(ref=ref, what=what, type=type_, title=title, decision=decision))
