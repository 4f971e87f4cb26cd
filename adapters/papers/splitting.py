"""A PDF cut between its pages into files that are each small enough."""

from __future__ import annotations

import io

import pikepdf

from adapters.papers import wire


class TooLarge(Exception):
    """One page alone is over the limit."""


def answer(told: wire.Told, document: bytes) -> tuple[wire.Told, bytes]:
    """Return the pieces behind one another; ``pieces`` has pages and bytes of each."""
    try:
        pieces = split(document, int(told["cap"]))
    except TooLarge:
        return {"failed": True}, b""
    sizes = [[pages, len(data)] for pages, data in pieces]
    return {"pieces": sizes}, b"".join(data for _, data in pieces)


def split(document: bytes, cap: int) -> list[tuple[int, bytes]]:
    """Return pieces of a PDF, each with its number of pages, none over ``cap`` bytes.

    :raises TooLarge: it cannot be cut so small.
    :raises pikepdf.PdfError: it is broken or locked.
    """
    with pikepdf.open(io.BytesIO(document), suppress_warnings=True) as pdf:
        return _pieces(pdf, 0, len(pdf.pages), cap)


def _pieces(pdf: pikepdf.Pdf, start: int, end: int, cap: int) -> list[tuple[int, bytes]]:
    data = _cut(pdf, start, end)
    if len(data) <= cap:
        return [(end - start, data)]
    if end - start <= 1:
        raise TooLarge
    middle = (start + end) // 2
    return [*_pieces(pdf, start, middle, cap), *_pieces(pdf, middle, end, cap)]


def _cut(pdf: pikepdf.Pdf, start: int, end: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as piece:
        piece.pages.extend(pdf.pages[start:end])
        for page in piece.pages:
            for key in ("/StructParents", "/AA", "/PieceInfo"):
                if key in page.obj:
                    del page.obj[key]
        piece.remove_unreferenced_resources()
        piece.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
