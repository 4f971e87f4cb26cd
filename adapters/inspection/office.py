"""Word, Excel, PowerPoint and OpenDocument texts: a sane ZIP with the right parts in it.

``office-macros``          carries macros (VBA, Excel 4, Basic)
``office-active-content``  carries ActiveX controls
``office-embedded-files``  carries other files (OLE objects, packages)
``office-external-link``   fetches something from elsewhere when it is opened
``office-encrypted``       opens with a password only

and what office_story finds in the text, and what its photographs tell. Parts are known by what
refers to them too: a name is the writer's choice.

Nothing is unpacked but the text, the beginnings of pictures and the few small parts that say what
is there, up to limits.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from adapters import xml
from adapters.inspection import office_story, pictures
from adapters.inspection.magic import ZIP
from exchange.errors import FormatError, XmlError
from exchange.ports import Inspection

MAGIC = ZIP
MOST_MEMBERS = 5000
MOST_UNPACKED = 1024 * 1024 * 1024
_MOST_DIRECTORY = 4 * 1024 * 1024
MOST_PART = 2 * 1024 * 1024
_MOST_RELATIONS = 300

_OOXML = "application/vnd.openxmlformats-officedocument."
_MAIN = {
    f"{_OOXML}{kind}.main+xml": f"{_OOXML}{kind}"
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
}
_OPEN_DOCUMENT = frozenset({"application/vnd.oasis.opendocument.text"})
_CONTENT_TYPES = "[Content_Types].xml"
_MANIFEST = "META-INF/manifest.xml"

_NAMES = (
    (re.compile(r"(?i)(^|/)(vbaproject\.bin|vbadata\.xml)$"), "office-macros"),
    (re.compile(r"(?i)^xl/(macrosheets|dialogsheets)/"), "office-macros"),
    (re.compile(r"^(Basic|Scripts)/"), "office-macros"),
    (re.compile(r"(?i)(^|/)activex/"), "office-active-content"),
    (re.compile(r"(?i)(^|/)embeddings/."), "office-embedded-files"),
    (re.compile(r"^Object [^/]+/"), "office-embedded-files"),
    (re.compile(r"(?i)^xl/externallinks/"), "office-external-link"),
)
_RELATIONS = {
    "vbaproject": "office-macros",
    "xlmacrosheet": "office-macros",
    "xlintlmacrosheet": "office-macros",
    "control": "office-active-content",
    "oleobject": "office-embedded-files",
    "package": "office-embedded-files",
    "afchunk": "office-embedded-files",
    "externallink": "office-external-link",
    "connections": "office-external-link",
    "querytable": "office-external-link",
    "webextension": "office-active-content",
    "webextensiontaskpanes": "office-active-content",
    "comments": "office-comments",
    "threadedcomment": "office-comments",
    "revisionheaders": "office-tracked-changes",
}
_PICTURE = re.compile(r"(?i)\.(jpe?g|jpe|jfif|png)$")
_MOST_OF_PICTURE = 1024 * 1024
_WORD = f"{_OOXML}wordprocessingml.document"
_EXTERNAL_LINK = re.compile(r"(?i)^xl/externallinks/[^/]+\.xml$")
_SHEET = re.compile(r"(?i)^xl/.*\.xml$")
_SLIDE = re.compile(r"(?i)^ppt/.*\.xml$")
# A picture or a link that a person clicks is plain to see; the rest acts on opening.
_HARMLESS_TARGETS = ("/hyperlink",)

_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_LOCAL_HEADER = 30


def inspect(source: BinaryIO) -> Inspection:
    """Return what kind of office document it is, and what hides in it.

    :raises FormatError: ``office-invalid``, ``office-too-large``, ``document-type-unsupported``.
    """
    try:
        check_directory(source)
        with zipfile.ZipFile(source) as container:
            return _inspected(container)
    # zipfile: RuntimeError for a part with a password, NotImplementedError for one packed in a way
    # that it does not know.
    except (zipfile.BadZipFile, XmlError, NotImplementedError, RuntimeError):
        raise _invalid() from None
    except (zlib.error, EOFError, UnicodeError, ValueError, struct.error, LookupError):
        raise _invalid() from None


def _inspected(container: zipfile.ZipFile) -> Inspection:
    entries = container.infolist()
    check_entries(entries)
    names = [entry.filename for entry in entries]
    found = {code for pattern, code in _NAMES for name in names if pattern.search(name)}
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _invalid()
    if names[0] == "mimetype":
        media_type, more = _open_document(container, names)
    else:
        media_type, more = _ooxml(container, names)
    if any(_tells_place(container, name) for name in names if _PICTURE.search(name)):
        found.add(pictures.PLACE)
    return Inspection(media_type, tuple(sorted(found | more)))


def _tells_place(container: zipfile.ZipFile, name: str) -> bool:
    with container.open(name) as part:
        return pictures.tells_place(part.read(_MOST_OF_PICTURE))


def check_directory(file: BinaryIO) -> None:
    """Refuse a container whose directory is large or not at its end, before it is read whole."""
    size = file.seek(0, 2)
    # Office programs write no comment, and need no Zip64 below 4 GiB.
    file.seek(max(0, size - _END.size))
    tail = file.read()
    if len(tail) != _END.size or not tail.startswith(_END_MAGIC):
        raise _invalid()
    _, disk, first_disk, here, total, length, offset, _comment = _END.unpack(tail)
    sane = disk == first_disk == 0 and here == total and offset + length + _END.size == size
    if not sane or not 0 < total <= MOST_MEMBERS or length > _MOST_DIRECTORY:
        raise _invalid()
    file.seek(0)


def check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse repeated names, overlapping members, and what unpacks to more than anybody writes."""
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise _invalid()
    free = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < free:
            raise _invalid()
        free = entry.header_offset + _LOCAL_HEADER + len(entry.filename) + entry.compress_size
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise office_story.too_large()


def _ooxml(container: zipfile.ZipFile, names: list[str]) -> tuple[str, set[str]]:
    if _CONTENT_TYPES not in names:
        raise _unsupported()
    main = [
        (one.get("PartName", "").removeprefix("/"), _MAIN[one.get("ContentType", "")])
        for one in xml.parse(_part(container, _CONTENT_TYPES))
        if one.get("ContentType", "") in _MAIN
    ]
    # Templates and documents made for macros have other types: not taken.
    if len(main) != 1 or main[0][0] not in names:
        raise _unsupported()
    relations = [name for name in names if name.lower().endswith(".rels")]
    if len(relations) > _MOST_RELATIONS:
        raise _invalid()
    found = {code for name in relations for code in _related(_part(container, name))}
    if main[0][1] == _WORD:
        found |= office_story.word(container)
    return main[0][1], found | _sheets_and_slides(container, names)


def _sheets_and_slides(container: zipfile.ZipFile, names: list[str]) -> set[str]:
    found: set[str] = set()
    room = office_story.Room()
    for name in names:
        with container.open(name) as part:
            if _EXTERNAL_LINK.match(name):
                if office_story.has_dde(part, room):
                    found.add("office-dde")
            elif _SHEET.match(name):
                found |= office_story.formulas(part)
            elif _SLIDE.match(name) and office_story.starts_something(part):
                found.add("office-active-content")
    return found


def _related(relations: bytes) -> Iterator[str]:
    for one in xml.parse(relations):
        kind = one.get("Type", "")
        if one.get("TargetMode") == "External":
            if not kind.endswith(_HARMLESS_TARGETS):
                yield "office-external-link"
        elif (code := _RELATIONS.get(kind.rpartition("/")[2].lower())) is not None:
            yield code


def _open_document(container: zipfile.ZipFile, names: list[str]) -> tuple[str, set[str]]:
    media_type = _part(container, "mimetype").decode("ascii")
    if media_type not in _OPEN_DOCUMENT or _MANIFEST not in names:
        raise _unsupported()
    # Prefixes are the writer's choice; the local name is not.
    manifest = xml.parse(_strip_doctype(_part(container, _MANIFEST)))
    locked = any(str(one.tag).endswith("}encryption-data") for one in manifest.iter())
    if locked:
        return media_type, {"office-encrypted"}  # newer programs encrypt the whole package
    if "content.xml" not in names:
        raise _unsupported()
    return media_type, office_story.open_document(container)


def _strip_doctype(manifest: bytes) -> bytes:
    """Drop the bare DOCTYPE that OpenOffice 1 and 2 wrote; one with a subset stays, and fails."""
    return re.sub(rb"<!DOCTYPE manifest:manifest [^\[\]<>]*>", b"", manifest, count=1)


def _part(container: zipfile.ZipFile, name: str) -> bytes:
    with container.open(name) as part:
        content = part.read(MOST_PART + 1)
    if len(content) > MOST_PART:
        raise _invalid()
    return content


def _invalid() -> FormatError:
    hint = "The file is broken. Open it, save it again, and attach that."
    return FormatError("office-invalid", "/document", hint)


def _unsupported() -> FormatError:
    hint = "Save it as DOCX, XLSX, PPTX, ODT (without macros) or as a PDF."
    return FormatError("document-type-unsupported", "/document", hint)
