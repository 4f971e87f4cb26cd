"""A pack that was sent: how far it is, by signed receipts, and why each document went or stayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from flask import Response, jsonify, render_template, request, url_for

from exchange.bundle.receipting import parse_receipt
from exchange.domain.disclosure import Disclosed, Outcome
from exchange.domain.transfer import State
from exchange.errors import NotFound, Wrapped
from exchange.ports import Transfer, UnitOfWork
from exchange.services.kept_statement import where_open
from exchange.services.links.receipts import is_weak
from exchange.services.preview import Explanation, explain
from exchange.services.protect import require_shown
from exchange.services.query import exchange_about
from exchange.services.tell_history import Happened, receipts_of
from exchange.web.here import inside, knows_of, org_id, visitor
from exchange.web.pupils.child import child_of, label_of, may_send
from exchange.web.pupils.overview import organisation_name
from exchange.web.pupils.sending import rows_of
from schemas.base import load_bytes
from schemas.receipt import Receipt, ReceiptKind
from schemas.statement import Statement

STEPS: tuple[tuple[str, frozenset[State]], ...] = (
    ("Sent", frozenset({State.DELIVERED})),
    ("Arrived", frozenset({State.COLLECTED})),
    ("Opened", frozenset({State.VERIFIED})),
    ("Accepted", frozenset({State.ACCEPTED, State.IMPORTED})),
)
"""What a sender waits for, in order; each but the first by a signed receipt."""

_SENTENCES: Mapping[State, str] = {
    State.QUEUED: "On its way. It leaves within a minute or two.",
    State.DELIVERED: "Sent: the other school's system has taken it. A receipt has not come yet.",
    State.COLLECTED: "Arrived: the school signed for it. It is being opened and checked there.",
    State.VERIFIED: "Opened and checked there. Nobody has accepted it yet.",
    State.ACCEPTED: "Accepted by a person at the school.",
    State.IMPORTED: "Accepted, and used at the school.",
    State.REJECTED: "The school sent it back.",
    State.RECALLED: "Called back.",
    State.EXPIRED: "Nobody collected it in time. Call the school, then send it again.",
    State.DESTROYED: "The school signed that it deleted its copy.",
}
_BEHIND_A_LINK = (
    "It waits behind a link until the school opens it. The link is with the person you named; "
    "they ring you, or you ring them, for the code."
)
"""Of a pack that nothing carries anywhere: it leaves when somebody comes for it."""

_ENDED = frozenset({State.REJECTED, State.RECALLED, State.EXPIRED, State.DESTROYED})
CAN_RECALL = frozenset(
    {
        State.QUEUED,
        State.DELIVERED,
        State.COLLECTED,
        State.VERIFIED,
        State.ACCEPTED,
        State.IMPORTED,
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the school said of one document: it was unclear, missing or could not be opened."""

    title: str
    code: str


def transfer_of(unit: UnitOfWork, bundle_id: str) -> Transfer:
    """Return a pupil's pack that this person may see.

    :raises NotFound: ``transfer-unknown``: none here, a safeguarding lead's, or hidden.
    """
    found = unit.transfers.get(bundle_id)
    if found.kind != "transfer" or found.pupil_id is None:
        raise NotFound("transfer-unknown")
    require_shown(unit, found, visitor().account_id)
    return found


def page(bundle: str) -> Any:
    """Show how far a pack is."""
    with inside().store.reading(org_id()) as unit:
        transfer = transfer_of(unit, bundle)
        child = child_of(unit, transfer.pupil_id or "")
        name = organisation_name(unit, transfer.recipient)
        events = receipts_of(unit, transfer)
        asked = exchange_about(unit, bundle)
        stored = unit.receipts.of(bundle, transfer.recipient, "received")
        later = [one for one in unit.transfers.all(transfer.pupil_id) if one.supersedes == bundle]
    receipts = [parse_receipt(one.content) for one in stored]
    listed = [one for one in transfer.disclosed if knows_of(one.type)]
    going = [one for one in listed if one.decision.allowed]
    return render_template(
        "transfers/page.html",
        child=child,
        transfer=transfer,
        school=name,
        sentence=_sentence(transfer, called_back=any(map(_is_recall, events))),
        steps=steps_of(transfer),
        step=step_of(transfer),
        ended=transfer.state in _ENDED or transfer.state is State.IMPORTED,
        events=events,
        asked=asked,
        found=_found(receipts, going),
        used=_used(transfer, receipts),
        by_link=is_weak(transfer),
        weaker=any(one.assurance is not None for one in receipts),
        going=rows_of(child.pupil_id, [one for one in going if one.what != "section"]),
        stayed=len(listed) - len(going),
        waits=len([one for one in listed if one.decision.outcome is Outcome.NEEDS_DECISION]),
        later=later,
        may_send=may_send(),
        can_recall=transfer.state in CAN_RECALL,
    )


def _is_recall(event: Happened) -> bool:
    return event.action == "transfer.recalled"


def _sentence(transfer: Transfer, *, called_back: bool = False) -> str:
    """Return what a state means; who called a pack back still reads so after it was deleted."""
    if transfer.state is State.DESTROYED and called_back:
        return "Called back, and the school signed that it deleted its copy."
    if transfer.state is State.QUEUED and is_weak(transfer):
        return _BEHIND_A_LINK
    return _SENTENCES[transfer.state]


def steps_of(transfer: Transfer) -> list[tuple[str, bool]]:
    """Return each step and whether it is done."""
    reached = step_of(transfer)
    return [(text, number <= reached) for number, (text, _) in enumerate(STEPS, start=1)]


def step_of(transfer: Transfer) -> int:
    """Return how many steps are done."""
    for number, (_, states) in enumerate(STEPS, start=1):
        if transfer.state in states:
            return number
    return 0


def _used(transfer: Transfer, receipts: Sequence[Receipt]) -> set[str]:
    """Return what was opened or printed there: documents by their ids, records by their slots.

    Which id is which record, of a protected pack only the lead's passphrase tells.
    """
    told = {one for receipt in receipts for one in receipt.used}
    signed = where_open(inside(), org_id(), transfer.statement)
    if signed is None:
        return told
    files = load_bytes(Statement, signed).files
    slots = {one.id: PurePosixPath(one.path).stem for one in files if one.id in told}
    return told | set(slots.values())


def _found(receipts: Sequence[Receipt], going: Sequence[Disclosed]) -> list[Found]:
    """Return what the school says of single documents now: a later word replaces an earlier."""
    titles = {one.ref: one.title or label_of("document-type", one.type) for one in going}
    said = [one for one in receipts if one.kind is ReceiptKind.IMPORTED][-1:]
    return [
        Found(titles.get(one.document_id, "A document"), one.code.value)
        for receipt in said
        for one in receipt.exceptions
    ]


def state(bundle: str) -> Response:
    """Say how far a pack is, to the script that asks; it reloads the page where that changed."""
    with inside().store.reading(org_id()) as unit:
        transfer = transfer_of(unit, bundle)
    told = {
        "done": step_of(transfer),
        "total": len(STEPS),
        "state": transfer.state.value,
        "text": _sentence(transfer),
        "ended": request.args.get("seen", "") not in ("", transfer.state.value),
        "next": url_for("transfers.page", bundle=bundle),
    }
    return jsonify(told)


def explained(bundle: str) -> Any:
    """Tell why each document went or stayed, from what was kept as it was sent."""
    with inside().store.reading(org_id()) as unit:
        transfer = transfer_of(unit, bundle)
        child = child_of(unit, transfer.pupil_id or "")
        name = organisation_name(unit, transfer.recipient)
    told = _explained(bundle)
    rows = rows_of(child.pupil_id, transfer.disclosed)
    return render_template(
        "transfers/explain.html",
        child=child,
        transfer=transfer,
        school=name,
        purpose=label_of("purpose", told.purpose) if told else "",
        basis=label_of("lawful-basis", told.lawful_basis) if told else "",
        rows=rows,
    )


def _explained(bundle: str) -> Explanation | None:
    """Return what was kept; None of a protected pack, whose purpose the lead alone can open."""
    try:
        return explain(inside(), org_id(), bundle, visitor().account_id)
    except Wrapped as error:
        if error.code != "compartment-locked":
            raise
        return None
