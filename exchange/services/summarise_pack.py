"""A pack as its reader sees it: the summary first, then records and documents, and what is new.

Opening it is a line in the book. Child protection is not shown here, whoever asks: a pack for the
safeguarding lead is refused as if it were not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from exchange.bundle.opening import OpenedBundle
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import is_cp
from exchange.domain.readiness import is_out_of_date
from exchange.domain.summary import Summary, summarise
from exchange.domain.transfer import State
from exchange.errors import NotFound
from exchange.ports import Actor, Arrival, UnitOfWork
from exchange.services.check_arrival import Check, Checks, checks_of
from exchange.services.inside import Inside
from exchange.services.kept_statement import where_open
from exchange.services.mark_used import Use, use_of
from exchange.services.open_pack import open_pack, sender_of
from exchange.services.show_pack import note_view
from exchange.services.take_in import exceptions_of
from schemas.base import Record, load_bytes
from schemas.envelope import Envelope
from schemas.pupil import Pupil
from schemas.recipient import InboxName
from schemas.records import RECORDS
from schemas.statement import FileEntry, FileRole, Statement

READABLE = frozenset({State.VERIFIED, State.ACCEPTED, State.IMPORTED})
"""States in which a pack's contents are here and were checked."""


@dataclass(frozen=True, slots=True)
class PaperView:
    """One document of a pack.

    :param new: not in the pack that this one updates.
    :param old: past its shelf life; amber, it may still be right.
    :param exception: what the sender was told of it, or empty.
    """

    id: str
    type: str
    title: str
    author: str
    authored: date | None
    size: int
    media_type: str
    file_name: str
    new: bool
    old: bool
    check: Check
    used_at: datetime | None
    exception: str


@dataclass(frozen=True, slots=True)
class PackPage:
    """What the page of a pack shows.

    :param summary: None where the pack holds no pupil's record.
    :param record_ids: how the statement names the records, in their order.
    :param changed: schema names of the records that are new in an update; None: it is no update.
    """

    arrival: Arrival
    sender_name: str
    issued: datetime
    purpose: str
    summary: Summary | None
    pupil: Pupil | None
    records: tuple[Record, ...]
    record_ids: tuple[str, ...]
    documents: tuple[PaperView, ...]
    changed: tuple[str, ...] | None


def general_arrival(unit: UnitOfWork, bundle_id: str) -> Arrival:
    """Return an arrival of the general inbox whose sender is certain.

    :raises NotFound: ``arrival-unknown``; also for a pack of the safeguarding lead, or a message.
    :raises Conflict: ``arrival-ambiguous``.
    """
    arrival = unit.arrivals.by_bundle(bundle_id)
    if arrival.kind not in (None, "transfer", "report", "ehc-request", "advice"):
        raise NotFound("arrival-unknown")
    if _inbox(arrival) is not InboxName.GENERAL:
        raise NotFound("arrival-unknown")
    return arrival


def _inbox(arrival: Arrival) -> InboxName:
    return load_bytes(Envelope, arrival.envelope).inbox


def read_pack(inside: Inside, org_id: str, bundle_id: str, actor: Actor) -> PackPage:
    """Open a pack for its reader; the look is noted first.

    :raises NotFound: ``arrival-unknown``, ``contents-gone``: rejected, destroyed, or not here yet.
    :raises BundleError: a check failed.
    """
    with inside.store.reading(org_id) as unit:
        arrival = general_arrival(unit, bundle_id)
        if arrival.state not in READABLE:
            raise NotFound("contents-gone")
        checks, use = checks_of(unit, arrival), use_of(unit, arrival)
        told = exceptions_of(unit, arrival)
        before = _superseded(inside, org_id, unit, arrival)
    note_view(inside, org_id, arrival, actor)
    with open_pack(inside, org_id, arrival) as opened:
        return _page(inside, arrival, opened, _Seen(checks, use, told, before))


@dataclass(frozen=True, slots=True)
class _Seen:
    checks: Checks
    use: Use
    exceptions: Mapping[str, str]
    before: frozenset[str] | None


def _page(inside: Inside, arrival: Arrival, opened: OpenedBundle, seen: _Seen) -> PackPage:
    today = london_day(inside.clock.now())
    found = list(opened.records(RECORDS))
    records = tuple(one for _, one in found)
    pupil = next((one for one in records if isinstance(one, Pupil)), None)
    changed = None
    if seen.before is not None:
        changed = tuple(type(one).__name__ for file, one in found if file.sha256 not in seen.before)
    return PackPage(
        arrival=arrival,
        sender_name=sender_of(inside, arrival).name,
        issued=opened.statement.issued,
        purpose=opened.statement.purpose,
        summary=summarise(pupil, records, today) if pupil else None,
        pupil=pupil,
        records=records,
        record_ids=tuple(file.id for file, _ in found),
        documents=tuple(
            _paper(one, seen, today)
            for one in opened.statement.files
            if one.role is FileRole.DOCUMENT and not is_cp(one.type, today)
        ),
        changed=changed,
    )


def _paper(one: FileEntry, seen: _Seen, today: date) -> PaperView:
    check = seen.checks.of(one.id)
    return PaperView(
        id=one.id,
        type=one.type,
        title=one.title or "",
        author=one.author or "",
        authored=one.authored,
        size=one.size,
        media_type=check.media_type or one.media_type,
        file_name=one.path.rpartition("/")[2],
        new=seen.before is not None and one.sha256 not in seen.before,
        old=one.authored is not None and is_out_of_date(one.type, one.authored, today),
        check=check,
        used_at=seen.use.first.get(one.id),
        exception=seen.exceptions.get(one.id, ""),
    )


def _superseded(
    inside: Inside, org_id: str, unit: UnitOfWork, arrival: Arrival
) -> frozenset[str] | None:
    """Return the digests of the pack that this one updates, or None where it updates none here."""
    if arrival.supersedes is None:
        return None
    before = unit.arrivals.find(arrival.sender, arrival.supersedes)
    if before is None or not before.statement:
        return None
    signed = where_open(inside, org_id, before.statement)  # its sender names it: it may be a lead's
    if signed is None:
        return None
    return frozenset(one.sha256 for one in load_bytes(Statement, signed).files)
