"""What the text of an office document does and hides: fields, changes, comments.

``office-comments``         somebody's remarks, which the reader of a print never sees
``office-tracked-changes``  earlier wordings and deleted text are still in it
``office-dde``              a field that starts another program (DDE)
``office-external-link``    a field or picture that is fetched from elsewhere

Parts are read as XML, so that no encoding, entity or split run hides a field's name.
"""

from __future__ import annotations

import contextlib
import html
import re
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO, Final, cast

from adapters import xml
from exchange.errors import FormatError, XmlError

MOST_ELEMENTS: Final = 500_000
MOST_MARKUP: Final = 64 * 1024 * 1024
_DEEPEST_FIELD: Final = 50
_CHUNK: Final = 256 * 1024
_OVERLAP: Final = 64
_LIMITS: Final = xml.XmlLimits(file_bytes=MOST_MARKUP, depth=240)

TRACKED: Final = frozenset(
    {"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "numberingChange"}
    | {f"{what}PrChange" for what in ("r", "p", "sect", "tbl", "tblEx", "tr", "tc")}
    | {"tblPrExChange", "tblGridChange"}
)
"""Local names of WordprocessingML (ISO/IEC 29500-1, 17.13.5) that keep an earlier state."""

_FIELDS = frozenset({"fldChar", "instrText", "delInstrText", "fldSimple"})
# Names as they stand in the bytes; nothing can be written in place of a character of a name.
_TELLS = re.compile(rb"[<:](?:%b)[\s/>]" % "|".join(sorted(TRACKED | _FIELDS)).encode())
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_DDE = re.compile(r'(?i)\s*"?\s*DDE(AUTO)?\b')
_FETCHES = re.compile(
    r'(?is)\s*((LINK|DATABASE)\b|(INCLUDE(PICTURE|TEXT)?|IMPORT|RD)\b.*?((https?|ftp|file):|["\s]\\\\+\w))'
)
# A formula of a sheet has at most 8,192 characters (Excel specifications and limits).
_LONGEST_FORMULA: Final = 16 * 1024
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^<>]*)?>([^<]{1,%d})" % _LONGEST_FORMULA)
_NOT_A_CALL = re.compile(r"""\"[^"]*\"|'[^']*'!""")
_FORMULA_FETCHES = re.compile(r"(?i)\b(?:WEBSERVICE|IMAGE)\s*\(")
_STARTS = re.compile(rb"(?i)ppaction://(?:program|macro)\b")
_ODF_TELLS = {
    "annotation": "office-comments",
    "changed-region": "office-tracked-changes",
    "dde-connection-decl": "office-dde",
    "dde-source": "office-dde",
    "event-listener": "office-macros",
}
_ODF_OBJECTS = frozenset({"object", "object-ole"})
_ODF_REFERS = _ODF_OBJECTS | frozenset(
    {"image", "section-source", "plugin", "applet", "floating-frame"}
    | {"background-image", "fill-image", "font-face-uri"}
)
_ELSEWHERE = re.compile(r"(?i)\s*([a-z][a-z0-9+.-]+:|//|\\\\)")


def word(container: zipfile.ZipFile) -> set[str]:
    """Return the codes of what is in the parts of a DOCX, whatever their names.

    :raises FormatError: ``office-too-large``: more text than anybody writes.
    :raises XmlError: a part is no XML that we read.
    """
    found: set[str] = set()
    room = Room()
    for entry in container.infolist():
        with container.open(entry) as part:
            if not _tells(part):
                continue
        with container.open(entry) as part:
            found |= _read(_WordStory(room), part)
    return found


def _tells(part: IO[bytes]) -> bool:
    """Return whether a part is text with anything in it that we look for."""
    seen = part.read(_CHUNK)
    if seen.startswith(_WIDE):
        return True
    if not seen.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
        return False
    while seen:
        if _TELLS.search(seen):
            return True
        more = part.read(_CHUNK)
        seen = seen[-_OVERLAP:] + more if more else b""
    return False


def open_document(container: zipfile.ZipFile) -> set[str]:
    """Return the codes of what is in the texts of an OpenDocument file."""
    found: set[str] = set()
    room = Room()
    for name in ("content.xml", "styles.xml"):
        if name in container.namelist():
            with container.open(name) as part:
                found |= _read(_OdfStory(room), part)
    return found


def has_dde(part: IO[bytes], room: Room) -> bool:
    """Return whether a part of a workbook that names its sources has one by DDE.

    :raises FormatError: ``office-too-large``: more than anybody writes.
    """
    names: set[str] = set()

    def note(path: xml.Path) -> bool:
        room.take()
        names.add(_local(path[-1]))
        return False

    # A broken part is opened by nobody.
    with contextlib.suppress(XmlError):
        for _ in xml.iter_records(cast(BinaryIO, part), note, limits=_LIMITS):
            pass
    return "ddeLink" in names


class Room:
    """How many elements may still come, over all parts of one document."""

    def __init__(self) -> None:
        self.left = MOST_ELEMENTS

    def take(self) -> None:
        """Count one more.

        :raises FormatError: ``office-too-large``.
        """
        self.left -= 1
        if self.left < 0:
            raise too_large()


class _WordStory:
    """Collects the instructions of fields, run by run, as Word joins them."""

    def __init__(self, room: Room) -> None:
        self.found: set[str] = set()
        self._room = room
        self._open: list[str] = []

    def wants(self, path: xml.Path) -> bool:
        self._room.take()
        name = _local(path[-1])
        if name in TRACKED:
            self.found.add("office-tracked-changes")
        return name in _FIELDS

    def take(self, element: xml.Element) -> None:
        for one in element.iter():
            name = _local(str(one.tag))
            if name == "fldSimple":
                self._judge(_attribute(one, "instr"))
            elif name in ("instrText", "delInstrText"):
                self._say("".join(str(said) for said in one.itertext()))
            elif name == "fldChar":
                self._turn(_attribute(one, "fldCharType"))

    def close(self) -> None:
        while self._open:
            self._judge(self._open.pop())

    def _say(self, text: str) -> None:
        if self._open:
            self._open[-1] += text
        else:
            self._judge(text)

    def _turn(self, kind: str) -> None:
        if kind == "begin":
            if self._open and not self._open[-1].strip():
                # The name of the field is what another field makes: nobody writes that by hand.
                self.found.add("office-dde")
            if len(self._open) == _DEEPEST_FIELD:
                raise too_large()
            self._open.append("")
        elif kind == "end" and self._open:
            self._judge(self._open.pop())

    def _judge(self, instruction: str) -> None:
        if _DDE.match(instruction):
            self.found.add("office-dde")
        if _FETCHES.match(instruction):
            self.found.add("office-external-link")


class _OdfStory:
    def __init__(self, room: Room) -> None:
        self.found: set[str] = set()
        self._room = room

    def wants(self, path: xml.Path) -> bool:
        self._room.take()
        name = _local(path[-1])
        if name in _ODF_TELLS:
            self.found.add(_ODF_TELLS[name])
        return name in _ODF_REFERS

    def take(self, element: xml.Element) -> None:
        for one in element.iter():
            target = _attribute(one, "href")
            if _ELSEWHERE.match(target):
                self.found.add("office-external-link")
            elif target and _local(str(one.tag)) in _ODF_OBJECTS:
                self.found.add("office-embedded-files")

    def close(self) -> None:
        """Nothing is left open."""


def formulas(part: IO[bytes]) -> set[str]:
    """Return the codes of what the formulas of a sheet start or fetch when it is opened."""
    found: set[str] = set()
    for formula in _matches(part, _FORMULA):
        said = html.unescape(formula[1].decode("utf-8", "replace"))
        said = _NOT_A_CALL.sub("", said)  # words, and the names of sheets
        if "|" in said:  # between a program and its topic, and nowhere else
            found.add("office-dde")
        if _FORMULA_FETCHES.search(said):
            found.add("office-external-link")
    return found


def starts_something(part: IO[bytes]) -> bool:
    """Return whether something on a slide starts a program or macro by a click, or a touch."""
    return any(True for _ in _matches(part, _STARTS))


def _matches(part: IO[bytes], pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """Yield what matches in a part that may be large; something twice where two pieces meet."""
    before = b""
    while piece := part.read(_CHUNK):
        seen = before + piece
        if before == b"" and seen.startswith(_WIDE):
            seen = piece = (seen + part.read(MOST_MARKUP)).decode("utf-16", "replace").encode()
        yield from pattern.finditer(seen)
        before = seen[-_LONGEST_FORMULA:]


def _read(story: _WordStory | _OdfStory, part: IO[bytes]) -> set[str]:
    try:
        for _, element in xml.iter_records(cast(BinaryIO, part), story.wants, limits=_LIMITS):
            story.take(element)
    except XmlError as error:
        if error.code in ("xml-too-large", "xml-too-many-nodes"):
            raise too_large() from None
        # Office programs open no document with a broken part; old drawings (VML) are no XML.
        if error.code != "xml-not-well-formed":
            raise
    story.close()
    return story.found


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(element: xml.Element, local: str) -> str:
    return next((str(v) for name, v in element.attrib.items() if _local(str(name)) == local), "")


def too_large() -> FormatError:
    """Return the refusal of a document that holds more than anybody writes."""
    hint = "Print the document to a PDF, and attach that."
    return FormatError("office-too-large", "/document", hint)
