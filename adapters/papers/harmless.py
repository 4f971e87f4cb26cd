"""What is taken out of a PDF before it becomes part of another: all that acts, hides or tells.

Its document-level parts (JavaScript, embedded files, actions on opening, properties) stay behind by
themselves, as only pages, structure and bookmarks are carried over. This goes after what hangs on
those: actions of annotations, files attached to a page, private data of programs, metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pikepdf

from adapters.inspection import pdf_objects

PAGE_KEYS = frozenset(
    f"/{name}"
    for name in (
        *("Type", "Parent", "Contents", "Resources", "MediaBox", "CropBox", "Rotate", "UserUnit"),
        *("Annots", "StructParents", "Group", "Tabs"),
    )
)
_KEYS = frozenset(
    f"/{name}"
    for name in (
        *("JS", "JavaScript", "EmbeddedFiles", "EF", "AF", "XFA", "AA", "PA", "OpenAction"),
        *("RichMediaContent", "RichMediaSettings", "3DD", "PieceInfo", "Metadata", "OPI", "Next"),
        *("Ref", "LastModified", "RF", "MK"),
    )
)
_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        *("GoToR", "GoToE", "Launch", "URI", "Sound", "Movie", "Hide", "Named", "SubmitForm"),
        *("ResetForm", "ImportData", "JavaScript", "SetOCGState", "Rendition", "Trans"),
        *("GoTo3DView", "RichMediaExecute", "Thread", "GoToDp"),
    )
)
_NAMED = re.compile(rf"(?:{'|'.join(sorted(_KEYS | _ACTIONS))})(?![A-Za-z0-9])".encode("ascii"))
_FILES = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})


def strip(pdf: pikepdf.Pdf) -> None:
    """Take out what acts or hides, of every object."""
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream):
            for key in ("/F", "/FFilter", "/FDecodeParms"):  # its data would be in another file
                if key in one.stream_dict:
                    del one.stream_dict[key]
    for one in pdf_objects.indirect(pdf):
        if _NAMED.search(one.unparse(resolved=True)):
            for inner in pdf_objects.within(one):
                _strip(inner)


def strip_page(page: pikepdf.Page) -> None:
    """Keep of a page what draws it."""
    for key in list(page.obj.keys()):
        if key not in PAGE_KEYS:
            del page.obj[key]


def _strip(one: pikepdf.Object) -> None:
    if not isinstance(one, pikepdf.Dictionary):
        return
    for key in list(one.keys()):
        # An attribute dictionary of tables has no /Next; an outline was read before this.
        if key in _KEYS or _acts(one.get(key)):
            del one[key]


def _acts(value: object) -> bool:
    return isinstance(value, pikepdf.Dictionary) and str(value.get("/S")) in _ACTIONS


def kept_annotations(page: pikepdf.Page) -> Iterator[pikepdf.Dictionary]:
    """Yield those that stay on the page; the others are emptied and leave it.

    A link keeps only a place within its own document, which the caller makes sure of.
    """
    found = page.obj.get("/Annots")
    stays = pikepdf.Array()
    for one in list(found) if isinstance(found, pikepdf.Array) else ():
        if not isinstance(one, pikepdf.Dictionary):
            continue
        if _goes(one):
            for key in list(one.keys()):
                if key not in ("/Type", "/Subtype", "/Rect"):
                    del one[key]
            continue
        stays.append(one)
        yield one
    if len(stays):
        page.obj.Annots = stays
    elif "/Annots" in page.obj:
        del page.obj["/Annots"]


def _goes(annotation: pikepdf.Dictionary) -> bool:
    kind = str(annotation.get("/Subtype"))
    if kind in _FILES or (kind in ("/Popup", "/Widget") and "/AP" not in annotation):
        return True
    return kind == "/Link" and not ("/Dest" in annotation or _leads(annotation.get("/A")))


def _leads(action: object) -> bool:
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S")) == "/GoTo"
