"""What a family said, on their page, in a conversation or on paper: taken in the same way.

A wish is agreement or disagreement, never the lawful basis. Of several members of a family the one
who refuses is heard: nobody's yes stands over another's no (``family_noes``). Their own words
become a document that goes only where they say so.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from exchange.bundle.at_rest import seal_stream
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import EVERYBODY, Said, Wanted, Wish
from exchange.domain.family import MAY_BE_TOLD
from exchange.errors import NotFound, UsageError, Wrapped
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.links.family_noes import no_of_another
from exchange.services.links.family_view import types_of
from exchange.services.links.members import (
    MOST_CORRECTIONS,
    Correction,
    Member,
    get_member,
    keep_member,
)
from exchange.services.links.model import Link
from exchange.services.record_disclosure import wish
from schemas.errors import SchemaError

HowTold = Literal["link", "conversation", "telephone", "paper-form"]
HOW: tuple[HowTold, ...] = ("conversation", "telephone", "paper-form")
WANTS: tuple[Wanted, ...] = ("agrees", "refuses")
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody of a family said.

    :param wishes: reference of a paper to ``agrees`` or ``refuses``.
    :param views: their own words; ``may_send`` whether these may go to the next school.
    :param correction: what they say is wrong.
    :param how: how it reached the school.
    """

    wishes: Mapping[str, Wanted] = field(default_factory=dict, hash=False)
    views: str = ""
    may_send: bool = False
    correction: str = ""
    how: HowTold = "link"


def take_in(inside: Inside, org_id: str, member_id: str, told: Told, actor: Actor) -> Member:
    """Take in what one member of a family said.

    :param actor: the member (``Member.actor``), or who wrote it down for them.
    :raises NotFound: ``document-unknown``: about something of which they are told nothing.
    :raises UsageError: ``text-too-long``, ``nothing-said``, ``wish-unclear``.
    """
    _check(told)
    with inside.store.reading(org_id) as unit:
        one = get_member(unit, member_id)
        _require_known(unit, one, told)
    for ref, wants in told.wishes.items():
        _wish(inside, org_id, one, ref, wants, actor)
    words = _seal_words(inside, org_id, one, told, actor) if told.views.strip() else None
    try:
        with inside.store.unit(org_id) as unit:
            after = _keep(unit, get_member(unit, member_id), told, words, actor, inside.clock.now())
            unit.commit()
    except BaseException:
        if words is not None:
            inside.blobs.delete(org_id, words.blob)
        raise
    if words is not None and after.views_document != words.document_id:
        inside.blobs.delete(org_id, words.blob)
    return after


def mark_corrected(
    inside: Inside, org_id: str, member_id: str, correction_id: str, answer: str, actor: Actor
) -> Member:
    """Answer a wish for a correction; the answer stands on the person's page.

    :raises NotFound: ``item-unknown``. :raises UsageError: ``nothing-said``, ``text-too-long``.
    """
    if not answer.strip():
        raise UsageError("nothing-said", "/answer", "Say what you did, or why not.")
    _short(answer, "/answer")
    with inside.store.unit(org_id) as unit:
        before = get_member(unit, member_id)
        if all(one.correction_id != correction_id for one in before.corrections):
            raise NotFound("item-unknown")
        after = replace(
            before,
            corrections=tuple(
                replace(one, done=answer.strip()) if one.correction_id == correction_id else one
                for one in before.corrections
            ),
        )
        keep_member(unit, after, inside.clock.now())
        unit.audit.record(actor, "family.correction-answered", "family-member", member_id)
        unit.commit()
    return after


def _check(told: Told) -> None:
    for path, text in (("/views", told.views), ("/correction", told.correction)):
        _short(text, path)
    if any(wants not in WANTS for wants in told.wishes.values()):
        raise UsageError("wish-unclear", "/wishes", "Choose one of the answers.")
    if not told.wishes and not told.views.strip() and not told.correction.strip():
        raise UsageError("nothing-said", "/views", "Write or choose something first.")


def _short(text: str, path: str) -> None:
    if len(text) > LONGEST:
        raise UsageError("text-too-long", path, f"Use at most {LONGEST:,} characters.")


def _require_known(unit: UnitOfWork, one: Member, told: Told) -> None:
    if not told.wishes:
        return
    if not _known(unit, one.pupil_id).issuperset(told.wishes):
        raise NotFound("document-unknown", "/wishes")


def _known(unit: UnitOfWork, pupil_id: str) -> set[str]:
    """Return the papers of which somebody may have been told, now or when they looked.

    That one is not to be sent just now, or was marked meanwhile, takes nobody's no away: it may
    be sent again tomorrow.
    """
    try:
        return {ref for ref, type_ in types_of(unit, pupil_id) if type_ in MAY_BE_TOLD}
    except SchemaError as error:
        raise Wrapped.of(error, "/records") from None


def said_by_link(inside: Inside, org_id: str, link: Link, told: Told) -> None:
    """Take in what was said through a link; a paper that is gone takes nothing else with it.

    :raises UsageError: as :func:`take_in`; ``nothing-said``: it was about what is gone alone.
    """
    with inside.store.reading(org_id) as unit:
        one = get_member(unit, link.member)
        known = _known(unit, one.pupil_id) if told.wishes else set()
    there = {ref: wants for ref, wants in told.wishes.items() if ref in known}
    take_in(inside, org_id, one.member_id, replace(told, wishes=there), one.actor)


def _wish(inside: Inside, org_id: str, one: Member, ref: str, wants: Wanted, actor: Actor) -> None:
    """Record a wish, unless it is a yes and somebody else of the family refuses."""
    if wants == "agrees":
        with inside.store.reading(org_id) as unit:
            if no_of_another(unit, one, ref):
                return
    wish(inside, org_id, ref, {one.speaker: wants}, actor)


def _keep(
    unit: UnitOfWork,
    before: Member,
    told: Told,
    words: StoredDocument | None,
    actor: Actor,
    now: datetime,
) -> Member:
    """Keep the words and where they are in one commit: else a copy of them would go for ever."""
    made = replace(before, said={**before.said, **told.wishes})
    if words is not None:
        kept = _keep_words(unit, before, words, actor, now)
        made = replace(made, views=told.views.strip(), views_document=kept)
    if told.correction.strip():
        new = Correction(str(uuid.uuid4()), told.correction.strip(), now)
        made = replace(made, corrections=_with(before.corrections, new))
    keep_member(unit, made, now)
    detail = {"how": told.how, "wishes": str(len(told.wishes))}
    unit.audit.record(actor, "family.said", "family-member", before.member_id, detail=detail)
    return made


def _keep_words(
    unit: UnitOfWork, before: Member, words: StoredDocument, actor: Actor, now: datetime
) -> str:
    """Keep somebody's words, and return which document they are.

    The same words again are the same document: what was put aside of them once, or an answer that
    was taken in twice, would else keep them back for good.
    """
    same = (words.sha256, words.type, words.author)
    again = next(
        (
            one
            for one in unit.documents.of_pupil(before.pupil_id)
            if (one.sha256, one.type, one.author) == same
        ),
        None,
    )
    if again is None or again.document_id != before.views_document:
        _put_aside(unit, before, actor, now)
    if again is None:
        unit.documents.add(words)
        detail = {"pupil": before.pupil_id}
        unit.audit.record(actor, "document.attached", "document", words.document_id, detail=detail)
        return words.document_id
    said = replace(again.said, wishes=(*again.said.wishes, *words.said.wishes))
    unit.documents.update(replace(again, authored=words.authored, said=said))
    unit.audit.record(actor, "document.wish", "document", again.document_id)
    return again.document_id


def _with(before: tuple[Correction, ...], new: Correction) -> tuple[Correction, ...]:
    """Return the corrections with one more; of very many the oldest that was answered goes.

    Where none was answered the page itself takes no more, and says so. What still waits in the
    same words is one wish: somebody tried again, or an answer was taken in twice.
    """
    if any(one.text == new.text and not one.done for one in before):
        return before
    if len(before) >= MOST_CORRECTIONS:
        answered = next((one for one in before if one.done), None)
        if answered is None:
            return before
        before = tuple(one for one in before if one is not answered)
    return (*before, new)


def _seal_words(
    inside: Inside, org_id: str, one: Member, told: Told, actor: Actor
) -> StoredDocument:
    """Seal somebody's own words, and return the document that they are to be."""
    now = inside.clock.now()
    content = told.views.strip().encode("utf-8")
    compartment = inside.vault.compartment(org_id, "general")
    document_id = str(uuid.uuid4())
    blob = compartment.tag("blob", document_id.encode("ascii"))
    with inside.blobs.create(org_id, blob) as writer:
        source = io.BytesIO(content)
        digests = seal_stream(source, writer.file, compartment.recipient, len(content))
        writer.commit()
    pupil = one.speaker == "pupil"
    choice: Wanted = "agrees" if told.may_send else "refuses"
    return StoredDocument(
        document_id=document_id,
        pupil_id=one.pupil_id,
        blob=blob,
        size=digests.size,
        created_at=now,
        type="pupil-views" if pupil else "parent-views",
        title="The young person's views" if pupil else "Parent's views",
        author=one.name,
        authored=london_day(now),
        media_type="text/plain",
        file_name="views.txt",
        sha256=digests.sha256,
        crc32=digests.crc32,
        said=_choice(one, choice, actor, now),
    )


def _choice(one: Member, wants: Wanted, actor: Actor, now: datetime) -> Said:
    return Said(wishes=(Wish(one.speaker, wants, EVERYBODY, actor.name, actor.role, now),))


def _put_aside(unit: UnitOfWork, one: Member, actor: Actor, now: datetime) -> None:
    """Let the words before stay here and go nowhere."""
    try:
        before = unit.documents.get(one.views_document)
    except NotFound:  # none, or staff removed it
        return
    refused = _choice(one, "refuses", actor, now).wishes
    said = replace(before.said, wishes=(*before.said.wishes, *refused))
    unit.documents.update(replace(before, said=said))
    unit.audit.record(actor, "document.wish", "document", before.document_id)
