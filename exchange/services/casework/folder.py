"""A case as a folder for the authority's own casework system: streamed, kept nowhere.

The zip is made while it is sent: each document is opened, and goes out as it is read. File names
say what a document is, never whose. CP documents are in no folder.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from exchange.errors import NotFound
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.ports.export import TableWriter
from exchange.services.cases import Case, case, cases
from exchange.services.casework.sen2 import CaseFacts, rows_of, tables_of
from exchange.services.casework.sen2_columns import TABLES, Row
from exchange.services.edit_record import current_pupil, current_record
from exchange.services.inside import Inside
from exchange.services.pack_contents import SUFFIX
from exchange.services.protect import protection_of
from exchange.services.reviews.placing import reports_of_case
from exchange.services.sealed_document import SealedDocument
from schemas.codes import code_set
from schemas.ehc import EhcPlan
from schemas.ehc_request import EhcRequest
from schemas.sen import SenRegister

_BLOCK = 256 * 1024
_INDEX = ("Number", "File", "Kind", "Title", "Author", "Written", "Bytes", "SHA-256")
_CASE = ("Field", "Value")


@dataclass(frozen=True, slots=True)
class Folder:
    """A zip that is made while it is read.

    :param name: file name, without the child's.
    """

    name: str
    blocks: Iterator[bytes]


def case_folder(
    inside: Inside, table: TableWriter, org_id: str, case_id: str, actor: Actor
) -> Folder:
    """Return a case's folder: its facts, its SEN2 rows, its documents with an index.

    :raises NotFound: ``case-unknown``.
    """
    with inside.store.unit(org_id) as unit:
        held = case(unit, case_id)
        facts = facts_of(unit, held)
        papers = _papers(unit, held)
        detail = {"documents": str(len(papers))}
        unit.audit.record(actor, "case.exported", "case", case_id, detail=detail)
        unit.commit()
    parts = _parts_of_case(inside, table, org_id, held, facts, papers)
    return Folder(f"case-{held.reference}.zip", _zipped(parts, inside.clock.now()))


def sen2_folder(inside: Inside, table: TableWriter, org_id: str, actor: Actor) -> Folder:
    """Return the SEN2 rows of all cases, a table a file.

    Children of a protected move are in it: the return is the authority's own, and names no school
    that others could see beside the one of section I, which is left out of theirs.
    """
    with inside.store.unit(org_id) as unit:
        held = list(cases(unit))
        made = tables_of(facts_of(unit, one) for one in held)
        detail = {"cases": str(len(held))}
        unit.audit.record(actor, "cases.exported", "organisation", org_id, detail=detail)
        unit.commit()
    return Folder("sen2.zip", _zipped(_tables(table, made.items()), inside.clock.now()))


def facts_of(unit: UnitOfWork, held: Case) -> CaseFacts:
    """Return what the rows of a case are made from; of a protected move without its school."""
    if held.pupil_id is None:
        return CaseFacts(held)
    try:
        pupil = current_pupil(unit, held.pupil_id)
    except NotFound:
        return CaseFacts(held)
    register = current_record(unit, held.pupil_id, SenRegister)
    plan = current_record(unit, held.pupil_id, EhcPlan)
    if plan is not None and protection_of(unit, held.pupil_id) is not None:
        plan = None
    asked = current_record(unit, held.pupil_id, EhcRequest)
    reviews = reports_of_case(unit, held.case_id)
    return CaseFacts(held, pupil, register, plan, asked, reviews)


def _papers(unit: UnitOfWork, held: Case) -> list[StoredDocument]:
    if held.pupil_id is None:
        return []
    found = unit.documents.of_pupil(held.pupil_id)
    return [one for one in found if one.compartment == "general"]


Part = tuple[str, BinaryIO]


def _parts_of_case(
    inside: Inside,
    table: TableWriter,
    org_id: str,
    held: Case,
    facts: CaseFacts,
    papers: Sequence[StoredDocument],
) -> Iterator[Part]:
    yield "case.csv", _table(table, _CASE, _case_rows(held))
    yield from _tables(table, rows_of(facts).items())
    names = [_file_name(number, one) for number, one in enumerate(papers, start=1)]
    yield "documents.csv", _table(table, _INDEX, _index(papers, names))
    for name, one in zip(names, papers, strict=True):
        yield name, SealedDocument(inside, org_id, one.blob).open()


def _tables(table: TableWriter, made: Iterable[tuple[str, Sequence[Row]]]) -> Iterator[Part]:
    for name, rows in made:
        columns = TABLES[name]
        cells = [[row.get(column, "") for column in columns] for row in rows]
        yield f"sen2/{name}.csv", _table(table, columns, cells)


def _table(table: TableWriter, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> io.BytesIO:
    made = io.BytesIO()
    table.write(made, heads, rows)
    made.seek(0)
    return made


def _case_rows(held: Case) -> Iterator[tuple[str, str]]:
    yield "Reference", held.reference
    yield "State", held.state.value
    yield "Reached us", held.reached.isoformat()
    yield "Source", held.source.value
    yield "Sent by", held.school_name
    yield "Caseworker", held.caseworker_name
    for name, day in sorted(held.events.items(), key=lambda one: one[1]):
        yield f"Day: {name}", day.isoformat()
    for one in held.decisions:
        yield f"Decision: {one.what}", "yes" if one.yes else "no"
        yield f"Decision: {one.what}, day", one.decided.isoformat()
        yield f"Decision: {one.what}, reasons", one.reasons
    for each in held.exceptions:
        yield f"Exception: {each.clock}, {each.ground}", each.reason


def _index(papers: Sequence[StoredDocument], names: Sequence[str]) -> Iterator[Sequence[str]]:
    labels = code_set("document-type")
    for number, (one, name) in enumerate(zip(papers, names, strict=True), start=1):
        kind = labels.lookup(one.type, importing=True).label if one.type in labels else one.type
        written = one.authored.isoformat() if one.authored else ""
        yield (
            str(number),
            name,
            kind,
            one.title,
            one.author,
            written,
            str(one.size),
            one.sha256,
        )


def _file_name(number: int, document: StoredDocument) -> str:
    return f"documents/{number:03d}-{document.type}.{SUFFIX.get(document.media_type, 'bin')}"


def _zipped(parts: Iterable[Part], at: datetime) -> Iterator[bytes]:
    """Yield a zip while its parts are read; at most a block of a document is held."""
    out = _Outflow()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, source in parts:
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with source, made.open(entry, "w", force_zip64=True) as place:
                while block := source.read(_BLOCK):
                    place.write(block)
                    yield out.taken()
            yield out.taken()
    yield out.taken()


class _Outflow(io.RawIOBase):
    """What was written since it was last taken; cannot go back, so that nothing is held."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """Return and forget what was written."""
        block = bytes(self._held)
        self._held.clear()
        return block
