"""Remarks, earlier wordings and places: named wherever they hide, and gone from a cleaned copy."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.adapters.cleaned import INSPECTOR, cleaned, not_cleanable
from tests.adapters.inspected import MAIN, ODT, WORD, office, packed, pdf, picture

PLACE = "image-location"
XMP = '<x:xmpmeta><rdf:Description exif:GPSLatitude="51,30.0N"/></x:xmpmeta>'


def warnings(content: bytes) -> tuple[str, ...]:
    return INSPECTOR.inspect(io.BytesIO(content)).warnings


def _annotated(*annotations: Dictionary) -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        made.pages[0].Annots = Array([made.make_indirect(one) for one in annotations])

    return pdf(change)


def mark(kind: str, **more: String) -> Dictionary:
    made = Dictionary(Type=Name.Annot, Subtype=Name("/" + kind), Rect=Array([0, 0, 9, 9]))
    for key, said in more.items():
        made["/" + key] = said
    return made


REMARK = {"Contents": String("Mum is lying"), "T": String("Jo")}
REMARKS = {
    "sticky note": _annotated(mark("Text", **REMARK)),
    "its window": _annotated(mark("Popup", **REMARK)),
    "on highlighted words": _annotated(mark("Highlight", **REMARK)),
    "on a line": _annotated(mark("Line", RC=String("<p>Mum is lying</p>"))),
    "an answer": _annotated(mark("Caret", **REMARK), mark("Text", **REMARK)),
}


@pytest.mark.parametrize("name", REMARKS)
def test_notes_on_a_pdf_go(name: str) -> None:
    assert warnings(REMARKS[name]) == ("pdf-comments",)
    made = cleaned(REMARKS[name])
    assert made.removed == ("pdf-comments",)
    assert b"Mum is lying" not in _opened(made.content)


def test_a_note_that_something_else_refers_to_is_empty() -> None:
    def change(made: pikepdf.Pdf) -> None:
        note = made.make_indirect(mark("Text", **REMARK))
        made.pages[0].Annots = Array([note])
        made.Root.StructTreeRoot = Dictionary(K=Array([Dictionary(Type=Name.OBJR, Obj=note)]))

    assert b"Mum is lying" not in _opened(cleaned(pdf(change)).content)


def test_marks_on_a_pdf_stay_without_the_words_on_them() -> None:
    with pikepdf.open(io.BytesIO(cleaned(REMARKS["on highlighted words"]).content)) as now:
        (left,) = now.pages[0].Annots
        assert left.Subtype == Name.Highlight


@pytest.mark.parametrize(
    "content",
    [
        _annotated(mark("Highlight"), mark("Link", Contents=String("www.example.org"))),
        _annotated(mark("FreeText", Contents=String("typed into the form"))),
        _annotated(mark("Text", Contents=String("  "))),
    ],
)
def test_what_is_no_remark(content: bytes) -> None:
    assert warnings(content) == ()


def test_what_follows_another_action_is_seen() -> None:
    away = Dictionary(S=Name.URI, URI=String("http://x.example"))
    first = Dictionary(S=Name.GoTo, D=String("x"), Next=Array([Dictionary(S=Name.GoTo, Next=away)]))
    content = pdf(lambda made: setattr(made.Root, "OpenAction", first))
    assert warnings(content) == ("pdf-automatic-action",)
    assert cleaned(content).removed == ("pdf-automatic-action",)


def test_what_goes_round_in_a_circle_ends() -> None:
    def change(made: pikepdf.Pdf) -> None:
        first = made.make_indirect(Dictionary(S=Name.GoTo, D=String("x")))
        first.Next = Array([first] * 50)
        made.Root.OpenAction = first

    assert warnings(pdf(change)) == ()


def jpeg_with_xmp() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6)).save(out, "JPEG", xmp=XMP.encode())
    return out.getvalue()


def png_with_xmp() -> bytes:
    out, info = io.BytesIO(), PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP)
    Image.new("RGB", (8, 6)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def png_with_place_behind() -> bytes:
    """Return a PNG whose EXIF stands behind the pixels, where it may stand, too."""
    content = picture("PNG", place=True)
    at = content.index(b"eXIf") - 4
    length = 12 + int.from_bytes(content[at : at + 4], "big")
    end = content.index(b"IEND") - 4
    assert at < content.index(b"IDAT")
    chunk = content[at : at + length]
    return content[:at] + content[at + length : end] + chunk + content[end:]


@pytest.mark.parametrize("make", [jpeg_with_xmp, png_with_xmp, png_with_place_behind])
def test_a_place_is_found_where_else_programs_write_it(make: Callable[[], bytes]) -> None:
    content = make()
    assert warnings(content) == (PLACE,)
    kind = "image/jpeg" if content.startswith(b"\xff") else "image/png"
    assert warnings(cleaned(content, kind).content) == ()


def odt(content: str = "", **more: bytes) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = f'xmlns:office="{space}:office:1.0" xmlns:text="{space}:text:1.0"'
    story = f"<office:document-content {names}>{content}</office:document-content>"
    manifest = (
        f'<m:manifest xmlns:m="{space}:manifest:1.0"><m:file-entry m:full-path="Basic/a.xml"/>'
        '<m:file-entry m:full-path="content.xml"/></m:manifest>'
    )
    members = {
        "mimetype": ODT.encode(),
        "content.xml": story.encode(),
        "META-INF/manifest.xml": manifest.encode(),
    }
    return packed(members | {name.replace("__", "/"): body for name, body in more.items()})


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    ("media_type", "wrap"),
    [
        (WORD, lambda photo: office(MAIN, {"word/media/image1.JPG": photo})),
        (ODT, lambda photo: odt(**{"Pictures__1.png": photo})),
    ],
)
def test_a_photograph_in_an_office_document(
    kind: str, media_type: str, wrap: Callable[[bytes], bytes]
) -> None:
    content = wrap(picture(kind, place=True))
    assert warnings(content) == (PLACE,)
    assert cleaned(content, media_type).removed == (PLACE,)
    assert warnings(wrap(picture(kind))) == ()
    assert warnings(wrap(b"\xff\xd8\xff broken")) == ()


def test_a_photograph_in_a_pdf() -> None:
    photo = picture("JPEG", place=True)

    def change(made: pikepdf.Pdf) -> None:
        drawn = made.make_stream(photo, Type=Name.XObject, Subtype=Name.Image, Width=8, Height=6)
        drawn.Filter = Name.DCTDecode
        made.pages[0].Resources = Dictionary(XObject=Dictionary(photo=drawn))

    content = pdf(change)
    assert warnings(content) == (PLACE,)
    made = cleaned(content)
    assert made.removed == (PLACE,)
    with pikepdf.open(io.BytesIO(made.content)) as now:
        left = now.pages[0].Resources.XObject.photo
        assert (int(left.Width), left.Filter) == (8, Name.DCTDecode)
        shown = Image.open(io.BytesIO(bytes(left.read_raw_bytes())))
        assert shown.tobytes() == Image.open(io.BytesIO(photo)).tobytes(), "every pixel stays"


CHANGED = (
    "<text:p>Before<text:change text:change-id='a'/> and<office:annotation><text:p>hm</text:p>"
    "</office:annotation> after <text:change-start text:change-id='b'/>put in"
    "<text:change-end text:change-id='b'/>.</text:p>"
)
CHANGES = (
    "<text:tracked-changes><text:changed-region><text:deletion><text:p>taken out</text:p>"
    "</text:deletion></text:changed-region></text:tracked-changes>"
)


def test_an_odt_loses_remarks_changes_and_macros_and_no_word_more() -> None:
    content = odt(CHANGES + CHANGED, Basic__a__xml=b"Sub Main", Pictures__1=b"x")
    made = cleaned(content, ODT)
    told = {"office-comments", "office-macros", "office-tracked-changes"}
    assert set(made.removed) == told
    with zipfile.ZipFile(io.BytesIO(made.content)) as container:
        assert container.infolist()[0].filename == "mimetype"
        assert container.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert container.read("Pictures/1") == b"x"
        assert b"Basic" not in container.read("META-INF/manifest.xml")
        assert b"content.xml" in container.read("META-INF/manifest.xml")
        story = container.read("content.xml")
    assert b"<text:p>Before and after put in.</text:p>" in story
    assert b"taken out" not in story


@pytest.mark.parametrize(
    "content",
    [
        odt(CHANGED, **{"META-INF__documentsignatures.xml": b"<s/>"}),
        odt(CHANGED, **{"Object 1__content.xml": b"<c/>"}),
        odt(CHANGED + "<text:p>"),
    ],
)
def test_an_odt_that_cannot_be_cleaned_safely(content: bytes) -> None:
    not_cleanable(content, ODT)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (rb"{\*\annotation hm}", "office-comments"),
        (rb"{\revised\revauth1 put in}", "office-tracked-changes"),
        (rb"{\deleted taken out}", "office-tracked-changes"),
    ],
)
def test_rich_text_with_remarks_and_changes(body: bytes, code: str) -> None:
    assert warnings(rb"{\rtf1 " + body + b"}") == (code,)
    assert warnings(rb"{\rtf1 \annotationx\deletedx}") == ()
    not_cleanable(rb"{\rtf1 " + body + b"}", "application/rtf")


def _opened(content: bytes) -> bytes:
    """Return all objects of a PDF, as text."""
    with pikepdf.open(io.BytesIO(content)) as made:
        return b"".join(one.unparse(resolved=True) for one in made.objects)
