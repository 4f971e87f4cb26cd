"""Tell a school of its case as a sealed pack; keep case and pack in one commit."""

from __future__ import annotations

from dataclasses import replace

from exchange.errors import DestinationRefused, ExchangeError, TrustError
from exchange.ports import Actor, Arrival, Transfer, UnitOfWork
from exchange.services.cases.keeping import enter, put_case
from exchange.services.cases.model import Case
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from keys.errors import KeysError
from schemas.base import load_bytes
from schemas.ehc_decision import EhcDecision
from schemas.errors import SchemaError
from schemas.statement import BundleKind, Statement


def keep_with(
    inside: Inside,
    org_id: str,
    changed: Case,
    transfer: Transfer | None,
    actor: Actor,
    action: str,
    detail: dict[str, str],
) -> Case:
    """Keep a changed case and the pack that tells of it in one commit."""
    try:
        with inside.store.unit(org_id) as unit:
            stored = put_case(inside, unit, changed)
            enter(unit, actor, action, changed.case_id, detail)
            if transfer is not None:
                unit.transfers.add(transfer)
                told = {"kind": "ehc-decision", "recipient": transfer.recipient}
                unit.audit.record(
                    actor, "message.queued", "transfer", transfer.bundle_id, detail=told
                )
            unit.commit()
    except BaseException:
        if transfer is not None:
            inside.blobs.delete(org_id, transfer.blob)
        raise
    return stored


def message_for(inside: Inside, org_id: str, held: Case, record: EhcDecision) -> Transfer | None:
    """Return the queued pack that tells a school; None: there is nobody who can be told by pack.

    A school that closed, or whose keys ran out, does not keep the authority from writing down what
    it decided.
    """
    with inside.store.reading(org_id) as unit:
        answered = _to_answer(unit, held)
    if answered is None:
        return None
    told = replace(record, subject=_subject(inside, org_id, answered) or record.subject)
    order = Order(
        kind=BundleKind.MESSAGE, purpose="ehc-needs-assessment", in_reply_to=answered.bundle_id
    )
    to, sources = answered.sender, [record_source(told, "ehc-decision")]
    try:
        queued = queue_bundle(inside, org_id, to, "general", told.subject, sources, order)
    except (DestinationRefused, TrustError):
        return None
    return replace(queued, pupil_id=None)  # the subject is the school's, no pupil of ours


def _to_answer(unit: UnitOfWork, held: Case) -> Arrival | None:
    """Return which pack is answered: the newest that could be read, of the school that is shown.

    By its name the school knows the child. A pack that failed a check names nobody, and a case
    that was joined may hold another school's; either is answered where there is nothing better.
    """
    found = [(one, unit.arrivals.find(one.sender, one.bundle_id)) for one in held.packs]
    here = [(one, arrival) for one, arrival in found if arrival is not None]
    best = max(
        enumerate(here),
        key=lambda one: (
            one[1][1].sender == held.school_org,
            not one[1][0].held and one[1][1].kind is not None,
            one[0],
        ),
        default=None,
    )
    return None if best is None else best[1][1]


def _subject(inside: Inside, org_id: str, arrival: Arrival) -> str:
    """Return by which id the school knows the child; empty where the pack was never opened."""
    try:
        return load_bytes(Statement, as_signed(inside, org_id, arrival.statement)).subject
    except (ExchangeError, KeysError, SchemaError):
        return ""
