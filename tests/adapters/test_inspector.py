"""Documents that are not what they say, hide something, or would burst: by their content."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from adapters.inspector import ContentInspector
from exchange.errors import FormatError
from exchange.ports import Limits
from tests.adapters.inspected import (
    INSPECTOR,
    MAIN,
    WORD,
    inspect,
    office,
    packed,
    pdf,
    picture,
    refusal,
)

# PDF


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
    "55923.xlsx": {"office-external-link"},
    **{
        name: {"pdf-comments"}
        for name in ("pr7352.pdf", "tagged_stamp.pdf", "commented.pdf", "example.pdf")
    },
}
"""What the labels do not say: a log of revisions, another file opened by itself, a connection to
somebody's desktop, remarks."""
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
