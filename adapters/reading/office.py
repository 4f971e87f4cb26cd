"""The text of Word, Excel, PowerPoint and OpenDocument files: every part that holds any."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, cast

from adapters import xml
from adapters.inspection.office import check_directory, check_entries
from adapters.reading.collected import Collected
from adapters.reading.workbook import read_workbook
from exchange.errors import XmlError

LIMITS = xml.XmlLimits(file_bytes=64 * 1024 * 1024, depth=240)
# Parts that hold no sentence of anybody's.
_DUMB = re.compile(
    r"(?i)(^|/)(styles|settings|websettings|fonttable|numbering|theme\d*|presprops|viewprops"
    r"|tablestyles|calcchain|sharedstrings|slidelayout\d+|slidemaster\d+)\.xml$|^META-INF/"
)
_PICTURES = re.compile(r"(?i)(^|/)(media|pictures)/.")
_SPACES = frozenset({"tab", "br", "cr", "s", "line-break", "noBreakHyphen", "softHyphen"})
_PARAGRAPHS = frozenset({"p", "h", "si", "text", "comment"})
_PROPERTIES = ("docProps/core.xml", "docProps/custom.xml", "meta.xml")
_TITLES, _AUTHORS = frozenset({"title"}), frozenset({"creator", "initial-creator"})


def read(content: bytes, into: Collected) -> None:
    """Collect the text of an office document."""
    source = io.BytesIO(content)
    check_directory(source)
    with zipfile.ZipFile(source) as container:
        check_entries(container.infolist())
        names = container.namelist()
        if "xl/workbook.xml" in names:
            read_workbook(container, into, LIMITS)
        for name in _parts(names):
            with suppress(XmlError), container.open(name) as part:
                _read_part(cast(BinaryIO, part), into)
        for name in _PROPERTIES:
            if name in names:
                with suppress(XmlError), container.open(name) as part:
                    _read_properties(cast(BinaryIO, part), into)
        if into.is_short and any(_PICTURES.search(name) for name in names):
            into.whole = False  # scans, pasted in


def _parts(names: list[str]) -> Iterator[str]:
    """Yield the parts with text, the main one first."""
    texts = [name for name in names if name.lower().endswith(".xml") and not _DUMB.search(name)]
    order = {"word/document.xml": 0, "content.xml": 0}
    yield from sorted(
        (one for one in texts if not one.startswith(("docProps/", "customXml/", "["))),
        key=lambda name: (order.get(name, 1), len(name), name),
    )


def _read_part(part: BinaryIO, into: Collected) -> None:
    for _, element in xml.iter_records(part, _is_paragraph, limits=LIMITS):
        into.add("".join(said(element)))
        if into.full:
            return


def _is_paragraph(path: xml.Path) -> bool:
    return local(path[-1]) in _PARAGRAPHS


def said(element: xml.Element) -> Iterator[str]:
    """Yield the pieces of a paragraph's text; spaces that are elements among them."""
    if local(str(element.tag)) in _SPACES:
        yield " "
    yield element.text or ""
    for child in element:
        yield from said(child)
        yield child.tail or ""


def _read_properties(part: BinaryIO, into: Collected) -> None:
    for _, root in xml.iter_records(part, lambda path: len(path) == 1, limits=LIMITS):
        for one in root.iter():
            text = (one.text or "").strip()
            into.add(text)
            name = local(str(one.tag))
            if name in _TITLES:
                into.title = into.title or text
            if name in _AUTHORS:
                into.author = into.author or text


def local(tag: str) -> str:
    """Return an element's name without its namespace."""
    return tag.rpartition("}")[2]
