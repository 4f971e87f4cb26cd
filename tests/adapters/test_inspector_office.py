"""Office documents that are not what they say, hide something, or would burst."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from adapters.inspection import office as office_module
from adapters.inspection import office_story
from exchange.errors import FormatError
from tests.adapters.inspected import INSPECTOR, MAIN, ODT, WORD, inspect, office, packed, refusal


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
