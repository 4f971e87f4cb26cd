"""What pages draw: closed within itself, so that something can be drawn after it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pikepdf

_APART = bytes.maketrans(b"[]()<>{}/", b" " * 9)
"""Brackets and slashes end a word as well as spaces do. A name or a string that looks like an
operator makes the count uneven, and the page is then read with more care."""
_MOST_BYTES = 32 * 1024 * 1024
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Loose:
    """What a page leaves open, or closes too often.

    :param restores: how many saved states it takes away that it did not save.
    :param end: what closes the rest.
    """

    restores: int = 0
    end: bytes = b""


def loose_ends(page: pikepdf.Page) -> Loose:
    """Return what would have to be closed after a page's own drawing (ISO 32000-1, 8.4.2)."""
    data = _drawn(page)
    words = data.translate(_APART).split() if len(data) <= _MOST_BYTES else ()
    found = Counter(words)
    opened = found[b"BMC"] + found[b"BDC"]
    if (found[b"q"], found[b"BT"], opened) == (found[b"Q"], found[b"ET"], found[b"EMC"]):
        return Loose()
    return _parsed(page)


def _drawn(page: pikepdf.Page) -> bytes:
    try:
        contents = page.obj.get("/Contents")
        if isinstance(contents, pikepdf.Array):
            parts = [one.read_bytes() for one in contents if isinstance(one, pikepdf.Stream)]
            return b"\n".join(parts)
        return contents.read_bytes() if isinstance(contents, pikepdf.Stream) else b""
    except pikepdf.PdfError:  # a filter that nobody knows: what it draws is not ours to judge
        return b""


def _parsed(page: pikepdf.Page) -> Loose:
    """Return the same by reading the operators one by one, as a string may hold a ``q``."""
    saved = lowest = 0
    waiting: list[bytes] = []
    try:
        for instruction in pikepdf.parse_content_stream(page, "q Q BT ET BMC BDC EMC"):
            name = str(instruction.operator)
            if name == "q":
                saved += 1
            elif name == "Q":
                saved -= 1
                lowest = min(lowest, saved)
            elif name in ("BT", "BMC", "BDC"):
                waiting.append(b"ET" if name == "BT" else b"EMC")
            elif waiting and waiting[-1] == name.encode():
                waiting.pop()
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return Loose()
    end = b" ".join([*reversed(waiting), *[b"Q"] * max(0, saved - lowest)])
    return Loose(-lowest, end)


def enclose(pdf: pikepdf.Pdf, page: pikepdf.Page, before: bytes = b"", after: bytes = b"") -> None:
    """Draw a page's own content between ``before`` and ``after``, in a state of its own."""
    loose = loose_ends(page)
    opening = b"q " * loose.restores + b"q\n" + before + b"\n"
    closing = b"\n" + loose.end + b"\n" + after + b"\nQ\n"
    contents = page.obj.get("/Contents")
    own = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    streams = [one for one in own if isinstance(one, pikepdf.Stream)]
    first, last = pdf.make_stream(opening), pdf.make_stream(closing)
    page.obj.Contents = pikepdf.Array([first, *streams, last])


def draws(page: pikepdf.Page) -> bool:
    """Return whether a page draws anything at all."""
    return bool(_drawn(page).strip())


def has_letters(holder: pikepdf.Object, depth: int = 0) -> bool:
    """Return whether a page, or a drawing within it, has type to draw with."""
    resources = holder.get("/Resources")
    if not isinstance(resources, pikepdf.Dictionary):
        return False
    fonts = resources.get("/Font")
    if isinstance(fonts, pikepdf.Dictionary) and len(fonts.keys()) > 0:
        return True
    drawings = resources.get("/XObject")
    if not isinstance(drawings, pikepdf.Dictionary) or depth >= _DEEPEST:
        return False
    forms = (one for one in drawings.as_dict().values() if isinstance(one, pikepdf.Stream))
    return any(one.get("/Subtype") == "/Form" and has_letters(one, depth + 1) for one in forms)
