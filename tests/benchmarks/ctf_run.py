"""One run over a CTF, as a process of its own: ``make``, ``ours``, ``write`` or ``lxml``.

The peer is lxml alone: it reads each pupil and lets it go, and nothing is made of it.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from lxml import etree

from adapters.formats.ctf import CtfPupil, read_ctf, write_ctf
from adapters.formats.ctf.model import CtfHeader, CtfParty
from schemas.identifiers import upn_check_letter

_FULL = Path(__file__).parents[1] / "adapters" / "ctf_files" / "full.xml"


def make(file: Path, pupils: int) -> None:
    """Write an invented file: every block that a CTF has, for each of many pupils."""
    root = etree.parse(str(_FULL)).getroot()
    (first, *_) = root.findall(".//Pupil")
    upn = first.find("UPN")
    assert upn is not None
    with file.open("wb") as out:
        out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<CTfile>')
        out.write(etree.tostring(cast(Any, root.find("Header")), with_tail=False))
        out.write(b"<CTFpupilData>")
        for number in range(pupils):
            digits = f"8012000{number // 1000 % 90 + 10:02d}{number % 1000:03d}"
            upn.text = upn_check_letter(digits) + digits
            out.write(etree.tostring(first, with_tail=False))
        out.write(b"</CTFpupilData></CTfile>")


def ours(file: Path) -> int:
    """Read every pupil as records."""
    with file.open("rb") as source:
        return sum(isinstance(one, CtfPupil) for one in read_ctf(source).pupils)


def write(file: Path) -> int:
    """Read every pupil as records, and write them out again, one by one."""
    count = 0

    def counted(rows: Iterator[object]) -> Iterator[CtfPupil]:
        nonlocal count
        for row in rows:
            assert isinstance(row, CtfPupil)
            count += 1
            yield row

    at = datetime(2026, 7, 1, 9, 0)  # noqa: DTZ001 (local time, as a CTF has it)
    header = CtfHeader(CtfParty("801", "2000"), CtfParty("801", "4001"), at)
    with file.open("rb") as source, file.with_suffix(".out").open("wb") as out:
        write_ctf(out, header, counted(read_ctf(source).pupils))
    return count


def lxml_alone(file: Path) -> int:
    """Read every pupil with lxml, as somebody would who wants it done fast."""
    count = 0
    for _, element in etree.iterparse(str(file), tag="Pupil"):
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del cast(Any, element.getparent())[0]
    return count


WORK = {"ours": ours, "write": write, "lxml": lxml_alone}

if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "make":
        make(where, int(sys.argv[3]))
    else:
        began = time.perf_counter()
        done = WORK[what](where)
        spent = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{done} {spent:.6f} {peak:.3f}")
