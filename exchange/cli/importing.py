"""What comes in from other systems: transfer files, tables, records as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import click

from exchange.cli.options import Session, acting
from exchange.cli.output import TYPED, complain, describe, emit
from exchange.cli.progress import steps
from exchange.errors import FormatError, UsageError
from exchange.ports import PupilReader, ReadPupil, UnreadPupil
from exchange.ports.imports import Given, Plan, settled
from exchange.services.imports.mapping import remembered
from exchange.services.keep_pupil import (
    Kept,
    all_of_theirs,
    import_pupils,
    keep_record,
    only_new,
    subject_of,
)
from schemas.strict_json import JsonValue

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def import_() -> None:
    """Take in what another system exported."""


_NO_UPN = click.option(
    "--no-upn", help="Why pupils of this file without a UPN have none: UN1 to UN7."
)
_THEIRS = click.option(
    "--theirs", is_flag=True, help="Replace what stands here by what the file says otherwise."
)


@import_.command("ctf")
@click.argument("file", type=_FILE)
@_NO_UPN
@_THEIRS
@acting
def import_ctf(session: Session, file: Path, no_upn: str | None, theirs: bool) -> None:
    """Take pupils in from a Common Transfer File; one bad row stops only that pupil.

    What we do not have is added; what the file says otherwise stays as it is here, and is named.
    """
    _take_in(session, file, session.node.ctf(no_upn), "ctf", theirs)


@import_.command("list")
@click.argument("files", type=_FILE, nargs=-1, required=True)
@_NO_UPN
@_THEIRS
@click.option("--no-provision", default="", help="SEN provision where a list names needs alone.")
@click.option(
    "--order",
    type=click.Choice(["dmy", "mdy"]),
    help="Whether the day or the month comes first, where the list itself does not tell.",
)
@acting
def import_list(
    session: Session,
    files: tuple[Path, ...],
    no_upn: str | None,
    theirs: bool,
    no_provision: str,
    order: str | None,
) -> None:
    """Take all pupils of tables in, CSV or XLSX; several files are joined.

    Columns are found as on the pages, with what was said there of lists with the same headings.
    Every pupil is kept: to choose among them, read the list on the pages.
    """
    reader = session.node.lists()
    given = [Given(file.name, partial(_opened, file)) for file in files]
    plan = Plan(no_upn=no_upn or "", no_provision=no_provision)
    with session.inside.store.reading(session.org_id) as unit:
        known = remembered(unit)
    look = reader.look(given, plan, known)
    if look.missing:
        hint = "Say on the pages what its columns are: docs/adapters/csv.md."
        raise FormatError(f"list-lacks-{look.missing[0].replace('_', '-')}", "/file", hint)
    if look.asks and order is None:
        raise UsageError("order-needed", "/order", "Give --order dmy, or --order mdy.")
    plan = replace(plan, orders=dict.fromkeys(look.asks, order or ""))
    read = reader.read(given, settled(reader.look(given, plan, known), plan))
    _take_in(session, files[0], _Rows(read), "list", theirs)


def _opened(file: Path) -> Any:
    return file.open("rb")


@dataclass(frozen=True, slots=True)
class _Rows:
    """A reader of what is being read already (exchange.ports.PupilReader)."""

    rows: Iterator[ReadPupil | UnreadPupil]

    def read(self, source: BinaryIO) -> Iterator[ReadPupil | UnreadPupil]:
        """Return the rows."""
        return self.rows


def _take_in(session: Session, file: Path, reader: PupilReader, form: str, theirs: bool) -> None:
    accept = all_of_theirs if theirs else only_new
    with file.open("rb") as source:
        taken = import_pupils(
            session.inside, reader, session.org_id, source, form, session.actor, accept
        )
        kept = list(steps("Reading pupils", taken))
    if session.as_json:
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
        "left": list(one.left),
    }


def _tell(kept: list[Kept]) -> None:
    counts = dict.fromkeys(("added", "updated", "unchanged", "refused"), 0)
    for one in kept:
        counts[one.outcome] += 1
        for error in one.errors:
            complain(error)
        for code, path in one.remarks:
            click.echo(f"Kept as found: {path} [{code}]")
        if one.left:
            click.echo(f"Pupil {one.position} stays here as it is: {', '.join(one.left)}")
    click.echo(", ".join(f"{count} {name}" for name, count in counts.items() if count) or "Nobody.")


@import_.command("records")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@acting
def import_records(session: Session, files: tuple[Path, ...]) -> None:
    """Keep JSON records; each says in ``subject`` which pupil it is about."""
    rows = [_keep_one(session, one) for one in steps("Records", files)]
    if session.as_json:
        emit(rows)
    else:
        click.echo(f"{sum(row['outcome'] == 'kept' for row in rows)} of {len(rows)} records kept")
    if any(row["outcome"] == "refused" for row in rows):
        raise SystemExit(3)


def _keep_one(session: Session, file: Path) -> dict[str, JsonValue]:
    content = file.read_bytes()
    try:
        subject = subject_of(content)
        kept = keep_record(session.inside, session.org_id, subject, content, session.actor)
    except TYPED as error:
        if not session.as_json:
            complain(error)
        return {"outcome": "refused", "error": describe(error)}
    return {"outcome": "kept", "pupil": kept.pupil_id, "slot": kept.slot}
