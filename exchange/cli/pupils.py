"""Pupils come in by CTF or by hand; documents are attached; destinations are confirmed."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click

from exchange.cli.options import acting_options, actor_of, node_of, node_options, org_of
from exchange.cli.output import complain, describe, emit, listing, typed_errors
from exchange.cli.progress import steps
from exchange.errors import ExchangeError, FormatError, UsageError
from exchange.ports import Actor, StoredPupil
from exchange.services.attach import NewDocument
from exchange.services.attach import attach as attach_document
from exchange.services.choose_destination import choose_destination
from exchange.services.find_pupil import find_pupil
from exchange.services.keep_pupil import (
    Kept,
    add_pupil,
    import_pupils,
    keep_record,
    subject_of,
)
from exchange.wiring import Node
from schemas.base import load_bytes
from schemas.identifiers import Upn
from schemas.pupil import Names, Pupil
from schemas.strict_json import JsonValue

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def import_() -> None:
    """Take in what another system exported."""


@import_.command("ctf")
@click.argument("file", type=_FILE)
@acting_options
@typed_errors
def import_ctf(
    file: Path,
    home: Path,
    passphrase_file: Path | None,
    org: str | None,
    who: str | None,
    role: str,
    as_json: bool,
) -> None:
    """Take pupils in from a Common Transfer File; one bad row stops only that pupil."""
    node = node_of(home, passphrase_file)
    org_id = org_of(node, org)
    with file.open("rb") as source:
        kept = list(
            steps(
                "Reading pupils",
                import_pupils(node.inside, node.ctf, org_id, source, "ctf", actor_of(who, role)),
            )
        )
    if as_json:
        emit([_kept(one) for one in kept])
    else:
        _tell(kept)
    if any(one.outcome == "refused" for one in kept):
        raise SystemExit(3)


def _kept(one: Kept) -> dict[str, JsonValue]:
    return {
        "position": one.position,
        "outcome": one.outcome,
        "pupil": one.pupil_id,
        "errors": [describe(error) for error in one.errors],
        "remarks": [{"code": code, "path": path} for code, path in one.remarks],
    }


def _tell(kept: list[Kept]) -> None:
    counts = dict.fromkeys(("added", "updated", "unchanged", "refused"), 0)
    for one in kept:
        counts[one.outcome] += 1
        for error in one.errors:
            complain(error)
        for code, path in one.remarks:
            click.echo(f"Kept as found: {path} [{code}]")
    click.echo(", ".join(f"{count} {name}" for name, count in counts.items() if count) or "Nobody.")


@import_.command("records")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@acting_options
@typed_errors
def import_records(
    files: tuple[Path, ...],
    home: Path,
    passphrase_file: Path | None,
    org: str | None,
    who: str | None,
    role: str,
    as_json: bool,
) -> None:
    """Keep JSON records; each says in ``subject`` which pupil it is about."""
    node = node_of(home, passphrase_file)
    org_id, actor = org_of(node, org), actor_of(who, role)
    rows = [_keep_one(node, org_id, one, actor, as_json=as_json) for one in steps("Records", files)]
    if as_json:
        emit(rows)
    else:
        click.echo(f"{sum(row['outcome'] == 'kept' for row in rows)} of {len(rows)} records kept")
    if any(row["outcome"] == "refused" for row in rows):
        raise SystemExit(3)


def _keep_one(
    node: Node, org_id: str, file: Path, actor: Actor, *, as_json: bool
) -> dict[str, JsonValue]:
    try:
        kept = keep_record(
            node.inside, org_id, subject_of(file.read_bytes()), file.read_bytes(), actor
        )
    except ExchangeError as error:
        if not as_json:
            complain(error)
        return {"outcome": "refused", "error": describe(error)}
    return {"outcome": "kept", "pupil": kept.pupil_id, "slot": kept.slot}


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
@acting_options
@typed_errors
def pupil_add(
    surname: str,
    forename: str,
    known_as: str | None,
    dob: datetime,
    sex: str,
    upn: str | None,
    no_upn: str | None,
    nc_year: str | None,
    home: Path,
    passphrase_file: Path | None,
    org: str | None,
    who: str | None,
    role: str,
    as_json: bool,
) -> None:
    """Add a pupil."""
    node = node_of(home, passphrase_file)
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
    reference = add_pupil(node.inside, org_of(node, org), record, actor_of(who, role))
    emit({"pupil": reference}) if as_json else click.echo(reference)


@pupil.command("record")
@click.argument("pupil_ref", metavar="PUPIL")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@acting_options
@typed_errors
def pupil_record(
    pupil_ref: str,
    files: tuple[Path, ...],
    home: Path,
    passphrase_file: Path | None,
    org: str | None,
    who: str | None,
    role: str,
    as_json: bool,
) -> None:
    """Keep records (SEN support plan, profile ...) of a pupil, from JSON files."""
    node = node_of(home, passphrase_file)
    org_id = org_of(node, org)
    with node.inside.store.reading(org_id) as unit:
        found = find_pupil(unit, pupil_ref)
    for file in files:
        kept = keep_record(
            node.inside, org_id, found.pupil_id, file.read_bytes(), actor_of(who, role)
        )
        if not as_json:
            click.echo(f"Kept {kept.slot}")
    if as_json:
        emit({"pupil": found.pupil_id, "kept": len(files)})


@click.command("pupils")
@node_options
@typed_errors
def pupils(home: Path, passphrase_file: Path | None, org: str | None, as_json: bool) -> None:
    """List the pupils here."""
    node = node_of(home, passphrase_file)
    org_id = org_of(node, org)
    with node.inside.store.reading(org_id) as unit:
        rows = [
            _pupil_row(node, one, len(unit.documents.of_pupil(one.pupil_id)))
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
    listing(rows, columns, as_json=as_json)


def _pupil_row(node: Node, one: StoredPupil, documents: int) -> dict[str, JsonValue]:
    record = load_bytes(Pupil, one.record)
    return {
        "pupil": one.pupil_id,
        "name": record.names.display,
        "surname": record.names.surname,
        "forename": record.names.forename,
        "upn": one.upn,
        "born": record.date_of_birth.isoformat(),
        "documents": documents,
        "destination": _name(node, one),
        "origin": one.origin,
    }


def _name(node: Node, one: StoredPupil) -> str | None:
    if one.destination is None:
        return None
    return node.directory().get(one.destination.org_id, node.inside.clock.now()).name


@dataclass(frozen=True, slots=True)
class _Wish:
    pupil: str
    document: NewDocument


@click.command("attach")
@click.argument("pupil_ref", metavar="[PUPIL]", required=False)
@click.argument("documents", metavar="TYPE=PATH...", nargs=-1)
@click.option("--author", default="", help="Who wrote it.")
@click.option("--date", "authored", type=click.DateTime(["%Y-%m-%d"]), help="When, YYYY-MM-DD.")
@click.option(
    "--from",
    "table",
    type=_FILE,
    help="A CSV file: pupil,type,path,author,date and, if you like, title; paths relative to it.",
)
@acting_options
@typed_errors
def attach(
    pupil_ref: str | None,
    documents: tuple[str, ...],
    author: str,
    authored: datetime | None,
    table: Path | None,
    home: Path,
    passphrase_file: Path | None,
    org: str | None,
    who: str | None,
    role: str,
    as_json: bool,
) -> None:
    """Attach documents to a pupil, or to many from a table; one that is refused stops no other."""
    wishes = list(_wishes(pupil_ref, documents, author, authored, table))
    node = node_of(home, passphrase_file)
    rows = [
        _attach_one(node, org_of(node, org), wish, actor_of(who, role), as_json=as_json)
        for wish in steps("Attaching", wishes)
    ]
    if as_json:
        emit(rows)
    else:
        new = sum(row["outcome"] == "attached" for row in rows)
        click.echo(f"{new} attached, {len(rows) - new} not new or refused")
    if any(row["outcome"] == "refused" for row in rows):
        raise SystemExit(3)


def _attach_one(
    node: Node, org_id: str, wish: _Wish, actor: Actor, *, as_json: bool
) -> dict[str, JsonValue]:
    try:
        with node.inside.store.reading(org_id) as unit:
            found = find_pupil(unit, wish.pupil)
        done = attach_document(
            node.inside, node.inspector, org_id, found.pupil_id, wish.document, actor
        )
    except ExchangeError as error:
        if not as_json:
            complain(error)
        return {"outcome": "refused", "type": wish.document.type, "error": describe(error)}
    return {
        "outcome": "attached" if done.new else "unchanged",
        "document": done.document.document_id,
        "pupil": found.pupil_id,
        "type": done.document.type,
        "warnings": list(done.warnings),
    }


def _wishes(
    pupil_ref: str | None,
    documents: tuple[str, ...],
    author: str,
    authored: datetime | None,
    table: Path | None,
) -> Iterator[_Wish]:
    if table is not None:
        yield from _from_table(table)
    if (pupil_ref is None) is not (not documents):
        raise UsageError("document-missing", "/document", "Write PUPIL TYPE=PATH.")
    if pupil_ref is None and table is None:
        raise UsageError("document-missing", "/document", "Write PUPIL TYPE=PATH, or --from FILE.")
    for one in documents:
        kind, equals, path = one.partition("=")
        if not equals:
            raise UsageError("document-malformed", "/document", "Write TYPE=PATH.")
        day = authored.date() if authored else None
        yield _Wish(pupil_ref or "", NewDocument(Path(path), kind, author, day))


def _from_table(table: Path) -> Iterator[_Wish]:
    with table.open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        for line, row in enumerate(reader, start=2):
            try:
                day = date.fromisoformat(row["date"]) if row.get("date") else None
                document = NewDocument(
                    path=table.parent / row["path"],
                    type=row["type"],
                    author=row.get("author") or "",
                    authored=day,
                    title=row.get("title") or "",
                )
                yield _Wish(row["pupil"], document)
            except (KeyError, ValueError, TypeError):
                raise FormatError(
                    "table-row-invalid", f"/{line}", "Columns: pupil,type,path,author,date."
                ) from None


@click.command("destination")
@click.argument("pupil_refs", metavar="PUPIL...", nargs=-1, required=True)
@click.option("--to", required=True, help="URN, DfE number, UKPRN, ODS code, LA code or id.")
@click.option(
    "--confirm",
    required=True,
    help="Its name, or its other number: what you know apart from --to.",
)
@acting_options
@typed_errors
def destination(
    pupil_refs: tuple[str, ...],
    to: str,
    confirm: str,
    home: Path,
    passphrase_file: Path | None,
    org: str | None,
    who: str | None,
    role: str,
    as_json: bool,
) -> None:
    """Choose and confirm where pupils' packs go."""
    node = node_of(home, passphrase_file)
    org_id, actor = org_of(node, org), actor_of(who, role)
    chosen = None
    for one in pupil_refs:
        with node.inside.store.reading(org_id) as unit:
            found = find_pupil(unit, one)
        chosen = choose_destination(node.inside, org_id, found.pupil_id, to, confirm, actor)
    if chosen is None:
        return
    name = node.directory().get(chosen.org_id, node.inside.clock.now()).name
    if as_json:
        emit({"org_id": chosen.org_id, "name": name, "confirmed_with": chosen.confirmed_with})
    else:
        click.echo(f"{len(pupil_refs)} to {name} (confirmed by {chosen.confirmed_with})")
