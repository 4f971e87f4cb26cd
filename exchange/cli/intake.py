"""Documents come in, by their content."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import cast

import click

from exchange.cli.options import Session, acting
from exchange.cli.output import TYPED, complain, describe, emit
from exchange.cli.progress import steps
from exchange.errors import FormatError, UsageError
from exchange.ports import UNSCANNED
from exchange.services.attach import NewDocument
from exchange.services.attach import attach as attach_document
from exchange.services.find_pupil import find_pupil
from schemas.strict_json import JsonValue

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class _Wish:
    pupil: str
    document: NewDocument
    clean: bool = False


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
@click.option(
    "--clean",
    is_flag=True,
    help="Keep a cleaned copy (no scripts, macros, remarks, camera data), not the original.",
)
@acting
def attach(
    session: Session,
    pupil_ref: str | None,
    documents: tuple[str, ...],
    author: str,
    authored: datetime | None,
    table: Path | None,
    clean: bool,
) -> None:
    """Attach documents to a pupil, or to many from a table; one that is refused stops no other."""
    wishes = [
        replace(wish, clean=clean)
        for wish in _wishes(pupil_ref, documents, author, authored, table)
    ]
    rows = [
        {"position": number, **_attach_one(session, wish)}
        for number, wish in enumerate(steps("Attaching", wishes), start=1)
    ]
    if session.as_json:
        emit(rows)
    else:
        _tell_attached(rows)
    if any(row["outcome"] == "refused" for row in rows):
        raise SystemExit(3)


def _tell_attached(rows: list[dict[str, JsonValue]]) -> None:
    """Say what was seen in each document; that nobody scanned them, once for all."""
    taken = [row for row in rows if row["outcome"] == "attached"]
    unscanned = 0
    for row in taken:
        warnings, removed = cast(list[str], row["warnings"]), cast(list[str], row["removed"])
        seen = [code for code in warnings if code != UNSCANNED]
        unscanned += UNSCANNED in warnings
        for verb, codes in (("holds", seen), ("was cleaned of", removed)):
            if codes:
                click.echo(f"Document {row['position']} {verb}: {', '.join(codes)}")
    if unscanned:
        click.echo(f"{unscanned} not or not wholly scanned for viruses")
    click.echo(f"{len(taken)} attached, {len(rows) - len(taken)} not new or refused")


def _attach_one(session: Session, wish: _Wish) -> dict[str, JsonValue]:
    try:
        with session.inside.store.reading(session.org_id) as unit:
            found = find_pupil(unit, wish.pupil)
        done = attach_document(
            session.inside,
            session.node.inspector,
            session.org_id,
            found.pupil_id,
            wish.document,
            session.actor,
            scanner=session.node.scanner,
            cleaner=session.node.cleaner if wish.clean else None,
        )
    except TYPED as error:
        if not session.as_json:
            complain(error)
        return {"outcome": "refused", "error": describe(error)}
    return {
        "outcome": "attached" if done.new else "unchanged",
        "document": done.document.document_id,
        "pupil": found.pupil_id,
        "type": done.document.type,
        "warnings": list(done.warnings),
        "removed": list(done.removed),
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
    for line, row in _rows(table):
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
            raise _bad_row(line) from None


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows with their line numbers; UTF-8 and CSV are the only readings."""
    with table.open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        try:
            for row in reader:
                yield reader.line_num, row
        except (UnicodeDecodeError, csv.Error):
            raise _bad_row(reader.line_num + 1) from None


def _bad_row(line: int) -> FormatError:
    hint = "Save it as CSV in UTF-8. Columns: pupil,type,path,author,date (YYYY-MM-DD)."
    return FormatError("table-row-invalid", f"/{line}", hint)
