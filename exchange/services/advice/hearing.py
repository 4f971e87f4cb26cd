"""What became of what was sent: packs that bodies have, and files whose sending nobody heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from exchange.domain.clocks import london_day
from exchange.domain.transfer import State as PackState
from exchange.ports import Actor
from exchange.services.advice.model import KIND, State, request_from
from exchange.services.advice.reports import KIND as REPORT
from exchange.services.advice.reports import Step, report_from
from exchange.services.advice.said import keep
from exchange.services.inside import Inside
from exchange.services.links.agency_files import KIND as AGENCY_UPLOAD
from exchange.services.links.agency_files import SENT, blobs_of
from exchange.services.links.model import ANSWER
from schemas.base import load_bytes
from schemas.receipt import Receipt

WORKER = Actor("worker", "machine")
_UNHEARD = timedelta(hours=1)


def drop_unheard(inside: Inside, org_id: str) -> int:
    """Remove files whose sending was not taken in: the request was cancelled meanwhile."""
    before = inside.clock.now() - _UNHEARD
    with inside.store.reading(org_id) as unit:
        sent = [one for one in unit.items.all(AGENCY_UPLOAD, SENT) if one.updated_at < before]
        if not sent:
            return 0
        # An answer that waits to be taken in names its files where only we can read it.
        waits = {str(one.clear.get("link", "")) for one in unit.items.all(ANSWER)}
        taking = {
            file.source
            for one in unit.items.all(REPORT, Step.TAKING.value)
            for file in report_from(one).files
        }
    gone = [
        one
        for one in sent
        if one.item_id not in taking and str(one.clear.get("link", "")) not in waits
    ]
    for one in gone:
        with inside.store.unit(org_id) as unit:
            unit.items.remove(AGENCY_UPLOAD, one.item_id)
            about = str(one.clear.get("link", ""))
            unit.audit.record(WORKER, "agency.file-dropped", "link", about)
            unit.commit()
        for name in blobs_of(one):
            inside.blobs.delete(org_id, name)
    return len(gone)


_THERE = frozenset(
    {PackState.COLLECTED, PackState.VERIFIED, PackState.ACCEPTED, PackState.IMPORTED}
)


def hear_of_packs(inside: Inside, org_id: str) -> int:
    """Note of requests that went by pack that their body has them; its clock runs from that day."""
    done = 0
    with inside.store.reading(org_id) as unit:
        sent = [request_from(one) for one in unit.items.all(KIND, State.SENT.value)]
        there = [
            (one, pack)
            for one in sent
            if one.bundle_id
            for pack in (unit.transfers.get(one.bundle_id),)
            if pack.state in _THERE
        ]
        # When the body signed for it, not when we came to hear of that: its weeks run from then.
        days = {
            one.request_id: min(
                (
                    load_bytes(Receipt, each.content).issued
                    for each in unit.receipts.of(pack.bundle_id, pack.recipient, "received")
                ),
                default=pack.updated_at,
            )
            for one, pack in there
        }
    for one, _ in there:
        at = days[one.request_id]
        with inside.store.unit(org_id) as unit:
            newest = request_from(unit.items.get(KIND, one.request_id))
            if newest.state is State.SENT:
                told = replace(newest, state=State.OPENED, received_on=london_day(at))
                keep(unit, told, inside.clock.now())
                unit.audit.record(WORKER, "advice.opened", "advice", one.request_id)
                unit.commit()
                done += 1
    return done
