"""One paper made ready: its own pages, a page for a picture, its text set anew, or why not."""

from __future__ import annotations

from typing import NamedTuple

from adapters.papers import setting, wire
from adapters.papers.own_pages import NotKept, Own, own_pages
from adapters.papers.pictures import PICTURES, on_a_page
from adapters.reading.__main__ import READERS, read

PDF = "application/pdf"


class _Made(NamedTuple):
    how: str
    why: str
    own: Own


def answer(told: wire.Told, document: bytes) -> tuple[wire.Told, bytes]:
    """Return a paper as a PDF that can be joined, and what was done with it."""
    made = _made(told, document)
    kept = made.own.bookmarks if made.how == "kept" else ()
    said: wire.Told = {
        "how": made.how,
        "why": made.why,
        "pages": made.own.pages,
        "next": made.own.next,
        "bookmarks": [[one.level, one.title, one.page] for one in kept],
    }
    return said, made.own.data


def _made(told: wire.Told, document: bytes) -> _Made:
    why = str(told.get("why", ""))
    if not why:
        try:
            return _pages(told, document)
        except NotKept as error:
            why = error.code
        except Exception:  # noqa: BLE001  (parsers of foreign files raise anything)
            why = "damaged"
    return _Made("missing", why, _ours(told, setting.missing(told, why)))


def _pages(told: wire.Told, document: bytes) -> _Made:
    media_type = str(told["media_type"])
    if media_type == PDF:
        own = _ours(told, document)
        return _Made("kept", own.why, own)
    if media_type in PICTURES:
        return _Made("picture", "", _ours(told, on_a_page(document)))
    if media_type not in READERS:
        raise NotKept("unsupported")
    said = read(document, media_type)
    if not said.text.strip():
        raise NotKept("no-text")
    made = setting.text(told, said.text, whole=said.whole)
    return _Made("set", "" if said.whole else "in-part", _ours(told, made))


def _ours(told: wire.Told, pdf: bytes) -> Own:
    return own_pages(pdf, int(told["base"]), f"p{int(told['number'])}-", str(told["title"]))
