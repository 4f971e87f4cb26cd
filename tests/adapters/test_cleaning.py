"""Cleaned PDFs: what acts or hides is gone, what a reader sees is as it was; and any document."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from adapters import cleaner as cleaner_module
from exchange.errors import FormatError
from exchange.ports import Cleaned
from tests.adapters.carriers import packed, pdf_with, pdf_with_annotation, plain_pdf
from tests.adapters.cleaned import CLEANER, INSPECTOR, cleaned, not_cleanable


def pdf(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.new() as made:
        for number in range(2):
            made.add_blank_page()
            made.pages[number].Contents = made.make_stream(b"BT (words %d) Tj ET" % number)
        change(made)
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _opens(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    return lambda made: setattr(made.Root, "OpenAction", action)


def _names(made: pikepdf.Pdf) -> None:
    tree = Dictionary(Names=Array([String("a"), made.make_indirect(script())]))
    made.Root.Names = Dictionary(JavaScript=tree)


def _button(made: pikepdf.Pdf) -> None:
    """A button with a script that a second action, by reference, follows."""
    then = made.make_indirect(Dictionary(S=Name.Launch, F=String("cmd.exe")))
    go = Dictionary(S=Name.GoTo, D=String("x"), Next=Array([then, script()]))
    widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, A=go, AA=Dictionary(U=script()))
    made.pages[0].Annots = Array([made.make_indirect(widget)])
    made.Root.AcroForm = Dictionary(Fields=Array([made.pages[0].Annots[0]]), XFA=String("x"))


def _film(made: pikepdf.Pdf) -> None:
    film = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, RichMediaContent=Dictionary())
    text = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Contents=String("stays"))
    made.pages[0].Annots = Array([film, text])


PDFS = {
    "script on opening": (pdf(_opens(script())), {"pdf-javascript"}),
    "script by name": (pdf(_names), {"pdf-javascript"}),
    "program": (pdf(_opens(Dictionary(S=Name.Launch, F=String("x")))), {"pdf-launch"}),
    "web page": (
        pdf(_opens(Dictionary(S=Name.URI, URI=String("http://x")))),
        {"pdf-automatic-action"},
    ),
    "button": (pdf(_button), {"pdf-javascript", "pdf-launch", "pdf-xfa"}),
    "film": (pdf(_film), {"pdf-rich-media"}),
    "attachment": (pdf_with(b"INSIDE" * 50), {"pdf-embedded-files"}),
    "paper clip": (pdf_with_annotation(b"INSIDE" * 50), {"pdf-embedded-files"}),
    "zip behind it": (plain_pdf() + packed({"a": b"x"}), {"document-polyglot"}),
}


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_loses_what_acts(name: str) -> None:
    content, codes = PDFS[name]
    made = cleaned(content)
    assert set(made.removed) == codes
    with pikepdf.open(io.BytesIO(content)) as before, pikepdf.open(io.BytesIO(made.content)) as now:
        assert len(now.pages) == len(before.pages)
        for page, copy in zip(before.pages, now.pages, strict=True):
            if "/Contents" in page:
                assert copy.Contents.read_bytes() == page.Contents.read_bytes()
        said = b"".join(one.unparse(resolved=True) for one in now.objects)
    assert not re.search(rb"/(JS|JavaScript|Launch|EF|EmbeddedFiles?|XFA|RichMedia\w*)\b", said)
    assert b"INSIDE" not in made.content


def test_other_marks_on_a_page_stay() -> None:
    with pikepdf.open(io.BytesIO(cleaned(PDFS["film"][0]).content)) as now:
        assert [str(one.Contents) for one in now.pages[0].Annots] == ["stays"]


def test_the_page_to_open_at_stays() -> None:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([made.pages[1].obj, Name.Fit]))
        made.Root.OpenAction.Next = script()

    with pikepdf.open(io.BytesIO(cleaned(pdf(change)).content)) as now:
        assert now.Root.OpenAction.S == "/GoTo"
        assert now.Root.OpenAction.D[0].objgen == now.pages[1].obj.objgen


def test_a_pdf_without_anything_is_the_same() -> None:
    content = plain_pdf()  # once: what it is called by changes with the second
    assert cleaned(content) == Cleaned(content, ())


def _signed(made: pikepdf.Pdf) -> None:
    value = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("x"))
    made.Root.AcroForm = Dictionary(Fields=Array([Dictionary(FT=Name.Sig, V=value)]))
    made.Root.OpenAction = script()


def _portfolio(made: pikepdf.Pdf) -> None:
    made.attachments["a.txt"] = b"x"
    made.Root.Collection = Dictionary()


def _drawn_by_xfa(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = Dictionary(XFA=String("x"))
    made.Root.NeedsRendering = True


@pytest.mark.parametrize("change", [_signed, _portfolio, _drawn_by_xfa])
def test_pdfs_that_would_lose_their_sense(change: Callable[[pikepdf.Pdf], None]) -> None:
    not_cleanable(pdf(change))


def test_what_is_only_broken_or_encrypted_is_left_alone() -> None:
    broken = plain_pdf().replace(b"startxref", b"startXref")
    with pikepdf.open(io.BytesIO(plain_pdf())) as made:
        out = io.BytesIO()
        made.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    for content, code in ((broken, "pdf-damaged"), (out.getvalue(), "pdf-encrypted")):
        assert INSPECTOR.inspect(io.BytesIO(content)).warnings == (code,)
        assert cleaned(content) == Cleaned(content, ())


def test_a_broken_pdf_that_acts() -> None:
    not_cleanable(PDFS["program"][0].replace(b"startxref", b"startXref"))


def test_a_locked_pdf() -> None:
    assert "password" in not_cleanable(plain_pdf("word")).hint


# Any


def test_too_large_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaner_module, "LARGEST", 100)
    not_cleanable(plain_pdf())


def test_kinds_that_nobody_cleans() -> None:
    rtf = rb"{\rtf1{\object{\*\objdata 01}}}"
    not_cleanable(rtf, "application/rtf")
    assert cleaned(b"words", "text/plain") == Cleaned(b"words", ())


@pytest.mark.corpus
def test_collected_documents(corpora: Path) -> None:
    """None takes long, none ends in anything but a clean copy with its pages or a refusal."""
    slow, changed, refused = [], 0, 0
    for path in sorted([*(corpora / "pdf").rglob("*.pdf"), *(corpora / "office").rglob("*.*")]):
        content, began = path.read_bytes(), time.monotonic()
        try:
            seen = INSPECTOR.inspect(io.BytesIO(content))
            made = CLEANER.clean(io.BytesIO(content), seen.media_type)
        except FormatError as error:
            refused += error.code == "document-not-cleanable"
        else:
            changed += made.content != content
            assert not made.removed or not INSPECTOR.inspect(io.BytesIO(made.content)).warnings
            if seen.media_type == "application/pdf":
                assert _pages(made.content) == _pages(content)
        if time.monotonic() - began > 10:
            slow.append(path.name)
    assert slow == []
    assert changed > 20
    assert refused > 10


def _pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as opened:
        return len(opened.pages)
