"""Weigh everything of a pupil's pack: what goes, what stays, who must still decide.

The preview and the sending both come through here, so that the one shows what the other does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.disclosure import (
    CONSULTATION,
    COSTS,
    NOTHING,
    RULE,
    Decision,
    Disclosed,
    Facts,
    Outcome,
    Purpose,
    Recipient,
    What,
    decide,
    decide_home,
    decide_part,
    decide_section,
    edition_of,
    is_cp,
    parts_of,
    without_home,
    without_parts,
)
from exchange.ports import StoredDocument, StoredPupil, StoredRecord
from exchange.services.named_school import names_school
from exchange.services.pack_facts import (
    HOME,
    PLAN,
    RECORD_TYPES,
    REPORT,
    WHOLE,
    PackFacts,
    type_of_record,
)
from keys.directory import Organisation
from schemas.annual_review import AnnualReview
from schemas.base import dump_bytes, load_bytes
from schemas.ehc import EhcPlan
from schemas.records import RECORDS
from schemas.report import SpecialistReport

__all__ = [
    "HOME",
    "PLAN",
    "RECORD_TYPES",
    "REPORT",
    "WHOLE",
    "GoingRecord",
    "Weighed",
    "recipient_for",
    "type_of_record",
    "weigh",
]

REVIEW = "annual-review"
_NEEDED = Decision(Outcome.ALLOWED, "says-whom", RULE, "every pack says whom it is about")
_FILE_MISSING = Decision(
    Outcome.WITHHELD, "report-not-here", RULE, "what is decided of a report holds for its record"
)


@dataclass(frozen=True, slots=True)
class GoingRecord:
    """A record that goes, with the bytes that go."""

    record: StoredRecord
    content: bytes


@dataclass(frozen=True, slots=True)
class Weighed:
    """Everything of a pack, decided.

    :param pupil: the bytes of the pupil's own record that go.
    """

    disclosed: tuple[Disclosed, ...]
    pupil: bytes
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
        named_school=plan is not None and names_school(plan, organisation, on),
    )


def weigh(
    pupil: StoredPupil,
    records: Sequence[StoredRecord],
    documents: Sequence[StoredDocument],
    recipient: Recipient,
    purpose: Purpose,
    on: date,
    *,
    beside: Sequence[StoredDocument] = (),
) -> Weighed:
    """Decide about each document, record and section of a pupil's pack.

    :param beside: documents of the pupil that are not in question here: what is decided of a
        file holds for its record and its copies, whether or not the file would go along.
    :raises schemas.errors.SchemaError: a type, code or record is none any more.
    """
    facts = PackFacts(pupil, records, (*beside, *documents), on)
    return _Scales(pupil, facts, recipient, purpose, on).weigh(records, documents)


class _Scales:
    """One pupil, one recipient, one purpose."""

    def __init__(
        self,
        pupil: StoredPupil,
        facts: PackFacts,
        recipient: Recipient,
        purpose: Purpose,
        on: date,
    ) -> None:
        self._pupil, self._facts = pupil, facts
        self._to, self._purpose, self._on = recipient, purpose, on
        self._rows: list[Disclosed] = []
        self._words: tuple[date, Decision] | None = None

    def weigh(
        self, records: Sequence[StoredRecord], documents: Sequence[StoredDocument]
    ) -> Weighed:
        """Decide about the documents first: a plan's record speaks of those that go."""
        self._words = self._words_that_stay(records)
        going = tuple(one for one in documents if self._document(one))
        self._note(f"{self._pupil.pupil_id}/pupil", "record", "pupil", "", _NEEDED)
        own = self._own_record()
        kept = []
        if self._purpose.kind == "transfer":
            ids = frozenset(one.document_id for one in going)
            for record in records:
                content = self._record(record, ids)
                if content is not None:
                    kept.append(GoingRecord(record, content))
        return Weighed(tuple(self._rows), own, tuple(kept), going)

    def _own_record(self) -> bytes:
        """Return the pupil's record, without the address and contact details where they stay."""
        child, whole = self._facts.child, self._pupil.record
        bare = without_home(child)
        if bare == child:
            return whole  # there are none: nothing to decide
        in_care = child.looked_after is not None and child.looked_after.in_care
        decision = decide_home(
            self._facts.said_of(HOME), self._to, self._purpose, self._on, in_care=in_care
        )
        self._note(self._ref(HOME), "section", "pupil", "", decision)
        return whole if decision.allowed else dump_bytes(bare)

    def _decide(self, facts: Facts) -> Decision:
        return decide(facts, self._to, self._purpose, self._on)

    def _document(self, document: StoredDocument) -> bool:
        decision = self._decide(self._facts.of_document(document))
        if decision.allowed:
            decision = self._of_words_in(document) or decision
        # Whoever reads this list is not always the DSL: a CP document has no title here.
        title = "" if is_cp(document.type, self._on) else document.title
        self._note(document.document_id, "document", document.type, title, decision)
        return decision.allowed

    def _words_that_stay(self, records: Sequence[StoredRecord]) -> tuple[date, Decision] | None:
        """Return the day of the review of which somebody's words stay, and why."""
        for one in records:
            if one.slot == REVIEW:
                read = load_bytes(RECORDS, one.record)
                made = [self._decide_part(REVIEW, part) for part in parts_of(read)]
                stays = next((each for each in made if not each.allowed), None)
                if stays is not None and isinstance(read, AnnualReview):
                    return read.meeting, stays
        return None

    def _of_words_in(self, document: StoredDocument) -> Decision | None:
        """Return why a review's report stays: it has in print what its record goes without.

        A report is written after its meeting; of one without a day nobody knows which review's.
        """
        if document.type != REVIEW or self._words is None:
            return None
        meeting, why = self._words
        earlier = document.authored is not None and document.authored < meeting
        return None if earlier else why

    def _record(self, record: StoredRecord, documents: frozenset[str]) -> bytes | None:
        """Return the bytes of the record that go, or None."""
        if record.slot == PLAN:
            return self._plan(record, documents)
        decision = self._of_record(record)
        self._note(self._ref(record.slot), "record", record.slot, "", decision)
        return self._with_parts(record) if decision.allowed else None

    def _with_parts(self, record: StoredRecord) -> bytes:
        """Return the bytes of a record that goes, without what is decided apart and stays."""
        read = load_bytes(RECORDS, record.record)
        stay = [part for part in parts_of(read) if not self._part(record.slot, part)]
        return dump_bytes(without_parts(read, stay)) if stay else record.record

    def _part(self, slot: str, part: str) -> bool:
        decision = self._decide_part(slot, part)
        self._note(self._ref(f"{slot}/{part}"), "section", part, "", decision)
        return decision.allowed

    def _decide_part(self, slot: str, part: str) -> Decision:
        key = f"{slot}/{part}"
        own, of_record = self._facts.said_of(key), self._facts.said_of(slot)
        # What they want of the record they want of their words in it, unless they say otherwise.
        said = replace(own, wishes=(*of_record.wishes, *own.wishes))
        about = self._facts.of(part, said)
        if part == COSTS:
            about = replace(about, said=own, pupil_said=NOTHING)  # asked once, of the record
        return decide_part(about, self._to, self._purpose, self._on)

    def _of_record(self, record: StoredRecord) -> Decision:
        read = load_bytes(RECORDS, record.record)
        about = self._facts.of_record(record.slot, type_of_record(record.slot, read))
        if not isinstance(read, SpecialistReport) or read.document is None:
            return self._decide(about)
        # It may say in its sections what the file says, so it goes where its file may go.
        file = self._facts.file(read.document)
        of_file = self._decide(self._facts.of_document(file)) if file else _FILE_MISSING
        own = self._decide(replace(about, same=()))
        return own if of_file.allowed or own.outcome is Outcome.WITHHELD else of_file

    def _plan(self, record: StoredRecord, documents: frozenset[str]) -> bytes | None:
        """Decide about the plan, then about each section; what stays is not in the bytes."""
        edition = "ehc-plan-consultation" if self._purpose.code == CONSULTATION else PLAN
        facts = self._facts.of_record(PLAN, edition)
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
        about = replace(facts, said=self._facts.said_of(key))
        decision = decide_section(letter, about, self._to, self._purpose, self._on)
        self._note(self._ref(key), "section", PLAN, "", decision)
        return decision.allowed

    def _section_i_stays(self, plan: EhcPlan, letters: set[str], facts: Facts) -> bool:
        """The named school is section I, also where the record has no text of it."""
        has_text = any(one.section.value == "I" for one in plan.sections)
        return not has_text and self._section("I", facts)

    def _ref(self, key: str) -> str:
        return f"{self._pupil.pupil_id}/{key}"

    def _note(self, ref: str, what: What, type_: str, title: str, decision: Decision) -> None:
        self._rows.append(Disclosed(ref=ref, what=what, type=type_, title=title, decision=decision))
