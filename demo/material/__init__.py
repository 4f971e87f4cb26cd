"""Makes the demonstration's material: thirty invented leavers, their CTF, documents and records.

Everything is drawn from a seed: the same seed and number of pupils give the same bytes everywhere.
Nobody here lives, and no school or council here exists (see :mod:`demo.material.places`).

A folder of material holds::

    ABOUT.txt                     that it is all invented
    8209101_CTF_XXXXXXX_001.xml   the Common Transfer File 25.0
    destinations.csv              which pupil goes to which school, and by which way
    documents.csv                 every PDF with its type, title, author and date
    pupil-NN/documents/*.pdf      3 to 8 documents
    pupil-NN/records/*.json       SEN register, profile, plans, as ``schemas`` has them
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from demo.material.cohort import draw_cohort
from demo.material.ctf import file_name, write_ctf
from demo.material.documents import papers_for
from demo.material.people import Pupil
from demo.material.places import PLACES, PRIMARY
from demo.material.records import records_for
from demo.material.sheet import print_pdf
from schemas.base import dump_bytes

ABOUT = """This folder holds INVENTED material for a demonstration of SEN Exchange.

No pupil, parent, teacher, school or council in it exists. The names are made up; the numbers are
well-formed but held by nobody: URNs from 999001, DfE numbers 820/9xxx (LA 820 closed in 2009),
telephone numbers from Ofcom's drama ranges, postcodes in ZZ, addresses in .example.

Seed {seed}, {count} pupils. Made by: python -m demo.material OUTDIR --seed {seed} --pupils {count}
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A printed document and what must be said when it is attached."""

    path: Path
    type: str
    title: str
    author: str
    author_role: str
    authored: date


@dataclass(frozen=True, slots=True)
class PupilMaterial:
    """One pupil with the documents and records that lie in the folder."""

    pupil: Pupil
    documents: tuple[Document, ...]
    records: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What was made, for a caller who does not want to read the CSV files back."""

    folder: Path
    ctf: Path
    destinations: Path
    pupils: tuple[PupilMaterial, ...]

    @property
    def document_bytes(self) -> int:
        """Size of all documents, in bytes."""
        return sum(d.path.stat().st_size for each in self.pupils for d in each.documents)


def make(
    folder: Path,
    seed: int = 1,
    count: int = 30,
    progress: Callable[[int, int], None] | None = None,
    skip: int = 0,
) -> Material:
    """Write the material into ``folder``, which is made if missing.

    :param skip: leave out so many first ones: further pupils of the same school.
    :param progress: told after each pupil how many of how many are done.
    :raises ValueError: ``count`` is out of range.
    :raises OSError: the folder cannot be written.
    """
    cohort = draw_cohort(seed, skip + count)[skip:]
    folder.mkdir(parents=True, exist_ok=True)
    about = ABOUT.format(seed=seed, count=count)
    (folder / "ABOUT.txt").write_text(about, encoding="utf-8")
    ctf = folder / file_name()
    ctf.write_bytes(write_ctf(cohort))
    made = []
    for done, pupil in enumerate(cohort, start=1):
        made.append(_make_pupil(folder / pupil.folder, pupil))
        if progress:
            progress(done, count)
    destinations = folder / "destinations.csv"
    _write_csv(destinations, _destination_rows(cohort))
    _write_csv(folder / "documents.csv", _document_rows(folder, made))
    return Material(folder, ctf, destinations, tuple(made))


def _make_pupil(folder: Path, pupil: Pupil) -> PupilMaterial:
    printed, written = folder / "documents", folder / "records"
    printed.mkdir(parents=True, exist_ok=True)
    written.mkdir(parents=True, exist_ok=True)
    documents = []
    for at, paper in enumerate(papers_for(pupil), start=1):
        path = printed / f"{at}-{paper.type}.pdf"
        path.write_bytes(print_pdf(paper))
        author = paper.author
        documents.append(
            Document(path, paper.type, paper.title, author.name, author.role, paper.written)
        )
    records = []
    for name, record in records_for(pupil).items():
        path = written / name
        path.write_bytes(dump_bytes(record))
        records.append(path)
    return PupilMaterial(pupil, tuple(documents), tuple(records))


def _destination_rows(cohort: list[Pupil]) -> list[list[str]]:
    rows = [["folder", "upn", "surname", "forename", "dob", "urn", "laestab", "school", "way"]]
    for pupil in cohort:
        there = pupil.destination
        rows.append(
            [
                pupil.folder,
                pupil.upn or "",
                pupil.surname,
                pupil.forename,
                pupil.birth.isoformat(),
                there.urn or "",
                there.laestab or "",
                there.name,
                "folder" if pupil.by_folder else "https",
            ]
        )
    return rows


def _document_rows(folder: Path, made: list[PupilMaterial]) -> list[list[str]]:
    rows = [["path", "type", "title", "author", "author_role", "authored"]]
    for each in made:
        for doc in each.documents:
            path = doc.path.relative_to(folder).as_posix()
            rows.append(
                [path, doc.type, doc.title, doc.author, doc.author_role, doc.authored.isoformat()]
            )
    return rows


def _write_csv(path: Path, rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    path.write_bytes(out.getvalue().encode("utf-8"))


__all__ = ["PLACES", "PRIMARY", "Document", "Material", "PupilMaterial", "make"]
