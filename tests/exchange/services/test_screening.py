"""What is infected or cannot be scanned is not kept; what is cleaned is kept instead."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pikepdf
import pytest

from adapters.cleaner import DocumentCleaner
from adapters.inspector import ContentInspector
from adapters.scanner import ClamdScanner
from exchange.errors import FormatError, Refused, ScannerUnavailable
from exchange.ports import Scan, Scanner, Verdict, WhyUnscanned
from exchange.services.attach import Attached, NewDocument, attach
from tests.adapters.carriers import pdf_with, plain_pdf
from tests.adapters.clamav import EICAR, clamd, needs_clamd
from tests.exchange.services.town import PRIMARY, SENCO, Town

INSPECTOR = ContentInspector()
CLEANER = DocumentCleaner(INSPECTOR)


class Says:
    """A scanner that says the same of everything, and remembers what it was shown."""

    def __init__(self, verdict: Verdict, reason: WhyUnscanned | None = None) -> None:
        self._scan = Scan(verdict, reason=reason)
        self.shown: list[bytes] = []

    def scan(self, source: BinaryIO) -> Scan:
        source.seek(0)
        content = source.read()
        self.shown.append(content)
        return replace(self._scan, sha256=hashlib.sha256(content).hexdigest())


def clean() -> Says:
    return Says(Verdict.CLEAN)


def put(
    town: Town, path: Path, scanner: Scanner | None, *, cleaned: bool = False, pupil_id: str = ""
) -> Attached:
    return attach(
        town.primary.inside,
        INSPECTOR,
        PRIMARY,
        pupil_id or town.leaver(),
        NewDocument(path, "ep-report", "Dr A. Invented"),
        SENCO,
        scanner=scanner,
        cleaner=CLEANER if cleaned else None,
    )


def kept(town: Town, made: Attached) -> bytes:
    with town.primary.blobs.open(PRIMARY, made.document.blob) as source:
        return town.vault.compartment(PRIMARY, "general").opener.open(source).read()


def scripted() -> bytes:
    """Return a PDF that runs a script when it is opened."""
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('MARKER')")
        )
        out = io.BytesIO()
        made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "Report on Ann MARKER.pdf"
    path.write_bytes(scripted())
    return path


def test_a_clean_one_is_kept_without_a_word_of_it(town: Town, paper: Path) -> None:
    made = put(town, paper, clean())
    assert made.warnings == made.document.warnings == ("pdf-javascript",)
    with town.primary.store.reading(PRIMARY) as unit:
        assert unit.documents.get(made.document.document_id).warnings == ("pdf-javascript",)


def test_without_a_scanner_it_is_marked(town: Town, paper: Path) -> None:
    made = put(town, paper, None)
    assert made.document.warnings == ("pdf-javascript", "unscanned")


def test_what_a_password_hides_is_marked(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(plain_pdf("word"))
    made = put(town, path, Says(Verdict.UNSCANNED, WhyUnscanned.LOCKED))
    assert made.document.warnings == ("pdf-password", "unscanned")


REFUSED = {
    "document-infected": Says(Verdict.INFECTED),
    "scan-too-large": Says(Verdict.UNSCANNED, WhyUnscanned.TOO_LARGE),
    "scan-incomplete": Says(Verdict.UNSCANNED, WhyUnscanned.INCOMPLETE),
}


@pytest.mark.parametrize("cleaned", [False, True])
@pytest.mark.parametrize("code", REFUSED)
def test_what_is_refused_is_in_the_book_alone(
    town: Town, paper: Path, code: str, cleaned: bool
) -> None:
    pupil_id = town.leaver()
    with pytest.raises(Refused) as error:
        put(town, paper, REFUSED[code], cleaned=cleaned, pupil_id=pupil_id)
    assert (error.value.code, error.value.path) == (code, "/document")
    assert not isinstance(error.value, ScannerUnavailable)
    assert "MARKER" not in str(error.value) + error.value.hint
    (entry,) = town.primary.said("document.refused", "refused")
    assert (entry.object_kind, entry.object_id, entry.outcome) == ("pupil", pupil_id, "refused")
    assert dict(entry.detail) == {"code": code}
    assert not town.primary.said("document.attached")
    with town.primary.store.reading(PRIMARY) as unit:
        assert not unit.documents.of_pupil(pupil_id)


@pytest.mark.parametrize("reason", [WhyUnscanned.UNAVAILABLE, WhyUnscanned.SILENT_LIMITS])
def test_held_while_nobody_can_scan(town: Town, paper: Path, reason: WhyUnscanned) -> None:
    pupil_id = town.leaver()
    before = town.primary.snapshot()
    for cleaned in (False, True):
        with pytest.raises(ScannerUnavailable) as error:
            put(town, paper, Says(Verdict.UNSCANNED, reason), cleaned=cleaned, pupil_id=pupil_id)
        assert error.value.code == reason.value
        assert "Nothing was stored" in error.value.hint
        assert town.primary.snapshot() == before
    assert put(town, paper, clean(), pupil_id=pupil_id).new


def test_a_cleaned_copy_is_kept_instead(town: Town, paper: Path) -> None:
    scanner = clean()
    made = put(town, paper, scanner, cleaned=True)
    assert (made.warnings, made.removed) == ((), ("pdf-javascript",))
    content = kept(town, made)
    assert b"MARKER" not in content
    assert scanner.shown == [paper.read_bytes(), content], "the original first, then what is kept"
    assert made.document.sha256 == hashlib.sha256(content).hexdigest()
    (entry,) = town.primary.said("document.attached")
    assert entry.detail["removed"] == "pdf-javascript"
    again = put(town, paper, scanner, cleaned=True, pupil_id=made.document.pupil_id)
    assert not again.new


def test_what_needs_no_cleaning_is_kept_as_it_is(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(plain_pdf())
    made = put(town, path, clean(), cleaned=True)
    assert kept(town, made) == plain_pdf()
    (entry,) = town.primary.said("document.attached")
    assert "removed" not in entry.detail


def test_what_cannot_be_cleaned_is_not_kept(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(rb"{\rtf1{\object{\*\objdata 01}}}")
    pupil_id = town.leaver()
    before = town.primary.snapshot()
    with pytest.raises(FormatError, match="document-not-cleanable"):
        put(town, path, clean(), cleaned=True, pupil_id=pupil_id)
    assert town.primary.snapshot() == before


def test_what_is_kept_is_what_was_scanned(town: Town, paper: Path) -> None:
    """Somebody saves another file under the same name between the look and the sealing."""

    class Swapping(Says):
        def scan(self, source: BinaryIO) -> Scan:
            found = super().scan(source)
            paper.write_bytes(plain_pdf())
            return found

    pupil_id = town.leaver()
    before = town.primary.snapshot()
    with pytest.raises(FormatError, match="document-changed"):
        put(town, paper, Swapping(Verdict.CLEAN), pupil_id=pupil_id)
    assert town.primary.snapshot() == before


@pytest.mark.stock
@needs_clamd
def test_with_the_real_daemon(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    pupil_id = town.leaver()
    with clamd() as daemon:
        scanner = ClamdScanner(daemon.socket)
        path.write_bytes(pdf_with(EICAR))
        for cleaned in (False, True):
            with pytest.raises(Refused, match="document-infected"):
                put(town, path, scanner, cleaned=cleaned, pupil_id=pupil_id)
        path.write_bytes(pdf_with(b"nothing to fear"))
        assert put(town, path, scanner, pupil_id=pupil_id).warnings == ("pdf-embedded-files",)
        made = put(town, path, scanner, cleaned=True, pupil_id=pupil_id)
        assert made.removed == ("pdf-embedded-files",)
    with pytest.raises(ScannerUnavailable):
        put(town, path, scanner, pupil_id=pupil_id)
