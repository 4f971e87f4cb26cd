"""An upload: sealed as it comes, looked at by the worker, filed or thrown away by a person."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import BinaryIO

import pikepdf
import pytest

from adapters.scanner import ClamdScanner
from exchange.domain.guessing import Confidence
from exchange.errors import ExchangeError, FormatError, NotFound, Refused, UsageError, Wrapped
from exchange.ports import Actor, Limits, Scan, Verdict, WhyUnscanned
from exchange.services.document_texts import kept_text
from exchange.services.tray import receive as receiving
from exchange.services.tray.file_upload import throw_away
from exchange.services.tray.receive import NewUpload, Receiving, receive
from exchange.services.tray.upload import Stage, in_tray
from keys.errors import AgeNoMatch
from tests.adapters.carriers import pdf_with
from tests.adapters.clamav import EICAR, clamd, needs_clamd
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO
from tests.exchange.services.tray.conftest import Tray
from tests.exchange.services.tray.papers import pdf_saying, scan

MARKER = "MARKER-7c1f"
REPORT = pdf_saying(
    "Educational psychology report",
    f"Ann Oak was seen on 3 May 2026. {MARKER}",
    title="Report on Ann",
    author="Dr A. Invented",
)
BORN = date(2015, 3, 9)


class Says:
    """A scanner whose answer the test sets."""

    def __init__(self, scan: Scan) -> None:
        self.answer = scan

    def scan(self, source: BinaryIO) -> Scan:
        return self.answer


DOWN = Scan(Verdict.UNSCANNED, reason=WhyUnscanned.UNAVAILABLE)


def locked_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(REPORT)) as made:
        made.save(out, encryption=pikepdf.Encryption(owner="o", user="secret"))
    return out.getvalue()


def test_its_bytes_are_sealed_to_the_organisation_as_they_come(tray: Tray) -> None:
    made = tray.put(REPORT).upload
    with tray.inside.blobs.open(PRIMARY, made.blob) as source:
        sealed = source.read()
        assert MARKER.encode() not in sealed
        assert b"%PDF" not in sealed
        source.seek(0)
        opener = tray.inside.vault.compartment(PRIMARY, "general").opener
        assert opener.open(source).read() == REPORT
        source.seek(0)
        with pytest.raises(AgeNoMatch):
            tray.inside.vault.compartment(SECONDARY, "general").opener.open(source)


def test_the_worker_says_what_it_is_and_what_it_may_be(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    found = tray.checked(REPORT, "EP_report.pdf")
    assert (found.stage, found.media_type) == (Stage.READY, "application/pdf")
    assert (found.guess.type, found.guess.confidence) == ("ep-report", Confidence.HIGH)
    assert set(found.mentions) == {ann}
    assert (found.title, found.author) == ("Report on Ann", "Dr A. Invented")
    assert found.warnings == ("unscanned",), "nobody scanned it, and it says so"
    assert found.text_whole


def test_a_scan_has_no_text_and_is_guessed_by_nothing(tray: Tray) -> None:
    found = tray.checked(scan(), "scan0001.pdf")
    assert (found.stage, found.guess.type, found.text_whole) == (Stage.READY, "", False)


def test_filed_it_is_a_document_of_the_same_sealed_bytes(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    upload = tray.checked(REPORT, "a name.pdf", pupil_id=ann)
    filed = tray.file(upload, ann, author="Dr A", authored=date(2026, 5, 3))
    assert filed.new
    document = filed.document
    assert (document.blob, document.sha256, document.file_name) == (
        upload.blob,
        upload.sha256,
        "a name.pdf",
    )
    assert document.title == "Educational psychologist's report", "the label of its type"
    with tray.inside.store.reading(PRIMARY) as unit:
        assert unit.documents.get(document.document_id) == document
        assert in_tray(unit) == ()
        text = kept_text(unit, document.document_id)
    assert text is not None
    assert MARKER in text.text
    (told,) = tray.entries("document.attached")
    assert told == {"pupil": ann}


def test_the_same_bytes_of_the_same_type_are_one_document(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    first = tray.file(tray.checked(REPORT, "one.pdf"), ann)
    again = tray.file(tray.checked(REPORT, "two.pdf"), ann)
    assert (first.new, again.new) == (True, False)
    assert again.document == first.document
    assert tray.blobs() == 1
    assert tray.file(tray.checked(REPORT, "three.pdf"), ann, "other").new


def test_the_same_file_twice_is_one_upload(tray: Tray) -> None:
    first, again = tray.put(REPORT), tray.put(REPORT)
    assert (first.new, again.new) == (True, False)
    assert again.upload.upload_id == first.upload.upload_id
    assert tray.put(REPORT, "another name.pdf").new
    assert tray.blobs() == 2


def test_two_at_once_are_one_upload(tray: Tray) -> None:
    one, two = Receiving(tray.inside, PRIMARY), Receiving(tray.inside, PRIMARY)
    for each in (one, two):
        each.write(REPORT)
    first, again = (each.finish(NewUpload("r.pdf"), SENCO) for each in (one, two))
    assert (first.new, again.new) == (True, False)
    assert again.upload.upload_id == first.upload.upload_id
    assert tray.blobs() == 1


def test_filed_and_uploaded_again_is_taken_again(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    tray.file(tray.checked(REPORT, "r.pdf", pupil_id=ann), ann)
    assert tray.put(REPORT, "r.pdf", pupil_id=ann).new


def test_broken_off_leaves_nothing(tray: Tray) -> None:
    before = tray.town.primary.snapshot()
    with suppress(ConnectionError), Receiving(tray.inside, PRIMARY) as sink:
        sink.write(REPORT)
        raise ConnectionError
    assert tray.town.primary.snapshot() == before


def test_a_person_who_is_suspended_goes_no_further(tray: Tray) -> None:
    before, asked = tray.town.primary.snapshot(), []

    def alive() -> bool:
        asked.append(True)
        return len(asked) < 3

    content = io.BytesIO(bytes(10 * receiving._ASK_EVERY_BYTES))
    with pytest.raises(Refused, match="session-ended"):
        receive(tray.inside, PRIMARY, content, NewUpload("r.txt"), SENCO, alive=alive)
    assert len(asked) == 3, "asked while the bytes came, and not only at the end"
    assert tray.town.primary.snapshot() == before


def test_a_person_who_is_suspended_at_the_last_byte_keeps_nothing(tray: Tray) -> None:
    before = tray.town.primary.snapshot()
    new, source = NewUpload("r.pdf"), io.BytesIO(REPORT)
    with pytest.raises(Refused, match="session-ended"):
        receive(tray.inside, PRIMARY, source, new, SENCO, alive=lambda: False)
    assert tray.town.primary.snapshot() == before


@pytest.mark.parametrize(
    ("content", "name", "kind", "code"),
    [
        (b"", "a.pdf", FormatError, "document-empty"),
        (REPORT, "", UsageError, "file-name-invalid"),
        (REPORT, " \t", UsageError, "file-name-invalid"),
        (REPORT, "a\0b", UsageError, "file-name-invalid"),
        (REPORT, "x" * 1001, UsageError, "file-name-invalid"),
    ],
)
def test_what_is_not_taken(
    tray: Tray, content: bytes, name: str, kind: type[ExchangeError], code: str
) -> None:
    before = tray.town.primary.snapshot()
    with pytest.raises(kind, match=code):
        tray.put(content, name)
    assert tray.town.primary.snapshot() == before


def test_too_large_by_one_byte(tray: Tray) -> None:
    house = tray.town.primary
    house.inside = replace(house.inside, limits=Limits(document_bytes=len(REPORT) - 1))
    before = house.snapshot()
    with pytest.raises(Refused, match="document-too-large") as error:
        tray.put(REPORT)
    assert str(len(REPORT) - 1) in error.value.hint
    assert house.snapshot() == before
    house.inside = replace(house.inside, limits=Limits(document_bytes=len(REPORT)))
    assert tray.put(REPORT).new


def test_a_tray_that_overflows(tray: Tray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_WAITING", 1)
    tray.put(REPORT)
    with pytest.raises(Refused, match="tray-full"):
        tray.put(REPORT, "two.pdf")


REFUSED = {
    "no PDF": (b"%PDF-1.7 no more", "pdf-invalid"),
    "a password": (locked_pdf(), "document-password"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(64), "document-type-unsupported"),
    "a ZIP": (b"PK\x03\x04" + bytes(64), "office-invalid"),
    "a web page": (b"<html><script>alert(1)</script>", "document-type-unsupported"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why_and_what_to_do(tray: Tray, name: str) -> None:
    content, code = REFUSED[name]
    ann = tray.child(0, "Ann", "Oak", BORN)
    found = tray.checked(content, "a.pdf")
    assert (found.stage, found.code) == (Stage.REFUSED, code)
    assert found.hint
    with pytest.raises(Refused, match="upload-not-ready"):
        tray.file(found, ann)
    (told,) = tray.entries("upload.refused", "refused")
    assert told == {"code": code}


def test_while_the_scanner_is_down_it_is_held_and_never_passes(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    tray.scanner = Says(DOWN)
    found = tray.checked(REPORT)
    assert (found.stage, found.code) == (Stage.HELD, "scanner-unavailable")
    with pytest.raises(Refused, match="upload-not-ready"):
        tray.file(found, ann)
    for _ in range(20):
        tray.town.clock.pass_(minutes=6)
        tray.settle()
        assert tray.get(found.upload_id).stage is Stage.HELD, "as often as it is tried"
    tray.scanner = Says(Scan(Verdict.CLEAN))
    tray.town.clock.pass_(minutes=6)
    tray.settle()
    ready = tray.get(found.upload_id)
    assert (ready.stage, ready.warnings) == (Stage.READY, ())


def test_of_what_is_infected_nothing_is_kept(tray: Tray) -> None:
    tray.scanner = Says(Scan(Verdict.INFECTED, signature="Some.Name"))
    found = tray.checked(REPORT)
    assert (found.stage, found.code) == (Stage.REFUSED, "document-infected")
    assert tray.blobs() == 0
    assert "Some.Name" not in found.hint


@needs_clamd
def test_a_real_scanner_finds_what_is_attached_to_a_pdf(tray: Tray) -> None:
    with clamd() as daemon:
        tray.scanner = ClamdScanner(daemon.socket)
        found = tray.checked(pdf_with(EICAR), "a.pdf")
        assert (found.stage, found.code) == (Stage.REFUSED, "document-infected")
        clean = tray.checked(REPORT, "b.pdf")
        assert (clean.stage, clean.warnings) == (Stage.READY, ())


def test_what_brings_the_worker_down_is_taken_up_a_few_times_only(tray: Tray) -> None:
    made = tray.put(REPORT).upload
    checker = tray.checker()
    for _ in range(3):
        assert checker._claim(PRIMARY, made.upload_id) is not None, "and then it died"
        assert checker.due(PRIMARY) == [], "nobody takes up what another looks at"
        tray.town.clock.pass_(minutes=6)
    tray.settle()
    found = tray.get(made.upload_id)
    assert (found.stage, found.code) == (Stage.REFUSED, "document-check-failed")


def test_thrown_away_while_it_is_looked_at(tray: Tray) -> None:
    made = tray.put(REPORT).upload
    checker = tray.checker()
    claimed = checker._claim(PRIMARY, made.upload_id)
    assert claimed is not None
    throw_away(tray.inside, PRIMARY, made.upload_id, SENCO)
    with pytest.raises((NotFound, ExchangeError)):
        checker._look(PRIMARY, claimed)
    assert tray.blobs() == 0
    checker.advance(PRIMARY, made.upload_id)
    with tray.inside.store.reading(PRIMARY) as unit:
        assert kept_text(unit, made.upload_id) is None


def test_damaged_on_the_disk_is_refused_and_stops_nobody(tray: Tray) -> None:
    made, other = tray.put(REPORT).upload, tray.put(REPORT, "two.pdf").upload
    with tray.inside.blobs.open(PRIMARY, made.blob) as source:
        sealed = bytearray(source.read())
    sealed[-5] ^= 1
    with tray.inside.blobs.create(PRIMARY, made.blob) as writer:
        writer.file.write(bytes(sealed))
        writer.commit()
    tray.settle()
    assert (tray.get(made.upload_id).stage, tray.get(made.upload_id).code) == (
        Stage.REFUSED,
        "document-unreadable",
    )
    assert tray.get(other.upload_id).stage is Stage.READY


def test_a_child_protection_file_is_not_filed_by_a_senco(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    upload = tray.checked(REPORT)
    with pytest.raises(Refused, match="document-compartment"):
        tray.file(upload, ann, "cp-file")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"title": "two\nlines"}, "line-unclear"),
        ({"author": "a\u202eb"}, "line-unclear"),
        ({"title": "\u200b"}, "line-unclear"),
        ({"title": "x" * 201}, "line-unclear"),
        ({"authored": date(2099, 1, 1)}, "day-unclear"),
        ({"type_": "no-such"}, "code-unknown"),
        ({"type_": "isp"}, "code-not-yet"),
    ],
)
def test_what_a_person_says_must_fit_into_a_pack(
    tray: Tray, told: dict[str, object], code: str
) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    upload = tray.checked(REPORT)
    before = tray.town.primary.snapshot()
    with pytest.raises((UsageError, Wrapped), match=code):
        tray.file(upload, ann, **told)
    assert tray.town.primary.snapshot() == before


def test_what_was_filed_in_a_folder_is_forgotten_after_a_month(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    upload = tray.checked(REPORT)
    document = tray.file(upload, ann).document
    tray.town.clock.pass_(days=31)
    tray.settle()
    with pytest.raises(NotFound):
        tray.get(upload.upload_id)
    assert tray.inside.blobs.exists(PRIMARY, document.blob)


def test_nothing_of_it_is_said_in_clear(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    upload = tray.checked(REPORT, f"{MARKER}.pdf", pupil_id=ann)
    with tray.inside.store.reading(PRIMARY) as unit:
        item = unit.items.get("upload", upload.upload_id)
    assert MARKER not in repr((item.clear, item.state, item.lookup, item.item_id))
    assert upload.sha256 not in repr(item.clear)
    book = tray.town.primary.said("upload.received") + tray.town.primary.said("upload.checked")
    assert MARKER not in repr(book)
    assert timedelta(0) <= item.updated_at - item.created_at


def test_the_actor_and_role_are_kept(tray: Tray) -> None:
    with Receiving(tray.inside, PRIMARY) as sink:
        sink.write(REPORT)
        made = sink.finish(NewUpload("a.pdf"), Actor("Sam Clerk", "sen-administrator")).upload
    assert (made.by, made.role) == ("Sam Clerk", "sen-administrator")
