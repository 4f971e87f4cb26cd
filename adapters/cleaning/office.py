"""DOCX, XLSX and PPTX without macros, remarks, tracked changes, places and what is fetched.

A part goes by its relationship, and the one place in the text that names it goes too. What has
its place in the text in ways that only the program knows (ActiveX, objects, DDE, links between
workbooks, revision logs) is left as it is: whoever looks at the copy finds it there.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib

from adapters import xml
from adapters.cleaning import word
from adapters.cleaning.package import Package, Relationship, parsed, written
from adapters.cleaning.pictures import without_places
from adapters.cleaning.refusal import not_cleanable
from adapters.inspection.office_story import TRACKED
from exchange.errors import XmlError

_GONE = frozenset(
    {"vbaproject", "wordvbadata", "attachedtoolbars", "attachedtemplate"}
    | {"comments", "commentsextended", "commentsids", "commentsextensible", "people"}
    | {"threadedcomment", "person", "commentauthors", "authors"}
)
_SIGNED = re.compile(r"(?i)^_xmlsignatures/")
_MACROS = re.compile(r"(?i)(^|/)(vbaproject\.bin|vbadata\.xml)$")
_REFERENCES = "/relationships}"
_TELLS = re.compile(
    rb"[<:](?:comment\w+|%b|\w+Range(?:Start|End))[\s/>]" % "|".join(sorted(TRACKED)).encode()
)
_NOTE = "Note"


def clean(content: bytes) -> bytes:
    """Return the cleaned copy; the same bytes for the same document.

    :raises FormatError: ``document-not-cleanable``.
    """
    try:
        package = Package(content)
        if any(_SIGNED.match(name) for name in package.parts):
            raise not_cleanable("It is signed, and a cleaned copy would not be.")
        _take_out(package)
        without_places(package.parts)
        if "word/document.xml" in package.parts or _is_word(package):
            _clean_stories(package)
        return package.packed()
    # zipfile: RuntimeError for a part with a password, NotImplementedError for one packed in a way
    # that it does not know.
    except (XmlError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError):
        raise not_cleanable() from None
    except (KeyError, ValueError, LookupError, EOFError, struct.error):
        raise not_cleanable() from None


def _is_word(package: Package) -> bool:
    return b"wordprocessingml.document.main+xml" in package.parts["[Content_Types].xml"]


def _take_out(package: Package) -> None:
    noted = {one.source for one in package.relationships() if one.kind == "comments"}
    for sheet in sorted(one for one in noted if one.startswith("xl/")):
        _drop_notes(package, sheet)
    for one in package.unrelate(_goes):
        if one.source in package.parts:
            _drop_references(package, one)
    macros = {one for one in package.parts if _MACROS.search(one)}
    if any(one.target in macros for one in package.relationships() if not one.external):
        raise not_cleanable()
    package.drop(macros)


def _goes(one: Relationship) -> bool:
    return one.kind in _GONE or (one.external and one.kind == "image")


def _drop_references(package: Package, gone: Relationship) -> None:
    """Take out of a part what names a relationship that is no more."""
    root = parsed(package.parts[gone.source])
    found = False
    for one in list(root.iter()):
        for key in [str(name) for name, value in one.attrib.items() if value == gone.id]:
            if _REFERENCES in key:
                _drop_reference(one, key)
                found = True
    if found:
        package.parts[gone.source] = written(root)


def _drop_reference(one: xml.Element, key: str) -> None:
    name = str(one.tag).rpartition("}")[2]
    if name == "blip":  # a picture that is fetched: its frame stays
        del one.attrib[key]
        return
    if name == "commentRel" and (around := one.getparent()) is not None:
        one = around  # p:ext, which is there for this alone
    elif name != "attachedTemplate":
        raise not_cleanable()
    parent = one.getparent()
    if parent is None:
        raise not_cleanable()
    parent.remove(one)


def _drop_notes(package: Package, sheet: str) -> None:
    """Take the yellow notes out of a sheet's drawing, which Excel keeps beside their text."""
    for one in list(package.relationships()):
        if one.source != sheet or one.kind != "vmldrawing":
            continue
        root = parsed(package.parts[one.target])
        for shape in list(root.iter()):
            kind = shape.get("ObjectType") or ""
            parent = shape.getparent()
            around = parent.getparent() if parent is not None else None
            if kind == _NOTE and parent is not None and around is not None:
                around.remove(parent)
        package.parts[one.target] = written(root)


def _clean_stories(package: Package) -> None:
    for name, content in package.parts.items():
        if name.endswith(".rels") or not _TELLS.search(content):
            continue
        if not content.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
            continue
        root = parsed(content)
        if word.clean_story(root):
            package.parts[name] = written(root)
