"""The CTF adapter as a reader of pupils (exchange.ports.PupilReader)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from adapters.formats.ctf import CtfPupil, read_ctf
from exchange.ports import ReadPupil, UnreadPupil


class CtfPupils:
    """Reads pupils, register entries, attendance and attainment from a Common Transfer File.

    :param no_upn: the reason (code UN1 to UN7) of pupils without UPN whom the file gives none.
    """

    def __init__(self, no_upn: str | None = None) -> None:
        self._no_upn = no_upn

    def read(self, source: BinaryIO) -> Iterator[ReadPupil | UnreadPupil]:
        """Yield each pupil; one that is wrong stops only that one.

        :raises exchange.errors.FormatError: not XML, has a DOCTYPE, no CTF, too old.
        """
        for row in read_ctf(source, no_upn_reason=self._no_upn).pupils:
            if isinstance(row, CtfPupil):
                yield _read(row)
            else:
                yield UnreadPupil(row.position, row.errors)


def _read(row: CtfPupil) -> ReadPupil:
    records = (row.sen, row.attendance, row.attainment)
    return ReadPupil(
        position=row.position,
        pupil=row.pupil,
        records=tuple(one for one in records if one is not None),
        remarks=tuple((one.code, one.path) for one in row.remarks),
    )
