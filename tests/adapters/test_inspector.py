"""Documents that are not what they say, hide something, or would burst: by their content."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Dictionary, Name
from PIL import Image

from adapters.inspection import office as office_module
from adapters.inspection import office_story
from adapters.inspector import ContentInspector
from exchange.errors import FormatError
from exchange.ports import Limits

INSPECTOR = ContentInspector()
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def inspect(
    tmp_path: Path, content: bytes, name: str = "upload.bin"
) -> tuple[str, tuple[str, ...]]:
    path = tmp_path / name
    path.write_bytes(content)
    seen = INSPECTOR.inspect(path)
    return seen.media_type, seen.warnings


def refusal(tmp_path: Path, content: bytes, name: str = "upload.bin") -> str:
    with pytest.raises(FormatError) as error:
        inspect(tmp_path, content, name)
    assert error.value.hint
    assert name not in str(error.value)
    return error.value.code


# PDF


def pdf(change: Callable[[pikepdf.Pdf], None] = lambda made: None, **options: object) -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    change(made)
    out = io.BytesIO()
    made.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _open_action(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = action

    return change


def _attach(made: pikepdf.Pdf) -> None:
    made.attachments["notes.txt"] = b"inside"


def _button(made: pikepdf.Pdf) -> None:
    """JavaScript behind a button, two direct objects deep."""
    action = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    made.pages[0].Annots = pikepdf.Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Widget, AA=Dictionary(U=action))]
    )


def test_a_plain_pdf(tmp_path: Path) -> None:
    assert inspect(tmp_path, pdf()) == ("application/pdf", ())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_open_action(Dictionary(S=Name.JavaScript, JS=pikepdf.String("x"))), "pdf-javascript"),
        (_open_action(Dictionary(S=Name.Launch, F=pikepdf.String("cmd.exe"))), "pdf-launch"),
        (_attach, "pdf-embedded-files"),
        (_button, "pdf-javascript"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_what_runs_or_hides_in_a_pdf_is_named(
    tmp_path: Path, change: Callable[[pikepdf.Pdf], None], code: str, packed: bool
) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    content = pdf(change, object_stream_mode=mode)

    assert inspect(tmp_path, content) == ("application/pdf", (code,))


def test_a_name_written_with_escapes_is_seen_through(tmp_path: Path) -> None:
    action = Dictionary(S=Name.JavaScript, JS=pikepdf.String("x"))
    plain = pdf(_open_action(action), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"/JavaScript" in plain
    content = plain.replace(b"/JavaScript", b"/#4aavaScript").replace(b"/JS ", b"/#4a#53 ")

    assert "pdf-javascript" in inspect(tmp_path, content)[1]


@pytest.mark.parametrize(
    ("action", "codes"),
    [
        ({"S": pikepdf.Name.URI, "URI": "https://evil.example/"}, ("pdf-automatic-action",)),
        ({"S": pikepdf.Name.SubmitForm}, ("pdf-automatic-action",)),
        ({"S": pikepdf.Name.GoTo, "D": "first"}, ()),
    ],
)
def test_what_goes_elsewhere_without_a_click(
    tmp_path: Path, action: dict[str, Any], codes: tuple[str, ...]
) -> None:
    assert inspect(tmp_path, pdf(_open_action(Dictionary(**action))))[1] == codes

    def turn(made: pikepdf.Pdf) -> None:
        made.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(**action))

    assert inspect(tmp_path, pdf(turn))[1] == codes

    def click(made: pikepdf.Pdf) -> None:
        link = pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(**action))
        made.pages[0].Annots = pikepdf.Array([link])

    assert inspect(tmp_path, pdf(click))[1] == ()


def test_words_in_a_text_are_no_warning(tmp_path: Path) -> None:
    def change(made: pikepdf.Pdf) -> None:
        made.docinfo.Title = pikepdf.String("How to /Launch a /JavaScript club")

    assert inspect(tmp_path, pdf(change)) == ("application/pdf", ())


@pytest.mark.parametrize(("user", "code"), [("", "pdf-encrypted"), ("word", "pdf-password")])
def test_encrypted_pdfs_are_named(tmp_path: Path, user: str, code: str) -> None:
    content = pdf(encryption=pikepdf.Encryption(owner="owner", user=user))

    assert inspect(tmp_path, content) == ("application/pdf", (code,))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\nnot really\n%%EOF\n",
        b"%PDF-",
        pdf()[:200],
        pdf(lambda made: made.pages.__delitem__(0)),
    ],
    ids=["two-lines", "magic-only", "cut-off", "no-page"],
)
def test_what_only_says_that_it_is_a_pdf(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content) == "pdf-invalid"


def test_a_pdf_with_something_before_it(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"\n" + pdf()) == "document-type-unsupported"
    assert refusal(tmp_path, b"MZ\x90\0" + pdf()) == "document-type-unsupported"


def _bomb() -> bytes:
    """Return a PDF of 260 kB whose only object stream unpacks to 256 MB."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b"5 0 << /A 1 >>")
    packed += b"".join(packer.compress(b" " * (1 << 20)) for _ in range(256)) + packer.flush()
    out, offsets = io.BytesIO(), {}
    out.write(b"%PDF-1.5\n")
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R /X 5 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
        % (len(packed), packed),
    ]
    for number, body in enumerate(bodies, 1):
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    rows = [(0, 0, 65535), *((1, offsets[n], 0) for n in (1, 2, 3, 4)), (2, 4, 0), (1, start, 0)]
    table = b"".join(struct.pack(">BLH", *row) for row in rows)
    out.write(b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R ")
    out.write(b"/Length %d >>\nstream\n%b\nendstream\nendobj\n" % (len(table), table))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def test_a_pdf_bomb_stays_packed(tmp_path: Path) -> None:
    assert refusal(tmp_path, _bomb()) == "pdf-too-complex"


# Office


def office(main: str, parts: dict[str, bytes] | None = None, relations: str = "") -> bytes:
    content_types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{relations}</Relationships>"
    )
    members = {
        "[Content_Types].xml": content_types.encode(),
        "_rels/.rels": rels.encode(),
        "word/document.xml": b"<w/>",
    }
    return packed(members | (parts or {}))


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as container:
        for name, content in members.items():
            container.writestr(name, content)
    return out.getvalue()


MAIN = f"{WORD}.main+xml"


def test_a_plain_docx(tmp_path: Path) -> None:
    assert inspect(tmp_path, office(MAIN)) == (WORD, ())


@pytest.mark.parametrize("kind", ["spreadsheetml.sheet", "presentationml.presentation"])
def test_sheets_and_slides(tmp_path: Path, kind: str) -> None:
    media_type = f"application/vnd.openxmlformats-officedocument.{kind}"

    assert inspect(tmp_path, office(f"{media_type}.main+xml")) == (media_type, ())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("word/vbaProject.bin", "office-macros"),
        ("word/VBAPROJECT.BIN", "office-macros"),
        ("xl/macrosheets/sheet1.xml", "office-macros"),
        ("word/activeX/activeX1.xml", "office-active-content"),
        ("word/embeddings/oleObject1.bin", "office-embedded-files"),
        ("xl/externalLinks/externalLink1.xml", "office-external-link"),
    ],
)
def test_what_hides_in_office_documents_is_named(tmp_path: Path, name: str, code: str) -> None:
    assert inspect(tmp_path, office(MAIN, {name: b"x"})) == (WORD, (code,))


REL = (
    '<Relationship Id="r1" Type="http://x/{}" Target="http://evil.example/" TargetMode="External"/>'
)


@pytest.mark.parametrize(
    ("kind", "warnings"),
    [
        ("attachedTemplate", ("office-external-link",)),
        ("oleObject", ("office-external-link",)),
        ("image", ("office-external-link",)),
        ("hyperlink", ()),
    ],
)
def test_what_reaches_out_when_opened(tmp_path: Path, kind: str, warnings: tuple[str, ...]) -> None:
    assert inspect(tmp_path, office(MAIN, relations=REL.format(kind))) == (WORD, warnings)


@pytest.mark.parametrize(
    "main",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        f"{WORD.replace('document', 'template')}.main+xml",
        "text/plain",
    ],
)
def test_other_containers_are_refused(tmp_path: Path, main: str) -> None:
    assert refusal(tmp_path, office(main)) == "document-type-unsupported"


def test_a_zip_is_no_document(tmp_path: Path) -> None:
    content = packed({"a.txt": b"x"})

    assert refusal(tmp_path, content, "report.docx") == "document-type-unsupported"


def odt(manifest: bytes = b"<m:manifest xmlns:m='x'/>", **more: bytes) -> bytes:
    members = {"mimetype": ODT.encode(), "content.xml": b"<c/>", "META-INF/manifest.xml": manifest}
    return packed(members | {name.replace("__", "/"): body for name, body in more.items()})


def test_open_documents(tmp_path: Path) -> None:
    locked = b"<m:manifest xmlns:m='urn:x'><m:encryption-data/></m:manifest>"

    assert inspect(tmp_path, odt()) == (ODT, ())
    assert inspect(tmp_path, odt(Basic__module=b"x")) == (ODT, ("office-macros",))
    assert inspect(tmp_path, odt(locked)) == (ODT, ("office-encrypted",))


def _many_members() -> bytes:
    return packed({f"{number}": b"" for number in range(6000)})


def _overlapping() -> bytes:
    """Return a container of which two directory entries share one local file."""
    content = bytearray(office(MAIN, {"word/a.xml": b"a" * 50, "word/b.xml": b"a" * 50}))
    first = content.index(b"PK\x01\x02")
    a, b = content.rindex(b"word/a.xml") - 46, content.rindex(b"word/b.xml") - 46
    assert a > first
    content[b + 42 : b + 46] = content[a + 42 : a + 46]
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        office(MAIN)[:-1],
        office(MAIN) + b"\0",
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\0" * 100,
        _many_members(),
        _overlapping(),
        office(MAIN, {"WORD/document.xml": b"twice"}),
        office(MAIN, {"[Content_Types].xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><Types/>"}),
        office(MAIN, {"word/x.rels": b"<" * 3_000_000}),
    ],
)
def test_broken_containers(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content) == "office-invalid"


def test_an_office_bomb_stays_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_module, "MOST_UNPACKED", 10 << 20)
    path = tmp_path / "bomb.docx"
    path.write_bytes(office(MAIN, {"word/bomb.xml": b"\0" * (64 << 20)}))
    tracemalloc.start()
    with pytest.raises(FormatError) as error:
        INSPECTOR.inspect(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert error.value.code == "office-too-large"
    assert peak < 5 << 20


def test_old_and_encrypted_office_files(tmp_path: Path) -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * (1024 * 1024 - 20)
    locked = old + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500

    assert refusal(tmp_path, old, "report.doc") == "document-type-unsupported"
    assert refusal(tmp_path, locked, "report.docx") == "office-password"


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def story(body: str, encoding: str = "utf-8", name: str = "word/document.xml") -> bytes:
    text = f'<?xml version="1.0" encoding="{encoding}"?><w:document {W}>{body}</w:document>'
    return office(MAIN, {name: text.encode(encoding)})


def field(*instructions: str) -> str:
    runs = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in instructions)
    return f'<w:fldChar w:fldCharType="begin"/>{runs}<w:fldChar w:fldCharType="end"/>'


NESTED = (
    '<w:fldChar w:fldCharType="begin"/>'
    + field("QUOTE 68 68 69")
    + '<w:instrText> c:\\x.exe</w:instrText><w:fldChar w:fldCharType="end"/>'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("body", "warnings"),
    [
        ("<w:t>The family said DDE and DDEAUTO</w:t>", ()),
        (field("PAGE"), ()),
        (field("IF ", "1 = 1"), ()),
        (field("DDEAUTO c:\\windows\\cmd.exe"), ("office-dde",)),
        (field(" D", "D", "E x y"), ("office-dde",)),
        (field("&#68;D&#69; x"), ("office-dde",)),
        (field("<![CDATA[dde]]> x"), ("office-dde",)),
        (NESTED, ("office-dde",)),
        ("<w:instrText>DDE never begun</w:instrText>", ("office-dde",)),
        ('<w:fldSimple w:instr=" DDE x"><w:t>y</w:t></w:fldSimple>', ("office-dde",)),
        (field('INCLUDEPICTURE "https://evil.example/x.png"'), ("office-external-link",)),
        (field('INCLUDETEXT "\\\\\\\\evil\\share"'), ("office-external-link",)),
        (field('HYPERLINK "https://school.example"'), ()),
        ('<w:ins w:author="A"><w:t>x</w:t></w:ins>', ("office-tracked-changes",)),
        ('<w:del w:author="A"><w:delText>x</w:delText></w:del>', ("office-tracked-changes",)),
        ("<w:rPr><w:rPrChange/></w:rPr>", ("office-tracked-changes",)),
        ("<w:insideH/><w:delText/>", ()),
    ],
)
def test_what_the_text_of_a_docx_does_and_hides(
    tmp_path: Path, body: str, warnings: tuple[str, ...], encoding: str
) -> None:
    assert inspect(tmp_path, story(body, encoding)) == (WORD, warnings)


def test_a_part_of_any_name_is_read(tmp_path: Path) -> None:
    for name in ("word/header1.xml", "other/footnotes.bin", "customXml/item1.xml"):
        assert inspect(tmp_path, story(field("DDE x"), name=name)) == (WORD, ("office-dde",))


def test_a_broken_part_says_nothing(tmp_path: Path) -> None:
    """Old drawings (VML) are no XML, and no program fails over them."""
    assert inspect(tmp_path, office(MAIN, {"word/old.vml": b"<xml><br></xml><ins "})) == (WORD, ())


def test_a_name_across_a_chunk(tmp_path: Path) -> None:
    for room in range(262_100, 262_160, 7):
        body = "<w:t>" + "x" * (room - 150) + "</w:t><w:del w:id='1'/>"
        assert inspect(tmp_path, story(body))[1] == ("office-tracked-changes",)


def test_more_text_than_anybody_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_story, "MOST_ELEMENTS", 5_000)
    plain = story("<w:b/>" * 5_001)

    assert inspect(tmp_path, plain) == (WORD, ())
    assert refusal(tmp_path, story(field("PAGE") + "<w:b/>" * 5_001)) == "office-too-large"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("vbaProject", "office-macros"),
        ("control", "office-active-content"),
        ("oleObject", "office-embedded-files"),
        ("aFChunk", "office-embedded-files"),
        ("externalLink", "office-external-link"),
        ("comments", "office-comments"),
        ("threadedComment", "office-comments"),
        ("revisionHeaders", "office-tracked-changes"),
    ],
)
def test_a_part_is_known_by_what_refers_to_it(tmp_path: Path, kind: str, code: str) -> None:
    relation = f'<Relationship Id="r1" Type="http://x/{kind}" Target="word/harmless.png"/>'

    assert inspect(tmp_path, office(MAIN, relations=relation)) == (WORD, (code,))


def test_dde_in_a_workbook(tmp_path: Path) -> None:
    sheet = f"{WORD.replace('wordprocessingml.document', 'spreadsheetml.sheet')}"
    link = b"<externalLink><ddeLink ddeService='cmd' ddeTopic='/c calc'/></externalLink>"
    content = office(f"{sheet}.main+xml", {"xl/externalLinks/externalLink1.xml": link})

    assert inspect(tmp_path, content) == (sheet, ("office-dde", "office-external-link"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<o:annotation/>", "office-comments"),
        ("<t:tracked-changes><t:changed-region/></t:tracked-changes>", "office-tracked-changes"),
        ("<t:dde-connection-decl/>", "office-dde"),
        ("<s:event-listener/>", "office-macros"),
        ('<d:image x:href="https://evil.example/"/>', "office-external-link"),
    ],
)
def test_what_the_text_of_an_odt_does_and_hides(tmp_path: Path, body: str, code: str) -> None:
    names = " ".join(f"xmlns:{one}='urn:{one}'" for one in "otsdx")
    plain = f"<o:c {names}><d:image x:href='Pictures/1.png'/></o:c>".encode()
    assert inspect(tmp_path, odt() if not body else odt(**{"styles.xml": plain})) == (ODT, ())

    told = f"<o:c {names}>{body}</o:c>".encode()
    assert inspect(tmp_path, odt(**{"styles.xml": told})) == (ODT, (code,))


# Two things at once


def test_a_zip_behind_a_pdf_or_a_picture(tmp_path: Path) -> None:
    hidden = packed({"a.exe": b"MZ"})
    for whole in (pdf(), picture("JPEG"), picture("PNG")):
        assert "document-polyglot" in inspect(tmp_path, whole + hidden)[1]
        with_comment = hidden[:-2] + b"\x10\0" + b"c" * 16
        assert "document-polyglot" in inspect(tmp_path, whole + with_comment)[1]
    assert refusal(tmp_path, b"words\n" + hidden) == "document-type-unsupported"


def test_an_end_record_alone_is_no_zip(tmp_path: Path) -> None:
    assert inspect(tmp_path, picture("JPEG") + b"PK\x05\x06" + b"\1" * 18)[1] == ()
    assert inspect(tmp_path, picture("JPEG") + packed({}))[1] == ()


def test_a_pdf_inside_the_beginning_of_something_else(tmp_path: Path) -> None:
    jpeg = picture("JPEG")
    remark = b"\xff\xfe\x00\x12%PDF-1.7 and more"[:20]
    assert inspect(tmp_path, jpeg[:2] + remark + jpeg[2:])[1] == ("document-polyglot",)
    stored = packed({"%PDF-1.4": b""} | _members(office(MAIN)), zipfile.ZIP_STORED)
    assert inspect(tmp_path, stored) == (WORD, ("document-polyglot",))
    assert inspect(tmp_path, rb"{\rtf1 %PDF-1.4 }")[1] == ("document-polyglot",)


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        return {name: container.read(name) for name in container.namelist()}


# Streams


def test_what_lies_on_no_disk() -> None:
    for content, media_type in ((pdf(), "application/pdf"), (office(MAIN), WORD), (b"x", None)):
        seen = INSPECTOR.inspect(io.BytesIO(content))
        assert seen.media_type == (media_type or "text/plain")
    with pytest.raises(FormatError, match="document-empty"):
        INSPECTOR.inspect(io.BytesIO())


# Pictures


def picture(kind: str, *, place: bool = False) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a description"
    if place:
        exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    Image.new("RGB", (8, 6)).save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_pictures(tmp_path: Path, kind: str, media_type: str) -> None:
    assert inspect(tmp_path, picture(kind)) == (media_type, ())
    assert inspect(tmp_path, picture(kind, place=True)) == (media_type, ("image-location",))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_that_are_none(tmp_path: Path, kind: str) -> None:
    whole = picture(kind)
    for content in (whole[:10], whole[:3] + b"\0" * 50, whole[:20]):
        assert refusal(tmp_path, content) in ("image-invalid", "document-type-unsupported")


# Text


@pytest.mark.parametrize(
    "content",
    [
        b"Notes\r\n\tof a meeting\n",
        "\ufeffAneirin \N{EM DASH} r\u00e9sum\u00e9".encode(),
        b"x" * 600_000,
    ],
)
def test_plain_text(tmp_path: Path, content: bytes) -> None:
    assert inspect(tmp_path, content) == ("text/plain", ())


def test_a_character_across_a_chunk(tmp_path: Path) -> None:
    content = b"x" * (256 * 1024 - 1) + "\u00e9".encode()

    assert inspect(tmp_path, content) == ("text/plain", ())
    assert refusal(tmp_path, content[:-1]) == "text-not-utf8"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("caf\u00e9".encode("latin-1"), "text-not-utf8"),
        ("notes".encode("utf-16"), "text-not-utf8"),
        (b"a\0b", "document-type-unsupported"),
        (b"a\x1b[2J", "document-type-unsupported"),
        (b"MZ\x90\0\x03\0\0\0", "document-type-unsupported"),
        (b"\x7fELF\x02\x01\x01\0", "document-type-unsupported"),
        (b"<!DOCTYPE html><script>", "document-type-unsupported"),
        (b"\xef\xbb\xbf  <HTML>", "document-type-unsupported"),
        (b"<svg onload=x>", "document-type-unsupported"),
        (b"<?xml version='1.0'?>", "document-type-unsupported"),
        (b"GIF89a\x01\0", "document-type-unsupported"),
    ],
)
def test_what_is_no_plain_text(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, content, "notes.txt") == code


@pytest.mark.parametrize(
    ("content", "warnings"),
    [
        (rb"{\rtf1\ansi Hello}", ()),
        (rb"{\rtf1{\object\objemb{\*\objdata 0105}}}", ("rtf-embedded-files",)),
        (rb"{\rtf1{\*\template http://x}}", ("rtf-external-link",)),
        (b"{\\rtf1 " + b" " * (256 * 1024 - 12) + rb"{\objdata 01}}", ("rtf-embedded-files",)),
    ],
)
def test_rich_text(tmp_path: Path, content: bytes, warnings: tuple[str, ...]) -> None:
    assert inspect(tmp_path, content) == ("application/rtf", warnings)


def test_broken_rich_text(tmp_path: Path) -> None:
    assert refusal(tmp_path, rb"{\rtf1 cut o") == "rtf-invalid"


# Any


def test_nothing_and_too_much(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"") == "document-empty"
    path = tmp_path / "big.txt"
    path.write_bytes(b"x" * 11)
    with pytest.raises(FormatError) as error:
        ContentInspector(Limits(document_bytes=10)).inspect(path)
    assert error.value.code == "document-too-large"


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "gone", Path("/dev/zero")):
        with pytest.raises(FormatError) as error:
            INSPECTOR.inspect(path)
        assert error.value.code == "document-missing"


@pytest.mark.parametrize("name", ["report.pdf", "report.exe", "report"])
def test_the_name_counts_for_nothing(tmp_path: Path, name: str) -> None:
    assert inspect(tmp_path, b"just text", name) == ("text/plain", ())


# Files that others collected

_EXPECTED = {
    "js": "pdf-javascript",
    "embedded-files": "pdf-embedded-files",
    "xfa": "pdf-xfa",
    "needs-password": "pdf-password",
    "encrypted-emptypw": "pdf-encrypted",
    "external-rel": "office-external-link",
    "embedded-ole": "office-embedded-files",
    "comments": "office-comments",
}
_BEYOND = {
    "workbookProtection_workbook_revision_protected.xlsx": {"office-tracked-changes"},
    "encrypted_doc_no_id.pdf": {"pdf-automatic-action"},
}
"""What the labels do not say: it has a log of revisions; it opens another file by itself."""
_REFUSED = ("unopenable", "zero-pages", "no-magic-at-0", "badzip", "ole2", "vba", ".xlsb", ".zip")


@pytest.mark.corpus
def test_collected_documents_are_judged_as_labelled(corpora: Path) -> None:
    differing = []
    for line in (corpora / "LABELS.tsv").read_text().splitlines()[1:]:
        name, _, _, label, *_ = [*line.split("\t"), "", "", ""]
        if not name.startswith(("pdf/", "office/")):
            continue
        labels = set(label.split(";"))
        try:
            seen = set(INSPECTOR.inspect(corpora / name).warnings)
        except FormatError as error:
            seen = {"refused", error.code}
        wanted = {_EXPECTED[one] for one in labels if one in _EXPECTED}
        wanted |= _BEYOND.get(Path(name).name, set())
        refused = any(one.startswith(_REFUSED) for one in (*labels, Path(name).suffix))
        if ("refused" in seen) != refused or (not refused and seen - {"pdf-damaged"} != wanted):
            differing.append((name, sorted(labels), sorted(seen)))
    assert differing == []
