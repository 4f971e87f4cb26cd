"""Who may have what: see before sending, record who decided, tell afterwards why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

import click

from exchange.cli.options import Session, acting, looking
from exchange.cli.output import emit, table
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import (
    EVERYBODY,
    Disclosed,
    Outcome,
    Speaker,
    Wanted,
    reason,
    reasons,
)
from exchange.errors import UsageError
from exchange.services import preview as looks
from exchange.services import record_disclosure as recording
from exchange.services.explain import explain_any
from exchange.services.find_pupil import find_pupil
from exchange.services.queue_bundle import Order
from schemas.statement import BundleKind
from schemas.strict_json import JsonValue

_WANTED = click.Choice(["agrees", "refuses", "no-answer"])
_FOR = "An organisation (any number), a role, a kind of organisation, or: family."
_SHOWN = {
    Outcome.ALLOWED: "goes",
    Outcome.WITHHELD: "stays",
    Outcome.NEEDS_DECISION: "needs a decision",
}


@click.command("mark")
@click.argument("documents", metavar="DOCUMENT...", nargs=-1, required=True)
@click.option("--not-for", "not_for", required=True, help=_FOR)
@click.option("--remove", is_flag=True, help="Take the mark off again.")
@acting
def mark(session: Session, documents: tuple[str, ...], not_for: str, remove: bool) -> None:
    """Mark documents "not for" somebody."""

    def record(one: str) -> str:
        return recording.mark(
            session.inside, session.org_id, one, not_for, session.actor, remove=remove
        )

    _each(session, documents, record, "unmarked" if remove else "marked")


@click.command("decide")
@click.argument("documents", metavar="DOCUMENT...", nargs=-1, required=True)
@click.option("--withhold/--release", "withhold", default=None, help="What was decided.")
@click.option("--by", required=True, help="Who decided: the name of a person.")
@click.option(
    "--reason",
    "why",
    required=True,
    type=click.Choice(reasons(date.max)),
    metavar="CODE",
    help="Why: `senx decide --help` lists the codes.",
)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="When, YYYY-MM-DD.")
@click.option("--registration", default="", help="A professional's number with their body.")
@click.option("--person", default="", help="Who may read it there, where the reason asks.")
@click.option("--words", default="", help="The reasons in words, where the reason asks.")
@click.option("--for", "audience", help=f"About whom. {_FOR}")
@acting
def decide(
    session: Session,
    documents: tuple[str, ...],
    withhold: bool | None,
    by: str,
    why: str,
    day: datetime | None,
    registration: str,
    person: str,
    words: str,
    audience: str | None,
) -> None:
    """Record a person's decision that documents go or stay.

    A release is about the pupil's present destination, a decision to withhold about everybody,
    unless --for says otherwise.
    """
    if withhold is None:
        raise UsageError("direction-missing", "/withhold", "Give --withhold or --release.")
    ruling = recording.Ruling(
        reason=why,
        by=by,
        withhold=withhold,
        audience=audience,
        day=day.date() if day else None,
        registration=registration,
        person=person,
        words=words,
    )

    def record(one: str) -> str:
        return recording.judge(session.inside, session.org_id, one, ruling, session.actor)

    _each(session, documents, record, "withheld" if withhold else "released")


decide.epilog = "Codes: " + "; ".join(
    f"{code} ({reason(code).direction}, {reason(code).decided_by})" for code in reasons(date.max)
)


@click.command("wish")
@click.argument("things", metavar="PUPIL|DOCUMENT...", nargs=-1, required=True)
@click.option("--family", type=_WANTED, help="What the family wants.")
@click.option("--pupil", type=_WANTED, help="What the pupil, or young person, wants.")
@click.option("--for", "audience", default=EVERYBODY, help=f"For whom; default: everybody. {_FOR}")
@acting
def wish(
    session: Session,
    things: tuple[str, ...],
    family: Wanted | None,
    pupil: Wanted | None,
    audience: str,
) -> None:
    """Record whether family and pupil agree; of a whole pack, or of one document."""
    wishes: dict[Speaker, Wanted] = {}
    if family:
        wishes["family"] = family
    if pupil:
        wishes["pupil"] = pupil
    if not wishes:
        raise UsageError("wish-missing", "/family", "Give --family, --pupil or both.")

    def record(one: str) -> str:
        return recording.wish(session.inside, session.org_id, one, wishes, session.actor, audience)

    _each(session, things, record, "recorded")


def _each(
    session: Session, things: Sequence[str], record: Callable[[str], str], outcome: str
) -> None:
    rows: list[JsonValue] = [{"document": record(one), "outcome": outcome} for one in things]
    if session.as_json:
        emit(rows)
    else:
        click.echo(f"{len(rows)} {outcome}")


@click.command("preview")
@click.argument("pupil_ref", metavar="PUPIL")
@click.option("--cp", is_flag=True, help="The DSL's pack, not the general one.")
@click.option("--purpose", default="phase-transfer", show_default=True)
@click.option("--basis", default="public-task", show_default=True, help="Lawful basis.")
@looking
def preview(session: Session, pupil_ref: str, cp: bool, purpose: str, basis: str) -> None:
    """Show what the pupil's destination would get and why; nothing is sealed."""
    with session.inside.store.reading(session.org_id) as unit:
        pupil_id = find_pupil(unit, pupil_ref).pupil_id
    order = Order(
        kind=BundleKind.CP_FILE if cp else BundleKind.TRANSFER,
        purpose=purpose,
        lawful_basis=basis,
    )
    seen = looks.preview(session.inside, session.org_id, pupil_id, order)
    if session.as_json:
        emit(
            {
                "pupil": seen.pupil_id,
                "to": seen.recipient_name,
                "to_org": seen.recipient,
                "purpose": seen.purpose,
                "lawful_basis": seen.lawful_basis,
                "ready": all(
                    one.decision.outcome is not Outcome.NEEDS_DECISION for one in seen.disclosed
                ),
                "items": [one.as_json() for one in seen.disclosed],
            }
        )
        return
    click.echo(f"To {seen.recipient_name}: {seen.purpose}, {seen.lawful_basis}")
    _show(seen.disclosed)


@click.command("explain")
@click.argument("transfer")
@looking
def explain(session: Session, transfer: str) -> None:
    """Tell why each document of a pack that was sent went or stayed.

    Also of a guest copy, a printed copy, or a request for advice: by its id in the audit book.
    """
    told = explain_any(session.inside, session.org_id, transfer)
    if session.as_json:
        emit(
            {
                "transfer": told.bundle_id,
                "to_org": told.recipient,
                "sent_at": told.sent_at.isoformat(),
                "purpose": told.purpose,
                "lawful_basis": told.lawful_basis,
                "items": [one.as_json() | {"went": one.decision.allowed} for one in told.disclosed],
            }
        )
        return
    click.echo(f"Sent {london_day(told.sent_at):%d %B %Y}: {told.purpose}, {told.lawful_basis}")
    _show(told.disclosed)


def _show(rows: Sequence[Disclosed]) -> None:
    table(
        ["Outcome", "What", "Why", "Who decides", "It rests on", "Reference"],
        [
            (
                _SHOWN[one.decision.outcome],
                one.title or one.type,
                " ".join((one.decision.code, *(f"[{each}]" for each in one.decision.warnings))),
                one.decision.by,
                one.decision.basis,
                one.ref,
            )
            for one in rows
        ],
    )
