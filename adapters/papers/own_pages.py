"""A PDF made ready to be joined with others: its pages as they are, and nothing else of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pikepdf

from adapters.papers import boxes, content, harmless, structure
from adapters.papers.places import Bookmark, Places

MOST_PAGES = 5000
_FLATTENED = b"\nQ\n"
_ENDS = (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError, RecursionError)


class NotKept(Exception):
    """Its pages cannot be taken; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, repr=False)
class Own:
    """A paper's own pages.

    :param next: the first structure number that is free after it.
    :param why: ``repaired`` or ``form``, or nothing.
    """

    data: bytes
    pages: int
    next: int
    bookmarks: Sequence[Bookmark]
    why: str


def own_pages(document: bytes, base: int, mark: str, title: str) -> Own:
    """Return a PDF's own pages under one element of structure.

    :param base: the first structure number that is free.
    :param mark: unlike that of any other paper.
    :raises NotKept: ``encrypted``, ``damaged``, ``portfolio``, ``xfa``, ``too-long``.
    """
    try:
        made = _opened(document, base, mark, title)
        if made is None:  # broken in a way that its repair did not mend
            again = _opened(_copied(document), base, mark, title)
            made = again and replace(again, why="repaired")
    except pikepdf.PasswordError:
        raise NotKept("encrypted") from None
    except _ENDS:
        raise NotKept("damaged") from None
    if made is None:
        raise NotKept("damaged")
    return made


def _opened(document: bytes, base: int, mark: str, title: str) -> Own | None:
    """Return the pages, or None: what was made of them cannot be read again."""
    with pikepdf.open(io.BytesIO(document), suppress_warnings=True) as pdf:
        made = _made(pdf, base, mark, title)
    try:
        with pikepdf.open(io.BytesIO(made.data), suppress_warnings=True) as again:
            sound = len(again.pages) == made.pages and "/K" in again.Root.StructTreeRoot
    except _ENDS:
        return None
    return made if sound else None


def _copied(document: bytes) -> bytes:
    out = io.BytesIO()
    with (
        pikepdf.open(io.BytesIO(document), suppress_warnings=True) as broken,
        pikepdf.new() as pdf,
    ):
        pdf.pages.extend(broken.pages)
        pdf.save(out)
    return out.getvalue()


def _made(pdf: pikepdf.Pdf, base: int, mark: str, title: str) -> Own:
    _require(pdf)
    broken = bool(pdf.get_warnings())
    places = Places(pdf)
    bookmarks = places.bookmarks(pdf)
    filled = _flatten(pdf)
    shown = _annotations(pdf, places)
    for page in pdf.pages:
        harmless.strip_page(page)
        boxes.settle(page)
    tree = _tagged(pdf, base, mark, shown, filled)
    language = _language(pdf)
    _forget(pdf)
    harmless.strip(pdf)
    tree.set_down(title, language)
    out = io.BytesIO()
    pdf.save(out, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    why = "repaired" if broken or pdf.get_warnings() else "form" if filled else ""
    return Own(out.getvalue(), len(pdf.pages), tree.next, bookmarks, why)


def _require(pdf: pikepdf.Pdf) -> None:
    root = pdf.Root
    if "/Collection" in root:
        raise NotKept("portfolio")
    if root.get("/NeedsRendering"):
        raise NotKept("xfa")
    if len(pdf.pages) == 0:
        raise NotKept("damaged")
    if len(pdf.pages) > MOST_PAGES:
        raise NotKept("too-long")


def _flatten(pdf: pikepdf.Pdf) -> frozenset[int]:
    """Draw what was filled into a form onto its pages; return which, from 0."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or not form.get("/Fields"):
        return frozenset()
    before = [_streams(page) for page in pdf.pages]
    if form.get("/NeedAppearances"):
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
    after = [_streams(page) for page in pdf.pages]
    return frozenset(number for number, one in enumerate(after) if one != before[number])


def _streams(page: pikepdf.Page) -> int:
    contents = page.obj.get("/Contents")
    return len(contents) if isinstance(contents, pikepdf.Array) else int(contents is not None)


def _annotations(pdf: pikepdf.Pdf, places: Places) -> frozenset[tuple[int, int]]:
    """Leave links within the paper and remarks; return what is still there."""
    shown = set()
    for page in pdf.pages:
        for one in harmless.kept_annotations(page):
            place = places.of(one)
            for key in ("/A", "/Dest"):
                if key in one:
                    del one[key]
            if place is not None:
                one.Dest = place
            shown.add(one.objgen)
    return frozenset(shown)


def _tagged(
    pdf: pikepdf.Pdf,
    base: int,
    mark: str,
    shown: frozenset[tuple[int, int]],
    filled: frozenset[int],
) -> structure.Tree:
    tree = structure.Tree(pdf, base, mark)
    try:
        structure.keep(tree, shown)
    except (structure.NoTree, *_ENDS):
        tree = structure.Tree(pdf, base, mark)
        for page in pdf.pages:
            if "/StructParents" in page.obj:
                del page.obj["/StructParents"]
    for number, page in enumerate(pdf.pages):
        if "/StructParents" not in page.obj:
            structure.tag_whole(tree, page, number + 1, len(pdf.pages))
            continue
        if number in filled:
            _tag_filled(tree, page)
        content.enclose(pdf, page)
    return tree


def _tag_filled(tree: structure.Tree, page: pikepdf.Page) -> None:
    """Give what was filled into a tagged page an element, after all else that stands on it."""
    held = tree.parents.get(int(page.obj.StructParents))
    last = page.obj.Contents[-1]
    data = last.read_bytes()
    if not isinstance(held, pikepdf.Array) or not data.startswith(_FLATTENED):
        return
    marked = len(held)
    head = b"\nQ\n/P <</MCID %d>> BDC\n" % marked
    last.write(head + data[len(_FLATTENED) :] + b"\nEMC\n")
    held.append(tree.element("/P", page, marked))


def _language(pdf: pikepdf.Pdf) -> str:
    """Return the paper's language where it is said and is not that of the pack."""
    said = pdf.Root.get("/Lang")
    if not isinstance(said, pikepdf.String):
        return ""
    language = str(said)
    fits = language.isascii() and 2 <= len(language) <= 20
    return language if fits and language.lower() != "en-gb" else ""


def _forget(pdf: pikepdf.Pdf) -> None:
    """Leave of the document its pages and its layers."""
    for key in list(pdf.Root.keys()):
        if key not in ("/Type", "/Pages", "/OCProperties"):
            del pdf.Root[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
