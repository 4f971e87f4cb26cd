"""What is known of the things of a pupil's pack, as the rules of disclosure ask for it.

What people say is kept by the row of a list that they said it of. What holds the same bytes, and a
record and the file that it is of, are brought together here: what keeps one back keeps the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from exchange.domain.disclosure import NOTHING, SUPERSEDED, Facts, Said, speaks_alone
from exchange.ports import StoredDocument, StoredPupil, StoredRecord
from schemas.base import Record, load_bytes
from schemas.codes import code_set
from schemas.ehc import EhcPlan
from schemas.pupil import Pupil
from schemas.report import SpecialistReport

PLAN, REPORT = "ehc-plan", "specialist-report"
CONSULTATION_EDITION = "ehc-plan-consultation"
WHOLE = ""
"""The key under which a pupil holds what was said of the whole pack."""
HOME = "pupil/home"
"""The key of the pupil's address and contact details, which are decided apart."""

RECORD_TYPES: Mapping[str, str] = {
    "advice-answer": "sharing-agreement",
    "advice-request": "sharing-agreement",
    "annual-review": "annual-review",
    "attainment": "attainment",
    "attendance": "attendance",
    "consultation-answer": "ehc-request",
    "ehc-decision": "ehc-request",
    "ehc-plan": "ehc-plan",
    "ehc-request": "ehc-request",
    "message": "sharing-agreement",
    "one-page-profile": "profile",
    "review-decision": "annual-review",
    "safeguarding-flag": "safeguarding-flag",
    "sen-register": "sen-support-plan",
    "sen-support-plan": "sen-support-plan",
    "transition-plan": "transition-plan",
}
"""The document type that each record stands for; a report says its own."""

LETTERS = frozenset(
    {
        "advice-answer",
        "advice-request",
        "consultation-answer",
        "ehc-decision",
        "ehc-request",
        "message",
        "review-decision",
    }
)
"""Records that one organisation writes to another: each goes its own way to whom it is for.

In a child's pack they are for a council alone, and a decision about a review for who may have the
report of that review."""


def type_of_record(slot: str, record: Record) -> str:
    """Return the document type by which a record is decided.

    :param slot: name of its schema without ``sen.``.
    """
    if isinstance(record, SpecialistReport):
        return record.type
    return RECORD_TYPES[slot]


class PackFacts:
    """What is known of each document and record of one pupil.

    :param records: all that are known; ``documents`` likewise, whether or not in question.
    :ivar child: the pupil's own record.
    """

    def __init__(
        self,
        pupil: StoredPupil,
        records: Sequence[StoredRecord],
        documents: Sequence[StoredDocument],
        on: date,
    ) -> None:
        self.child = load_bytes(Pupil, pupil.record)
        self._said = pupil.said
        self._speaks_alone = speaks_alone(self.child.date_of_birth, on)
        self._files = {one.document_id: one for one in documents}
        self._copies = defaultdict[str, list[StoredDocument]](list)
        for one in self._files.values():
            self._copies[one.sha256].append(one)
        plan = next((load_bytes(EhcPlan, one.record) for one in records if one.slot == PLAN), None)
        self._plan_file = plan.document if plan else None

    def said_of(self, key: str) -> Said:
        """Return what was said of a record or a part of one."""
        return self._said.get(key, NOTHING)

    def of(self, type_: str, said: Said) -> Facts:
        """Return what is known of a thing by itself."""
        return Facts(
            type=type_, said=said, pupil_said=self.said_of(WHOLE), speaks_alone=self._speaks_alone
        )

    def file(self, document_id: str) -> StoredDocument | None:
        """Return a document of the pupil, or None."""
        return self._files.get(document_id)

    def of_document(self, document: StoredDocument) -> Facts:
        """Return what is known of a document, of its copies and of the record that is of it."""
        alike, own = self._copies[document.sha256], document.document_id
        copies = [self._as_copy(one) for one in alike if one.document_id != own]
        records = [each for one in alike for each in self._records_of(one)]
        return replace(self._by_itself(document), same=(*copies, *records))

    def of_record(self, slot: str, type_: str) -> Facts:
        """Return what is known of a record, of the file that it is of and of its copies.

        Of a plan's file not what was said of its sections: the record goes without those.
        """
        document_id = self._plan_file if slot == PLAN else slot.removeprefix(f"{REPORT}-")
        file = self._files.get(document_id) if document_id else None
        same = [self._as_copy(one) for one in self._copies[file.sha256]] if file else []
        return replace(
            self.of(type_, self.said_of(slot)),
            same=tuple(replace(one, sections={}) for one in same),
        )

    def _by_itself(self, document: StoredDocument) -> Facts:
        sections = dict(self._sections(document.type))
        return replace(self.of(document.type, document.said), sections=sections)

    def _as_copy(self, document: StoredDocument) -> Facts:
        """Return what people said of it: that a newer version came is about one row alone."""
        said = document.said
        marks = tuple(one for one in said.marks if one.role != SUPERSEDED)
        return replace(self._by_itself(document), said=replace(said, marks=marks))

    def _sections(self, type_: str) -> Iterator[tuple[str, Said]]:
        """Yield what was said of the sections that a file of this type holds."""
        if type_ not in (PLAN, CONSULTATION_EDITION):
            return
        known = code_set("ehc-section")
        for key, said in self._said.items():
            slot, _, letter = key.partition("/")
            if slot == PLAN and letter:
                consulted = known.lookup(letter, importing=True).attributes["consultation"]
                if type_ == PLAN or consulted:
                    yield letter, said

    def _records_of(self, document: StoredDocument) -> Iterator[Facts]:
        """Yield what is known of the records that are of a file, where anybody said anything."""
        keys = [f"{REPORT}-{document.document_id}"]
        types = (PLAN, CONSULTATION_EDITION)
        if document.type in types or document.document_id == self._plan_file:
            keys.append(PLAN)
        for key in keys:
            said = self.said_of(key)
            if said != NOTHING:
                yield self.of(PLAN if key == PLAN else document.type, said)
