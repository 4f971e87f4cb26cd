"""Cleaned office documents: remarks, changes, macros and far things go; the rest stays."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from adapters.cleaning import package as package_module
from tests.adapters.carriers import packed
from tests.adapters.cleaned import cleaned, not_cleanable

OOXML = "application/vnd.openxmlformats-officedocument."
WORD = f"{OOXML}wordprocessingml.document"
SHEET = f"{OOXML}spreadsheetml.sheet"
SLIDES = f"{OOXML}presentationml.presentation"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def rels(**lines: tuple[str, str]) -> bytes:
    """Return a part of relationships, id -> (kind, target); with ``://`` it is external."""
    rows = "".join(
        f'<Relationship Id="{name}" Type="{REL}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if "://" in target else "/>")
        for name, (kind, target) in lines.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{rows}</Relationships>'.encode()


def office(media_type: str, main: str, body: bytes, more: dict[str, bytes]) -> bytes:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="x/y"/>'
        for name in more
        if not name.endswith(".rels")
    )
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{main}" ContentType="{media_type}.main+xml"/>{overrides}</Types>'
    )
    first = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": rels(r1=("officeDocument", main)),
    }
    return packed(first | {main: body} | more)


def docx(body: str, more: dict[str, bytes] | None = None) -> bytes:
    text = f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'
    return office(WORD, "word/document.xml", text.encode(), more or {})


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        assert container.testzip() is None
        return {name: container.read(name) for name in container.namelist()}


def run(text: str, tag: str = "t") -> str:
    return f"<w:r><w:{tag}>{text}</w:{tag}></w:r>"


def words(content: bytes) -> str:
    return re.sub(r"<[^>]+>", "", parts(content)["word/document.xml"].decode()).strip()


COMMENTED = docx(
    f'<w:p><w:commentRangeStart w:id="0"/>{run("Kept")}<w:commentRangeEnd w:id="0"/>'
    '<w:r><w:rPr/><w:commentReference w:id="0"/></w:r></w:p>',
    {
        "word/_rels/document.xml.rels": rels(
            r1=("comments", "comments.xml"),
            r2=("people", "people.xml"),
            r3=("image", "media/a.png"),
        ),
        "word/comments.xml": f'<w:comments xmlns:w="{W}">MARKER</w:comments>'.encode(),
        "word/_rels/comments.xml.rels": rels(r1=("image", "media/b.png")),
        "word/people.xml": b"<p>MARKER</p>",
        "word/media/a.png": b"a",
        "word/media/b.png": b"MARKER",
    },
)


def test_comments_go_with_all_that_only_they_need() -> None:
    made = cleaned(COMMENTED, WORD)
    assert made.removed == ("office-comments",)
    left = parts(made.content)
    assert set(left) == {
        *("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
        *("word/_rels/document.xml.rels", "word/media/a.png"),
    }
    assert words(made.content) == "Kept"
    everything = b"".join(left.values())
    assert b"omment" not in everything
    assert b"MARKER" not in everything
    assert b"/word/media/a.png" in left["[Content_Types].xml"]
    assert b"people" not in left["[Content_Types].xml"]


CHANGES = {
    "inserted": (f"<w:p><w:ins>{run('new')}</w:ins></w:p>", "new"),
    "deleted": (f"<w:p>{run('a')}<w:del>{run('MARKER', 'delText')}</w:del></w:p>", "a"),
    "moved": (
        f"<w:p><w:moveFromRangeStart/><w:moveFrom>{run('MARKER')}</w:moveFrom><w:moveFromRangeEnd/>"
        f"<w:moveTo>{run('here')}</w:moveTo></w:p>",
        "here",
    ),
    "inserted, then deleted": (f"<w:p><w:ins><w:del>{run('MARKER')}</w:del></w:ins></w:p>", ""),
    "format": ("<w:p><w:r><w:rPr><w:b/><w:rPrChange>MARKER</w:rPrChange></w:rPr></w:r></w:p>", ""),
    "row": (
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{run('MARKER')}</w:tc></w:tr>"
        f"<w:tr><w:trPr><w:ins/></w:trPr><w:tc>{run('row')}</w:tc></w:tr></w:tbl>",
        "row",
    ),
    "end of a paragraph": (
        f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('one')}</w:p><w:p>{run('two')}</w:p>",
        "onetwo",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_tracked_changes_are_accepted(name: str) -> None:
    body, text = CHANGES[name]
    made = cleaned(docx(body), WORD)
    assert made.removed == ("office-tracked-changes",)
    assert words(made.content) == text
    assert b"MARKER" not in parts(made.content)["word/document.xml"]


def test_changes_of_cells_are_for_word() -> None:
    not_cleanable(docx("<w:tc><w:tcPr><w:cellMerge/></w:tcPr></w:tc>"), WORD)


def test_macros_go() -> None:
    made = cleaned(
        docx(
            "",
            {
                "word/_rels/document.xml.rels": rels(r1=("vbaProject", "vbaProject.bin")),
                "word/vbaProject.bin": b"MARKER",
                "word/_rels/vbaProject.bin.rels": rels(r1=("wordVbaData", "vbaData.xml")),
                "word/vbaData.xml": b"<a>MARKER</a>",
            },
        ),
        WORD,
    )
    assert made.removed == ("office-macros",)
    assert not [name for name in parts(made.content) if "vba" in name.lower()]
    assert b"vba" not in parts(made.content)["[Content_Types].xml"].lower()


def test_a_template_from_elsewhere_goes() -> None:
    settings = f'<w:settings xmlns:w="{W}" xmlns:r="{R}"><w:attachedTemplate r:id="r1"/><w:zoom/>'
    made = cleaned(
        docx(
            "",
            {
                "word/_rels/document.xml.rels": rels(r1=("settings", "settings.xml")),
                "word/settings.xml": f"{settings}</w:settings>".encode(),
                "word/_rels/settings.xml.rels": rels(r1=("attachedTemplate", "http://evil/x")),
            },
        ),
        WORD,
    )
    assert made.removed == ("office-external-link",)
    left = parts(made.content)
    assert b"attachedTemplate" not in left["word/settings.xml"]
    assert b"zoom" in left["word/settings.xml"]
    assert b"evil" not in b"".join(left.values())


def test_a_picture_from_elsewhere_goes_and_links_to_click_stay() -> None:
    blip = '<a:blip xmlns:a="urn:a" r:embed="r3" r:link="r1"/><w:hyperlink r:id="r2"/>'
    lines = rels(
        r1=("image", "http://evil/x.png"), r2=("hyperlink", "http://school/"), r3=("image", "a.png")
    )
    made = cleaned(docx(blip, {"word/_rels/document.xml.rels": lines, "word/a.png": b"a"}), WORD)
    body = parts(made.content)["word/document.xml"]
    assert b'r:embed="r3"' in body
    assert b'r:id="r2"' in body
    assert b"r:link" not in body
    assert b"http://school/" in parts(made.content)["word/_rels/document.xml.rels"]


def test_notes_in_a_workbook_go_with_their_boxes() -> None:
    box = '<v:shape id="{}"><x:ClientData ObjectType="{}"/></v:shape>'
    drawing = "<xml xmlns:v='urn:v' xmlns:x='urn:x'>" + box.format("a", "Note")
    drawing += box.format("b", "Button") + "</xml>"
    made = cleaned(
        office(
            SHEET,
            "xl/workbook.xml",
            b"<workbook/>",
            {
                "xl/_rels/workbook.xml.rels": rels(r1=("worksheet", "worksheets/sheet1.xml")),
                "xl/worksheets/sheet1.xml": b"<worksheet/>",
                "xl/worksheets/_rels/sheet1.xml.rels": rels(
                    r1=("comments", "../comments1.xml"), r2=("vmlDrawing", "/xl/drawings/v.vml")
                ),
                "xl/comments1.xml": b"<comments>MARKER</comments>",
                "xl/drawings/v.vml": drawing.encode(),
            },
        ),
        SHEET,
    )
    assert made.removed == ("office-comments",)
    left = parts(made.content)
    assert "xl/comments1.xml" not in left
    assert b"Note" not in left["xl/drawings/v.vml"]
    assert b"Button" in left["xl/drawings/v.vml"]


def test_remarks_on_slides_go() -> None:
    ext = f'<p xmlns:r="{R}"><extLst><ext><commentRel r:id="r1"/></ext></extLst></p>'
    made = cleaned(
        office(
            SLIDES,
            "ppt/presentation.xml",
            b"<p/>",
            {
                "ppt/_rels/presentation.xml.rels": rels(
                    r1=("slide", "slides/slide1.xml"), r2=("authors", "authors.xml")
                ),
                "ppt/authors.xml": b"<a>MARKER</a>",
                "ppt/slides/slide1.xml": ext.encode(),
                "ppt/slides/_rels/slide1.xml.rels": rels(r1=("comments", "../comments/c.xml")),
                "ppt/comments/c.xml": b"<c>MARKER</c>",
            },
        ),
        SLIDES,
    )
    assert b"commentRel" not in parts(made.content)["ppt/slides/slide1.xml"]
    assert b"MARKER" not in b"".join(parts(made.content).values())


DOCX_RELS = "word/_rels/document.xml.rels"
NOT_SAFE = {
    "active": docx("", {"word/activeX/activeX1.xml": b"<a/>"}),
    "object": docx("", {"word/embeddings/a.bin": b"x"}),
    "dde": docx("<w:instrText>DDE x</w:instrText>"),
    "frame": docx('<w:frame r:id="r1"/>', {DOCX_RELS: rels(r1=("frame", "http://evil/"))}),
    "other picture": docx(
        '<w:imagedata r:href="r1"/>', {DOCX_RELS: rels(r1=("image", "http://evil/"))}
    ),
    "signed": docx("<w:ins/>", {"_xmlsignatures/sig1.xml": b"<s/>"}),
    "wide": docx("", {"word/a.xml": f'<w:a xmlns:w="{W}"><w:del/></w:a>'.encode("utf-16")}),
    "macros by another way": docx(
        "", {DOCX_RELS: rels(r1=("other", "vbaProject.bin")), "word/vbaProject.bin": b"x"}
    ),
}


@pytest.mark.parametrize("name", NOT_SAFE)
def test_what_cannot_be_taken_out_safely(name: str) -> None:
    not_cleanable(NOT_SAFE[name], WORD)


def test_too_large_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_module, "MOST_UNPACKED", 1000)
    not_cleanable(COMMENTED, WORD)
