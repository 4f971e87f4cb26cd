"""What one member of a family sees on their page: built from an allow-list, and nothing else.

See exchange.domain.family for what may be told at all. Beyond that list this module takes no title,
no file name and no record as a whole, so that what nobody thought of is left out and not let in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from exchange.bundle.receipting import parse_receipt
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Facts, Purpose, Recipient, Said
from exchange.domain.family import ENDS, STEPS, Paper, may_be_read, may_be_told, names_another
from exchange.errors import TrustError
from exchange.ports import StoredDocument, StoredPupil, StoredRecord, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.links.members import MOST_CORRECTIONS, Member, members
from exchange.services.links.model import Link
from exchange.services.links.model import Purpose as LinkPurpose
from exchange.services.links.pack_view import day_words, instant_words, label_of, size_words
from exchange.services.pack_contents import SUFFIX
from exchange.services.pack_facts import PackFacts, type_of_record
from exchange.services.places import place
from exchange.services.reviews.keeping import meeting_for
from exchange.services.second_registration import PURPOSE as SECOND
from exchange.services.second_registration import second_of
from exchange.services.trust import organisation
from exchange.services.weigh import Weighed, recipient_for, weigh
from keys.directory import Organisation
from schemas.base import load_bytes
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.sen import SenSupportPlan
from schemas.strict_json import JsonValue

PLAN_SLOT = "sen-support-plan"


def types_of(unit: UnitOfWork, pupil_id: str) -> Iterator[tuple[str, str]]:
    """Yield reference and type of every document and record of a pupil.

    :raises schemas.errors.SchemaError: a record is none any more.
    """
    for one in unit.documents.of_pupil(pupil_id):
        yield one.document_id, one.type
    for record in unit.records.of_pupil(pupil_id):
        found = load_bytes(RECORDS, record.record)
        yield f"{pupil_id}/{record.slot}", type_of_record(record.slot, found)


def papers_of(inside: Inside, unit: UnitOfWork, pupil_id: str) -> list[Paper]:
    """Return every document and record of a pupil, with whether it is to be sent.

    Whether it is to be sent is asked as if nobody of the family had wished anything: else one
    parent could see from what is missing what the other one said.

    :raises schemas.errors.SchemaError: a type, code or record is none any more.
    """
    pupil = unit.pupils.get(pupil_id)
    records = unit.records.of_pupil(pupil_id)
    documents = unit.documents.of_pupil(pupil_id)
    going = _going(inside, unit, pupil, records, documents)
    facts = PackFacts(pupil, records, documents, london_day(inside.clock.now()))
    found = [_paper_of(one.document_id, facts.of_document(one), going, one) for one in documents]
    for record in records:
        ref = f"{pupil_id}/{record.slot}"
        type_ = type_of_record(record.slot, load_bytes(RECORDS, record.record))
        found.append(_paper_of(ref, facts.of_record(record.slot, type_), going))
    return found


def _paper_of(
    ref: str, facts: Facts, going: frozenset[str], document: StoredDocument | None = None
) -> Paper:
    return Paper(
        ref=ref,
        type=facts.type,
        said=facts.said,
        going=ref in going,
        pupil_said=facts.pupil_said,
        author=document.author if document else "",
        authored=document.authored if document else None,
        is_document=document is not None,
        sections=facts.sections,
        same=facts.same,
    )


def _going(
    inside: Inside,
    unit: UnitOfWork,
    pupil: StoredPupil,
    records: Sequence[StoredRecord],
    documents: Sequence[StoredDocument],
) -> frozenset[str]:
    unwished = replace(pupil, said={key: _unwished(said) for key, said in pupil.said.items()})
    papers = [replace(one, said=_unwished(one.said)) for one in documents]
    today = london_day(inside.clock.now())
    going: set[str] = set()
    for to, purpose in _recipients(inside, unit, pupil, records):
        weighed: Weighed = weigh(unwished, records, papers, to, purpose, today)
        going.update(one.ref for one in weighed.disclosed if one.decision.allowed)
    return frozenset(going)


def _recipients(
    inside: Inside, unit: UnitOfWork, pupil: StoredPupil, records: Sequence[StoredRecord]
) -> Iterator[tuple[Recipient, Purpose]]:
    """Yield who would get it: the next school, and the second where there is one."""
    on = london_day(inside.clock.now())
    to, purpose = destination_of(inside, unit, pupil), Purpose()
    if to is None:  # what would go to whichever school it will be
        yield Recipient(org_id="school", kind="school"), purpose
    else:
        yield recipient_for(to, purpose, records, on), purpose
    also = _second_school(inside, unit, pupil.pupil_id)
    if also is not None:
        purpose = Purpose(code=SECOND)
        yield recipient_for(also, purpose, records, on), purpose


def _second_school(inside: Inside, unit: UnitOfWork, pupil_id: str) -> Organisation | None:
    second = second_of(unit, pupil_id)
    return place(inside, unit, second.destination.org_id, inside.clock.now()) if second else None


def destination_of(inside: Inside, unit: UnitOfWork, pupil: StoredPupil) -> Organisation | None:
    """Return where the pack is to go, or None while it is not decided."""
    if pupil.destination is None:
        return None
    return place(inside, unit, pupil.destination.org_id, inside.clock.now())


def _unwished(said: Said) -> Said:
    return Said(marks=said.marks, judgements=said.judgements)


def family_view(
    inside: Inside, unit: UnitOfWork, link: Link, one: Member
) -> tuple[dict[str, JsonValue], list[StoredDocument]]:
    """Return what the page shows, and the documents that this person may open.

    :raises schemas.errors.SchemaError: a type, code or record is none any more.
    """
    now = inside.clock.now()
    pupil = unit.pupils.get(one.pupil_id)
    record = load_bytes(Pupil, pupil.record)
    others = [*_others(record, one), *_other_members(unit, one)]
    told = [paper for paper in papers_of(inside, unit, one.pupil_id) if may_be_told(paper)]
    documents = {each.document_id: each for each in unit.documents.of_pupil(one.pupil_id)}
    readable = [
        documents[paper.ref]
        for paper in told
        if paper.ref in one.readable and may_be_read(paper, london_day(now))
    ]
    to, also = destination_of(inside, unit, pupil), _second_school(inside, unit, one.pupil_id)
    view: dict[str, JsonValue] = {
        "purpose": LinkPurpose.FAMILY.value,
        "from": organisation(inside.directory(), unit.org_id, now).name,
        "to": to.name if to else "",
        "also": also.name if also else "",
        "until": instant_words(link.expires_at),
        "reader": one.name,
        "young_person": one.speaker == "pupil",
        "name": record.names.display,
        "papers": [_paper(paper, one, others, readable) for paper in sorted(told, key=_order)],
        "plan": _plan(unit, one.pupil_id, told, others),
        "views": one.views,
        "asks_no_more": sum(not each.done for each in one.corrections) >= MOST_CORRECTIONS,
        "corrections": [
            {"text": each.text, "at": instant_words(each.at), "done": each.done}
            for each in one.corrections
        ],
        "sent": list(_sent(inside, unit, one.pupil_id)),
        "review": _meeting(unit, one),
    }
    return view, readable


def _meeting(unit: UnitOfWork, one: Member) -> JsonValue:
    """Return the meeting about the EHC plan to which just this person is invited."""
    review = meeting_for(unit, one.pupil_id, one.member_id)
    if review is None or review.meeting is None:
        return None
    return {"day": day_words(review.meeting), "place": review.place}


def _order(paper: Paper) -> tuple[str, date, str]:
    return label_of(paper.type, paper.ref), paper.authored or date.min, paper.ref


def _others(record: Pupil, one: Member) -> list[str]:
    """Return what would name another adult: names, numbers, addresses of the other contacts."""
    own = one.name.casefold()
    found: list[str] = []
    for each in record.contacts:
        if each.forename and f"{each.forename} {each.surname}".casefold() in own:
            continue
        found += [
            f"{each.forename} {each.surname}" if each.forename else "",
            f"{each.title} {each.surname}" if each.title else "",
            each.email or "",
            *(phone.number for phone in each.phones),
        ]
    return [text for text in found if text.strip()]


def number_of(ref: str) -> str:
    """Return by what the page's addresses know a paper.

    It stays when the page is sealed anew: an answer must never reach the paper that has taken the
    place of the one that was looked at.
    """
    return hashlib.sha256(f"senx family paper\0{ref}".encode()).hexdigest()[:16]


def _other_members(unit: UnitOfWork, one: Member) -> list[str]:
    """Return the names of those whom staff noted beside this person, also who is told nothing."""
    own = one.name.casefold()
    noted = members(unit, one.pupil_id)
    return [each.name for each in noted if each.name.casefold() != own]


def _paper(
    paper: Paper,
    one: Member,
    others: Sequence[str],
    readable: Sequence[StoredDocument],
) -> dict[str, JsonValue]:
    mine = next((each for each in readable if each.document_id == paper.ref), None)
    named = names_another([paper.author], others)
    return {
        "number": number_of(paper.ref),
        "ref": paper.ref,
        "kind": label_of(paper.type, paper.ref),
        "author": "" if named else paper.author,
        "date": day_words(paper.authored) if paper.authored else "",
        "said": one.said.get(paper.ref, ""),
        "member": paper.ref if mine else "",
        "size": size_words(mine.size) if mine else "",
        "file_name": f"{paper.type}.{SUFFIX.get(mine.media_type, 'bin')}" if mine else "",
    }


def _plan(
    unit: UnitOfWork, pupil_id: str, told: Sequence[Paper], others: Sequence[str]
) -> list[JsonValue]:
    """Return what the SEN support plan says of outcomes, provision and strategies.

    Reviews and cycles stay out: they hold what the other parent said.
    """
    if not any(one.ref == f"{pupil_id}/{PLAN_SLOT}" for one in told):
        return []
    record = next(one for one in unit.records.of_pupil(pupil_id) if one.slot == PLAN_SLOT)
    plan = load_bytes(SenSupportPlan, record.record)
    lists: Mapping[str, list[str]] = {
        "What we want to reach": [one.outcome for one in plan.outcomes],
        "What is done": [one.what for one in plan.provision],
        "What helps": [one.helps for one in plan.strategies],
    }
    return [
        {"heading": heading, "points": list(texts)}
        for heading, texts in lists.items()
        if texts and not names_another(texts, others)
    ]


def _sent(inside: Inside, unit: UnitOfWork, pupil_id: str) -> Iterator[JsonValue]:
    """Yield who received the pack, and how far it has come; child protection never.

    The days are those of the receipts: a row changes for other reasons, too.
    """
    for one in unit.transfers.all(pupil_id):
        if one.kind != "transfer" or one.inbox != "general":
            continue
        try:
            name = place(inside, unit, one.recipient, inside.clock.now()).name
        except TrustError:  # it has left the directory since
            name = "A school"
        receipts = unit.receipts.of(one.bundle_id, one.recipient, "received")
        steps = {each.kind: parse_receipt(each.content).issued for each in receipts[::-1]}
        yield {
            "to": name,
            "sent": instant_words(one.created_at),
            "steps": [
                f"{words} {instant_words(steps[kind])}"
                for kind, words in STEPS.items()
                if kind in steps
            ],
            "end": ENDS.get(one.state.value, ""),
        }
