"""Lists of pupils from other systems: looked at first, then read as a person said they are meant.

A Common Transfer File says itself what is what. A table (CSV, a workbook, a pasted list) does not:
which column is what, in which order its days are written, what its words mean. What can be known
is guessed and shown; what cannot is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, Protocol

from exchange.ports.documents import ReadPupil, UnreadPupil

How = Literal["", "layout", "remembered", "name", "similar", "content", "person"]


@dataclass(frozen=True, slots=True)
class Given:
    """One file as it was given.

    :param name: its name, as it came: may name a pupil.
    :param open: returns its plain bytes, readable and seekable; the caller closes them.
    """

    name: str
    open: Callable[[], BinaryIO] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person said of the tables.

    :param fields: ``table/column`` (from 0) -> field, empty: leave the column out.
    :param orders: ``table/column`` -> ``dmy``, ``mdy`` or ``ymd``.
    :param words: ``field/word`` (folded) -> code, empty: leave it out.
    :param no_upn: why pupils without UPN have none (UN1 to UN7); empty: they are not taken.
    :param no_provision: the SEN provision of pupils whose list names none; empty: not known.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    no_upn: str = ""
    no_provision: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    :param at: from 0.
    :param how: how the field was found; empty: nothing is known of it, and it is left out.
    :param order: how its days are written; ``ask``: both readings make sense; empty: no days.
    :param asked: whether the list does not tell the order: if there is one, a person said it.
    """

    at: int
    head: str
    samples: tuple[str, ...] = field(repr=False)
    field: str = ""
    how: How = ""
    order: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: a file of text, or a sheet of a workbook.

    :param mark: the same for tables with the same headings; says nothing of any pupil.
    :param encoding: how the text was read; ``hint``: what it might be besides.
    :param part: what it tells: ``pupils``, ``needs`` or ``provision``; empty: nothing for us.
    """

    name: str
    mark: str
    rows: int
    columns: tuple[Column, ...]
    headed: bool
    part: str
    encoding: str = ""
    hint: str = ""
    layout: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that stands for a code, and that nobody has explained.

    :param times: in how many rows it stands.
    :param guess: the code that it may mean; empty: it was said to be left out; None: nobody knows.
    """

    field: str
    word: str
    folded: str
    times: int
    guess: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What files turned out to be.

    :param kind: ``ctf`` says all of itself; of ``table`` a person says what is what.
    """

    kind: Literal["ctf", "table"]
    sheets: tuple[Sheet, ...] = ()
    words: tuple[Word, ...] = ()
    layout: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what no table can do without and none has."""
        there = {one.field for sheet in self.sheets for one in sheet.columns}
        if self.kind == "ctf":
            return ()
        wanted = ["name"] if not ({"surname", "forename"} <= there or "full_name" in there) else []
        return (*wanted, *(one for one in ("date_of_birth", "sex") if one not in there))

    @property
    def asks(self) -> tuple[str, ...]:
        """Return the ``table/column`` of days whose order a person must say."""
        return tuple(
            f"{number}/{one.at}"
            for number, sheet in enumerate(self.sheets)
            for one in sheet.columns
            if one.order == "ask"
        )


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One thing that a column may be; ``codes`` names its set of codes, where it has one."""

    code: str
    label: str
    group: str
    codes: str = ""


class ListReader(Protocol):
    """Reads lists of pupils of any kind."""

    @property
    def choices(self) -> Sequence[FieldChoice]:
        """Return everything that a column may be; what is none of these is not for SEN."""

    def look(self, given: Sequence[Given], plan: Plan, remembered: Remembered) -> Look:
        """Return what the files are.

        :raises exchange.errors.FormatError: one is no list, too large, or cannot be read.
        """

    def read(self, given: Sequence[Given], plan: Plan) -> Iterator[ReadPupil | UnreadPupil]:
        """Yield each pupil; one that is wrong stops only that one.

        The path of an error or remark is ``/table/row/COLUMN``, as a spreadsheet counts them.

        :param plan: complete, as :func:`settled` makes it of a look.
        :raises exchange.errors.FormatError: a file as a whole cannot be read.
        """


Remembered = Mapping[str, "Kept"]
"""``Sheet.mark`` -> what was said last time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of tables with the same headings.

    :param fields, orders: by the column's number.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


def settled(look: Look, plan: Plan) -> Plan:
    """Return a plan that says of every column what was said, or else found."""
    fields = {
        f"{number}/{one.at}": one.field
        for number, sheet in enumerate(look.sheets)
        for one in sheet.columns
    }
    orders = {
        f"{number}/{one.at}": one.order
        for number, sheet in enumerate(look.sheets)
        for one in sheet.columns
        if one.order not in ("", "ask")
    }
    words = {f"{one.field}/{one.folded}": one.guess for one in look.words if one.guess is not None}
    return Plan(fields, orders, {**words, **plan.words}, plan.no_upn, plan.no_provision)
