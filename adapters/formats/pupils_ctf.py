"""The CTF adapter as a reader of pupils (exchange.ports.PupilReader)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import BinaryIO

from adapters.formats.ctf import CtfPupil, Remark, read_ctf
from adapters.formats.provision_today import today_in_london
from exchange.ports import ReadPupil, UnreadPupil


class CtfPupils:
    """Reads pupils, register entries, attendance and attainment from a Common Transfer File.

    :param no_upn: the reason (code UN1 to UN7) of pupils without UPN whom the file gives none.
    :param today: says which day it is in London: whose SEN provision counts.
    """

    def __init__(
        self, no_upn: str | None = None, today: Callable[[], date] = today_in_london
    ) -> None:
        self._no_upn, self._today = no_upn, today

    def read(self, source: BinaryIO) -> Iterator[ReadPupil | UnreadPupil]:
        """Yield each pupil; one that is wrong stops only that one.

        The first who can be taken brings what is to be said of the file, with a path in its header.

        :raises exchange.errors.FormatError: not XML, has a DOCTYPE, no CTF, too old.
        """
        found = read_ctf(source, no_upn_reason=self._no_upn, today=self._today())
        of_file = found.header.remarks
        for row in found.pupils:
            if isinstance(row, CtfPupil):
                yield _read(row, of_file)
                of_file = ()
            else:
                yield UnreadPupil(row.position, row.errors)


def _read(row: CtfPupil, of_file: Sequence[Remark]) -> ReadPupil:
    records = (row.sen, row.attendance, row.attainment)
    return ReadPupil(
        position=row.position,
        pupil=row.pupil,
        records=tuple(one for one in records if one is not None),
        remarks=tuple((one.code, one.path) for one in (*of_file, *row.remarks)),
    )
