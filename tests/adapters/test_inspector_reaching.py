"""What documents start or fetch by ways that are seldom used, and files made to be slow."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from adapters.inspection import office_story
from adapters.inspection import pdf as pdf_module
from tests.adapters.inspected import MAIN, ODT, WORD, inspect, office, packed, pdf, refusal

OOXML = "application/vnd.openxmlformats-officedocument"
SHEET = f"{OOXML}.spreadsheetml.sheet"
SLIDES = f"{OOXML}.presentationml.presentation"
REL = '<Relationship Id="r1" Type="http://x/relationships/{}" Target="{}"/>'
MANIFEST = b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
ENCRYPTED = (
    b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    b'<m:file-entry m:full-path="encrypted-package"><m:encryption-data/></m:file-entry>'
    b"</m:manifest>"
)


def workbook(formula: str, prefix: str = "") -> bytes:
    cell = f"<{prefix}c><{prefix}f>{formula}</{prefix}f></{prefix}c>"
    sheet = f'<{prefix}worksheet xmlns{":" + prefix[:-1] if prefix else ""}="s">{cell}'
    content = f"{sheet}</{prefix}worksheet>".encode()
    return office(f"{SHEET}.main+xml", {"xl/worksheets/sheet1.xml": content})


@pytest.mark.parametrize(
    ("formula", "codes"),
    [
        ("SUM(A1:A9)", ()),
        ("'Year 6'!A1", ()),
        ('IF(A1="a|b!c",1,2)', ()),
        ("'a|b'!A1", ()),
        ("cmd|'/c calc'!A0", ("office-dde",)),
        ("HYPERLINK(cmd|'/c calc'!A0)", ("office-dde",)),
        ("'cmd'|'/c calc'!A0", ("office-dde",)),
        ("cmd&#124;'/c calc'!A0", ("office-dde",)),
        ('_xlfn.WEBSERVICE("http://x.example/")', ("office-external-link",)),
        ('_xlfn.IMAGE("https://x.example/a")', ("office-external-link",)),
    ],
)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_formula_starts_or_fetches(
    tmp_path: Path, formula: str, codes: tuple[str, ...], prefix: str
) -> None:
    assert inspect(tmp_path, workbook(formula, prefix)) == (SHEET, codes)


def test_a_formula_is_found_where_two_pieces_of_a_sheet_meet(tmp_path: Path) -> None:
    text = "<v>1</v>" * 32_760 + "<f>cmd|'/c calc'!A0</f>"
    sheet = f"<worksheet>{text}</worksheet>".encode()
    whole = office(f"{SHEET}.main+xml", {"xl/worksheets/sheet1.xml": sheet})
    wide = office(
        f"{SHEET}.main+xml", {"xl/worksheets/sheet1.xml": sheet.decode().encode("utf-16")}
    )
    assert inspect(tmp_path, whole) == inspect(tmp_path, wide) == (SHEET, ("office-dde",))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("connections", "office-external-link"),
        ("queryTable", "office-external-link"),
        ("webextension", "office-active-content"),
        ("webextensiontaskpanes", "office-active-content"),
    ],
)
def test_a_part_that_reaches_out_by_itself(tmp_path: Path, kind: str, code: str) -> None:
    assert inspect(tmp_path, office(MAIN, relations=REL.format(kind, "a.xml"))) == (WORD, (code,))


@pytest.mark.parametrize("what", ["program", "macro"])
def test_a_slide_starts_something(tmp_path: Path, what: str) -> None:
    slide = f'<p:sld><a:hlinkMouseOver action="ppaction://{what}?name=x"/></p:sld>'.encode()
    made = office(f"{SLIDES}.main+xml", {"ppt/slides/slide1.xml": slide})
    assert inspect(tmp_path, made) == (SLIDES, ("office-active-content",))
    jump = b'<p:sld><a:hlinkClick action="ppaction://hlinksldjump"/></p:sld>'
    made = office(f"{SLIDES}.main+xml", {"ppt/slides/slide1.xml": jump})
    assert inspect(tmp_path, made) == (SLIDES, ())


def test_a_field_of_word_asks_a_data_base(tmp_path: Path) -> None:
    text = rb'<w:d xmlns:w="w"><w:fldSimple w:instr=" DATABASE \d &quot;\\s\a.mdb&quot;"/></w:d>'
    found = inspect(tmp_path, office(MAIN, {"word/document.xml": text}))
    assert found == (WORD, ("office-external-link",))


def text_of(body: str) -> bytes:
    text = f'<o:d xmlns:o="o" xmlns:xlink="http://www.w3.org/1999/xlink">{body}</o:d>'
    return packed(
        {"mimetype": ODT.encode(), "content.xml": text.encode(), "META-INF/manifest.xml": MANIFEST}
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<o:floating-frame xlink:href="http://x.example/"/>', "office-external-link"),
        ('<o:background-image xlink:href="http://x.example/"/>', "office-external-link"),
        ('<o:fill-image xlink:href="//x.example/"/>', "office-external-link"),
        ('<o:font-face-uri xlink:href="http://x.example/"/>', "office-external-link"),
        ('<o:object-ole xlink:href="./Object 1"/>', "office-embedded-files"),
        ('<o:object xlink:href="./Foo"/>', "office-embedded-files"),
    ],
)
def test_a_text_of_openoffice_fetches_or_carries(tmp_path: Path, body: str, code: str) -> None:
    assert inspect(tmp_path, text_of(body)) == (ODT, (code,))


def test_a_text_that_is_encrypted_whole_says_so(tmp_path: Path) -> None:
    members = {
        "mimetype": ODT.encode(),
        "META-INF/manifest.xml": ENCRYPTED,
        "encrypted-package": b"x",
    }
    assert inspect(tmp_path, packed(members)) == (ODT, ("office-encrypted",))


@pytest.mark.parametrize(
    "field",
    [
        rb'DDE cmd "/c calc"',
        rb'{\rtlch D}{\b DEAU}{TO} cmd "/c calc"',
        rb"\'44\'44\'45AUTO cmd",
        rb'LINK Excel.Sheet "http://x.example/x" "a"',
    ],
)
def test_a_field_of_rich_text_asks_another_program(tmp_path: Path, field: bytes) -> None:
    content = rb"{\rtf1 {\field{\*\fldinst " + field + rb"}{\fldrslt x}}}"
    assert inspect(tmp_path, content) == ("application/rtf", ("rtf-external-link",))


def test_a_link_that_a_person_clicks_is_plain_to_see(tmp_path: Path) -> None:
    content = rb'{\rtf1 {\field{\*\fldinst HYPERLINK "http://x.example/"}{\fldrslt x}}}'
    assert inspect(tmp_path, content) == ("application/rtf", ())


def test_many_that_lead_to_one_chain_walk_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chained(made: pikepdf.Pdf) -> None:
        last = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Named))
        for _ in range(900):
            last = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Named, Next=last))
        for _ in range(300):
            many = pikepdf.Dictionary(AA=pikepdf.Dictionary(O=last))
            made.Root[f"/X{_}"] = made.make_indirect(many)

    looked = 0
    judge = pdf_module._fetches

    def counted(action: pikepdf.Dictionary) -> bool:
        nonlocal looked
        looked += 1
        return judge(action)

    monkeypatch.setattr(pdf_module, "_fetches", counted)
    assert inspect(tmp_path, pdf(chained))[1] == ()
    assert looked == 901


def test_more_actions_than_anybody_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "_MOST_FOLLOWING", 10)

    def many(made: pikepdf.Pdf) -> None:
        for number in range(11):
            action = pikepdf.Dictionary(S=pikepdf.Name.Named)
            made.Root[f"/X{number}"] = pikepdf.Dictionary(AA=pikepdf.Dictionary(O=action))

    assert refusal(tmp_path, pdf(many)) == "pdf-too-complex"


def test_more_names_of_sources_than_anybody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_story, "MOST_ELEMENTS", 100)
    link = b"<e>" + b"<a/>" * 60 + b"</e>"
    parts = {f"xl/externalLinks/e{number}.xml": link for number in range(2)}
    assert refusal(tmp_path, office(f"{SHEET}.main+xml", parts)) == "office-too-large"
