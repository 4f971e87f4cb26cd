"""The open register of schools (GIAS): take an edition in, and look schools up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, TypeVar

import click

from adapters.formats.gias import read_links, read_register
from exchange.cli.options import Session, acting, looking
from exchange.cli.output import complain, describe, emit, listing
from exchange.cli.progress import bytes_read
from exchange.domain.schools import FoundSchool, School
from exchange.errors import SettingsError
from exchange.ports.schools import RegisterReport, RegisterSource
from exchange.services.find_school import find_schools, import_register
from schemas.strict_json import JsonValue

T = TypeVar("T")

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN_ERRORS = 10
_EVERY = 500
"""Rows between two looks at how far it is."""
_COLUMNS = {
    "name": "Name",
    "town": "Town",
    "postcode": "Postcode",
    "urn": "URN",
    "dfe_number": "DfE number",
    "type": "Type",
    "status": "Status",
    "care": "Take care",
}


@click.group("schools")
def schools() -> None:
    """The open register of schools."""


@schools.command("import")
@click.argument("register", type=_FILE)
@click.option("--links", "links", type=_FILE, help="Its links file: who came after whom.")
@click.option("--smaller", is_flag=True, help="Take it though it holds far fewer schools.")
@acting
def import_(session: Session, register: Path, links: Path | None, smaller: bool) -> None:
    """Take in the register that Get Information about Schools publishes, and its links file.

    A row that cannot be read is left out and named; all others are taken.
    """
    with ExitStack() as files:
        source = _source(files, register, links)
        report = import_register(session.inside, source, session.actor, allow_smaller=smaller)
    if session.as_json:
        emit(_report(report))
    else:
        _tell(report)


def _source(files: ExitStack, register: Path, links: Path | None) -> RegisterSource:
    schools_file = files.enter_context(register.open("rb"))
    taken = read_register(schools_file)
    rows = _watched("Reading schools", taken.rows, schools_file, register)
    if links is None:
        return RegisterSource(rows, taken.sha256)
    links_file = files.enter_context(links.open("rb"))
    found = read_links(links_file)
    watched = _watched("Reading links", found.rows, links_file, links)
    return RegisterSource(rows, taken.sha256, watched, found.sha256)


def _watched(label: str, rows: Iterable[T], file: BinaryIO, path: Path) -> Iterator[T]:
    """Yield rows and show how much of the file they took."""
    tell = bytes_read(label, path.stat().st_size)
    done = 0
    for number, row in enumerate(rows):
        if number % _EVERY == 0:
            tell(file.tell() - done)
            done = file.tell()
        yield row
    tell(file.tell() - done)


def _report(report: RegisterReport) -> dict[str, JsonValue]:
    return {
        "schools": report.stamp.schools,
        "links": report.stamp.links,
        "sha256": report.stamp.sha256,
        "links_sha256": report.stamp.links_sha256,
        "imported_at": report.stamp.imported_at.isoformat(),
        "statuses": dict(report.statuses),
        "refused": report.refused,
        "errors": [describe(error) for error in report.errors],
        "remarks": dict(report.remarks),
    }


def _tell(report: RegisterReport) -> None:
    for error in report.errors[:_SHOWN_ERRORS]:
        complain(error)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(report.statuses.items()))
    click.echo(f"{report.stamp.schools} schools ({counts}), {report.stamp.links} links.")
    if report.refused:
        click.echo(f"Rows left out, since they could not be read: {report.refused}")
    for code, count in sorted(report.remarks.items()):
        click.echo(f"Cells left out: {count} [{code}]")
    if report.stamp.links_sha256 is None:
        click.echo("Without a links file (--links) closed schools lead to no successor.")


@schools.command("find")
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@looking
def find(session: Session, text: tuple[str, ...], limit: int) -> None:
    """Find schools by name, town, postcode, URN, DfE number or UKPRN.

    Whether a school has joined, and by which keys, only the trust directory says.
    """
    register = session.inside.register
    if register is None:
        raise SettingsError("register-not-kept", "/register", "Ask your administrator.")
    found = find_schools(register, " ".join(text), limit)
    listing([_row(one) for one in found], _COLUMNS, as_json=session.as_json)


def _row(found: FoundSchool) -> dict[str, JsonValue]:
    school = found.school
    return {
        **_brief(school),
        "ukprn": school.ukprn,
        "former_laestab": school.former_laestab,
        "council": school.la_name,
        "telephone": school.telephone,
        "type": school.type_name,
        "phase": school.phase.value,
        "closed": school.closed.isoformat() if school.closed else None,
        "sen": list(school.sen),
        "resourced_provision": school.resourced_provision,
        "section41": school.section41,
        "lookalike": found.lookalike,
        "successors": [_brief(one) for one in found.successors],
        "care": _care(found),
    }


def _brief(school: School) -> dict[str, JsonValue]:
    return {
        "name": school.name,
        "town": school.town,
        "postcode": school.postcode,
        "urn": school.urn,
        "laestab": school.laestab,
        "dfe_number": school.dfe_number,
        "status": school.status.value,
    }


def _care(found: FoundSchool) -> str:
    told = []
    if found.successors:
        after = " or ".join(f"{one.name} (URN {one.urn})" for one in found.successors)
        told.append(f"now {after}")
    if found.lookalike:
        told.append("another school looks alike: check town and numbers")
    return "; ".join(told)
