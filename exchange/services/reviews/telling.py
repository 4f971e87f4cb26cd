"""At the local authority: tell the school by a pack what was decided after a review.

It answers the report's pack, by whose name the school knows the child; the school's worker files
it at the review.
"""

from __future__ import annotations

from dataclasses import replace

from exchange.errors import DestinationRefused, ExchangeError, TrustError
from exchange.ports import Actor, Arrival, Transfer
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from exchange.services.reviews.received import Received
from keys.errors import KeysError
from schemas.base import load_bytes
from schemas.errors import SchemaError
from schemas.people import Person
from schemas.review_decision import ReviewDecision
from schemas.statement import BundleKind, Statement

PURPOSE = "ehc-plan-review"


def says_more(before: Received, made: Received) -> bool:
    """Return whether a report's decision says something that the school was not told."""
    return not before.message_id or _told(before) != _told(made)


def _told(one: Received) -> tuple[object, ...]:
    return one.outcome, one.told, one.notice, one.final, one.reasons


def decision_for(
    inside: Inside, org_id: str, made: Received, arrival: Arrival | None, actor: Actor
) -> Transfer | None:
    """Return the queued pack that tells the school; None: nobody can be told by pack.

    A school that closed, or whose keys ran out, does not keep the authority from writing down what
    it decided.

    :raises Wrapped: the decision breaks its schema.
    """
    subject = _subject(inside, org_id, arrival)
    if not subject or made.outcome is None or made.told is None:
        return None
    record = ReviewDecision(
        subject=subject,
        meeting=made.meeting,
        outcome=made.outcome,
        told=made.told,
        decided_by=Person(name=actor.name, role=actor.role),
        notice=made.notice,
        final=made.final,
        reasons=made.reasons or None,
    )
    source = record_source(record, "review-decision")
    order = Order(kind=BundleKind.MESSAGE, purpose=PURPOSE, in_reply_to=made.bundle_id)
    try:
        queued = queue_bundle(inside, org_id, made.sender, "general", subject, [source], order)
    except (DestinationRefused, TrustError):
        return None
    return replace(queued, pupil_id=None)  # the subject is the school's, no pupil of ours


def _subject(inside: Inside, org_id: str, arrival: Arrival | None) -> str:
    """Return by which id the school knows the child; empty where the pack is not here."""
    if arrival is None:
        return ""
    try:
        return load_bytes(Statement, as_signed(inside, org_id, arrival.statement)).subject
    except (ExchangeError, KeysError, SchemaError):
        return ""
