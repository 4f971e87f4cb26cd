"""Send a request to an authority that has joined: once, however often it is asked.

What was looked at goes, or nothing. Evidence that is added later goes the same way, as the next
edition of the same request; the day on which the first one reached the authority stays. What the
authority lost or asked about goes again so, unchanged. A withdrawal is an edition too, and takes
no documents along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from exchange.bundle.contents import Source
from exchange.domain.clocks import london_day
from exchange.errors import Conflict, DestinationRefused, UsageError
from exchange.ports import Actor, Transfer, UnitOfWork
from exchange.services.ehc_request.again import why_again
from exchange.services.ehc_request.councils import Council, council_of
from exchange.services.ehc_request.gone import has_left, is_first_there, went_elsewhere
from exchange.services.ehc_request.keeping import put, request_file
from exchange.services.ehc_request.model import (
    KIND,
    Approval,
    Edition,
    FileState,
    RequestFile,
    TakenBack,
)
from exchange.services.ehc_request.outlook import (
    Outlook,
    outlook,
    require_clear,
    source_of_record,
)
from exchange.services.ehc_request.requester import declaration
from exchange.services.inside import Inside
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.trust import organisation
from schemas.ehc_request import EhcRequest, Requester, RequestStatus
from schemas.people import Person
from schemas.statement import BundleKind


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one wish to send.

    :param outcome: ``queued``, or ``unchanged`` where the authority has just this already.
    """

    file: RequestFile
    outcome: Literal["queued", "unchanged"]
    bundle_id: str = ""


def send_request(
    inside: Inside, org_id: str, request_id: str, post: str, seen: str, actor: Actor
) -> Sent:
    """Send a request, or what was added to it.

    :param post: of the person who declares it, in words: SENCO, head teacher.
    :param seen: the mark of what the sender looked at (:attr:`Outlook.mark`).
    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``preview-changed``; ``request-over``; ``sent-meanwhile``.
    :raises Refused: ``protected-move`` and whatever :func:`require_clear` refuses.
    :raises DestinationRefused: ``council-not-joined``; the authority is closed or has no key.
    """
    with inside.store.reading(org_id) as unit:
        file = request_file(unit, request_id)
        _require_open(file)
        now = outlook(inside, unit, org_id, file)
        goes = now.changed or bool(why_again(unit, file, now.council))
        words = words_next(unit, file, now.council, london_day(inside.clock.now()))
    if not now.council.joined:
        hint = "This council has not joined. Download the files and hand them in."
        raise DestinationRefused("council-not-joined", "/to", hint)
    if seen != now.mark:
        hint = "Something was changed since you looked. Look again, then send."
        raise Conflict("preview-changed", "/seen", hint)
    require_clear(now)
    if not goes and file.last is not None:
        return Sent(file, "unchanged", file.last.bundle_id)
    status = RequestStatus.UPDATED if file.editions else RequestStatus.MADE
    record = declared(inside, org_id, now, status, post, actor, words)
    transfer = _seal(inside, org_id, now, [source_of_record(record), *now.contents.sources])
    transfer = replace(transfer, disclosed=now.contents.disclosed)
    ids = tuple(one.document_id for one in now.papers)
    kept = _store(inside, org_id, file, record, transfer, ids, now.mark, actor)
    return Sent(kept, "queued", transfer.bundle_id)


def withdraw_request(
    inside: Inside, org_id: str, request_id: str, why: str, post: str, actor: Actor
) -> RequestFile:
    """Take a request back; an authority that has it is told, and its clocks are its own matter.

    One that has left is told nothing from here: no edition says so, and a person tells it.

    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``request-over``.
    :raises UsageError: ``text-missing``: a withdrawal says why.
    """
    if not why.strip():
        raise UsageError("text-missing", "/why", "Say why the request is taken back.")
    with inside.store.reading(org_id) as unit:
        file = request_file(unit, request_id)
        _require_open(file)
        pupil = unit.pupils.get(file.pupil_id)
    back = TakenBack(why=why.strip(), by=actor.name, at=inside.clock.now())
    file = replace(file, taken_back=back)
    record = replace(file.record, withdrawn_because=back.why, status=RequestStatus.WITHDRAWN)
    if not file.bundles or has_left(file, council_of(inside, record.authority)):
        return _withdrawn(inside, org_id, file, actor)
    with inside.store.reading(org_id) as unit:
        bare = outlook(inside, unit, org_id, replace(file, documents=(), records=()))
    now = replace(bare, file=file, record=_bare(record))
    told = declared(inside, org_id, now, RequestStatus.WITHDRAWN, post, actor)
    about = [one for one in bare.contents.sources if one.id == pupil.pupil_id]
    transfer = _seal(inside, org_id, now, [source_of_record(told), *about])
    return _store(inside, org_id, file, told, transfer, (), "", actor)


def _bare(record: EhcRequest) -> EhcRequest:
    """Return a withdrawal: who, which, and why; nothing of the evidence goes again."""
    return EhcRequest(
        subject=record.subject,
        request=record.request,
        edition=record.edition,
        status=record.status,
        authority=record.authority,
        requested_by=record.requested_by,
        source=record.source,
        submitted=record.submitted,
        withdrawn_because=record.withdrawn_because,
        declared=record.declared,
    )


def _require_open(file: RequestFile) -> None:
    if file.state in (FileState.WITHDRAWN, FileState.CLOSED):
        raise Conflict("request-over", "/request", "This request is over.")


def declared(
    inside: Inside,
    org_id: str,
    now: Outlook,
    status: RequestStatus,
    post: str,
    actor: Actor,
    words: RequestStatus | None = None,
) -> EhcRequest:
    """Return the request with who makes it, on which day, in which edition.

    :param words: what is declared: an edition that adds to nothing there makes the request; None:
        as its status says.
    :raises UsageError: ``text-missing``: nobody said as what they act.
    """
    if not post.strip():
        raise UsageError("text-missing", "/post", "Say as what you make the request.")
    at = inside.clock.now()
    today = london_day(at)
    us = organisation(inside.directory(), org_id, at).name
    file = now.file
    first = london_day(file.editions[0].at) if file.editions else today
    sender = Person(name=actor.name, role=post.strip(), organisation=us)
    # A withdrawal goes without the family's words, and is theirs all the same.
    whose = replace(now.record, consents=file.record.consents)
    made = declaration(whose, words or status, sender, today)
    if file.record.requested_by is Requester.SCHOOL:
        approval = now.approved
        made = replace(
            made, approved_by=_approver(approval, us), approved_on=_approved_on(approval)
        )
    return replace(
        now.record,
        status=status,
        edition=len(file.editions) + 1,
        submitted=file.handed_in.on if file.handed_in else first,
        added=now.new_papers if status is RequestStatus.UPDATED else (),
        declared=made,
    )


def words_next(unit: UnitOfWork, file: RequestFile, council: Council, today: date) -> RequestStatus:
    """Return what is declared with the next edition: that it is made, or added to."""
    first = is_first_there(unit, file, council, today)
    return RequestStatus.MADE if first else RequestStatus.UPDATED


def _approver(approval: Approval | None, us: str) -> Person | None:
    if approval is None:
        return None
    return Person(name=approval.by, role="Head teacher", organisation=us)


def _approved_on(approval: Approval | None) -> date | None:
    if approval is None or approval.at is None:
        return None
    return london_day(approval.at)


def _seal(inside: Inside, org_id: str, now: Outlook, sources: Sequence[Source]) -> Transfer:
    bundles, elsewhere = now.file.bundles, went_elsewhere(now.file, now.council)
    order = Order(
        kind=BundleKind.EHC_REQUEST,
        purpose="ehc-needs-assessment",
        supersedes=bundles[-1] if bundles and not elsewhere else None,
    )
    about = now.file.pupil_id
    return queue_bundle(inside, org_id, now.council.org_id, "general", about, sources, order)


def _store(
    inside: Inside,
    org_id: str,
    file: RequestFile,
    record: EhcRequest,
    transfer: Transfer,
    documents: tuple[str, ...],
    mark: str,
    actor: Actor,
) -> RequestFile:
    edition = Edition(
        number=record.edition,
        status=record.status.value,
        at=transfer.created_at,
        by=actor.name,
        role=actor.role,
        bundle_id=transfer.bundle_id,
        documents=documents,
        mark=mark,
    )
    over = record.status is RequestStatus.WITHDRAWN
    changed = replace(
        file,
        state=FileState.WITHDRAWN if over else FileState.SENT,
        council=transfer.recipient,
        editions=(*file.editions, edition),
    )
    try:
        with inside.store.unit(org_id) as unit:
            if (
                mark
                and outlook(inside, unit, org_id, request_file(unit, file.request_id)).mark != mark
            ):
                hint = "Something was changed meanwhile. Look again, then send."
                raise Conflict("preview-changed", "/seen", hint)
            kept = put(inside, unit, changed)
            unit.transfers.add(transfer)
            detail = {"request": file.request_id, "recipient": transfer.recipient}
            detail |= {"edition": str(edition.number), "payload-sha256": transfer.payload_sha256}
            unit.audit.record(
                actor, "transfer.queued", "transfer", transfer.bundle_id, detail=detail
            )
            unit.audit.record(
                actor, f"ehc-request.{'withdrawn' if over else 'sent'}", KIND, file.request_id
            )
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, transfer.blob)
        raise
    return kept


def _withdrawn(inside: Inside, org_id: str, file: RequestFile, actor: Actor) -> RequestFile:
    with inside.store.unit(org_id) as unit:
        kept = put(inside, unit, replace(file, state=FileState.WITHDRAWN))
        unit.audit.record(actor, "ehc-request.withdrawn", KIND, file.request_id)
        unit.commit()
    return kept
