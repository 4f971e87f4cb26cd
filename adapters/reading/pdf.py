"""The text of a PDF: what its pages say, what is filled into its forms, remarks, bookmarks."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
from pypdfium2 import raw

from adapters.inspection import pdf_objects
from adapters.reading.collected import Collected

MOST_PAGES = 2000
_FEW_LETTERS = 10
# Values of form fields, remarks, bookmarks and properties (ISO 32000-1, 12.7.4, 12.5.2, 12.3.3).
_SAID = ("/V", "/DV", "/Contents", "/TU", "/Title", "/Subject", "/Keywords", "/Author")


def read(content: bytes, into: Collected) -> None:
    """Collect the text of a PDF."""
    pages = pypdfium2.PdfDocument(content)
    if len(pages) > MOST_PAGES:
        into.whole = False
    for number in range(min(len(pages), MOST_PAGES)):
        page = pages[number]
        text = page.get_textpage().get_text_range()
        into.add(text)
        if sum(map(str.isalnum, text)) < _FEW_LETTERS and _has_picture(page):
            into.whole = False  # a scan
        page.close()
        if into.full:
            break
    _read_objects(content, into)


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    kinds = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING)
    return any(True for _ in page.get_objects(filter=kinds, max_depth=4))


def _read_objects(content: bytes, into: Collected) -> None:
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
        into.title = _string(pdf.docinfo.get("/Title"))
        into.author = _string(pdf.docinfo.get("/Author"))
        for one in pdf_objects.indirect(pdf):
            for inner in pdf_objects.within(one):
                if isinstance(inner, pikepdf.Dictionary):
                    for key in _SAID:
                        into.add(_string(inner.get(key)))
            if into.full:
                return


def _string(value: object) -> str:
    if not isinstance(value, pikepdf.String):
        return ""
    try:
        return str(value)
    except (UnicodeError, ValueError):
        return bytes(value).decode("latin-1")
