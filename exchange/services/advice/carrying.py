"""Carry a request to its body: a sealed pack, or a link with a page and documents sealed to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exchange.bundle.contents import Source
from exchange.domain.access import LABELS, Role
from exchange.ports import Actor, StoredDocument, Transfer, UnitOfWork
from exchange.services.advice.contents import purpose_of, told_child
from exchange.services.advice.model import AdviceRequest
from exchange.services.advice.page import page_view
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.links.making import address, new_blob, new_link, store_link
from exchange.services.links.model import Inviter, Link, Marks, Person, Purpose
from exchange.services.links.pack_view import instant_words
from exchange.services.links.pick_up import Means
from exchange.services.links.shares import Member, view_member, write_share
from exchange.services.pack_contents import SUFFIX
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from exchange.services.sealed_document import SealedDocument
from exchange.services.trust import organisation
from keys.age import Recipient
from keys.links import LinkSecret
from schemas.advice import AdviceAsked, Consent
from schemas.people import Person as Professional
from schemas.statement import BundleKind, FileRole

_LONDON = ZoneInfo("Europe/London")
LATE = timedelta(days=28)
"""How long after its day a request may still be answered through its link."""
SHORTEST, LONGEST = timedelta(days=30), timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Carried:
    """A request on its way; the caller stores it.

    :param store: stores the link with the message that carries it, in a unit of work.
    """

    blobs: tuple[str, ...]
    transfer: Transfer | None = None
    link: Link | None = None
    address: str = ""
    store: Callable[[UnitOfWork, Actor], None] | None = None


def carry_by_pack(
    inside: Inside,
    org_id: str,
    request: AdviceRequest,
    documents: Sequence[StoredDocument],
    lawful_basis: str,
) -> Carried:
    """Seal a request and its documents to the body's own keys.

    :raises DestinationRefused: it is closed or has no valid key.
    """
    sources = [
        record_source(asked_record(inside, org_id, request, documents), "advice-request"),
        *(
            document_source(inside, org_id, number, one)
            for number, one in enumerate(documents, start=1)
        ),
    ]
    order = Order(
        kind=BundleKind.ADVICE,
        purpose=purpose_of(request.purpose).code,
        lawful_basis=lawful_basis,
    )
    transfer = queue_bundle(
        inside, org_id, request.body.org_id or "", "general", request.pupil_id, sources, order
    )
    # Not the pupil's: boards and lists of transfer packs look for those.
    return Carried((transfer.blob,), transfer=replace(transfer, pupil_id=None))


def asked_record(
    inside: Inside, org_id: str, request: AdviceRequest, documents: Sequence[StoredDocument]
) -> AdviceAsked:
    """Return the request as its body reads it."""
    with inside.store.reading(org_id) as unit:
        child = told_child(unit.pupils.get(request.pupil_id))
    us = organisation(inside.directory(), org_id, inside.clock.now()).name
    consent = request.consent
    return AdviceAsked(
        subject=request.pupil_id,
        reference=request.request_id,
        purpose=request.purpose,
        child=child,
        question=request.question,
        wanted=request.wanted_type,
        asked=request.asked_on,
        asked_by=Professional(
            name=request.asked_by, role=_role_words(request.asked_role), organisation=us
        ),
        consent=Consent(
            given_by=consent.given_by,
            given=consent.given,
            how=consent.how,
            note=consent.note or None,
        ),
        due=request.due_on,
        documents=tuple(one.document_id for one in documents),
    )


def _role_words(role: str) -> str:
    """Return a role as people say it."""
    return LABELS[Role(role)] if role in set(Role) else role


def document_source(inside: Inside, org_id: str, number: int, document: StoredDocument) -> Source:
    """Return a document as it goes into a bundle."""
    return Source(
        id=document.document_id,
        path=f"data/documents/{file_name(number, document.type, document.media_type)}",
        role=FileRole.DOCUMENT,
        type=document.type,
        media_type=document.media_type,
        subject=document.pupil_id,
        size=document.size,
        sha256=document.sha256,
        crc32=document.crc32,
        open=SealedDocument(inside, org_id, document.blob).open,
        title=document.title,
        author=document.author or None,
        authored=document.authored,
    )


def file_name(number: int, type_: str, media_type: str) -> str:
    """Return a name that says what a document is, and nothing of anybody."""
    return f"{number:03d}-{type_}.{SUFFIX.get(media_type, 'bin')}"


def carry_by_link(
    inside: Inside,
    org_id: str,
    request: AdviceRequest,
    documents: Sequence[StoredDocument],
    means: Means,
    person: Person,
    inviter: Inviter,
) -> Carried:
    """Seal a page and the documents to a new link; the caller stores it.

    :raises SettingsError: ``share-url-missing``.
    """
    secret, now = LinkSecret.new(), inside.clock.now()
    where = address(means.share_url, secret)
    marks = Marks(Purpose.AGENCY, blob=new_blob(), pack_blob=new_blob())
    life = _life(request, now)
    link = new_link(
        inside,
        secret,
        request.pupil_id,
        person,
        inviter,
        marks,
        member=request.request_id,
        life=life,
    )
    # Which documents lie behind it, in this order: their numbers on the page.
    link = replace(link, made=",".join(one.document_id for one in documents))
    with inside.store.reading(org_id) as unit:
        view = page_view(inside, unit, request, link, documents)
    blobs = (marks.blob, marks.pack_blob)
    try:
        seal_share(inside, org_id, marks.blob, secret.recipient, [view_member(view)])
        papers = [
            paper(inside, org_id, number, one) for number, one in enumerate(documents, start=1)
        ]
        seal_share(inside, org_id, marks.pack_blob, secret.recipient, papers)
    except BaseException:
        for name in blobs:
            inside.blobs.delete(org_id, name)
        raise

    def store(unit: UnitOfWork, actor: Actor) -> None:
        store_link(unit, link, secret, actor)
        if person.mail:
            us = organisation(inside.directory(), org_id, now).name
            facts = {"organisation": us, "link": where, "day": instant_words(link.expires_at)}
            queue_letter(unit, Letter("link-agency", person.mail, facts))

    return Carried(blobs, link=link, address=where, store=store)


def _life(request: AdviceRequest, now: datetime) -> timedelta:
    if request.wanted_by is None:
        return timedelta(days=70)
    return min(max(open_until(request.wanted_by) - now, SHORTEST), LONGEST)


def open_until(wanted_by: date) -> datetime:
    """Return until when the link of a request works at least, by the last day for its answer."""
    return datetime.combine(wanted_by, time(23, 59), _LONDON) + LATE


def seal_share(
    inside: Inside, org_id: str, blob: str, recipient: Recipient, members: Sequence[Member]
) -> None:
    """Seal a page, or the documents behind it, to a link, as a new blob."""
    with inside.blobs.create(org_id, blob) as writer:
        write_share(writer.file, recipient, members)
        writer.commit()


def paper(inside: Inside, org_id: str, number: int, document: StoredDocument) -> Member:
    """Return a document as it lies behind a link, by its number on the page."""
    sealed = SealedDocument(inside, org_id, document.blob)
    return Member(str(number), document.media_type, document.size, sealed.open)
