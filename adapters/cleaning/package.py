"""An OOXML package in memory: parts, and the relationships between them (ISO/IEC 29500-2).

A part that loses its last relationship goes, and with it what only that part referred to.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from adapters import xml
from adapters.cleaning.refusal import not_cleanable

MOST_UNPACKED = 128 * 1024 * 1024

_LIMITS = xml.XmlLimits(
    file_bytes=MOST_UNPACKED, depth=240, record_bytes=MOST_UNPACKED, record_nodes=500_000
)
_TYPES = "[Content_Types].xml"
_ROOT = "_rels/.rels"
NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Relationship:
    """One line of a ``.rels`` part.

    :param source: name of the part that refers; empty: the package.
    :param kind: last segment of the type, in lower case: ``comments``, ``vbaproject`` ...
    :param target: name of the part, or an address where ``external``.
    """

    source: str
    id: str
    kind: str
    target: str
    external: bool


class Package:
    """The parts of one document, to be changed in place.

    :raises FormatError: ``document-not-cleanable``: it unpacks to more than we hold in memory.
    """

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            entries = [entry for entry in container.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise not_cleanable()
            self.parts = {entry.filename: container.read(entry) for entry in entries}

    def relationships(self) -> Iterator[Relationship]:
        """Yield all of them."""
        for name in [one for one in self.parts if one.endswith(".rels")]:
            source = _source(name)
            for line in parsed(self.parts[name]):
                target, external = line.get("Target", ""), line.get("TargetMode") == "External"
                yield Relationship(
                    source,
                    line.get("Id", ""),
                    line.get("Type", "").rpartition("/")[2].lower(),
                    target if external else _resolved(source, target),
                    external,
                )

    def unrelate(self, gone: Callable[[Relationship], bool]) -> list[Relationship]:
        """Remove relationships, and the parts that nothing refers to any more; return them."""
        before = self._reached()
        removed = [one for one in self.relationships() if gone(one)]
        for name in {_rels(one.source) for one in removed}:
            ids = {one.id for one in removed if _rels(one.source) == name}
            root = parsed(self.parts[name])
            for line in list(root):
                if line.get("Id") in ids:
                    root.remove(line)
            self.parts[name] = written(root)
        self.drop(before - self._reached())
        return removed

    def _reached(self) -> set[str]:
        """Return the names of the parts that somebody following relationships comes to."""
        targets: dict[str, set[str]] = {}
        for one in self.relationships():
            if not one.external:
                targets.setdefault(one.source, set()).add(one.target)
        found: set[str] = set()
        waiting = [""]
        while waiting:
            new = targets.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found & self.parts.keys()

    def drop(self, names: set[str]) -> None:
        """Remove parts, with what they refer to and what is said of their types."""
        for name in names:
            del self.parts[name]
            self.parts.pop(_rels(name), None)
        root = parsed(self.parts[_TYPES])
        for line in list(root):
            if line.get("PartName", "").removeprefix("/") in names:
                root.remove(line)
        self.parts[_TYPES] = written(root)

    def packed(self) -> bytes:
        """Return the document; the same bytes for the same parts."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as container:
            for name, content in self.parts.items():
                container.writestr(zipfile.ZipInfo(name, NO_TIME), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def parsed(content: bytes) -> xml.Element:
    """Return the root of a part.

    :raises XmlError: it is no XML, or more than we hold.
    """
    return xml.parse(content, limits=_LIMITS)


def written(root: xml.Element) -> bytes:
    """Return a part's bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _source(rels: str) -> str:
    folder, name = posixpath.split(rels)
    return "" if rels == _ROOT else posixpath.join(posixpath.dirname(folder), name[: -len(".rels")])


def _rels(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(source: str, target: str) -> str:
    base = posixpath.dirname(f"/{source}")
    return posixpath.normpath(posixpath.join(base, unquote(target))).removeprefix("/")
