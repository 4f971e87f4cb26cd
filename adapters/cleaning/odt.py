"""ODT without remarks, macros and places, and with every tracked change accepted.

A deleted text lies in the list of changes and nowhere else (ODF 1.3, part 3, 5.5), so it goes with
that list; what was put in stands in the text already. Objects, DDE and what is fetched from
elsewhere are left as they are: whoever looks at the copy finds them there.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from adapters import xml
from adapters.cleaning.package import MOST_UNPACKED, NO_TIME, parsed, written
from adapters.cleaning.pictures import without_places
from adapters.cleaning.refusal import not_cleanable
from exchange.errors import XmlError

_STORIES = ("content.xml", "styles.xml")
_MANIFEST = "META-INF/manifest.xml"
_MIMETYPE = "mimetype"
_SIGNED = re.compile(r"^META-INF/.*signatures\.xml$")
_MACROS = re.compile(r"^(Basic|Scripts)/")
_GONE = frozenset(
    {"annotation", "annotation-end", "tracked-changes", "change", "change-start", "change-end"}
    | {"scripts", "event-listeners"}
)
_IN = re.compile(r"\{urn:oasis:names:tc:opendocument:xmlns:(office|text):1\.0\}")


def clean(content: bytes) -> bytes:
    """Return the cleaned copy; the same bytes for the same document.

    :raises FormatError: ``document-not-cleanable``.
    """
    try:
        parts = _parts(content)
        if any(_SIGNED.match(name) for name in parts):
            raise not_cleanable("It is signed, and a cleaned copy would not be.")
        for name in _STORIES:
            if name in parts:
                parts[name] = _cleaned(parts[name])
        without_places(parts)
        _drop_macros(parts)
        return _packed(parts)
    # zipfile: RuntimeError for a part with a password, NotImplementedError for one packed in a way
    # that it does not know.
    except (XmlError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError):
        raise not_cleanable() from None
    except (KeyError, ValueError, LookupError, EOFError, struct.error):
        raise not_cleanable() from None


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        entries = [entry for entry in container.infolist() if not entry.is_dir()]
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise not_cleanable()
        return {entry.filename: container.read(entry) for entry in entries}


def _cleaned(story: bytes) -> bytes:
    root = parsed(story)
    gone = [one for one in root.iter() if _goes(one)]
    for one in gone:
        _cut(one)
    return written(root) if gone else story


def _goes(one: xml.Element) -> bool:
    space = _IN.match(str(one.tag))
    return space is not None and str(one.tag)[space.end() :] in _GONE


def _cut(one: xml.Element) -> None:
    """Take an element out; the text behind it belongs to the paragraph and stays."""
    parent, before = one.getparent(), one.getprevious()
    if parent is None:
        return
    if one.tail and before is not None:
        before.tail = (before.tail or "") + one.tail
    elif one.tail:
        parent.text = (parent.text or "") + one.tail
    parent.remove(one)


def _drop_macros(parts: dict[str, bytes]) -> None:
    macros = {name for name in parts if _MACROS.match(name)}
    if not macros:
        return
    for name in macros:
        del parts[name]
    root = parsed(parts[_MANIFEST])
    for line in list(root):
        path = next((str(v) for k, v in line.attrib.items() if str(k).endswith("}full-path")), "")
        if _MACROS.match(path):
            root.remove(line)
    parts[_MANIFEST] = written(root)


def _packed(parts: dict[str, bytes]) -> bytes:
    """Return the document; its kind comes first, and unpacked (part 2, 3.3)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for name in sorted(parts, key=lambda name: name != _MIMETYPE):
            method = zipfile.ZIP_STORED if name == _MIMETYPE else zipfile.ZIP_DEFLATED
            container.writestr(zipfile.ZipInfo(name, NO_TIME), parts[name], method)
    return out.getvalue()
