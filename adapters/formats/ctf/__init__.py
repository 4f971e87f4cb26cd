"""The Common Transfer File (CTF): lenient in, strict out, nothing unknown lost.

``layout``   the one table of elements and fields; ``nodes`` are its words
``walk``     walks an element along a table into JSON objects
``assemble`` makes them records, and says what is wrong and where
``reading``, ``writing``, ``model``   what others use

A CTF-compatible subset: the DfE's own schema was not to be had.
"""

from __future__ import annotations

from adapters.formats.ctf.model import (
    NOT_MAINTAINED,
    UNKNOWN_DESTINATION,
    CtfHeader,
    CtfImport,
    CtfParty,
    CtfPupil,
    CtfPupilError,
    CtfRow,
    Remark,
    ctf_file_name,
)
from adapters.formats.ctf.reading import read_ctf
from adapters.formats.ctf.writing import write_ctf

__all__ = [
    "NOT_MAINTAINED",
    "UNKNOWN_DESTINATION",
    "CtfHeader",
    "CtfImport",
    "CtfParty",
    "CtfPupil",
    "CtfPupilError",
    "CtfRow",
    "Remark",
    "ctf_file_name",
    "read_ctf",
    "write_ctf",
]
