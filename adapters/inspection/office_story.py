"""What the text of an office document does and hides: fields, changes, comments.

``office-comments``         somebody's remarks, which the reader of a print never sees
``office-tracked-changes``  earlier wordings and deleted text are still in it
``office-dde``              a field that starts another program (DDE)
``office-external-link``    a field or picture that is fetched from elsewhere

Parts are read as XML, so that no encoding, entity or split run hides a field's name.
"""

from __future__ import annotations

import contextlib
import re
import zipfile
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
    r'(?is)\s*(LINK\b|(INCLUDE(PICTURE|TEXT)?|IMPORT|RD)\b.*?((https?|ftp|file):|["\s]\\\\+\w))'
)
_ODF_TELLS = {
    "annotation": "office-comments",
    "changed-region": "office-tracked-changes",
    "dde-connection-decl": "office-dde",
    "dde-source": "office-dde",
    "event-listener": "office-macros",
}
_ODF_REFERS = frozenset({"image", "object", "object-ole", "section-source", "plugin", "applet"})
_ELSEWHERE = re.compile(r"(?i)\s*([a-z][a-z0-9+.-]+:|//|\\\\)")


def word(container: zipfile.ZipFile) -> set[str]:
    """Return the codes of what is in the parts of a DOCX, whatever their names.

    :raises FormatError: ``office-too-large``: more text than anybody writes.
    :raises XmlError: a part is no XML that we read.
    """
    found: set[str] = set()
    room = _Room()
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
    room = _Room()
    for name in ("content.xml", "styles.xml"):
        if name in container.namelist():
            with container.open(name) as part:
                found |= _read(_OdfStory(room), part)
    return found


def has_dde(part: IO[bytes]) -> bool:
    """Return whether a part of a workbook that names its sources has one by DDE."""
    names: set[str] = set()

    def note(path: xml.Path) -> bool:
        names.add(_local(path[-1]))
        return False

    # A broken part is opened by nobody.
    with contextlib.suppress(XmlError):
        for _ in xml.iter_records(cast(BinaryIO, part), note, limits=_LIMITS):
            pass
    return "ddeLink" in names


class _Room:
    """How many elements may still come, over all parts of one document."""

    def __init__(self) -> None:
        self.left = MOST_ELEMENTS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise too_large()


class _WordStory:
    """Collects the instructions of fields, run by run, as Word joins them."""

    def __init__(self, room: _Room) -> None:
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
    def __init__(self, room: _Room) -> None:
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
            if _ELSEWHERE.match(_attribute(one, "href")):
                self.found.add("office-external-link")

    def close(self) -> None:
        """Nothing is left open."""


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
