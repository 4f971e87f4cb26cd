"""The one XML parser for what comes from outside: hardened lxml, in constant memory.

Bytes are decoded here, by one of four encodings, and the prolog is read here too: libxml2 never
sees a DOCTYPE, so there are no entities, no external subsets and no bombs to defuse. Comments
and processing instructions are dropped. Nothing is fetched. What lxml says about a file quotes
the file, so only a code and a line number leave this module.

==========================  ================================================================
``xml-empty``               no bytes
``xml-encoding``            bytes that are not in the encoding declared
``xml-encoding-unknown``    an encoding other than UTF-8, UTF-16, Windows-1252, ISO-8859-1
``xml-doctype``             a DOCTYPE, or any other declaration before the root element
``xml-not-well-formed``     not XML
``xml-too-large``           the file, or one record in it, has too many bytes
``xml-too-deep``            elements nested too deeply
``xml-too-many-nodes``      one record has too many elements
==========================  ================================================================
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias, cast

from lxml import etree

from exchange.errors import XmlError

Element: TypeAlias = etree._Element
Path: TypeAlias = tuple[str, ...]
"""The names of an element and those around it, root first; ``{namespace}name`` with one."""

_CHUNK = 64 * 1024
_LONGEST_PROLOG = 64 * 1024
_LONGEST_DECLARATION = 256
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# ISO-8859-1 is read as its superset: what is labelled so was nearly always saved by Windows.
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
}
_DECLARATION = re.compile(
    r"""<\?xml\s+version\s*=\s*(?:"1\.[0-9]"|'1\.[0-9]')"""
    r"""(?:\s+encoding\s*=\s*(?:"(?P<a>[A-Za-z0-9._-]{1,40})"|'(?P<b>[A-Za-z0-9._-]{1,40})'))?"""
    r"""(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>"""
)

_DOCTYPE_HINT = "A data file needs no DOCTYPE; export it again, or ask where this file came from."
_ENCODING_HINT = "Save the file again as UTF-8, or export it again."
_SIZE_HINT = "Export fewer pupils at a time."


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """How much is read: bytes of the file, levels, and bytes and elements of one record."""

    file_bytes: int = 256 * 1024 * 1024
    depth: int = 32
    record_bytes: int = 8 * 1024 * 1024
    record_nodes: int = 100_000


DEFAULT_LIMITS = XmlLimits()


def parse(data: bytes, *, limits: XmlLimits = DEFAULT_LIMITS) -> Element:
    """Read a small document whole and return its root element.

    :raises XmlError: with a code of this module's docstring.
    """
    found = list(iter_records(io.BytesIO(data), lambda path: len(path) == 1, limits=limits))
    return found[0][1]


def iter_records(
    stream: BinaryIO, is_record: Callable[[Path], bool], *, limits: XmlLimits = DEFAULT_LIMITS
) -> Iterator[tuple[Path, Element]]:
    """Read a file of any size and yield each record when it is complete.

    An element lives until the next one is asked for, then it is cleared.

    :param is_record: whether the element at a path is a record; asked for each element.
    :raises XmlError: with a code of this module's docstring, when the iteration comes to it.
    """
    reader = _Reader(is_record, limits)
    for text in _decoded(stream, limits.file_bytes):
        yield from reader.feed(text)
    yield from reader.close()


class _Reader:
    """Feeds the parser, keeps count, and forgets each record that was handed out."""

    def __init__(self, is_record: Callable[[Path], bool], limits: XmlLimits) -> None:
        self._is_record = is_record
        self._limits = limits
        self._path: list[str] = []
        self._record_depth = 0
        self._nodes = 0
        self._bytes = 0
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            recover=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )

    def feed(self, text: str) -> Iterator[tuple[Path, Element]]:
        data = text.encode("utf-8")
        self._bytes += len(data)
        if self._bytes > self._limits.record_bytes:
            raise XmlError("xml-too-large", hint=_SIZE_HINT)
        # A syntax error comes after the events before it: hand those out first.
        broken = self._try(lambda: self._parser.feed(data))
        yield from self._events()
        if broken:
            raise broken

    def close(self) -> Iterator[tuple[Path, Element]]:
        broken = self._try(lambda: self._parser.close())
        yield from self._events()
        if broken:
            raise broken

    def _try(self, step: Callable[[], object]) -> XmlError | None:
        try:
            step()
        except etree.XMLSyntaxError as error:
            return XmlError("xml-not-well-formed", f"line {error.lineno or 0}")
        return None

    def _events(self) -> Iterator[tuple[Path, Element]]:
        for event, element in cast(Iterator[tuple[str, Any]], self._parser.read_events()):
            if event == "start":
                self._start(element)
                continue
            if self._record_depth == len(self._path):
                yield tuple(self._path), element
                self._forget(element)
            elif not self._record_depth:
                self._forget(element)
            self._path.pop()

    def _start(self, element: Element) -> None:
        self._path.append(str(element.tag))
        self._nodes += 1
        if len(self._path) > self._limits.depth:
            raise XmlError("xml-too-deep")
        if self._nodes > self._limits.record_nodes:
            raise XmlError("xml-too-many-nodes", hint=_SIZE_HINT)
        if not self._record_depth and self._is_record(tuple(self._path)):
            self._record_depth = len(self._path)

    def _forget(self, element: Element) -> None:
        self._record_depth = self._nodes = self._bytes = 0
        if len(self._path) == 1:
            return  # the root: the caller may still hold it, and it goes with the parser
        element.clear()
        while (earlier := element.getprevious()) is not None:
            cast(Element, element.getparent()).remove(earlier)


def _decoded(stream: BinaryIO, most: int) -> Iterator[str]:
    """Yield the text, its XML declaration apart, once its prolog is seen to declare nothing."""
    texts = _texts(stream, most)
    prolog = ""
    for text in texts:
        prolog += text
        if _prolog_is_over(prolog, whole=False):
            break
    else:
        _prolog_is_over(prolog, whole=True)
    yield _without_declaration(prolog)
    yield from texts


def _texts(stream: BinaryIO, most: int) -> Iterator[str]:
    data = _first(stream)
    decoder = codecs.getincrementaldecoder(_encoding(data))("strict")
    total = 0
    while data:
        total += len(data)
        if total > most:
            raise XmlError("xml-too-large", hint=_SIZE_HINT)
        yield _decode(decoder, data, final=False)
        data = stream.read(_CHUNK)
    yield _decode(decoder, b"", final=True)


def _decode(decoder: codecs.IncrementalDecoder, data: bytes, *, final: bool) -> str:
    try:
        return decoder.decode(data, final)
    except UnicodeError:
        raise XmlError("xml-encoding", hint=_ENCODING_HINT) from None


def _first(stream: BinaryIO) -> bytes:
    """Return enough of the file to hold its declaration, however short its reads are."""
    first = stream.read(_CHUNK)
    while 0 < len(first) < _LONGEST_DECLARATION and (more := stream.read(_CHUNK)):
        first += more
    if not first:
        raise XmlError("xml-empty")
    return first


def _encoding(first: bytes) -> str:
    """Return the codec: the byte order mark says, else the declaration, else it is UTF-8."""
    for bom, codec in _BOMS:
        if first.startswith(bom):
            return "utf-8-sig" if codec == "utf-8" else codec
    declared = _DECLARATION.match(first[:_LONGEST_DECLARATION].decode("latin-1"))
    name = (declared["a"] or declared["b"] or "utf-8") if declared else "utf-8"
    try:
        return _ENCODINGS[name.lower()]
    except KeyError:
        raise XmlError("xml-encoding-unknown", hint=_ENCODING_HINT) from None


def _without_declaration(text: str) -> str:
    """Drop the XML declaration, which speaks of bytes that are no more; keep its lines."""
    declared = _DECLARATION.match(text)
    if not declared and re.match(r"<\?xml\s", text):
        raise XmlError("xml-not-well-formed", "line 1")
    return "\n" * declared[0].count("\n") + text[declared.end() :] if declared else text


def _prolog_is_over(text: str, *, whole: bool) -> bool:
    """Tell whether the root element has begun; refuse a declaration before it.

    Where the text ends inside the prolog the answer is no; a whole file without a root element
    goes on to the parser, which refuses it.
    """
    at = 0
    while True:
        at += len(text) - at - len(text[at:].lstrip(" \t\r\n"))
        if at > _LONGEST_PROLOG:
            raise XmlError("xml-too-large", hint=_SIZE_HINT)
        opening = text[at : at + 4]
        if len(opening) < 4 and not whole:
            return False
        end = "-->" if opening == "<!--" else "?>" if opening.startswith("<?") else None
        if end is None:
            break
        found = text.find(end, at + 4 if end == "-->" else at + 2)
        if found < 0:
            if len(text) - at > _LONGEST_PROLOG:
                raise XmlError("xml-too-large", hint=_SIZE_HINT)
            if whole:
                raise XmlError("xml-not-well-formed")
            return False
        at = found + len(end)
    if opening.startswith("<!"):
        raise XmlError("xml-doctype", hint=_DOCTYPE_HINT)
    return True
