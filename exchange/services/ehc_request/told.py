"""A request as words: for the index that is handed in, for the print, for the preview."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exchange.domain.evidence import Coverage, Point
from exchange.domain.provision_cost import from_record
from exchange.ports.papers import GridRow
from schemas.codes import code_set
from schemas.contact import Contact
from schemas.ehc_request import (
    Consent,
    ConsentTo,
    Costs,
    EhcRequest,
    Professional,
    Requester,
    Voice,
)
from schemas.people import Address
from schemas.pupil import Pupil
from schemas.strict_json import JsonValue

VOICES = {
    Voice.PARENT: "Parent",
    Voice.CARER: "Carer",
    Voice.CHILD: "The child",
    Voice.YOUNG_PERSON: "The young person",
}
CONSENTS = {
    ConsentTo.REQUEST: "That the request is made",
    ConsentTo.SHARE: "That information is shared with the council",
    ConsentTo.CONTACT_PROFESSIONALS: "That the council may ask professionals",
}
REQUESTERS = {
    Requester.SCHOOL: "The school",
    Requester.PARENT: "The parent",
    Requester.YOUNG_PERSON: "The young person",
}
RECORDS = {
    "attainment": "Attainment",
    "attendance": "Attendance",
    "costs": "Costs",
    "one-page-profile": "One-page profile",
    "parent-views": "The family's views",
    "pupil-views": "The pupil's views",
    "sen-register": "SEN register entry",
    "sen-support-plan": "SEN support plan",
}
"""What records and chapters are called, by slot."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One heading with what stands below it."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


def pounds(pence: int) -> str:
    """Return money as people write it: £1,234.50."""
    return f"£{Decimal(pence) / 100:,.2f}"


def on(day: date | None) -> str:
    """Return a day: 3 July 2026; nothing for none."""
    return f"{day.day} {day:%B %Y}" if day else ""


def label(name: str, code: str) -> str:
    """Return the label of a code; the code itself where the set has none."""
    codes = code_set(name)
    return codes.lookup(code, importing=True).label if code in codes else code


def chapters(record: EhcRequest) -> Sequence[Chapter]:
    """Return the whole request in words, chapter by chapter; empty ones are left out."""
    found = [*_reasons(record), *_evidence(record), *_rounds(record)]
    if record.costs is not None:
        found.append(_costs(record.costs))
    found += [*_people(record), *_answers(record)]
    return [one for one in found if one.paragraphs or one.points or one.facts]


def as_sections(found: Sequence[Chapter]) -> list[JsonValue]:
    """Return chapters as the document ``ehc-request`` takes them (exchange.ports.render)."""
    return [
        {
            "heading": one.heading,
            "paragraphs": [*one.paragraphs],
            "points": [*one.points],
            "facts": [[name, text] for name, text in one.facts],
        }
        for one in found
    ]


def reach(pupil: Pupil) -> Sequence[Chapter]:
    """Return where the child lives and whom to reach, with what must be known first."""
    facts = []
    if pupil.address is not None:
        facts.append(("Address", _address(pupil.address)))
    for one in sorted(pupil.contacts, key=lambda each: each.order):
        name = " ".join(each for each in (one.title, one.forename, one.surname) if each)
        facts.append((name, _contact(one)))
    if not facts:
        return ()
    return (Chapter("Whom to reach", facts=tuple(facts)),)


def _address(address: Address) -> str:
    house = " ".join(one for one in (address.saon, address.paon, address.street) if one)
    town = (address.locality, address.town, address.post_town, address.county)
    told = (house, *address.lines, *town, address.post_code)
    return ", ".join(dict.fromkeys(one for one in told if one))


def _contact(one: Contact) -> str:
    told = [label("contact-relationship", one.relationship)] if one.relationship else []
    if one.responsibility is not None:
        told.append(f"parental responsibility: {'yes' if one.responsibility else 'no'}")
    if one.court_order:
        told.append("a court order limits contact: ask the school first")
    told += [one.arrangements] if one.arrangements else []
    told += [each.number for each in one.phones]
    told += [one.email] if one.email else []
    if one.address is not None:
        told.append(_address(one.address))
    return "; ".join(told)


def _reasons(record: EhcRequest) -> Iterator[Chapter]:
    if record.needs_reason:
        yield Chapter("Why there are or may be special needs", (record.needs_reason,))
    if record.plan_reason:
        yield Chapter("Why a plan may be necessary", (record.plan_reason,))


def _evidence(record: EhcRequest) -> Iterator[Chapter]:
    for one in record.evidence:
        if one.text:
            yield Chapter(label("evidence-point", one.point), (one.text,))
    advice = tuple(
        f"{label('ehc-advice', one.kind)}: {one.title}{_by(one.author, one.authored)}"
        for one in record.advice
    )
    yield Chapter("Advice that exists", points=advice)


def _by(author: str | None, authored: date | None) -> str:
    told = ", ".join(one for one in (author, on(authored)) if one)
    return f" ({told})" if told else ""


def _rounds(record: EhcRequest) -> Iterator[Chapter]:
    for one in record.cycles:
        ends = on(one.ends) or "still running"
        facts = [("From", on(one.starts)), ("To", ends), ("Reviewed", on(one.reviewed))]
        yield Chapter(
            f"Cycle {one.number} of assess, plan, do, review",
            (one.did, *((one.result,) if one.result else ())),
            facts=tuple((name, text) for name, text in facts if text),
        )


def _costs(costs: Costs) -> Chapter:
    points = tuple(
        f"{one.what}: {one.who}, {one.times} a {one.per.value}, {one.minutes} minutes, "
        f"group of {one.group_size}, {one.staff} staff, {one.weeks} weeks, "
        f"{pounds(one.hourly_rate_pence)} an hour: {pounds(one.yearly_pence)} a year "
        f"({from_record(one).hours} hours)"
        for one in costs.lines
    )
    facts = [("Total in a year", pounds(costs.total_pence))]
    if costs.threshold_pence is not None:
        facts.append(("Expected of the school", pounds(costs.threshold_pence)))
    return Chapter("What the provision costs", points=points, facts=tuple(facts))


def _people(record: EhcRequest) -> Iterator[Chapter]:
    for view in record.views:
        told = ", ".join(one for one in (view.how, on(view.told)) if one)
        heading = f"Views: {VOICES[view.voice]}{f', {view.name}' if view.name else ''}"
        said = tuple(one for one in (view.text, told) if one)
        yield Chapter(heading, said)
    yield Chapter("Agreement", points=tuple(_consent(one) for one in record.consents))
    asked = tuple(_professional(one) for one in record.professionals)
    yield Chapter("Professionals who know the child", points=asked)


def _consent(one: Consent) -> str:
    answer = "yes" if one.given else "no"
    told = f"{CONSENTS[one.to]}: {answer}, {one.name} ({VOICES[one.voice]}), {on(one.on)}"
    return f"{told}. {one.how}" if one.how else told


def _professional(one: Professional) -> str:
    person = one.person
    who = ", ".join(
        each
        for each in (person.name, person.role, person.organisation, person.phone, person.email)
        if each
    )
    may = {True: "may be asked", False: "may not be asked", None: "not asked yet"}
    told = f"{who}: {may[one.may_contact]}"
    return f"{told}. {one.involvement}" if one.involvement else told


def _answers(record: EhcRequest) -> Iterator[Chapter]:
    for one in record.answers:
        yield Chapter(one.question, (one.text,))


def grid_rows(coverage: Coverage, places: dict[str, int]) -> list[GridRow]:
    """Return the grid of the Code's 9.14 as the index shows it.

    :param places: document id -> its place among the papers, from 0.
    """
    return [_row(one, places) for one in coverage.points if one.applies]


def _row(point: Point, places: dict[str, int]) -> GridRow:
    found = ["In the words of the school"] if point.text else []
    found += [f"Record: {RECORDS.get(one, one)}" for one in point.records]
    papers = [places[one.document_id] for one in point.found if one.document_id in places]
    return GridRow(point.label, found, point.gap, papers)
