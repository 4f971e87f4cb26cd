"""Places within a PDF that links and bookmarks lead to, and its bookmarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pikepdf

from adapters.papers.numbers import pairs

MOST_BOOKMARKS = 1000
_DEEPEST = 6
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One bookmark of a paper.

    :param level: 0 at the top.
    :param page: from 0, within the paper.
    """

    level: int
    title: str
    page: int


class Places:
    """The places of one PDF, by page object."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        self._named = _named(pdf)

    def explicit(self, place: object) -> pikepdf.Array | None:
        """Return a place as page and view, or None: it leads nowhere in this PDF."""
        for _ in range(3):
            if isinstance(place, pikepdf.Name | pikepdf.String):
                place = self._named.get(_key(place))
            elif isinstance(place, pikepdf.Dictionary):
                place = place.get("/D")
        if not isinstance(place, pikepdf.Array) or self.page(place) is None:
            return None
        return place

    def page(self, place: pikepdf.Array) -> int | None:
        """Return the number of the page, from 0."""
        if len(place) == 0 or not isinstance(place[0], pikepdf.Dictionary):
            return None
        return self._pages.get(place[0].objgen)

    def of(self, holder: pikepdf.Dictionary) -> pikepdf.Array | None:
        """Return where a link or a bookmark leads within this PDF, or None."""
        action = holder.get("/A")
        if isinstance(action, pikepdf.Dictionary):
            return self.explicit(action.get("/D")) if action.get("/S") == "/GoTo" else None
        return self.explicit(holder.get("/Dest"))

    def bookmarks(self, pdf: pikepdf.Pdf) -> list[Bookmark]:
        """Return its bookmarks, top down; those that lead nowhere are left out."""
        outlines = pdf.Root.get("/Outlines")
        if not isinstance(outlines, pikepdf.Dictionary):
            return []
        found: list[Bookmark] = []
        seen: set[tuple[int, int]] = set()
        for level, item in _items(outlines.get("/First"), 0, seen):
            place = self.of(item)
            number = None if place is None else self.page(place)
            title = " ".join(_text(item.get("/Title")).split())[:_LONGEST]
            if number is not None and title:
                found.append(Bookmark(min(level, _rung(found)), title, number))
            if len(found) >= MOST_BOOKMARKS:
                break
        return found


def _rung(found: list[Bookmark]) -> int:
    """Return the deepest level at which the next bookmark can hang."""
    return found[-1].level + 1 if found else 0


def _items(
    first: object, level: int, seen: set[tuple[int, int]]
) -> Iterator[tuple[int, pikepdf.Dictionary]]:
    item = first
    while isinstance(item, pikepdf.Dictionary) and item.objgen not in seen:
        if item.is_indirect:
            seen.add(item.objgen)
        yield level, item
        if level < _DEEPEST:
            yield from _items(item.get("/First"), level + 1, seen)
        item = item.get("/Next") if item.is_indirect else None


def _named(pdf: pikepdf.Pdf) -> Mapping[bytes, pikepdf.Object]:
    found: dict[bytes, pikepdf.Object] = {}
    old = pdf.Root.get("/Dests")
    if isinstance(old, pikepdf.Dictionary):
        found.update({key.encode(): value for key, value in old.as_dict().items()})
    names = pdf.Root.get("/Names")
    tree = names.get("/Dests") if isinstance(names, pikepdf.Dictionary) else None
    for key, value in pairs(tree, "/Names"):
        if isinstance(key, pikepdf.String):
            found[bytes(key)] = value
    return found


def _key(name: pikepdf.Name | pikepdf.String) -> bytes:
    return bytes(name) if isinstance(name, pikepdf.String) else str(name).encode()


def _text(value: object) -> str:
    if not isinstance(value, pikepdf.String):
        return ""
    try:
        return str(value).replace("\0", "")
    except (UnicodeError, ValueError):
        return bytes(value).decode("latin-1")
