"""The safeguarding lead's own channel: child-protection packs, sealed to the DSL's key alone.

The worker holds no key of this area. A CP pack that arrived stays ``collected`` until the DSL
comes with the passphrase; only then is it opened, checked, and said to be verified.
"""

from __future__ import annotations

import click

from exchange.cli.options import Session, acting
from exchange.cli.output import emit
from exchange.domain.transfer import State
from exchange.errors import UsageError
from exchange.ports import Arrival
from exchange.services.find_pupil import find_pupil
from exchange.services.queue_bundle import Order
from exchange.services.receive import Receiver
from exchange.services.send import send as send_pack
from schemas.base import load_bytes
from schemas.envelope import Envelope
from schemas.recipient import InboxName
from schemas.statement import BundleKind


@click.group("dsl")
def dsl() -> None:
    """Child-protection packs, for the safeguarding lead alone."""


@dsl.command("send")
@click.argument("pupil")
@click.option("--folder", help="Lay it into this folder of the settings, not by HTTPS.")
@click.option("--update", is_flag=True, help="Send what changed since the last CP pack.")
@acting
def send(session: Session, pupil: str, folder: str | None, update: bool) -> None:
    """Send a pupil's CP documents to the DSL of the school that was confirmed."""
    _require_dsl(session)
    order = Order(
        kind=BundleKind.CP_FILE,
        purpose="safeguarding",
        transport="folder" if folder else "https",
        target=folder or "",
    )
    with session.inside.store.reading(session.org_id) as unit:
        found = find_pupil(unit, pupil)
    done = send_pack(
        session.inside, session.org_id, found.pupil_id, order, session.actor, update=update
    )
    if session.as_json:
        emit({"transfer": done.transfer.bundle_id, "outcome": done.outcome})
    else:
        click.echo(f"{done.transfer.bundle_id} {done.outcome}")


@dsl.command("receive")
@acting
def receive(session: Session) -> None:
    """Open and check the CP packs that wait; each gets its signed receipt."""
    _require_dsl(session)
    org_id, receiver = session.org_id, Receiver(session.inside, {})
    with session.inside.store.reading(org_id) as unit:
        waiting = [one for one in unit.arrivals.all() if _waits(one)]
    for one in waiting:
        receiver.advance(org_id, one.sender, one.bundle_id)
    with session.inside.store.reading(org_id) as unit:
        after = [unit.arrivals.find(one.sender, one.bundle_id) or one for one in waiting]
    if session.as_json:
        emit([{"pack": one.bundle_id, "state": one.state.value} for one in after])
        return
    for one in after:
        click.echo(f"{one.bundle_id} {one.state.value}")
    if not after:
        click.echo("Nothing waits.")


def _require_dsl(session: Session) -> None:
    """Refuse without the DSL's passphrase, before anything is looked at.

    :raises KeyringError: ``compartment-locked``.
    :raises UsageError: ``role-not-dsl``.
    """
    if session.actor.role not in ("dsl", "deputy-dsl"):
        raise UsageError("role-not-dsl", "/role", "Act as the safeguarding lead: --role dsl.")
    session.node.vault.compartment(session.org_id, "cp")


def _waits(arrival: Arrival) -> bool:
    if arrival.state is not State.COLLECTED or arrival.attention is not None:
        return False
    return load_bytes(Envelope, arrival.envelope).inbox is InboxName.DSL
