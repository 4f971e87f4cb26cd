"""Pupils by hand, and where their packs go."""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path

import click

from exchange.cli.options import Session, acting, looking, name_of
from exchange.cli.output import emit, listing
from exchange.ports import Destination, StoredPupil
from exchange.services.choose_destination import choose_destination
from exchange.services.find_pupil import find_pupil
from exchange.services.keep_pupil import (
    add_pupil,
    keep_record,
)
from schemas.base import load_bytes
from schemas.identifiers import Upn
from schemas.pupil import Names, Pupil
from schemas.strict_json import JsonValue

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("pupil")
def pupil() -> None:
    """One pupil by hand."""


@pupil.command("add")
@click.option("--surname", required=True)
@click.option("--forename", required=True)
@click.option("--known-as", help="What the pupil is called, where it differs.")
@click.option("--dob", required=True, type=click.DateTime(["%Y-%m-%d"]), help="YYYY-MM-DD")
@click.option("--sex", required=True, help="M or F, as recorded.")
@click.option("--upn", help="Unique pupil number.")
@click.option("--no-upn", "no_upn", help="Why there is no UPN: a code, UN1 to UN7.")
@click.option("--year", "nc_year", help="National curriculum year.")
@acting
def pupil_add(
    session: Session,
    surname: str,
    forename: str,
    known_as: str | None,
    dob: datetime,
    sex: str,
    upn: str | None,
    no_upn: str | None,
    nc_year: str | None,
) -> None:
    """Add a pupil."""
    record = Pupil(
        schema="sen.pupil/1.0",
        subject=str(uuid.uuid4()),
        names=Names(surname=surname, forename=forename, known_as=known_as),
        date_of_birth=dob.date(),
        sex=sex,
        upn=Upn.parse(upn, path="/upn") if upn else None,
        upn_unknown=no_upn,
        nc_year=nc_year,
    )
    reference = add_pupil(session.inside, session.org_id, record, session.actor)
    emit({"pupil": reference}) if session.as_json else click.echo(reference)


@pupil.command("record")
@click.argument("pupil_ref", metavar="PUPIL")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@acting
def pupil_record(session: Session, pupil_ref: str, files: tuple[Path, ...]) -> None:
    """Keep records (SEN support plan, profile ...) of a pupil, from JSON files."""
    with session.inside.store.reading(session.org_id) as unit:
        found = find_pupil(unit, pupil_ref)
    for file in files:
        kept = keep_record(
            session.inside, session.org_id, found.pupil_id, file.read_bytes(), session.actor
        )
        if not session.as_json:
            click.echo(f"Kept {kept.slot}")
    if session.as_json:
        emit({"pupil": found.pupil_id, "kept": len(files)})


@click.command("pupils")
@looking
def pupils(session: Session) -> None:
    """List the pupils here."""
    with session.inside.store.reading(session.org_id) as unit:
        rows = [
            _pupil_row(session, one, len(unit.documents.of_pupil(one.pupil_id)))
            for one in unit.pupils.all()
        ]
    columns = {
        "name": "Known as",
        "upn": "UPN",
        "born": "Born",
        "documents": "Documents",
        "destination": "Destination",
        "pupil": "Reference",
    }
    listing(rows, columns, as_json=session.as_json)


def _pupil_row(session: Session, one: StoredPupil, documents: int) -> dict[str, JsonValue]:
    record = load_bytes(Pupil, one.record)
    return {
        "pupil": one.pupil_id,
        "name": record.names.display,
        "surname": record.names.surname,
        "forename": record.names.forename,
        "upn": one.upn,
        "born": record.date_of_birth.isoformat(),
        "documents": documents,
        "destination": _name(session, one.destination),
        "origin": one.origin,
    }


def _name(session: Session, chosen: Destination | None) -> str | None:
    if chosen is None:
        return None
    return name_of(session, chosen.org_id)


@click.command("destination")
@click.argument("pupil_refs", metavar="PUPIL...", nargs=-1, required=True)
@click.option("--to", required=True, help="URN, DfE number, UKPRN, ODS code, LA code or id.")
@click.option(
    "--confirm",
    required=True,
    help="Its name, or its other number: what you know apart from --to.",
)
@acting
def destination(session: Session, pupil_refs: tuple[str, ...], to: str, confirm: str) -> None:
    """Choose and confirm where pupils' packs go."""
    chosen = None
    for one in pupil_refs:
        with session.inside.store.reading(session.org_id) as unit:
            found = find_pupil(unit, one)
        chosen = choose_destination(
            session.inside, session.org_id, found.pupil_id, to, confirm, session.actor
        )
    if chosen is None:
        return
    name = _name(session, chosen)
    if session.as_json:
        emit({"org_id": chosen.org_id, "name": name, "confirmed_with": chosen.confirmed_with})
    else:
        click.echo(f"{len(pupil_refs)} to {name} (confirmed by {chosen.confirmed_with})")
