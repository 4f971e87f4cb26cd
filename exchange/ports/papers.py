"""One paper made from many: the indexed PDF that a panel reads, or the numbered files of a case.

What goes in was chosen and cleared for its readers before it comes here: nothing is withheld by
who puts it together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, Protocol

from schemas.strict_json import JsonValue

Progress = Callable[[int, int], None]
"""Told how many papers of how many are in."""

How = Literal["kept", "picture", "set", "missing"]
"""Its own pages; a picture on a page; its text, set anew; a page that says why it is not there."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that goes in.

    :param title: for the index and the bookmarks.
    :param kind: its type in words, such as "Educational psychologist's report".
    :param author: who wrote it, in words, or nothing.
    :param authored: the day it was written, in words, or nothing.
    :param media_type: what it is, as the inspector said.
    :param open: returns its plain bytes; called when its turn comes, and closed after it.
    :param code: which kind of document it is (schemas.codes, ``document-type``), for file names.
    :param age_flag: why it may be out of date ("31 months old; usual limit 24"), or None.
    :param warning: what a reader should know before reading it, or nothing.
    """

    title: str
    kind: str
    author: str
    authored: str
    media_type: str
    open: Callable[[], BinaryIO] = field(repr=False)
    code: str = "document"
    age_flag: str | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A point that evidence is looked for, as Code of Practice 2015, 9.14 lists them.

    :param point: in words.
    :param found: what speaks to it, in words; of papers in the pack, :attr:`papers` has the places.
    :param gap: nothing was found.
    :param papers: places of papers among those handed over, from 0; shown with number and page.
    """

    point: str
    found: Sequence[str] = ()
    gap: bool = False
    papers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Front:
    """What stands before the papers.

    :param title: what it is, without a name: it becomes the title of the file ("Panel pack").
    :param organisation: whose paper it is.
    :param made: the day, in words.
    :param facts: labels with their values for the front page.
    :param summary: the one-page summary: ``lead`` (a sentence or two), ``alert`` (what must be
        seen first), ``question`` (what is asked of the reader), ``sections``: each ``heading``
        with ``paragraphs``, ``points`` (lists of strings), ``facts`` (pairs).
    :param grid: rows of the coverage grid; empty: no grid.
    :param reference: of the case, without a name; stands in the title of the file.
    :param name: of whom it is about, for the pages alone: never in the file's properties.
    :param missing: papers that were not put in, with the reason, for the index's foot.
    """

    title: str
    organisation: str
    made: str
    facts: Sequence[tuple[str, str]] = ()
    summary: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)
    grid: Sequence[GridRow] = ()
    reference: str = ""
    name: str = ""
    missing: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class IndexLine:
    """Where a paper is in the pack.

    :param number: from 1.
    :param first_page: from 1, of the whole.
    :param how: whether its own pages are there.
    :param why: a code, where it is ``missing`` or was changed: ``encrypted``, ``damaged`` ...
    """

    number: int
    title: str
    first_page: int
    pages: int
    how: How
    why: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Pack:
    """One PDF, in memory; the caller closes it."""

    data: BinaryIO
    size: int
    pages: int
    index: tuple[IndexLine, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """A file of a case that goes by other ways.

    :param name: a file name that tells its number and kind, never whose it is.
    """

    name: str
    data: bytes


class PackMaker(Protocol):
    """Puts papers together, in memory alone."""

    def pack(
        self, front: Front, papers: Sequence[Paper], *, progress: Progress | None = None
    ) -> Pack:
        """Return one PDF: tagged, searchable, with bookmarks and page numbers.

        Front page, summary, grid and index come first, then each paper's own pages. One that
        cannot go in has a page that says so, and :attr:`IndexLine.how` tells.

        :raises exchange.errors.FormatError: ``pack-not-made``, ``pack-too-large``.
        """

    def parts(self, front: Front, papers: Sequence[Paper], cap_bytes: int) -> Iterator[Part]:
        """Yield the index as a PDF, then each paper as a numbered file with its bytes as they are.

        No file is over ``cap_bytes``: a PDF over it is cut between pages into ``04a``, ``04b``
        and so on, as the index says.

        :raises exchange.errors.FormatError: ``part-too-large``: it cannot be cut to the cap; its
            path is ``/papers/<place>``. ``pack-not-made``.
        """
