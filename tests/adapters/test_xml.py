"""The hardened XML parser: what it refuses, what it reads, and in how much memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.xml import XmlLimits, iter_records, parse
from exchange.errors import XmlError

DECLARED = '<?xml version="1.0" encoding="{}"?>'


def refusal(data: bytes, limits: XmlLimits | None = None) -> XmlError:
    with pytest.raises(XmlError) as caught:
        parse(data, limits=limits or XmlLimits())
    return caught.value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml-empty"),
        (b"   ", "xml-not-well-formed"),
        (b"UPN,Surname\n", "xml-not-well-formed"),
        (b"%PDF-1.7", "xml-not-well-formed"),
        (b"<a><b></a>", "xml-not-well-formed"),
        (b"<a>", "xml-not-well-formed"),
        (b"<a/><b/>", "xml-not-well-formed"),
        (b"<a>\x00</a>", "xml-not-well-formed"),
        (b"<a>&nbsp;</a>", "xml-not-well-formed"),
        (b"<a>&#xD800;</a>", "xml-not-well-formed"),
        (b"<!-- never closed", "xml-not-well-formed"),
        (b'<?xml encoding="utf-7" version="1.0"?><a/>', "xml-not-well-formed"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "xml-encoding-unknown"),
        (b'<?xml version="1.0" encoding="utf-16"?><a/>', "xml-encoding-unknown"),
        (b"<a>\xe9</a>", "xml-encoding"),
        (b'<?xml version="1.0" encoding="Windows-1252"?><a>\x81</a>', "xml-encoding"),
        (b"<!DOCTYPE a><a/>", "xml-doctype"),
        (b'<?xml version="1.0"?>\n<!-- x -->\n<?p i?>\n<!DOCTYPE a []><a/>', "xml-doctype"),
        (b"<!DOCTYPE a", "xml-doctype"),
        (b"<!doctype html><html/>", "xml-doctype"),
        (b'<!ENTITY a SYSTEM "robots.txt"><a/>', "xml-doctype"),
        ("\ufeff<!DOCTYPE a><a/>".encode(), "xml-doctype"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "xml-doctype"),
        (b"<!-- x -->" * 6553 + b"   <!DOCTYPE a><a/>", "xml-doctype"),
        (b"<!-- x -->" * 10_000 + b"<a/>", "xml-too-large"),
        (b"<!--" + b" " * 200_000 + b"--><a/>", "xml-too-large"),
        (b"<a>" * 33 + b"</a>" * 33, "xml-too-deep"),
        (b"<a>" * 100_000, "xml-too-deep"),
        (b"<a>" + b"<b/>" * 100_000 + b"</a>", "xml-too-many-nodes"),
        (b"<a>" + b"b" * (9 * 1024 * 1024) + b"</a>", "xml-too-large"),
    ],
)
def test_each_rule_refuses_under_its_own_name(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_what_is_wrong_is_placed_by_line_and_never_quoted() -> None:
    error = refusal(b'<?xml version="1.0"\n?>\n<a>\n<Surname>Smith</Forename>\n</a>')
    assert (error.code, error.path) == ("xml-not-well-formed", "line 4")
    assert "Smith" not in f"{error!r} {error.hint} {error.__cause__} {error.__context__}"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("<a>é</a>", "utf-8"),
        ("\ufeff<a>é</a>", "utf-8"),
        (DECLARED.format("UTF-8") + "<a>é</a>", "utf-8"),
        (DECLARED.format("Windows-1252") + "<a>é</a>", "cp1252"),
        (DECLARED.format("iso-8859-1") + "<a>é</a>", "latin-1"),
        ("\ufeff" + DECLARED.format("windows-1252") + "<a>é</a>", "utf-8"),
        (DECLARED.format("utf-16") + "<a>é</a>", "utf-16"),
        ("<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\r\n<a>é</a>", "utf-8"),
    ],
)
def test_encodings(text: str, codec: str) -> None:
    assert parse(text.encode(codec)).text == "é"


def test_windows_characters_survive_a_latin_1_label() -> None:
    data = DECLARED.format("ISO-8859-1").encode() + b"<a>O\x92Brien</a>"
    assert parse(data).text == "O\u2019Brien"


def test_comments_and_instructions_are_dropped_and_text_grows_together() -> None:
    root = parse(b"<?x y?><a><!-- b -->Sm<!-- c -->ith<?d e?><f><![CDATA[<g>]]></f></a><!-- h -->")
    assert root.text == "Smith"
    assert [child.tag for child in root] == ["f"]
    assert root[0].text == "<g>"


def test_nothing_outside_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<secret/>")
    data = (
        '<a xmlns:xi="http://www.w3.org/2001/XInclude" xml:base="file:///">'
        f'<xi:include href="{secret.as_uri()}"/></a>'
    )
    assert [child.tag for child in parse(data.encode())] == [
        "{http://www.w3.org/2001/XInclude}include"
    ]


class Drip(io.RawIOBase):
    """A stream that gives one byte at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)

    def read(self, size: int = -1, /) -> bytes:
        return bytes([next(self._data)]) if self._data.__length_hint__() else b""


@given(st.sampled_from(["utf-8", "utf-16", "windows-1252"]))
def test_short_reads_change_nothing(codec: str) -> None:
    data = (DECLARED.format(codec) + "<!-- - -->\n<a><b>é</b><b>€</b></a>").encode(codec)
    drip = cast(BinaryIO, Drip(data))
    texts = [e.text for _, e in iter_records(drip, lambda path: path == ("a", "b"))]
    assert texts == ["é", "€"]


def test_records_come_one_by_one_and_before_a_later_fault() -> None:
    found = iter_records(
        io.BytesIO(b"<a><b>1</b><c><b>2</b></c><b>3</b><b></a>"), lambda p: p[-1] == "b"
    )
    got = [(path, element.text) for path, element in islice(found, 3)]
    assert got == [(("a", "b"), "1"), (("a", "c", "b"), "2"), (("a", "b"), "3")]
    with pytest.raises(XmlError) as caught:
        next(found)
    assert caught.value.code == "xml-not-well-formed"


class Endless(io.RawIOBase):
    """A file of many records that is never whole in memory."""

    def __init__(self, records: int) -> None:
        self._parts = self._make(records)

    @staticmethod
    def _make(records: int) -> Iterator[bytes]:
        yield b"<a><b>"
        for _ in range(records // 100):
            yield b"<r><n>Name</n><v>value</v></r>\n" * 100
        yield b"</b></a>"

    def read(self, size: int = -1, /) -> bytes:
        return next(self._parts, b"")


def test_memory_does_not_grow_with_the_file() -> None:
    process = psutil.Process()
    records = 100_000
    before = process.memory_info().rss
    most = 0
    stream = cast(BinaryIO, Endless(records))
    for count, _ in enumerate(iter_records(stream, lambda path: path[-1] == "r"), start=1):
        if count % 5_000 == 0:
            most = max(most, process.memory_info().rss)
    assert count == records
    assert most - before < 16 * 1024 * 1024  # kept whole, the tree takes about 90 MB


def test_limits_count_per_record_and_per_file() -> None:
    data = b"<a>" + b"<r><x/><x/></r>" * 1000 + b"</a>"
    limits = XmlLimits(record_nodes=5)
    found = iter_records(io.BytesIO(data), lambda path: path[-1] == "r", limits=limits)
    assert sum(1 for _ in found) == 1000
    assert refusal(data, limits).code == "xml-too-many-nodes"
    assert refusal(data, XmlLimits(file_bytes=1000)).code == "xml-too-large"


@given(st.binary(max_size=300) | st.text("<>/&;!?-[]ab \"'=x\n", max_size=80).map(str.encode))
def test_nothing_but_a_typed_refusal_escapes(data: bytes) -> None:
    try:
        parse(data)
    except XmlError as error:
        assert error.code.startswith("xml-")  # noqa: PT017


WITHOUT_DOCTYPE = {
    "simple.xml",
    "simple-ns.xml",
    "schema-include.xsd",
    "xalan_exec.xsl",
    "xalan_write.xsl",
}


@pytest.mark.corpus
def test_published_attack_files(corpora: Path) -> None:
    found = [
        *(corpora / "xml/defusedxml").iterdir(),
        *(corpora / "xml/xxe-payloads/Files").iterdir(),
    ]
    cases = sorted(case for case in found if case.name != "LICENSE")
    assert len(cases) > 14
    for case in cases:
        data = case.read_bytes()
        if case.name in WITHOUT_DOCTYPE:
            assert parse(data) is not None, case.name
        elif case.name.startswith("XXE OOB"):  # prose comes before the XML in this one
            assert refusal(data).code == "xml-not-well-formed"
        else:
            assert refusal(data).code == "xml-doctype", case.name


@pytest.mark.corpus
def test_published_attack_lines(corpora: Path) -> None:
    lines = [
        line
        for name in ("XXE_Fuzzing.txt", "xml-attacks.txt")
        for line in (corpora / "xml/xxe-payloads/Intruders" / name).read_bytes().splitlines()
    ]
    assert len(lines) > 50
    for line in lines:
        try:
            root = parse(line)
        except XmlError:
            continue
        assert b"<!DOCTYPE" not in line
        assert b"<!ENTITY" not in line
        assert root.tag is not None
