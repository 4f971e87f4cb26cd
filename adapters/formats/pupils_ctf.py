"""The CTF adapter as a reader of pupils (exchange.ports.PupilReader)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from adapters.formats.ctf import CtfPupil, read_ctf
from exchange.ports import ReadPupil, UnreadPupil


class CtfPupils:
    """Reads pupils, register entries, attendance and attainment from a Common Transfer File."""

    def read(self, source: BinaryIO) -> Iterator[ReadPupil | UnreadPupil]:
        """Yield each pupil; one that is wrong stops only that one.

        :raises exchange.errors.FormatError: not XML, has a DOCTYPE, no CTF, a version too new.
        """
        for row in read_ctf(source).pupils:
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
