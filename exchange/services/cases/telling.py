"""Tell the schools of a case as sealed packs; keep case and packs in one commit.

Each school whose request is in the case is told by a pack of its own, which answers its own request
and names the child as it does. The reasons go to the one that the case shows alone: of another, of
requests that were joined, nobody has said that the child goes there now. Of a child whose move is
protected no other is told anything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from exchange.errors import DestinationRefused, ExchangeError, TrustError
from exchange.ports import Actor, Arrival, Transfer, UnitOfWork
from exchange.services.cases.keeping import enter, put_case
from exchange.services.cases.model import Case, Note
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.people.names import organisation_name
from exchange.services.protect import protection_of
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from keys.errors import KeysError
from schemas.base import load_bytes
from schemas.ehc_decision import Decided, EhcDecision
from schemas.errors import SchemaError
from schemas.statement import BundleKind, Statement

_REASONED = frozenset({Decided.ASSESS, Decided.PLAN, Decided.NOT_OURS, Decided.CLOSED})
"""What is told with reasons about the child; a mistake of ours that is put right is none."""
_ASK = "Please ask us for the reasons."


@dataclass(frozen=True, slots=True)
class Telling:
    """The packs that tell of a case, queued once it is kept.

    :param first: to the school that the case shows; None: it cannot be told by pack.
    :param others: to those whose requests were joined.
    :param untold: names of those that cannot be told by pack.
    """

    first: Transfer | None
    others: tuple[Transfer, ...] = ()
    untold: tuple[str, ...] = ()

    @property
    def bundle_id(self) -> str:
        """Return in which bundle the school was told that the case shows, or nothing."""
        return self.first.bundle_id if self.first else ""

    @property
    def packs(self) -> tuple[Transfer, ...]:
        """Return all packs."""
        return (*((self.first,) if self.first else ()), *self.others)


def keep_with(
    inside: Inside,
    org_id: str,
    changed: Case,
    telling: Telling | None,
    actor: Actor,
    action: str,
    detail: dict[str, str],
) -> Case:
    """Keep a changed case and the packs that tell of it in one commit.

    Which other school was told, or is to be written to, is a note of the case.
    """
    try:
        with inside.store.unit(org_id) as unit:
            stored = put_case(inside, unit, noted(inside, changed, telling, actor))
            enter(unit, actor, action, changed.case_id, detail)
            queue_packs(unit, telling, actor)
            unit.commit()
    except BaseException:
        drop_packs(inside, org_id, telling)
        raise
    return stored


def queue_packs(unit: UnitOfWork, telling: Telling | None, actor: Actor) -> None:
    """Queue the packs that tell of a case, in the unit of work of the caller, who commits."""
    for one in telling.packs if telling is not None else ():
        unit.transfers.add(one)
        told = {"kind": "ehc-decision", "recipient": one.recipient}
        unit.audit.record(actor, "message.queued", "transfer", one.bundle_id, detail=told)


def drop_packs(inside: Inside, org_id: str, telling: Telling | None) -> None:
    """Remove what was sealed and is not sent."""
    for one in telling.packs if telling is not None else ():
        inside.blobs.delete(org_id, one.blob)


def noted(inside: Inside, changed: Case, telling: Telling | None, actor: Actor) -> Case:
    """Return a case with a note of which other school was told, or is to be written to."""
    if telling is None:
        return changed
    said = []
    if telling.others:
        told = ", ".join(organisation_name(inside, one.recipient) for one in telling.others)
        said.append(f"Told as well, without reasons: {told}.")
    if telling.untold:
        untold = ", ".join(telling.untold)
        said.append(f"Asked as well, and cannot be told from here: {untold}. Write to them.")
    if not said:
        return changed
    note = Note(" ".join(said), actor.name, inside.clock.now())
    return replace(changed, notes=(*changed.notes, note))


def message_for(
    inside: Inside,
    org_id: str,
    held: Case,
    record: EhcDecision,
    to: Collection[str] | None = None,
) -> Telling | None:
    """Return the packs that tell the schools; None: there is nobody who asked by pack.

    A school that closed, or whose keys ran out, does not keep the authority from writing down what
    it decided.

    :param to: organisation ids; None: of all whose requests are in the case.
    """
    with inside.store.reading(org_id) as unit:
        answered = _to_answer(unit, held)
        others = () if answered is None else _others(unit, held, answered)
    if answered is None:
        return None
    telling = Telling(None)
    try:
        if to is None or answered.sender in to:
            telling = Telling(_queued(inside, org_id, answered, record))
        for one in others:
            if to is None or one.sender in to:
                telling = _with_other(inside, org_id, telling, one, record)
    except BaseException:
        drop_packs(inside, org_id, telling)
        raise
    return telling


def _with_other(
    inside: Inside, org_id: str, telling: Telling, answered: Arrival, record: EhcDecision
) -> Telling:
    made = _queued(inside, org_id, answered, _for_others(record))
    if made is None:
        name = organisation_name(inside, answered.sender)
        return replace(telling, untold=(*telling.untold, name))
    return replace(telling, others=(*telling.others, made))


def _queued(inside: Inside, org_id: str, answered: Arrival, record: EhcDecision) -> Transfer | None:
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


def _for_others(record: EhcDecision) -> EhcDecision:
    if record.what not in _REASONED or record.reasons is None:
        return record
    return replace(record, reasons=_ASK)


def _to_answer(unit: UnitOfWork, held: Case) -> Arrival | None:
    """Return which pack is answered: the newest that could be read, of the school that is shown.

    By its name the school knows the child. A pack that failed a check names nobody, and a case
    that was joined may hold another school's; either is answered where there is nothing better.
    """
    best = max(
        enumerate(_here(unit, held)),
        key=lambda one: (one[1][0].sender == held.school_org, one[1][1], one[0]),
        default=None,
    )
    return None if best is None else best[1][0]


def _here(unit: UnitOfWork, held: Case) -> list[tuple[Arrival, bool]]:
    """Return the packs of a case that are known here, oldest first, and which could be read."""
    found = [(one, unit.arrivals.find(one.sender, one.bundle_id)) for one in held.packs]
    return [
        (arrival, not one.held and arrival.kind is not None)
        for one, arrival in found
        if arrival is not None
    ]


def _others(unit: UnitOfWork, held: Case, answered: Arrival) -> tuple[Arrival, ...]:
    """Return the newest pack that could be read of each other school of the case."""
    if held.pupil_id is not None and protection_of(unit, held.pupil_id) is not None:
        return ()
    newest = {one.sender: one for one, readable in _here(unit, held) if readable}
    newest.pop(answered.sender, None)
    return tuple(newest.values())


def _subject(inside: Inside, org_id: str, arrival: Arrival) -> str:
    """Return by which id the school knows the child; empty where the pack was never opened."""
    try:
        return load_bytes(Statement, as_signed(inside, org_id, arrival.statement)).subject
    except (ExchangeError, KeysError, SchemaError):
        return ""
