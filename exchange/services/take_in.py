"""Accept a whole pack and take it into the school's record, in one step; mark only exceptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from exchange.domain.transfer import State
from exchange.errors import ScannerUnavailable
from exchange.ports import Actor, Arrival, Inspector, Scanner, UnitOfWork
from exchange.services.accept import accept
from exchange.services.check_arrival import check_arrival
from exchange.services.inside import Inside
from exchange.services.load_pack import load_pack
from schemas.base import load_bytes
from schemas.receipt import Receipt, ReceiptKind


def take_in(
    inside: Inside,
    scanner: Scanner | None,
    inspector: Inspector,
    org_id: str,
    arrival: Arrival,
    exceptions: Mapping[str, str],
    actor: Actor,
    *,
    same_child: bool = False,
    whose: str | None = None,
    theirs: Collection[str] = (),
) -> str:
    """Accept a pack if nobody has, then load it; again, with other exceptions, tells the sender.

    The acceptance is signed first and stays, whatever becomes of the loading: the sender need not
    wait for our scanner.

    :returns: our reference of the pupil.
    :raises ScannerUnavailable: ``still-checking``: accepted, and its documents are being checked.
    :raises Conflict: ``transition-forbidden``; ``pupil-unclear``: a person compares both.
    :raises UsageError: ``exception-unknown``.
    """
    if arrival.state is not State.IMPORTED:
        arrival = accept(inside, org_id, arrival.bundle_id, actor, arrival.sender)
    checks = check_arrival(inside, scanner, inspector, org_id, arrival)
    if any(one.verdict == "checking" for one in checks.by_id.values()):
        raise ScannerUnavailable(
            "still-checking",
            "/documents",
            "The pack is accepted. Its documents are still being checked: load it later.",
        )
    return load_pack(
        inside,
        org_id,
        arrival.bundle_id,
        exceptions,
        actor,
        arrival.sender,
        checks=checks,
        same_child=same_child,
        whose=whose,
        theirs=theirs,
    )


def exceptions_of(unit: UnitOfWork, arrival: Arrival) -> dict[str, str]:
    """Return what the sender was last told of documents: id -> code."""
    told = [
        one
        for one in unit.receipts.of(arrival.bundle_id, arrival.sender, "issued")
        if one.kind == ReceiptKind.IMPORTED.value
    ]
    if not told:
        return {}
    receipt = load_bytes(Receipt, told[-1].content)
    return {one.document_id: one.code.value for one in receipt.exceptions}
