"""A document comes in: looked at, measured, sealed on the way, or refused without a trace."""

from __future__ import annotations

import hashlib
import os
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from adapters.inspector import ContentInspector
from exchange.errors import ExchangeError, FormatError, NotFound, Refused, StorageFull, Wrapped
from exchange.ports import Limits
from exchange.services.attach import Attached, NewDocument, attach
from exchange.store.memory import MemoryStore
from keys.errors import AgeNoMatch
from tests.exchange.services.test_send import FullDisk
from tests.exchange.services.town import DSL_PASSPHRASE, PDF, PRIMARY, SENCO, Town, pupil_record

INSPECTOR = ContentInspector()
MARKER = b"MARKER-1f0c9e"


def put(
    town: Town, path: Path, type_: str = "ep-report", pupil_id: str = "", **more: object
) -> Attached:
    new = NewDocument(path, type_, "Dr A. Invented", date(2026, 5, 1), **more)  # type: ignore[arg-type]
    return attach(town.primary.inside, INSPECTOR, PRIMARY, pupil_id or town.leaver(), new, SENCO)


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "Report on Ann MARKER.pdf"
    path.write_bytes(PDF + b"% " + MARKER + b"\n")
    return path


def test_what_is_kept_of_it(town: Town, pdf: Path) -> None:
    made = put(town, pdf).document
    content = pdf.read_bytes()
    assert (made.size, made.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert made.crc32 == zlib.crc32(content)
    assert (made.type, made.media_type, made.compartment) == (
        "ep-report",
        "application/pdf",
        "general",
    )
    assert (made.author, made.authored) == ("Dr A. Invented", date(2026, 5, 1))
    assert made.title == "Educational psychologist's report", "the label of its type"
    assert made.file_name == pdf.name
    with town.primary.store.reading(PRIMARY) as unit:
        assert unit.documents.get(made.document_id) == made


def test_the_bytes_are_sealed_and_open_again(town: Town, pdf: Path) -> None:
    made = put(town, pdf).document
    with town.primary.blobs.open(PRIMARY, made.blob) as source:
        sealed = source.read()
        assert MARKER not in sealed
        source.seek(0)
        compartment = town.vault.compartment(PRIMARY, "general")
        assert compartment.opener.open(source).read() == pdf.read_bytes()


def test_the_blob_s_name_says_nothing_of_the_contents(town: Town, pdf: Path) -> None:
    """A plain hash would tell another tenant that it holds the same file."""
    made = put(town, pdf).document
    told = {made.sha256, hashlib.sha256(made.document_id.encode()).hexdigest(), made.document_id}
    assert made.blob not in told


def test_the_book_names_ids_and_the_type_alone(town: Town, pdf: Path) -> None:
    made = put(town, pdf).document
    (entry,) = town.primary.said("document.attached")
    assert entry.object_id == made.document_id
    assert dict(entry.detail) == {"pupil": made.pupil_id}


def test_the_same_bytes_again_are_not_new(town: Town, pdf: Path) -> None:
    pupil_id = town.leaver()
    first = put(town, pdf, pupil_id=pupil_id)
    before = town.primary.snapshot()
    again = put(town, pdf, pupil_id=pupil_id)
    assert (first.new, again.new) == (True, False)
    assert again.document == first.document
    assert town.primary.snapshot() == before, "nor is a second blob left behind"


def test_the_same_bytes_as_another_type_or_for_a_twin_are_new(town: Town, pdf: Path) -> None:
    first = put(town, pdf)
    as_other = put(town, pdf, "other", first.document.pupil_id)
    for_twin = put(town, pdf, "ep-report", town.leaver(1))
    assert as_other.new
    assert for_twin.new
    assert len({one.document.blob for one in (first, as_other, for_twin)}) == 3


def refused(town: Town, path: Path, code: str, at: str, type_: str = "ep-report") -> ExchangeError:
    pupil_id = town.leaver()
    before = town.primary.snapshot()
    with pytest.raises(ExchangeError) as error:
        put(town, path, type_, pupil_id)
    assert (error.value.code, error.value.path) == (code, at)
    assert error.value.hint
    said = str(error.value) + error.value.hint + repr(error.value)
    assert "MARKER" not in said
    assert error.value.__cause__ is None
    assert town.primary.snapshot() == before
    return error.value


NOT_DOCUMENTS = {
    "a PDF that is not one": (b"%PDF-1.7\nMARKER, no more\n", "pdf-invalid"),
    "a PDF cut short": (PDF[:80], "pdf-invalid"),
    "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + MARKER, "document-type-unsupported"),
    "a ZIP that is no office file": (b"PK\x03\x04" + MARKER, "office-invalid"),
    "a JPEG that is none": (b"\xff\xd8\xff" + MARKER, "image-invalid"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(50) + MARKER, "document-type-unsupported"),
    "nothing": (b"", "document-empty"),
}


@pytest.mark.parametrize("name", NOT_DOCUMENTS)
def test_what_is_no_document(town: Town, tmp_path: Path, name: str) -> None:
    content, code = NOT_DOCUMENTS[name]
    path = tmp_path / "MARKER.pdf"
    path.write_bytes(content)
    refused(town, path, code, "/document")


def test_an_unknown_type(town: Town, pdf: Path) -> None:
    error = refused(town, pdf, "code-unknown", "/type", type_="MARKER-report")
    assert isinstance(error, Wrapped)


def test_a_type_that_is_not_yet(town: Town, pdf: Path) -> None:
    refused(town, pdf, "code-not-yet", "/type", type_="isp")


def test_a_file_that_is_not_there(town: Town, tmp_path: Path) -> None:
    refused(town, tmp_path / "MARKER.pdf", "document-missing", "/document")


def test_a_folder(town: Town, tmp_path: Path) -> None:
    error = refused(town, tmp_path, "document-missing", "/document")
    assert isinstance(error, FormatError)


def test_a_pipe_holds_nobody_up(town: Town, tmp_path: Path) -> None:
    pipe = tmp_path / "MARKER.pdf"
    os.mkfifo(pipe)
    refused(town, pipe, "document-missing", "/document")


def test_too_large_by_one_byte(town: Town, pdf: Path) -> None:
    size = pdf.stat().st_size
    inside = town.primary.inside
    town.primary.inside = replace(inside, limits=Limits(document_bytes=size - 1))
    error = refused(town, pdf, "document-too-large", "/document")
    assert isinstance(error, Refused)
    town.primary.inside = replace(inside, limits=Limits(document_bytes=size))
    assert put(town, pdf, pupil_id=town.leaver(1)).new


def test_too_many(town: Town, pdf: Path) -> None:
    limits = Limits(documents_per_pupil=1)
    town.primary.inside = replace(town.primary.inside, limits=limits)
    pupil_id = town.leaver()
    put(town, pdf, pupil_id=pupil_id)
    before = town.primary.snapshot()
    with pytest.raises(Refused, match="too-many-documents"):
        put(town, pdf, "other", pupil_id)
    assert town.primary.snapshot() == before


def test_a_pupil_who_is_not_here(town: Town, pdf: Path) -> None:
    before = town.primary.snapshot()
    with pytest.raises(NotFound, match="pupil-unknown"):
        put(town, pdf, pupil_id=pupil_record(3).subject)
    assert town.primary.snapshot() == before


def test_a_full_disk_for_the_blob(town: Town, pdf: Path) -> None:
    disk = FullDisk()
    town.primary.blobs, disk.full = disk, True
    town.primary.inside = replace(town.primary.inside, blobs=disk)
    pupil_id = town.leaver()
    before = town.primary.snapshot()
    with pytest.raises(StorageFull):
        put(town, pdf, pupil_id=pupil_id)
    assert town.primary.snapshot() == before


class NoRoomForRows:
    """A store whose disk is full when a row is to be written."""

    def __init__(self, store: MemoryStore) -> None:
        self.reading = store.reading

    def unit(self, org_id: str) -> None:
        raise StorageFull


def test_a_full_disk_for_the_row_takes_the_blob_back(town: Town, pdf: Path) -> None:
    pupil_id = town.leaver()
    before = town.primary.snapshot()
    full = NoRoomForRows(town.primary.store)
    town.primary.inside = replace(town.primary.inside, store=full)  # type: ignore[arg-type]
    with pytest.raises(StorageFull):
        put(town, pdf, pupil_id=pupil_id)
    assert town.primary.snapshot() == before


def test_child_protection_is_sealed_to_the_dsl_s_compartment(town: Town, pdf: Path) -> None:
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    made = put(town, pdf, "cp-file").document
    assert made.compartment == "cp"
    with town.primary.blobs.open(PRIMARY, made.blob) as source:
        with pytest.raises(AgeNoMatch):
            town.vault.compartment(PRIMARY, "general").opener.open(source)
        source.seek(0)
        opened = town.vault.compartment(PRIMARY, "cp").opener.open(source)
        assert opened.read() == pdf.read_bytes()


def test_child_protection_while_the_dsl_is_away(town: Town, pdf: Path) -> None:
    error = refused(town, pdf, "compartment-locked", f"{PRIMARY}/cp", type_="cp-file")
    assert "safeguarding lead" in error.hint
