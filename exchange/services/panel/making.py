"""Put ordered packs together and keep them sealed: a chore of the worker.

What may go in is decided once more at this moment. The papers are opened one after the other, the
pack exists in memory alone, and only its sealed form is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from exchange.bundle.at_rest import seal_stream
from exchange.errors import Conflict, ExchangeError, NotFound
from exchange.ports import Actor
from exchange.ports.papers import Front, Pack, PackMaker, Paper
from exchange.ports.render import Renderer
from exchange.services.cases import case
from exchange.services.inside import Inside
from exchange.services.panel.choosing import chosen, may_use, papers_of
from exchange.services.panel.codec import PACK, pack_item, read_pack
from exchange.services.panel.fronting import front_of, paper_of
from exchange.services.panel.keeping import meeting_of
from exchange.services.panel.model import Line, PanelPack
from exchange.services.panel.ordering import get_pack, no_longer_fits, packs_of, put_pack
from exchange.services.panel.requested import (
    REQUEST,
    SUMMED_UP,
    TOLD_OF,
    for_panel,
    request_of,
    request_paper,
)
from keys.errors import KeysError

log = logging.getLogger("senx.worker")
MAKER = Actor("worker", "machine")
MOST_BYTES = 512 * 1024 * 1024
_MOST_ATTEMPTS = 3
_LEASE = timedelta(minutes=10)
"""A pack that was begun and not finished by then was begun by a worker that died."""


class PanelPackMaker:
    """Makes the packs of every authority of this node that were ordered."""

    def __init__(self, inside: Inside, maker: PackMaker, renderer: Renderer) -> None:
        self._inside, self._maker, self._renderer = inside, maker, renderer

    def due(self, org_id: str, limit: int = 20) -> Sequence[str]:
        """Return the ids of packs that wait to be made."""
        with self._inside.store.reading(org_id) as unit:
            return unit.items.due(PACK, self._inside.clock.now(), limit)

    def advance(self, org_id: str, pack_id: str) -> None:
        """Make one pack; what goes wrong is kept with it as a code."""
        begun = self._claim(org_id, pack_id)
        if begun is None:
            return
        try:
            self._make(org_id, begun)
        except (ExchangeError, KeysError) as error:
            log.warning("panel-pack=%s outcome=%s", pack_id, error.code)
            self._failed(org_id, begun, error.code)

    def _claim(self, org_id: str, pack_id: str) -> PanelPack | None:
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            try:
                item = unit.items.get(PACK, pack_id)
            except NotFound:
                return None
            before = read_pack(item)
            if not before.is_coming or item.due_at is None or item.due_at > now:
                return None  # another worker has it
            gone_wrong = before.attempts >= _MOST_ATTEMPTS
            begun = replace(
                before,
                state="failed" if gone_wrong else "making",
                code="pack-not-made" if gone_wrong else "",
                attempts=before.attempts + 1,
                updated_at=now,
            )
            due = None if gone_wrong else now + _LEASE
            stored = unit.items.update(replace(pack_item(begun), due_at=due))
            outcome = "refused" if gone_wrong else "done"
            unit.audit.record(MAKER, "panel-pack.begun", "panel-pack", pack_id, outcome)
            unit.commit()
        self._drop_earlier(org_id, begun)
        return None if gone_wrong else replace(begun, version=stored.version)

    def _make(self, org_id: str, begun: PanelPack) -> None:
        inside = self._inside
        ready, front, papers = self._chosen(org_id, begun)
        made = self._maker.pack(front, papers)
        compartment = inside.vault.compartment(org_id, "general")
        blob = self._blob(org_id, begun.pack_id, begun.attempts)
        with made.data as source, inside.blobs.create(org_id, blob) as writer:
            seal_stream(source, writer.file, compartment.recipient, MOST_BYTES)
            writer.commit()
        kept = False
        try:
            replaced = self._keep(org_id, ready, made, blob)
            kept = True
        finally:
            if not kept:
                inside.blobs.delete(org_id, blob)
        for name in replaced:
            inside.blobs.delete(org_id, name)

    def _blob(self, org_id: str, pack_id: str, attempt: int) -> str:
        """Return where one try lies: a worker that comes late never touches another's."""
        compartment = self._inside.vault.compartment(org_id, "general")
        return compartment.tag("blob", f"panel-pack:{pack_id}:{attempt}".encode())

    def _drop_earlier(self, org_id: str, begun: PanelPack) -> None:
        """Remove what workers that died had sealed of this pack; nothing names it."""
        for attempt in range(1, begun.attempts):
            self._inside.blobs.delete(org_id, self._blob(org_id, begun.pack_id, attempt))

    def _chosen(self, org_id: str, begun: PanelPack) -> tuple[PanelPack, Front, Sequence[Paper]]:
        """Return what goes in, decided at this moment; the lines name it and have no page yet."""
        inside = self._inside
        with inside.store.reading(org_id) as unit:
            held = case(unit, begun.case_id)
        asked = request_of(inside, org_id, held)
        with inside.store.reading(org_id) as unit:
            held = case(unit, begun.case_id)
            found = chosen(papers_of(inside, unit, held), begun.documents)
            may = may_use(inside, unit, held)
            if asked is not None:
                asked = for_panel(asked, found, lambda slot: not may(slot))
            if not may(REQUEST):
                asked = None
            meeting = meeting_of(unit, begun.case_id, inside.clock.now())
            front = front_of(inside, unit, held, begun, found, meeting, asked)
        papers = [paper_of(inside, org_id, one) for one in found]
        ids = [one.document_id for one in found]
        if asked is not None:
            papers.insert(0, request_paper(held, asked, front, self._renderer))
            ids.insert(0, REQUEST)
        ready = replace(
            begun,
            state="ready",
            left_out=tuple(one for one in begun.documents if one not in ids),
            told_of=tuple(one for one in (SUMMED_UP if asked is None else TOLD_OF) if may(one)),
            lines=tuple(Line(one, 0, "", 0, 0, "", "") for one in ids),
        )
        return ready, front, papers

    def _keep(self, org_id: str, begun: PanelPack, made: Pack, blob: str) -> Sequence[str]:
        """Show the new pack in place of the older ones; return their blobs."""
        now = self._inside.clock.now()
        ready = replace(
            begun,
            lines=tuple(
                Line(
                    one.document_id,
                    line.number,
                    line.title,
                    line.first_page,
                    line.pages,
                    line.how,
                    line.why,
                )
                for one, line in zip(begun.lines, made.index, strict=True)
            ),
            blob=blob,
            size=made.size,
            pages=made.pages,
            updated_at=now,
        )
        with self._inside.store.unit(org_id) as unit:
            # What was marked while it was made: it is not shown, and the next one is without it.
            if no_longer_fits(self._inside, unit, ready):
                raise Conflict("papers-changed", "/papers", "Make the pack again.")
            older = [one for one in packs_of(unit, begun.case_id) if one.is_ready]
            for one in older:
                put_pack(unit, replace(one, state="gone", blob="", updated_at=now))
            put_pack(unit, ready)
            detail = {"pages": str(made.pages), "papers": str(len(ready.lines))}
            unit.audit.record(MAKER, "panel-pack.made", "panel-pack", begun.pack_id, detail=detail)
            unit.commit()
        return [one.blob for one in older if one.blob]

    def _failed(self, org_id: str, begun: PanelPack, code: str) -> None:
        """Keep why a try failed, if it is still the newest one."""
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            before = get_pack(unit, begun.pack_id)
            if not before.is_coming or before.attempts != begun.attempts:
                return
            put_pack(unit, replace(before, state="failed", code=code, updated_at=now))
            unit.audit.record(
                MAKER, "panel-pack.failed", "panel-pack", begun.pack_id, "refused", {"code": code}
            )
            unit.commit()
