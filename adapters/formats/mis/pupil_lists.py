"""exchange.ports.imports.ListReader: tables of any product, and Common Transfer Files."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from typing import BinaryIO

from adapters.formats.mis.catalogue import fields
from adapters.formats.mis.cells import HINTS
from adapters.formats.mis.delimited import read_delimited
from adapters.formats.mis.joining import join
from adapters.formats.mis.limits import MOST_TABLES, too_large
from adapters.formats.mis.looking import look_at
from adapters.formats.mis.making import Making
from adapters.formats.mis.table import Table
from adapters.formats.mis.texts import read_text
from adapters.formats.mis.workbooks import MAGIC, read_workbook
from adapters.formats.provision_today import today_in_london
from exchange.errors import FormatError
from exchange.ports import PupilReader, ReadPupil, UnreadPupil
from exchange.ports.imports import FieldChoice, Given, Look, Plan, Remembered

_OLE = b"\xd0\xcf\x11\xe0"
_HEAD = 512
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe(?:\s\x00)*<\x00|\xfe\xff(?:\x00\s)*\x00<")
_OTHER_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|table|meta)\b|urn:schemas-microsoft-com:office", re.IGNORECASE
)
"""A page of the web, or a spreadsheet as XML: some systems call both .xls."""
_MOST_STRAYS = 200


class PupilLists:
    """Reads lists of pupils.

    :param ctf: makes the reader of CTFs; its argument is why pupils without UPN have none.
    :param subject: makes pupil ids.
    :param today: says which day it is in London: whose SEN provision counts.
    """

    def __init__(
        self,
        ctf: Callable[[str | None], PupilReader],
        subject: Callable[[], str] = lambda: str(uuid.uuid4()),
        today: Callable[[], date] = today_in_london,
    ) -> None:
        self._ctf, self._subject, self._today = ctf, subject, today

    @property
    def choices(self) -> Sequence[FieldChoice]:
        """Return everything that a column may be."""
        return [FieldChoice(one.code, one.label, one.group, one.codes) for one in fields().values()]

    def look(self, given: Sequence[Given], plan: Plan, remembered: Remembered) -> Look:
        """Return what the files are.

        :raises FormatError: ``list-mixed``, ``list-old-workbook``, and as the readers say.
        """
        if self._is_ctf(given):
            return Look("ctf")
        with ExitStack() as stack:
            return look_at(_tables(given, stack), plan, remembered)

    def read(self, given: Sequence[Given], plan: Plan) -> Iterator[ReadPupil | UnreadPupil]:
        """Yield each pupil; rows of other tables that are nobody's come last, unread.

        :raises FormatError: as :meth:`look`.
        """
        if self._is_ctf(given):
            with given[0].open() as source:
                yield from self._ctf(plan.no_upn or None).read(source)
            return
        with ExitStack() as stack:
            joined = join(_tables(given, stack), plan.fields)
        making, position = Making(plan, self._subject, self._today()), 0
        for position, bunch in enumerate(joined.bunches, start=1):
            yield making.pupil(bunch, position)
        code = "row-without-pupil"
        for line in joined.strays[:_MOST_STRAYS]:
            position += 1
            yield UnreadPupil(position, (FormatError(code, line.path(), HINTS[code]),))

    def _is_ctf(self, given: Sequence[Given]) -> bool:
        """Tell a CTF by its first bytes.

        :raises FormatError: ``list-mixed``: it came with other files; ``list-old-workbook``: it
            is a table in markup.
        """
        beginnings = [_first(one) for one in given]
        marks = [_MARKUP.match(one) is not None for one in beginnings]
        for mark, one in zip(marks, beginnings, strict=True):
            if mark and _OTHER_MARKUP.search(one.replace(b"\0", b"")):
                raise _old_workbook()
        if any(marks) and len(marks) > 1:
            hint = "Read a common transfer file by itself, and tables together."
            raise FormatError("list-mixed", "/file", hint)
        return any(marks)


def _first(given: Given) -> bytes:
    with given.open() as source:
        return source.read(_HEAD)


def _tables(given: Sequence[Given], stack: ExitStack) -> list[Table]:
    """Return the tables of all files.

    :raises FormatError: as the readers say.
    """
    found: list[Table] = []
    for one in given:
        source: BinaryIO = stack.enter_context(one.open())
        head = source.read(_HEAD)
        source.seek(0)
        if head.startswith(MAGIC):
            found += read_workbook(source, one.name)
        elif head.startswith(_OLE):
            raise _old_workbook()
        else:
            found.append(read_delimited(read_text(source), one.name))
    if len(found) > MOST_TABLES:
        raise too_large()
    return found


def _old_workbook() -> FormatError:
    hint = "Save it as .xlsx without a password, or as CSV, and choose it again."
    return FormatError("list-old-workbook", "/file", hint)
