"""The report goes to the local authority as a sealed pack; anew where the first was lost.

What goes beside it (the papers of the meeting) is decided like everything that leaves: a document
that may not go is not in the pack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from exchange.domain.disclosure import Disclosed, Outcome, Purpose
from exchange.domain.transfer import State
from exchange.errors import Conflict, DecisionNeeded, DestinationRefused, UsageError, Wrapped
from exchange.ports import Actor, Transfer, UnitOfWork
from exchange.services.authority import council_of_code, responsible_council
from exchange.services.edit_record import current_record
from exchange.services.inside import Inside
from exchange.services.pack_contents import Contents, gather
from exchange.services.protect import require_ordinary
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.reviews.keeping import (
    change_review,
    enter,
    put_review,
    review_of,
    today_of,
)
from exchange.services.reviews.model import Review, SentHow
from exchange.services.twins import TwinDoubt, require_no_doubt, unconfirmed
from keys.directory import Organisation
from schemas.codes import code_set
from schemas.ehc import EhcPlan
from schemas.errors import CodeSetError, SchemaError
from schemas.statement import BundleKind

PURPOSE = Purpose(code="ehc-plan-review", lawful_basis="public-task")
SLOT = "annual-review"
_PUPIL = "Name, date of birth and address of the child"
"""What every pack says of whom it is about."""


@dataclass(frozen=True, slots=True)
class Going:
    """What would go to the authority now.

    :param authority: as an organisation; None: it has not joined, or nobody knows which it is.
    :param name: of the authority, in words; empty where nobody knows which it is.
    :param disclosed: the report and each chosen document with its decision.
    :param doubts: documents that may be about another pupil.
    """

    authority: Organisation | None
    name: str
    disclosed: tuple[Disclosed, ...] = ()
    doubts: tuple[TwinDoubt, ...] = ()

    def of(self, outcome: Outcome) -> tuple[Disclosed, ...]:
        """Return what has this outcome."""
        return tuple(one for one in self.disclosed if one.decision.outcome is outcome)

    @property
    def waiting(self) -> tuple[Disclosed, ...]:
        """Return what somebody must decide about first."""
        return self.of(Outcome.NEEDS_DECISION)


def authority_of(
    inside: Inside, unit: UnitOfWork, pupil_id: str
) -> tuple[Organisation | None, str]:
    """Return the authority that maintains a pupil's plan, and its name.

    It is the one that the plan names; else that of the home address.
    """
    plan = current_record(unit, pupil_id, EhcPlan)
    if plan is not None:
        found = council_of_code(inside, plan.authority)
        return found, found.name if found else _label(plan.authority)
    known = responsible_council(inside, unit, pupil_id)
    if known is None:
        return None, ""
    return council_of_code(inside, known.code), known.name


def _label(code: str) -> str:
    try:
        return code_set("la").lookup(code, importing=True).label
    except CodeSetError:
        return code


def going(inside: Inside, unit: UnitOfWork, review: Review) -> Going:
    """Return what would go to the authority now; nothing is sealed.

    :raises Refused: ``protected-move``.
    :raises Wrapped: a document's type is none any more.
    """
    authority, name = authority_of(inside, unit, review.pupil_id)
    if authority is None:
        return Going(None, name)
    contents = _contents(inside, unit, review, authority)
    doubts = unconfirmed(inside, unit, review.pupil_id, _documents(contents))
    return Going(authority, name, contents.disclosed, tuple(doubts))


def _documents(contents: Contents) -> frozenset[str]:
    return frozenset(one for one in contents.going if "/" not in one)


def _contents(
    inside: Inside, unit: UnitOfWork, review: Review, authority: Organisation
) -> Contents:
    require_ordinary(unit, review.pupil_id)
    pupil = unit.pupils.get(review.pupil_id)
    records = [one for one in unit.records.of_pupil(review.pupil_id) if one.slot == SLOT]
    beside = unit.documents.of_pupil(review.pupil_id)
    documents = [
        one for one in beside if one.document_id in (*review.documents, review.report_document)
    ]
    org_id = unit.org_id
    try:
        return gather(inside, org_id, pupil, records, documents, authority, PURPOSE, beside=beside)
    except SchemaError as error:
        raise Wrapped.of(error, "/documents") from None


def send_report(
    inside: Inside,
    org_id: str,
    review_id: str,
    actor: Actor,
    *,
    based_on: int,
    leave_undecided: bool = False,
) -> Review:
    """Send the finished report and its papers to the authority; sent once.

    :param leave_undecided: what somebody must still decide about stays behind.
    :raises UsageError: ``report-unfinished``.
    :raises Conflict: ``report-sent``; ``item-changed``; ``review-over``; ``decided-meanwhile``: by
        somebody else, while the pack was sealed.
    :raises DestinationRefused: ``council-not-joined``; it is closed or has no valid key.
    :raises DecisionNeeded: somebody must decide about a document first.
    :raises Refused: ``protected-move``, ``twin-check-open``.
    """
    with inside.store.reading(org_id) as unit:
        before = review_of(unit, review_id)
        require_sendable(before, based_on)
        authority, _ = authority_of(inside, unit, before.pupil_id)
        if authority is None:
            hint = "This council has not joined. Print the report and hand it over."
            raise DestinationRefused("council-not-joined", "/to", hint)
        contents = _contents(inside, unit, before, authority)
        require_no_doubt(inside, unit, before.pupil_id, contents.going)
    if contents.waiting and not leave_undecided:
        raise DecisionNeeded.about(
            (one.ref, one.decision.by)
            for one in contents.disclosed
            if one.decision.outcome is Outcome.NEEDS_DECISION
        )
    order = Order(kind=BundleKind.REPORT, purpose=PURPOSE.code)
    transfer = queue_bundle(
        inside, org_id, authority.org_id, "general", before.pupil_id, contents.sources, order
    )
    sealed = replace(transfer, disclosed=contents.disclosed)
    return _store(inside, org_id, before, sealed, (contents, authority), actor)


def require_sendable(review: Review, based_on: int) -> None:
    """Refuse what is not finished or filed, went already, or was changed meanwhile.

    :raises UsageError: ``report-unfinished``.
    :raises Conflict: ``report-sent``; ``item-changed``; ``review-over``.
    """
    if review.finished is None:
        raise UsageError("report-unfinished", "/report", "Finish the report first.")
    if review.outdated:
        hint = "The PDF is of an earlier edition. Finish the report once more."
        raise UsageError("report-unfinished", "/report", hint)
    if review.sent is not None:
        raise Conflict("report-sent", "/report", "The report went already.")
    if review.version != based_on:
        raise Conflict("item-changed", "/review", "Somebody else changed it. Look at it again.")
    if not review.is_open:
        raise Conflict("review-over", "/review", "This review is over.")


def _store(
    inside: Inside,
    org_id: str,
    before: Review,
    transfer: Transfer,
    sealed: tuple[Contents, Organisation],
    actor: Actor,
) -> Review:
    sent = replace(
        before, sent=today_of(inside), sent_how=SentHow.PACK, bundle_id=transfer.bundle_id
    )
    try:
        with inside.store.unit(org_id) as unit:
            contents, authority = sealed
            if contents.going - _contents(inside, unit, before, authority).going:
                hint = "Somebody decided about it meanwhile. Look at what goes, then send again."
                raise Conflict("decided-meanwhile", "/documents", hint)
            made = put_review(inside, unit, sent, before)
            unit.transfers.add(transfer)
            enter(unit, actor, "review.sent", made)
            detail = {"kind": transfer.kind, "recipient": transfer.recipient}
            unit.audit.record(
                actor, "transfer.queued", "transfer", transfer.bundle_id, detail=detail
            )
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, transfer.blob)
        raise
    return made


_LOST = frozenset({State.REJECTED, State.RECALLED, State.EXPIRED, State.DESTROYED})
"""How a pack ends whose contents the authority does not have."""


def is_lost(review: Review, state: State) -> bool:
    """Return whether the authority must be sent the report anew: it has none, and decided nothing.

    :param state: of the pack in which the report went.
    """
    return review.decided is None and state in _LOST


def send_anew(
    inside: Inside, org_id: str, review_id: str, actor: Actor, *, based_on: int
) -> Review:
    """Let a report be changed and sent anew whose pack was refused, called back, or never came.

    :raises Conflict: ``report-sent``: the pack is on its way, or there; ``item-changed``;
        ``review-over``.
    """
    with inside.store.reading(org_id) as unit:
        before = review_of(unit, review_id)
        pack = unit.transfers.get(before.bundle_id) if before.bundle_id else None
    if pack is None or not is_lost(before, pack.state):
        raise Conflict("report-sent", "/report", "The report is there, or on its way.")

    def change(now: Review) -> Review:
        return replace(now, sent=None, sent_how=None, bundle_id="")

    return change_review(
        inside, org_id, review_id, change, "review.unsent", actor, based_on=based_on
    )


def titles(disclosed: Sequence[Disclosed]) -> list[str]:
    """Return the types of what has been decided, in words."""
    types = code_set("document-type")
    named = (
        types.lookup(one.type, importing=True).label if one.type in types else _PUPIL
        for one in disclosed
    )
    return [*dict.fromkeys(named)]
