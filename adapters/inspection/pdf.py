"""PDF: ``%PDF-`` in its first bytes, then parsed whole; what runs or hides in it is named.

``pdf-encrypted``          encrypted, but opens without a password
``pdf-password``           opens with a password only, so that nobody could look inside
``pdf-javascript``         contains JavaScript
``pdf-launch``             starts a program or opens another file
``pdf-automatic-action``   fetches a page or sends a form when it is opened or turned
``pdf-embedded-files``     carries other files
``pdf-rich-media``         carries film, sound, Flash or 3D
``pdf-xfa``                an XFA form, which most readers cannot show
``pdf-comments``           notes on its pages, which a print does not show
``pdf-damaged``            broken, and repaired while it was read
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pikepdf
from pikepdf import settings

from adapters.inspection import pdf_objects, pictures
from adapters.inspection.magic import PDF
from exchange.errors import FormatError
from exchange.ports import Inspection

MAGIC = PDF
MEDIA_TYPE = "application/pdf"
_STREAM_LIMIT = 64 * 1024 * 1024
_MOST_PICTURES = 128 * 1024 * 1024
_MOST_FOLLOWING = 20_000

_ACTIONS = {
    "/JavaScript": "pdf-javascript",
    "/Rendition": "pdf-rich-media",
    "/Launch": "pdf-launch",
    "/GoToE": "pdf-launch",
    "/ImportData": "pdf-launch",
    "/Movie": "pdf-rich-media",
    "/Sound": "pdf-rich-media",
}
_KEYS = {
    "/JS": "pdf-javascript",
    "/JavaScript": "pdf-javascript",
    "/EmbeddedFiles": "pdf-embedded-files",
    "/EF": "pdf-embedded-files",
    "/XFA": "pdf-xfa",
    "/RichMediaContent": "pdf-rich-media",
    "/3DD": "pdf-rich-media",
}
NOTES = frozenset({"/Text", "/Popup"})
"""Annotations that are a remark and nothing else (ISO 32000-1, 12.5.6)."""

MARKS = frozenset(
    f"/{name}"
    for name in (
        *("Highlight", "Underline", "Squiggly", "StrikeOut", "Caret", "Stamp", "Ink"),
        *("Line", "Square", "Circle", "Polygon", "PolyLine"),
    )
)
"""Annotations that can be seen on the page; a remark may hang on them, which cannot."""

_FETCHING = frozenset({"/URI", "/SubmitForm", "/GoToR"})
# Names as qpdf writes them, escapes undone; only objects that show one are walked through.
_SUSPECT = re.compile(
    rb"/(?:JS|JavaScript|Rendition|Launch|GoToE|ImportData|Movie|Sound|EmbeddedFiles|EF|XFA"
    rb"|RichMediaContent|3DD|OpenAction|AA|Subtype /(?:%b))(?![A-Za-z0-9])"
    % b"|".join(name[1:].encode() for name in sorted(NOTES | MARKS))
)


def set_limits() -> None:
    """Bound what qpdf unpacks; the limits are the whole process's, and the same each time."""
    settings.set_qpdf_limits(
        doc_max_warnings=1000,
        flate_max_memory=_STREAM_LIMIT,
        png_max_memory=_STREAM_LIMIT,
        run_length_max_memory=_STREAM_LIMIT,
        tiff_max_memory=_STREAM_LIMIT,
        dct_max_memory=_STREAM_LIMIT,
    )


def inspect(source: BinaryIO) -> Inspection:
    """Return what is in a PDF; a file is read by memory map: one of 500 MB stays on the disk.

    :raises FormatError: ``pdf-invalid``; ``pdf-too-complex``: it would take too much memory.
    """
    exceeded = settings.qpdf_limit_errors()
    try:
        with pikepdf.open(source, suppress_warnings=True) as pdf:
            warnings = _warnings(pdf)
    except pikepdf.PasswordError:
        return Inspection(MEDIA_TYPE, ("pdf-password",))
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError, KeyError):
        raise _refusal(exceeded) from None
    if settings.qpdf_limit_errors() != exceeded:
        raise _refusal(exceeded)
    return Inspection(MEDIA_TYPE, tuple(sorted(warnings)))


def _refusal(exceeded: int) -> FormatError:
    if settings.qpdf_limit_errors() != exceeded:
        return too_complex()
    hint = "The file is broken or no PDF. Open it, print it to a new PDF, and attach that."
    return FormatError("pdf-invalid", "/document", hint)


def too_complex() -> FormatError:
    """Return the refusal of a PDF that would take too much memory."""
    hint = "Print the document to a new PDF, and attach that."
    return FormatError("pdf-too-complex", "/document", hint)


def _warnings(pdf: pikepdf.Pdf) -> set[str]:
    found = {"pdf-encrypted"} if pdf.is_encrypted else set()
    if len(pdf.pages) == 0:
        raise ValueError("no page")
    if len(pdf.objects) > pdf_objects.MOST_OBJECTS:
        raise too_complex()
    met = _Met()
    for one in pdf_objects.indirect(pdf):
        if _SUSPECT.search(one.unparse(resolved=True)):
            found |= {code for inner in pdf_objects.within(one) for code in _named_here(inner, met)}
    if _tells_place(pdf):
        found.add(pictures.PLACE)
    complaints = pdf.get_warnings()
    # What a limit cut off was not looked into, and qpdf goes on without it.
    if any("limit exceeded" in str(one) for one in complaints):
        raise too_complex()
    if complaints:
        found.add("pdf-damaged")
    return found


class _Met:
    """The actions that were looked at, over the whole document: many may lead to the same."""

    def __init__(self) -> None:
        self.left = _MOST_FOLLOWING
        self._seen: set[tuple[int, int]] = set()

    def is_new(self, action: pikepdf.Dictionary) -> bool:
        """Return whether this action was not looked at before, and count it.

        :raises FormatError: ``pdf-too-complex``.
        """
        if action.is_indirect and action.objgen in self._seen:
            return False
        self.left -= 1
        if self.left < 0:
            raise too_complex()
        if action.is_indirect:
            self._seen.add(action.objgen)
        return True


def _named_here(one: pikepdf.Object, met: _Met) -> Iterator[str]:
    if not isinstance(one, pikepdf.Dictionary):
        return
    for key, code in _KEYS.items():
        if key in one:
            yield code
    if any(_fetches(action) for action in _automatic(one, met)):
        yield "pdf-automatic-action"
    if is_remark(one):
        yield "pdf-comments"
    for key in ("/S", "/Subtype"):
        value = one.get(key)
        if isinstance(value, pikepdf.Name) and str(value) in _ACTIONS:
            yield _ACTIONS[str(value)]


def _automatic(one: pikepdf.Dictionary, met: _Met) -> Iterator[pikepdf.Dictionary]:
    """Yield the actions that nobody clicks for (ISO 32000-1, 12.6.3)."""
    more = one.get("/AA")
    first = [one.get("/OpenAction")]
    if isinstance(more, pikepdf.Dictionary):
        first += [more.get(key) for key in more.keys()]  # noqa: SIM118 (no iterator there)
    yield from _with_following(first, met)


def _with_following(first: Sequence[object], met: _Met) -> Iterator[pikepdf.Dictionary]:
    """Yield actions and those that follow them by themselves, each once in a document."""
    waiting = list(first)
    while waiting:
        action = waiting.pop()
        if not isinstance(action, pikepdf.Dictionary) or not met.is_new(action):
            continue
        yield action
        following = action.get("/Next")
        waiting.extend(following if isinstance(following, pikepdf.Array) else [following])


def _fetches(action: pikepdf.Dictionary) -> bool:
    return str(action.get("/S")) in _FETCHING


def is_remark(one: pikepdf.Dictionary) -> bool:
    """Return whether somebody wrote something here that a print does not show."""
    if str(one.get("/Subtype")) not in NOTES | MARKS:
        return False
    return any(str(one.get(key, "")).strip() for key in ("/Contents", "/RC"))


def photographs(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    """Yield the streams that are JPEGs as a camera wrote them."""
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream):
            filters = one.get("/Filter")
            names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
            if [str(name) for name in names] in (["/DCTDecode"], ["/DCT"]):
                yield one


def _tells_place(pdf: pikepdf.Pdf) -> bool:
    left = _MOST_PICTURES
    for one in photographs(pdf):
        left -= int(one.get("/Length", 0))
        if left < 0:
            return False
        if pictures.tells_place(bytes(one.read_raw_bytes())):
            return True
    return False
