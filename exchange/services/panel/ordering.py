"""Order a pack for a case; see what was ordered; and see that it still may be read.

A newer pack takes the place of the older one when it is made, not before: nobody sits in a meeting
without one. A pack in which something was marked or removed since is shown to nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.services.cases import case
from exchange.services.inside import Inside
from exchange.services.panel.choosing import chosen, may_use, papers_of
from exchange.services.panel.codec import PACK, pack_item, read_pack
from exchange.services.panel.model import PanelPack
from exchange.services.panel.requested import REQUEST

QUESTIONS = ("assess", "plan")
LONGEST_NOTE = 2000
MOST_PAPERS = 300


def order_pack(
    inside: Inside,
    org_id: str,
    case_id: str,
    documents: Sequence[str],
    actor: Actor,
    *,
    question: str = "assess",
    note: str = "",
) -> PanelPack:
    """Order a pack; the worker makes it.

    :param documents: ids of papers in the order in which they are to stand.
    :param note: what the caseworker wants the panel to know first.
    :raises NotFound: ``case-unknown``.
    :raises UsageError: ``papers-missing``: none was chosen; ``paper-not-to-choose``: one may not
        go in; ``text-too-long``; ``question-unknown``; ``too-many-papers``.
    :raises Conflict: ``pack-coming``: one is being made.
    """
    note = note.replace("\r\n", "\n").strip()
    _require(documents, question, note)
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        held = case(unit, case_id)
        if any(one.is_coming for one in packs_of(unit, case_id)):
            raise Conflict("pack-coming", "/pack", "One is being made. Wait until it is ready.")
        found = chosen(papers_of(inside, unit, held), documents)
        if len(found) != len(set(documents)):
            hint = "Something was marked or removed since you looked. Look again."
            raise UsageError("paper-not-to-choose", "/papers", hint)
        made = PanelPack(
            pack_id=str(uuid.uuid4()),
            case_id=case_id,
            state="waiting",
            documents=tuple(one.document_id for one in found),
            question=question,
            note=note,
            ordered_by=actor.name,
            ordered_at=now,
            updated_at=now,
        )
        unit.items.add(pack_item(made))
        detail = {"case": case_id, "papers": str(len(found))}
        unit.audit.record(actor, "panel-pack.ordered", "panel-pack", made.pack_id, detail=detail)
        for one in found:
            if one.asks:  # the tick is a decision, and this is whose
                about = {"pack": made.pack_id, "code": one.asks}
                unit.audit.record(
                    actor, "panel-pack.paper-chosen", "document", one.document_id, detail=about
                )
        unit.commit()
    return made


def _require(documents: Sequence[str], question: str, note: str) -> None:
    if not documents:
        raise UsageError("papers-missing", "/papers", "Choose at least one paper.")
    if len(documents) > MOST_PAPERS:
        raise UsageError("too-many-papers", "/papers", f"Choose {MOST_PAPERS} papers at most.")
    if question not in QUESTIONS:
        raise UsageError("question-unknown", "/question", "Choose what the panel is asked.")
    if len(note) > LONGEST_NOTE:
        raise UsageError("text-too-long", "/note", f"Use {LONGEST_NOTE:,} characters at most.")


def packs_of(unit: UnitOfWork, case_id: str) -> Sequence[PanelPack]:
    """Return the packs of a case, oldest first."""
    return [read_pack(one) for one in unit.items.about(PACK, case_id)]


def current_pack(unit: UnitOfWork, case_id: str) -> PanelPack | None:
    """Return the pack that the panel reads, or None."""
    ready = [one for one in packs_of(unit, case_id) if one.is_ready]
    return ready[-1] if ready else None


def get_pack(unit: UnitOfWork, pack_id: str) -> PanelPack:
    """Return one pack.

    :raises NotFound: ``pack-unknown``.
    """
    try:
        return read_pack(unit.items.get(PACK, pack_id))
    except NotFound:
        raise NotFound("pack-unknown") from None


def no_longer_fits(inside: Inside, unit: UnitOfWork, made: PanelPack) -> frozenset[str]:
    """Return what is in a pack and may not be in it any more: marked, or removed.

    Papers by their ids, records that its request or its summary tells of by their slots.
    """
    held = case(unit, made.case_id)
    papers, may = papers_of(inside, unit, held), may_use(inside, unit, held)
    lines = {one.document_id for one in made.lines if one.document_id != REQUEST}
    gone = {one for one in lines if papers.of(one) is None}
    return frozenset(gone | {slot for slot in made.told_of if not may(slot)})


def put_pack(unit: UnitOfWork, changed: PanelPack) -> PanelPack:
    """Replace a pack in the caller's unit of work, who writes the book and commits."""
    stored = unit.items.update(pack_item(changed))
    return replace(changed, version=stored.version)
