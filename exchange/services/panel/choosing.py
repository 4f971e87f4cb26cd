"""Which papers of a case may go into the pack for the panel.

Decided document by document as for anybody else (exchange.domain.disclosure), for the purpose of
the assessment and for the panel as its readers: what somebody marked "not for the panel", "not for
the authority" or "not for anybody", or withheld, is no paper that could be chosen. The panel is not
told that it exists. Where the rules leave it to a person whether the question needs a document,
the caseworker's tick is that decision, and the order in the book names who took it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import (
    Decision,
    Facts,
    Outcome,
    Purpose,
    Recipient,
    decide,
)
from exchange.domain.evidence import months_between
from exchange.domain.readiness import is_out_of_date
from exchange.errors import Wrapped
from exchange.ports import StoredDocument, UnitOfWork
from exchange.services.cases import Case
from exchange.services.inside import Inside
from exchange.services.pack_facts import RECORD_TYPES, PackFacts
from schemas.codes import code_set
from schemas.errors import SchemaError

ROLE = "panel"
"""The panel as marks and decisions name it (code set ``recipient-role``)."""
PURPOSE = Purpose(code="ehc-needs-assessment")
_TICK_DECIDES = frozenset(
    {"not-chosen", "named-people-only", "only-if-needed", "invitation-unknown"}
)
_WHOLE_RECORDS = frozenset({"ehc-request", "sen-register"})
"""Records of which the pack itself is made."""
_FIRST = ("ehc-request", "parent-views", "pupil-views", "profile", "sen-support-plan", "isp")
_SCHOOL = ("provision-map-costed", "provision-map", "attainment", "standardised-scores")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that may be chosen.

    :param asks: why the rules leave it to a person, or empty: then it is ticked beforehand.
    :param age_flag: why its date wants a thought, or None.
    """

    document: StoredDocument
    asks: str
    age_flag: str | None

    @property
    def document_id(self) -> str:
        """Return the document's id."""
        return self.document.document_id


@dataclass(frozen=True, slots=True)
class Choice:
    """All papers of a case: those that may be chosen, in order, and how many may not.

    :param kept_back: codes of why, by id; for caseworkers, never for the panel.
    """

    papers: tuple[Candidate, ...]
    kept_back: tuple[tuple[StoredDocument, str], ...]

    def of(self, document_id: str) -> Candidate | None:
        """Return a paper that may be chosen, or None."""
        return next((one for one in self.papers if one.document_id == document_id), None)


def papers_of(inside: Inside, unit: UnitOfWork, held: Case) -> Choice:
    """Return what may be chosen for a case; nothing until a person said whose case it is.

    :raises Wrapped: a document's type, or a reason, is none any more.
    """
    if held.pupil_id is None:
        return Choice((), ())
    today = london_day(inside.clock.now())
    facts, papers, kept_back = _facts(unit, held.pupil_id, today), [], []
    for one in unit.documents.of_pupil(held.pupil_id):
        if one.compartment != "general":
            continue
        try:
            decision = _decide(facts.of_document(one), unit.org_id, today)
        except SchemaError as error:
            raise Wrapped.of(error, "/documents") from None
        asks = _asks(decision)
        if asks is None:
            kept_back.append((one, decision.code))
        else:
            papers.append(Candidate(one, asks, age_flag(one, today)))
    return Choice(tuple(sorted(papers, key=_order)), tuple(kept_back))


def may_use(inside: Inside, unit: UnitOfWork, held: Case) -> Callable[[str], bool]:
    """Return what says whether request or summary may tell of a record, by its slot."""
    if held.pupil_id is None:
        return lambda _slot: False
    today = london_day(inside.clock.now())
    facts = _facts(unit, held.pupil_id, today)

    def may(slot: str) -> bool:
        about = facts.of_record(slot, RECORD_TYPES.get(slot, "other"))
        decision = _decide(about, unit.org_id, today)
        if slot in _WHOLE_RECORDS:
            return decision.allowed
        return _asks(decision) is not None  # the request retells it: only somebody's no counts

    return may


def _facts(unit: UnitOfWork, pupil_id: str, today: date) -> PackFacts:
    records, documents = unit.records.of_pupil(pupil_id), unit.documents.of_pupil(pupil_id)
    return PackFacts(unit.pupils.get(pupil_id), records, documents, today)


def _decide(about: Facts, org_id: str, today: date) -> Decision:
    recipient = Recipient(org_id=org_id, kind="la", role=ROLE, asked=True)
    return decide(about, recipient, PURPOSE, today)


def _asks(decision: Decision) -> str | None:
    """Return why a tick is a decision, an empty text where none is needed; None: not to choose."""
    if decision.outcome is Outcome.ALLOWED:
        return ""
    asks = decision.outcome is Outcome.NEEDS_DECISION and decision.code in _TICK_DECIDES
    return decision.code if asks else None


def age_flag(one: StoredDocument, today: date) -> str | None:
    """Return in words why a paper's date wants a thought; amber, never a reason to leave it out."""
    if one.authored is None:
        return "No date"
    if not is_out_of_date(one.type, one.authored, today):
        return None
    usual = code_set("document-type").lookup(one.type, importing=True)
    months = months_between(one.authored, today)
    return f"{months} months old; usual limit {usual.attributes['shelf_life_months']}"


def _order(one: Candidate) -> tuple[int, int, str]:
    kind = one.document.type
    rank = (*_FIRST, *_SCHOOL).index(kind) if kind in (*_FIRST, *_SCHOOL) else len(_FIRST) + 9
    written = one.document.authored or date.min
    return rank, -written.toordinal(), one.document.title.casefold()


def chosen(choice: Choice, documents: Sequence[str]) -> tuple[Candidate, ...]:
    """Return the chosen papers in their order; those that may not go in are left out."""
    found = (choice.of(one) for one in dict.fromkeys(documents))
    return tuple(one for one in found if one is not None)
