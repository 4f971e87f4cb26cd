"""Decide about a request for a copy, and make the copy: one PDF, locked with a passphrase.

The copy is made in memory and kept nowhere; it can be made again. What the book keeps is who
decided, which documents went, and the digest of what was handed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor, StoredDocument, StoredPupil, UnitOfWork
from exchange.ports.locking import Locker
from exchange.ports.papers import Front, PackMaker, Paper
from exchange.services.inside import Inside
from exchange.services.links.pack_view import day_words, label_of
from exchange.services.sealed_document import SealedDocument
from exchange.services.subject_access.contents import Holding, holding_of
from exchange.services.subject_access.model import (
    Request,
    get_request,
    keep_given,
    require_still_entitled,
    words_of,
)
from exchange.services.trust import organisation
from keys.phrases import BITS, new_passphrase
from schemas.base import load_bytes
from schemas.pupil import Pupil

__all__ = ["BITS", "Copy", "Decision", "Means", "decide_and_make", "new_passphrase"]

_HEADINGS = {"pupil": "Who you are to the school", "ehc-plan": "EHC plan"}


@dataclass(frozen=True, slots=True)
class Means:
    """What makes the copy."""

    maker: PackMaker
    locker: Locker


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided, having read it.

    :param documents: ids of those that go.
    :param address: whether the home address and the pupil's own numbers go.
    """

    documents: frozenset[str]
    address: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy, locked.

    :param missing: titles of documents of which a page says that they could not be put in.
    """

    content: bytes = field(repr=False)
    sha256: str
    pages: int
    missing: tuple[str, ...]


def decide_and_make(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    request_id: str,
    decision: Decision,
    passphrase: str,
    means: Means,
    actor: Actor,
) -> Copy:
    """Make the copy and note the decision; whoever decides hands it over.

    :param passphrase: as :func:`keys.phrases.new_passphrase` makes it; kept nowhere.
    :raises NotFound: ``item-unknown``, ``pupil-unknown``.
    :raises UsageError: ``passphrase-weak``.
    :raises Refused: ``not-entitled``: who asked may not have it any more.
    :raises Conflict: ``documents-changed``: one of those that were ticked may not go any more.
    :raises FormatError: ``pack-not-made``, ``pack-too-large``.
    """
    if len(passphrase.replace("-", "")) < 20:
        raise UsageError("passphrase-weak", "/passphrase", "Take the passphrase of the page.")
    now = inside.clock.now()
    today = london_day(now)
    with inside.store.reading(org_id) as unit:
        request = replace(
            get_request(unit, pupil_id, request_id),
            decided_by=actor.name,
            decided_role=actor.role,
            decided_at=now,
        )
        require_still_entitled(unit, request, today)
        holding = holding_of(inside, unit, request, address=decision.address)
        stored = unit.pupils.get(pupil_id)
    chosen = _chosen(holding, decision.documents)
    school = organisation(inside.directory(), org_id, now).name
    front = _front(request, stored, holding, chosen, school, today)
    pack = means.maker.pack(front, [_paper(inside, org_id, one) for one in chosen])
    try:
        content = means.locker.lock(pack.data, passphrase)
    finally:
        pack.data.close()
    sha256 = hashlib.sha256(content).hexdigest()
    given = tuple(one.document_id for one in chosen)
    with inside.store.unit(org_id) as unit:
        # Decided again: somebody may have marked something while the copy was being made.
        _chosen(holding_of(inside, unit, request, address=decision.address), decision.documents)
        _note(inside, unit, replace(request, given=given, sha256=sha256), actor)
    missing = tuple(
        one.title for one, line in zip(chosen, pack.index, strict=True) if line.how == "missing"
    )
    return Copy(content, sha256, pack.pages, missing)


def _chosen(holding: Holding, wanted: Collection[str]) -> list[StoredDocument]:
    found = [one.document for one in holding.documents if one.document.document_id in wanted]
    if len(found) != len(set(wanted)):
        hint = "What may be given was changed meanwhile. Look again, then decide."
        raise Conflict("documents-changed", "/documents", hint)
    return found


def _note(inside: Inside, unit: UnitOfWork, decided: Request, actor: Actor) -> None:
    now = inside.clock.now()
    fresh = get_request(unit, decided.pupil_id, decided.request_id)
    require_still_entitled(unit, fresh, london_day(now))
    keep_given(unit, replace(decided, item=fresh.item), now)
    unit.audit.record(
        actor,
        "subject-access.given",
        "subject-access",
        decided.request_id,
        detail={
            "pupil": decided.pupil_id,
            "documents": str(len(decided.given)),
            "sha256": decided.sha256,
        },
    )
    unit.commit()


def _front(
    request: Request,
    stored: StoredPupil,
    holding: Holding,
    chosen: Sequence[StoredDocument],
    school: str,
    today: date,
) -> Front:
    going = {one.document_id for one in chosen}
    sections = [
        {
            "heading": _HEADINGS.get(one.slot) or one.slot.replace("-", " ").capitalize(),
            "facts": [[label, text] for label, text in one.lines],
        }
        for one in holding.sections
        if one.document is None or one.document in going
    ]
    if holding.sent_to:
        sections.append({"heading": "Who was sent a pack", "points": list(holding.sent_to)})
    stays = [
        (label_of(one.document.type), "It stays until somebody has decided about it.")
        for one in holding.documents
        if one.may_be_named and one.document.document_id not in going
    ]
    return Front(
        title="Copy of what is kept",
        organisation=school,
        made=day_words(today),
        facts=(*words_of(request).items(), ("Asked on", day_words(request.asked_on))),
        summary={
            "lead": "This is what the school keeps and may give to you. Each paper follows.",
            "sections": sections,  # type: ignore[dict-item]
        },
        reference=request.request_id[:8],
        name=load_bytes(Pupil, stored.record).names.display,
        missing=stays,
    )


def _paper(inside: Inside, org_id: str, one: StoredDocument) -> Paper:
    return Paper(
        title=one.title,
        kind=label_of(one.type),
        author=one.author,
        authored=day_words(one.authored) if one.authored else "",
        media_type=one.media_type,
        open=SealedDocument(inside, org_id, one.blob, one.file_name, one.compartment).open,
        code=one.type,
    )
