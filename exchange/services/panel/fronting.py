"""What stands before the papers of a pack: who it is, the question, a page of summary, the grid.

It is made of the request as the school sent it and of records that were taken in; where a request
came another way there is none, and the grid goes by the kinds of the papers alone. Nothing is
judged here: what is missing is said as a fact, and an own page of the Code's points says that a gap
is no refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.domain.clocks import due, london_day
from exchange.domain.evidence import Child, Coverage, coverage
from exchange.domain.la_profiles import GENERIC, profile
from exchange.ports import UnitOfWork
from exchange.ports.papers import Front, GridRow, Paper
from exchange.services.cases import Case
from exchange.services.inside import Inside
from exchange.services.panel.choosing import Candidate, may_use
from exchange.services.panel.model import Meeting, PanelPack
from exchange.services.people.names import organisation_name
from exchange.services.readable import in_words
from exchange.services.sealed_document import SealedDocument
from schemas.base import load_bytes
from schemas.codes import code_set
from schemas.ehc_request import (
    CycleSummary,
    Declaration,
    EhcRequest,
    Requester,
    Voice,
)
from schemas.errors import CodeSetError
from schemas.people import Person
from schemas.pupil import Pupil
from schemas.sen import SenRegister
from schemas.sen.register import Need
from schemas.strict_json import JsonValue

_REGISTER = "sen-register"
_LONG, _MANY = 700, 6
_QUESTIONS = {
    "assess": "Whether to carry out an EHC needs assessment. The test is in the Children and "
    "Families Act 2014, section 36(8): the child has or may have special educational needs, and it "
    "may be necessary for special educational provision to be made through an EHC plan.",
    "plan": "Whether to issue an EHC plan. The test is in the Children and Families Act 2014, "
    "section 37(1): it is necessary for special educational provision to be made through a plan.",
}
_SOURCES = {
    "school": "The school",
    "parent": "The parent",
    "young-person": "The young person",
    "health": "A health service",
    "social-care": "Social care",
    "other": "Somebody else",
}
_VOICES = {
    Voice.PARENT: "What the parents say",
    Voice.CARER: "What the carers say",
    Voice.CHILD: "What the child says",
    Voice.YOUNG_PERSON: "What the young person says",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a case here."""

    pupil: Pupil | None
    request: EhcRequest | None
    register: SenRegister | None


def front_of(
    inside: Inside,
    unit: UnitOfWork,
    held: Case,
    made: PanelPack,
    papers: Sequence[Candidate],
    meeting: Meeting | None,
    asked: EhcRequest | None,
) -> Front:
    """Return what stands before the papers.

    :param asked: the request as the panel may read it; it is the first paper then.
    """
    today = london_day(inside.clock.now())
    known = _known(inside, unit, held, asked)
    covered = _covered(known, held, papers, today)
    places = {one.document_id: place for place, one in enumerate(papers, start=1 if asked else 0)}
    return Front(
        title="Panel pack",
        organisation=organisation_name(inside, unit.org_id),
        made=in_words(today),
        facts=tuple(_facts(held, known, meeting)),
        summary=_summary(known, made, covered),
        grid=tuple(
            GridRow(
                f"{point.number}. {point.label}",
                (_short(point.text),) if point.text else (),
                gap=point.gap,
                papers=tuple(
                    places[one.document_id] for one in point.found if one.document_id in places
                ),
            )
            for point in covered.points
            if point.applies
        ),
        reference=held.reference,
        name=known.pupil.names.display if known.pupil else held.name,
    )


def paper_of(inside: Inside, org_id: str, one: Candidate) -> Paper:
    """Return a chosen document as the maker takes it."""
    document = one.document
    sealed = SealedDocument(inside, org_id, document.blob, compartment=document.compartment)
    return Paper(
        title=document.title or _kind(document.type),
        kind=_kind(document.type),
        author=document.author,
        authored=in_words(document.authored),
        media_type=document.media_type,
        open=sealed.open,
        code=document.type,
        age_flag=one.age_flag,
        warning="No virus scanner looked at this file." if "unscanned" in document.warnings else "",
    )


def _kind(code: str) -> str:
    try:
        return code_set("document-type").lookup(code, importing=True).label
    except CodeSetError:
        return code


def _known(inside: Inside, unit: UnitOfWork, held: Case, request: EhcRequest | None) -> _Known:
    if held.pupil_id is None:
        return _Known(None, None, None)
    pupil = load_bytes(Pupil, unit.pupils.get(held.pupil_id).record)
    register = None
    if may_use(inside, unit, held)(_REGISTER):
        stored = unit.records.of_pupil(held.pupil_id)
        found = next((one.record for one in stored if one.slot == _REGISTER), None)
        register = load_bytes(SenRegister, found) if found else None
    return _Known(pupil, request, register)


def _facts(held: Case, known: _Known, meeting: Meeting | None) -> Iterator[tuple[str, str]]:
    yield "Reference", held.reference
    if known.pupil:
        yield "Date of birth", in_words(known.pupil.date_of_birth)
    yield "Year group", known.pupil.nc_year or "" if known.pupil else held.nc_year
    yield "School", held.school_name
    yield "Asked by", _SOURCES[held.source.value]
    yield "Reached us", in_words(held.reached)
    if held.decided("assess") is None:
        yield "To decide by", f"{in_words(due('decide-assess', held.reached))} (six weeks)"
    else:
        yield "Final plan by", f"{in_words(due('final-plan', held.reached))} (20 weeks)"
    if meeting is not None:
        yield "Panel", f"{meeting.on:%A} {in_words(meeting.on)}"
    yield "Caseworker", held.caseworker_name


def _covered(known: _Known, held: Case, papers: Sequence[Candidate], today: date) -> Coverage:
    """Return what speaks to each point: as the request says, else by the papers' kinds alone."""
    pupil, register = known.pupil, known.register
    child = Child(
        born=pupil.date_of_birth if pupil else None,
        nc_year=pupil.nc_year if pupil else held.nc_year or None,
        sen_types=frozenset(one.type for one in register.needs) if register else frozenset(),
    )
    request = known.request or _bare(held)
    documents = [one.document for one in papers]
    records = {"sen-register"} if register else set()
    return coverage(request, documents, profile(GENERIC), today, child=child, records=records)


def _bare(held: Case) -> EhcRequest:
    """Return a request that says nothing, for one that came by letter or word of mouth."""
    nobody = Person(name="-", role="-")
    return EhcRequest(
        subject=held.case_id,
        request=held.case_id,
        authority="000",
        requested_by=Requester.PARENT,
        source="1",
        submitted=held.reached,
        declared=Declaration(by=nobody, on=held.reached, words="-"),
    )


def _summary(known: _Known, made: PanelPack, covered: Coverage) -> dict[str, JsonValue]:
    request = known.request
    said: dict[str, JsonValue] = {
        "lead": made.note,
        "question": _QUESTIONS[made.question],
        "sections": [*_sections(known, request, covered)],
    }
    return said


def _sections(
    known: _Known, request: EhcRequest | None, covered: Coverage
) -> Iterator[dict[str, JsonValue]]:
    if known.register and known.register.needs:
        needs = sorted(known.register.needs, key=lambda one: one.rank)
        listed = [_need(one) for one in needs]
        yield {"heading": "Needs, the main one first", "points": [*listed]}
    if request is None:
        yield {
            "heading": "The request",
            "paragraphs": ["There is no summary of it here."],
        }
    else:
        yield from _of_request(request)
    gaps = [f"Nothing on: {one.label}." for one in covered.points if one.gap]
    if gaps:
        yield {"heading": "What the papers do not show", "points": [*gaps]}


def _of_request(request: EhcRequest) -> Iterator[dict[str, JsonValue]]:
    for heading, text in (
        ("Why there are, or may be, special educational needs", request.needs_reason),
        ("Why a plan may be necessary", request.plan_reason),
    ):
        if text:
            yield {"heading": heading, "paragraphs": [_short(text)]}
    tried: list[JsonValue] = [_cycle(one) for one in request.cycles[-_MANY:]]
    if request.costs is not None:
        total = request.costs.total_pence / 100
        tried.append(f"What is given now costs £{total:,.0f} a year, as the school reckons it.")
    if tried:
        yield {"heading": "What was done", "points": tried}
    for one in request.views:
        if one.text:
            yield {"heading": _VOICES[one.voice], "paragraphs": [_short(one.text)]}


def _cycle(one: CycleSummary) -> str:
    when = f"{one.starts:%B %Y}" + (f" to {one.ends:%B %Y}" if one.ends else "")
    return f"{when}: {_short(one.did)}" + (f" {_short(one.result)}" if one.result else "")


def _need(one: Need) -> str:
    try:
        label = code_set("sen-type").lookup(one.type, importing=True).label
    except CodeSetError:
        label = one.type
    return f"{label}: {_short(one.notes)}" if one.notes else label


def _short(text: str | None) -> str:
    """Return a text as one page has room for it; the whole of it is among the papers."""
    told = (text or "").strip()
    if len(told) <= _LONG:
        return told
    return told[:_LONG].rsplit(" ", 1)[0] + " ..."
