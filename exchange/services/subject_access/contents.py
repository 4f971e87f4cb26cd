"""What may be given to somebody who asks for a copy, and what may be said of the rest.

A right of access asks neither who usually receives a kind of paper nor what anybody wished. What
is kept from the family's page is kept from here: child protection, the safeguarding flag,
social-care advice, somebody else's views, another adult's details, where a protected move goes,
and what a person marked or withheld with the family in mind. None of that is even named. The same
holds within a record: what parents said in a review stays, and the pupil's own words are the
pupil's. Of an EHC plan the sections are decided as for the family, and its file goes only where all
of them may. Every other document waits for somebody's reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Facts, Said, is_cp, parts_of, without_parts
from exchange.domain.disclosure.parts import FAMILY_WORDS, PUPIL_WORDS
from exchange.domain.family import (
    FAMILY,
    MAY_BE_TOLD,
    READING,
    STATES,
    Paper,
    kept_from_family,
    names_another,
)
from exchange.errors import TrustError
from exchange.ports import StoredDocument, StoredRecord, UnitOfWork
from exchange.services.advice.standing import advice_about
from exchange.services.document_texts import text_of
from exchange.services.given_by_hand import given_to
from exchange.services.inside import Inside
from exchange.services.pack_facts import LETTERS, PackFacts, type_of_record
from exchange.services.places import place
from exchange.services.protect import protection_of
from exchange.services.record_view import Told, told
from exchange.services.subject_access.model import PUPIL, Request
from exchange.services.weigh import weigh
from schemas.base import Record, load_bytes
from schemas.contact import Contact
from schemas.ehc import EhcPlan
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.report import SpecialistReport

_NEVER = frozenset({"safeguarding-flag", "social-care-advice", "ehc-plan-consultation", "other"})
_GOES_WHERE = "transition-plan"
"""The record, and the kind of document, that tells where the child goes."""
_CLINICAL = frozenset({"camhs-report", "healthcare-plan", "paediatric-report"})


@dataclass(frozen=True, slots=True)
class Choosable:
    """A document that may be given, once somebody has read it.

    :param names_another: its text names another adult, or a number of theirs.
    :param read: whether its text could be read by the machine at all.
    :param clinical: a health professional is asked before it goes (DPA 2018, Sch 3, para 6).
    """

    document: StoredDocument
    names_another: bool
    read: bool
    clinical: bool

    @property
    def may_be_named(self) -> bool:
        """Return whether it may be said that there is such a document, where it stays."""
        return self.document.type in MAY_BE_TOLD


@dataclass(frozen=True, slots=True)
class Section:
    """One record, as the copy tells it.

    :param left_out: how many lines name another adult and are not in it.
    :param document: the report that it is the record of: it goes only with it.
    """

    slot: str
    lines: tuple[tuple[str, str], ...]
    left_out: int
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """All that may be given: the records at once, each document once somebody has read it.

    :param sent_to: names of the organisations that were sent a pack; of a protected move none.
    :param asked: names of the services that were asked for advice and had the request. They are
        for who decides and not in the copy: who asks may be the one who must not know of it.
    """

    sections: tuple[Section, ...]
    documents: tuple[Choosable, ...]
    sent_to: tuple[str, ...]
    asked: tuple[str, ...] = ()


def holding_of(inside: Inside, unit: UnitOfWork, request: Request, *, address: bool) -> Holding:
    """Return what may be given to who asked.

    :param address: whether the home address and the pupil's own numbers may be in it.
    :raises NotFound: ``pupil-unknown``.
    :raises schemas.errors.SchemaError: a type, code or record is none any more.
    """
    return _Holder(inside, unit, request, address).holding()


class _Holder:
    def __init__(self, inside: Inside, unit: UnitOfWork, request: Request, address: bool) -> None:
        self._inside, self._unit, self._request = inside, unit, request
        stored = unit.pupils.get(request.pupil_id)
        pupil = load_bytes(Pupil, stored.record)
        self._secret = protection_of(unit, request.pupil_id) is not None
        self._stored = replace(
            stored, said={key: _unwished(one) for key, one in stored.said.items()}
        )
        own = _own(pupil, request)
        self._others = _others(pupil, own, request.name)
        self._pupil = _fit(pupil, own, address=address and not self._secret)
        if self._secret:
            self._pupil = replace(self._pupil, home_authority=None, school_history=())
        self._today = london_day(inside.clock.now())
        self._records = unit.records.of_pupil(request.pupil_id)
        self._documents = unit.documents.of_pupil(request.pupil_id)
        self._facts = PackFacts(self._stored, self._records, self._documents, self._today)

    def holding(self) -> Holding:
        papers = [
            one
            for one in self._documents
            if one.compartment == "general" and not self._is_kept(self._facts.of_document(one))
        ]
        sections = [self._section("pupil", self._pupil)]
        for stored in self._records:
            record = self._record(stored, papers)
            if record is not None:
                sections.append(self._section(stored.slot, record))
        return Holding(
            sections=tuple(one for one in sections if one.lines),
            documents=tuple(self._choosable(one) for one in papers),
            sent_to=() if self._secret else tuple(self._sent_to()),
            asked=tuple(dict.fromkeys(self._asked())),
        )

    def _record(self, stored: StoredRecord, papers: Sequence[StoredDocument]) -> Record | None:
        """Return a record as it may be told, or None."""
        if stored.slot in LETTERS:
            return None  # it may hold somebody else's views, and nobody has read it through
        record = load_bytes(RECORDS, stored.record)
        type_ = type_of_record(stored.slot, record)
        if self._is_kept(self._facts.of_record(stored.slot, type_)):
            return None
        if isinstance(record, EhcPlan):
            return self._plan(stored)
        if isinstance(record, SpecialistReport) and record.document is not None:
            known = {one.document_id for one in papers}
            return record if str(record.document) in known else None
        kept = {one for one in parts_of(record) if self._is_kept_part(stored.slot, one)}
        return without_parts(record, kept)

    def _is_kept_part(self, slot: str, part: str) -> bool:
        about = self._facts.of(part, self._facts.said_of(f"{slot}/{part}"))
        return self._is_anothers(part) or kept_from_family(_paper(about))

    def _plan(self, stored: StoredRecord) -> Record | None:
        """Return an EHC plan with the sections that the family may have."""
        weighed = weigh(self._stored, [stored], (), FAMILY, READING, self._today)
        found = next((one.content for one in weighed.records), None)
        made = None if found is None else load_bytes(EhcPlan, found)
        return replace(made, names_school=None) if made and self._secret else made

    def _sent_to(self) -> Iterator[str]:
        seen = set()
        for one in self._unit.transfers.all(self._request.pupil_id):
            shown = one.kind == "transfer" and one.inbox == "general"
            if not shown or one.state.value not in STATES or one.recipient in seen:
                continue
            seen.add(one.recipient)
            try:
                yield place(self._inside, self._unit, one.recipient, self._inside.clock.now()).name
            except TrustError:
                yield "A school that is not in the directory any more"
        by_hand = given_to(self._unit, self._request.pupil_id)
        yield from dict.fromkeys(one.place for one in by_hand)

    def _asked(self) -> Iterator[str]:
        for one in advice_about(self._unit, self._request.pupil_id):
            if one.received_on or one.had_on:
                yield one.body.name

    def _is_kept(self, about: Facts) -> bool:
        """Return whether there must be no word of it."""
        type_ = about.type
        if type_ in _NEVER or is_cp(type_, self._today) or (self._secret and type_ == _GOES_WHERE):
            return True
        return self._is_anothers(type_) or kept_from_family(_paper(about))

    def _is_anothers(self, type_: str) -> bool:
        """Return whether it holds somebody's words who may not be the one who asks.

        Which of the parents said something, nothing here tells; the pupil's words are the pupil's.
        """
        return type_ == FAMILY_WORDS or (type_ == PUPIL_WORDS and self._request.member_id != PUPIL)

    def _choosable(self, one: StoredDocument) -> Choosable:
        read = text_of(self._inside, self._unit, one)
        told_of = [read.text, one.title, one.author]
        another = names_another(told_of, self._others)
        return Choosable(one, another, read.whole, one.type in _CLINICAL)

    def _section(self, slot: str, record: Record) -> Section:
        lines = list(_lines(told(record)))
        kept = [one for one in lines if not names_another(one, self._others)]
        about = record.document if isinstance(record, SpecialistReport) else None
        return Section(slot, tuple(kept), len(lines) - len(kept), str(about) if about else None)


def _lines(parts: Sequence[Told], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield label and text of each line; what stands in a list is numbered."""
    for number, one in enumerate(parts, start=1):
        label = f"{before}: {one.label.lower()}" if before and one.label else one.label or before
        if one.below:
            yield from _lines(one.below, label)
            continue
        text = f"{one.text.day} {one.text:%B %Y}" if not isinstance(one.text, str) else one.text
        numbered = f"{label} {number}" if not one.label and len(parts) > 1 else label
        yield numbered, text


def _paper(about: Facts) -> Paper:
    return Paper(
        "",
        about.type,
        about.said,
        going=True,
        pupil_said=about.pupil_said,
        sections=about.sections,
        same=about.same,
    )


def _own(pupil: Pupil, request: Request) -> tuple[Contact, ...]:
    """Return the contact who asks; nobody where the name does not tell who that is.

    A father may be called as his son, and two contacts alike: then it is somebody else's.
    """
    if request.member_id == PUPIL:
        return ()
    alike = tuple(one for one in pupil.contacts if _name(one) == request.name.casefold())
    return alike if len(alike) == 1 else ()


def _name(one: Contact) -> str:
    return f"{one.forename} {one.surname}".casefold() if one.forename else ""


def _fit(pupil: Pupil, own: tuple[Contact, ...], *, address: bool) -> Pupil:
    """Return the record without other adults and, unless allowed, without where they live."""
    fit = replace(pupil, contacts=own, extras=())
    return fit if address else replace(fit, address=None, phones=(), email=None)


def _others(pupil: Pupil, own: tuple[Contact, ...], name: str) -> list[str]:
    """Return what would name another adult: names, numbers, addresses of the other contacts."""
    found = list[str]()
    for one in pupil.contacts:
        if one in own:
            continue
        found += [
            # A name that who asks has too would take their own lines out.
            f"{one.forename} {one.surname}" if _name(one) not in ("", name.casefold()) else "",
            f"{one.title} {one.surname}" if one.title else "",
            one.email or "",
            *(phone.number for phone in one.phones),
        ]
    return [text for text in found if text.strip()]


def _unwished(said: Said) -> Said:
    return Said(marks=said.marks, judgements=said.judgements)
