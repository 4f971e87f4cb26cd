"""The links file: ``links_edubasealldata*.csv``, who came after whom.

Each link may stand in both directions or in one, so that predecessors count as well as
successors. Amalgamations and enlargements are linked both ways under one name; since only closed
schools are ever followed, taking each as a successor leads from the closed one to the open one.
Sixth-form centres, expansions and "Other" say nothing of where pupils went.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Literal

from adapters.formats.gias import cells
from adapters.formats.gias.table import Extract, Table, open_table, unread
from exchange.ports.schools import ReadLink, UnreadRow
from schemas.errors import IdentifierError
from schemas.identifiers import Urn

_COLUMNS = ("URN", "LinkURN", "LinkType")
_AFTER = ("successor", "result of amalgamation", "merged", "closure")
_BEFORE = ("predecessor",)


def read_links(source: BinaryIO) -> Extract[ReadLink]:
    """Return the links of an extract; a row that is wrong stops only that one.

    :param source: seekable.
    :raises FormatError: ``gias-not-links``, ``gias-zipped``, ``gias-encoding``.
    """
    table = open_table(source, _COLUMNS, "gias-not-links")
    return Extract(table.sha256, _links(table))


def _links(table: Table) -> Iterator[ReadLink | UnreadRow]:
    urn, other, kind = (table.place(name) for name in _COLUMNS)
    for row in table.rows:
        if isinstance(row, UnreadRow):
            yield row
            continue
        line, found = row
        try:
            ends = [Urn.parse(found[at]).value for at in (urn, other)]
        except IdentifierError as error:
            yield unread(line, "/URN", "gias-urn-invalid", error.hint)
            continue
        yield ReadLink(line, ends[0], ends[1], _kind(found[kind]))


def _kind(cell: str) -> Literal["successor", "predecessor", "other"]:
    said = cells.clean(cell).casefold()
    if said.startswith(_AFTER):
        return "successor"
    return "predecessor" if said.startswith(_BEFORE) else "other"
