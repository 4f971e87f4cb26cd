"""Send one pupil's pack: decide what goes, seal it, queue it; once, however often it is asked.

State, job and audit entry go into one commit. Killed before it, nothing was sent; after it, the
worker delivers. A pack that says the same as the last one is not sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from exchange.bundle.contents import Source
from exchange.domain.disclosure import Outcome
from exchange.errors import Conflict, DecisionNeeded, DestinationRefused, Refused
from exchange.ports import Actor, Destination, Transfer, UnitOfWork
from exchange.services.approve import require_released
from exchange.services.choose_destination import live_transfers
from exchange.services.decide_pack import chosen_for, contents_of, require_seen
from exchange.services.elsewhere import BY_HAND
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.pack_contents import Contents, Withheld
from exchange.services.places import is_elsewhere, is_outside, require_confirmed
from exchange.services.protect import protection_of, recipient_of
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.second_registration import note_pack
from exchange.services.twins import require_no_doubt
from schemas.base import load_bytes
from schemas.statement import BundleKind, FileRole, Statement


@dataclass(frozen=True, slots=True)
class SpecialWay:
    """How a pack is sealed and queued, where that is not simply to the recipient's own keys.

    :param seal: makes the queued transfer of what goes.
    :param beside: stores what belongs to it, in the same commit.
    """

    seal: Callable[[Destination, Sequence[Source], Order], Transfer]
    beside: Callable[[UnitOfWork, Transfer], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one wish to send.

    :param outcome: ``queued``, or ``unchanged`` where the recipient has just this already.
    :param waiting: what stayed behind because somebody must decide about it first.
    """

    transfer: Transfer
    outcome: Literal["queued", "unchanged"]
    withheld: tuple[Withheld, ...] = ()
    waiting: tuple[Withheld, ...] = ()


def send(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    order: Order,
    actor: Actor,
    *,
    update: bool = False,
    leave_undecided: bool = False,
    to: Destination | None = None,
    way: SpecialWay | None = None,
) -> Sent:
    """Send a pupil's pack to the destination that was confirmed.

    :param way: to a school that has not joined (exchange.services.links.pick_up).
    :param to: of a protected move alone (exchange.services.protected_move).
    :param update: send what changed since the last pack; the new one supersedes it.
    :param leave_undecided: what somebody must still decide about waits, the rest goes on time.
    :raises DecisionNeeded: somebody must decide about something first; it is named.
    :raises DisclosureRefused: ``purpose-unfit``, ``basis-unfit``.
    :raises DestinationRefused: ``destination-missing``, ``destination-closed``, ``key-expired``;
        ``destination-by-link``: it has not joined, and picks the pack up through a link;
        ``destination-by-hand``: nobody vouches for it, and what goes is given by hand.
    :raises Conflict: ``already-sent``: it changed since, and ``update`` was not asked for;
        ``destination-changed``, ``decided-meanwhile``: by somebody else, while this pack was
        being sealed; ``preview-changed``: since its sender looked at it.
    :raises Refused: ``nothing-to-send``: a CP pack without a single CP document;
        ``release-waits``, ``release-declined``: the head was asked;
        ``needs-second-person``: a school that the directory does not vouch for.
    :raises Wrapped: ``compartment-locked``: a CP pack, and the DSL has not unlocked; a document's
        type is none any more.
    """
    with inside.store.reading(org_id) as unit:
        require_released(unit, pupil_id)
        destination, contents = contents_of(inside, unit, pupil_id, order, to)
        require_seen(order, destination, contents)
        live = _of_kind(live_transfers(unit, pupil_id, second=_which(order, to)), order)
        if way is None and is_outside(unit, destination.org_id):
            hint = "This school has not joined. Send its SENCO a link instead."
            raise DestinationRefused("destination-by-link", "/to", hint)
        if is_elsewhere(unit, destination.org_id):
            raise DestinationRefused("destination-by-hand", "/to", BY_HAND)
        require_confirmed(unit, destination.org_id)
    cp = order.kind is BundleKind.CP_FILE
    if cp and all(one.role is FileRole.RECORD for one in contents.sources):
        raise Refused("nothing-to-send", "/documents", "Attach the CP file first.")
    if live:
        if _says_the_same(inside, org_id, live[-1], contents):
            return Sent(live[-1], "unchanged", contents.withheld, contents.waiting)
        order = _as_update(live[-1], order, asked=update)
    if contents.waiting and not leave_undecided:
        raise DecisionNeeded.about(
            (one.ref, one.decision.by)
            for one in contents.disclosed
            if one.decision.outcome is Outcome.NEEDS_DECISION
        )
    with inside.store.reading(org_id) as unit:
        require_no_doubt(inside, unit, pupil_id, contents.going)
    if way is None:
        inbox = "dsl" if cp else destination.inbox
        transfer = queue_bundle(
            inside, org_id, destination.org_id, inbox, pupil_id, contents.sources, order
        )
    else:
        transfer = way.seal(destination, contents.sources, order)
    transfer = replace(transfer, disclosed=contents.disclosed)
    _store(inside, org_id, transfer, contents, order, live, actor, to, way)
    return Sent(transfer, "queued", contents.withheld, contents.waiting)


def _which(order: Order, to: Destination | None) -> bool | None:
    """Return which packs count as sent before: of a protected move, every one."""
    return None if to is not None else order.second


def _of_kind(live: Sequence[Transfer], order: Order) -> list[Transfer]:
    return [one for one in live if one.kind == order.kind.value]


def _says_the_same(inside: Inside, org_id: str, last: Transfer, contents: Contents) -> bool:
    statement = load_bytes(Statement, as_signed(inside, org_id, last.statement))
    sent = frozenset(
        (one.type, one.sha256) for one in statement.files if one.role is not FileRole.TAG
    )
    return sent == contents.fingerprint


def _as_update(last: Transfer, order: Order, *, asked: bool) -> Order:
    if not asked:
        raise Conflict(
            "already-sent",
            "/pupil",
            "The pack changed since it was sent. Send the change with --update.",
        )
    return replace(order, supersedes=last.bundle_id)


def _store(
    inside: Inside,
    org_id: str,
    transfer: Transfer,
    contents: Contents,
    order: Order,
    live: Sequence[Transfer],
    actor: Actor,
    to: Destination | None,
    way: SpecialWay | None,
) -> None:
    try:
        with inside.store.unit(org_id) as unit:
            now_live = [
                one.bundle_id
                for one in live_transfers(unit, transfer.pupil_id or "", second=_which(order, to))
                if one.kind == transfer.kind
            ]
            if now_live != [one.bundle_id for one in live]:
                raise Conflict("sent-meanwhile", "/pupil", "Look at the outbox, then try again.")
            _require_destination(unit, transfer, order, to)
            _require_undecided(inside, unit, transfer, contents, order, to)
            unit.transfers.add(transfer)
            unit.audit.record(
                actor,
                "transfer.queued",
                "transfer",
                transfer.bundle_id,
                detail=recipient_of(unit, transfer) | _detail(transfer, contents),
            )
            _record_what_stays(unit, transfer, contents, actor)
            if order.second:
                note_pack(unit, transfer.pupil_id or "", transfer.bundle_id, transfer.created_at)
            if way is not None:
                way.beside(unit, transfer)
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, transfer.blob)
        raise


def _record_what_stays(
    unit: UnitOfWork, transfer: Transfer, contents: Contents, actor: Actor
) -> None:
    for action, rows in (("withheld", contents.withheld), ("waits", contents.waiting)):
        for one in rows:
            unit.audit.record(
                actor,
                f"document.{action}",
                "document",
                one.document_id,
                detail={"code": one.code},
            )


def _require_undecided(
    inside: Inside,
    unit: UnitOfWork,
    transfer: Transfer,
    contents: Contents,
    order: Order,
    to: Destination | None,
) -> None:
    """Refuse what was sealed, if something in it was withheld or marked meanwhile."""
    _, now = contents_of(inside, unit, transfer.pupil_id or "", order, to)
    if contents.going - now.going:
        hint = "Somebody decided about it meanwhile. Look at the preview, then send again."
        raise Conflict("decided-meanwhile", "/documents", hint)


def _require_destination(
    unit: UnitOfWork, transfer: Transfer, order: Order, to: Destination | None
) -> None:
    """Refuse what was sealed for a school that is the pupil's destination no more."""
    pupil_id = transfer.pupil_id or ""
    if to is None:
        chosen = chosen_for(unit, unit.pupils.get(pupil_id), order)
    else:
        known = protection_of(unit, pupil_id)
        chosen = (
            to if known and known.destination and known.destination.org_id == to.org_id else None
        )
    if chosen is None or chosen.org_id != transfer.recipient:
        hint = "Its destination was changed meanwhile. Look at it, then send again."
        raise Conflict("destination-changed", "/to", hint)


def _detail(transfer: Transfer, contents: Contents) -> dict[str, str]:
    return {
        "release": transfer.release_id,
        "payload-sha256": transfer.payload_sha256,
        "files": str(len(contents.sources)),
    }
