"""What documents say: each kind read whole, in a process that can be killed and leaves no file."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from adapters.reading.collected import Collected
from adapters.reading.rtf import read as read_rtf
from adapters.texts import DocumentTexts
from exchange.ports.texts import MOST_CHARACTERS, UNREAD
from tests.exchange.services.tray.papers import docx_saying, pdf_saying, scan

PDF = "application/pdf"
_OOXML = "application/vnd.openxmlformats-officedocument."
WORD, SHEET, SLIDES = (
    f"{_OOXML}{kind}"
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
ODT = "application/vnd.oasis.opendocument.text"


@pytest.fixture(scope="module")
def texts() -> Iterator[DocumentTexts]:
    reader = DocumentTexts()
    yield reader
    reader.close()


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in members.items():
            container.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def test_a_pdf(texts: DocumentTexts) -> None:
    read = texts.read(
        io.BytesIO(pdf_saying("Ann Oak", "born 9/3/2015", title="T", author="A")), PDF
    )
    assert "Ann Oak" in read.text
    assert "born 9/3/2015" in read.text
    assert (read.whole, read.title, read.author) == (True, "T", "A")


def test_a_scan_is_not_whole(texts: DocumentTexts) -> None:
    assert not texts.read(io.BytesIO(scan()), PDF).whole


def test_one_page_of_many_that_is_a_scan(texts: DocumentTexts) -> None:
    with pikepdf.open(io.BytesIO(pdf_saying("A page with words"))) as made:
        made.pages.extend(pikepdf.open(io.BytesIO(scan())).pages)
        out = io.BytesIO()
        made.save(out)
    read = texts.read(io.BytesIO(out.getvalue()), PDF)
    assert "A page with words" in read.text
    assert not read.whole


def test_what_is_filled_into_a_form_and_remarked(texts: DocumentTexts) -> None:
    with pikepdf.open(io.BytesIO(pdf_saying("A form of the council"))) as made:
        field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="name", V=pikepdf.String("Ben Élm"))
        made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([made.make_indirect(field)]))
        remark = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Contents=pikepdf.String("Not Ben?")
        )
        made.pages[0].Annots = pikepdf.Array([made.make_indirect(remark)])
        out = io.BytesIO()
        made.save(out)
    text = texts.read(io.BytesIO(out.getvalue()), PDF).text
    assert "Ben Élm" in text
    assert "Not Ben?" in text


def test_word_with_headers_notes_and_remarks(texts: DocumentTexts) -> None:
    runs = "<w:r><w:t>In the he</w:t></w:r><w:r><w:t>ader</w:t></w:r>"
    part = f'<w:hdr xmlns:w="x"><w:p>{runs}</w:p></w:hdr>'
    content = docx_saying("Ann Oak", more=[("word/header1.xml", part.encode())])
    read = texts.read(io.BytesIO(content), WORD)
    assert "Ann Oak" in read.text
    assert "In the header" in read.text, "runs are joined as a reader sees them"
    assert read.whole


def test_a_picture_in_word_without_words_is_not_whole(texts: DocumentTexts) -> None:
    content = docx_saying("See scan", more=[("word/media/image1.png", b"\x89PNG")])
    assert not texts.read(io.BytesIO(content), WORD).whole
    content = docx_saying("A whole page of words, " * 5, more=[("word/media/image1.png", b"x")])
    assert texts.read(io.BytesIO(content), WORD).whole


def test_days_in_cells_are_days(texts: DocumentTexts) -> None:
    serial = (date(2015, 3, 9) - date(1899, 12, 30)).days
    formats = '<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yy"/></numFmts>'
    strings = "<si><t>Ann</t></si><si><r><t>O</t></r><r><t>ak</t></r></si>"
    cells = (
        '<c t="s"><v>0</v></c><c t="s"><v>1</v></c>'
        f'<c s="1"><v>{serial}</v></c><c><v>{serial}</v></c>'
        '<c t="inlineStr"><is><t>inline</t></is></c>'
    )
    content = zipped(
        xl__workbook_dot_xml='<workbook><sheets><sheet name="Year 6"/></sheets></workbook>',
        xl__styles_dot_xml=f'<s>{formats}<cellXfs><xf/><xf numFmtId="164"/></cellXfs></s>',
        xl__sharedStrings_dot_xml=f"<sst>{strings}</sst>",
        xl__worksheets__sheet1_dot_xml=f"<w><sheetData><row>{cells}</row></sheetData></w>",
    )
    text = texts.read(io.BytesIO(content), SHEET).text
    assert f"Ann\tOak\t2015-03-09\t{serial}\tinline" in text
    assert "Year 6" in text


def test_slides_and_their_notes(texts: DocumentTexts) -> None:
    slide = '<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sld>'
    content = zipped(
        **{
            "ppt__slides__slide1_dot_xml": slide.format("On the slide"),
            "ppt__notesSlides__notesSlide1_dot_xml": slide.format("In the notes"),
        }
    )
    text = texts.read(io.BytesIO(content), SLIDES).text
    assert "On the slide" in text
    assert "In the notes" in text


def test_open_document(texts: DocumentTexts) -> None:
    content = zipped(
        content_dot_xml='<d xmlns:t="t"><t:p>Ann<t:s/>Oak</t:p></d>',
        styles_dot_xml='<d xmlns:t="t"><t:p>In the footer</t:p></d>',
        meta_dot_xml='<m xmlns:c="c"><c:title>T</c:title><c:creator>A</c:creator></m>',
    )
    read = texts.read(io.BytesIO(content), ODT)
    assert "Ann Oak" in read.text
    assert (read.title, read.author) == ("T", "A")


def test_rich_text() -> None:
    into = Collected()
    content = rb"{\rtf1{\fonttbl{\f0 Times;}}Zo\'eb is \u322?ukasz\par {\b next} line\{\}}"
    read_rtf(content, into)
    assert into.read().text == "Zoë is łukasz\nnext line{}"


def test_plain_text(texts: DocumentTexts) -> None:
    assert texts.read(io.BytesIO("\ufeffÄrger".encode()), "text/plain").text == "Ärger"


def test_a_picture_says_nothing(texts: DocumentTexts) -> None:
    assert texts.read(io.BytesIO(b"\xff\xd8\xff"), "image/jpeg") == UNREAD


def test_too_long_is_cut_and_not_whole(texts: DocumentTexts) -> None:
    read = texts.read(io.BytesIO(b"word " * MOST_CHARACTERS), "text/plain")
    assert len(read.text) <= MOST_CHARACTERS
    assert not read.whole


def test_what_breaks_off_has_no_text_and_stops_nobody(texts: DocumentTexts) -> None:
    assert not texts.read(io.BytesIO(b"%PDF-1.7 no"), PDF).whole
    assert not texts.read(io.BytesIO(b"PK\x03\x04 no"), WORD).whole
    assert texts.read(io.BytesIO(b"fine"), "text/plain").text == "fine"


def test_what_hangs_is_killed_and_stops_nobody() -> None:
    reader = DocumentTexts(seconds=0.0)
    began = time.monotonic()
    assert reader.read(io.BytesIO(b"x" * 5_000_000), "text/plain") == UNREAD
    assert time.monotonic() - began < 5
    reader._seconds = 8.0
    assert reader.read(io.BytesIO(b"fine"), "text/plain").text == "fine"
    reader.close()


def test_a_child_that_was_killed_is_replaced(texts: DocumentTexts) -> None:
    assert texts.read(io.BytesIO(b"one"), "text/plain").whole
    assert texts._child is not None
    texts._child.kill()
    texts._child.wait()
    assert texts.read(io.BytesIO(b"two"), "text/plain").text == "two"


def test_a_source_that_fails_halfway_leaves_no_answer_behind(texts: DocumentTexts) -> None:
    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ValueError("damaged")

    with pytest.raises(ValueError, match="damaged"):
        texts.read(Breaks(b"x" * 100), "text/plain")
    assert texts.read(io.BytesIO(b"right"), "text/plain").text == "right"


def test_several_threads_get_each_their_own(texts: DocumentTexts) -> None:
    found: dict[int, str] = {}

    def ask(number: int) -> None:
        found[number] = texts.read(io.BytesIO(f"number {number}".encode()), "text/plain").text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == {number: f"number {number}" for number in range(8)}


def test_it_can_write_no_file_and_dumps_no_memory(texts: DocumentTexts) -> None:
    texts.read(io.BytesIO(b"x"), "text/plain")
    assert texts._child is not None
    limits = Path(f"/proc/{texts._child.pid}/limits").read_text()
    lines = {line[:25].strip(): line[25:].split()[:2] for line in limits.splitlines()}
    assert lines["Max file size"] == ["0", "0"]
    assert lines["Max core file size"] == ["0", "0"]
    environment = Path(f"/proc/{texts._child.pid}/environ").read_bytes()
    assert environment == b"LANG=C.UTF-8\0", "no secret of ours is in it"
    for each in Path(f"/proc/{texts._child.pid}/fd").iterdir():
        target = str(each.readlink())
        assert target.startswith(("pipe:", "/dev/null", "/dev/")), target


@pytest.mark.corpus
def test_no_document_of_the_corpus_takes_long(texts: DocumentTexts, corpora: Path) -> None:
    from adapters.inspector import ContentInspector
    from exchange.errors import FormatError

    inspector = ContentInspector()
    for path in sorted([*(corpora / "pdf").rglob("*"), *(corpora / "office").rglob("*")]):
        if not path.is_file():
            continue
        source = io.BytesIO(path.read_bytes())
        try:
            seen = inspector.inspect(source)
        except FormatError:
            continue
        began = time.monotonic()
        texts.read(source, seen.media_type)
        assert time.monotonic() - began < 10, path
