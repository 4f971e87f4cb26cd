"""A PDF without what acts by itself and without the files that it carries.

Taken out: notes and remarks, the place where a photograph was taken, JavaScript, programs to
launch, actions on opening and closing, forms that send themselves, film and sound, XFA, embedded
files and their paper clips. Pages, text, marks, links to click and form fields stay. Refused:
signed (its signature would break), locked, portfolios (all they hold is embedded) and forms that
only XFA draws.
"""

from __future__ import annotations

import io

import pikepdf

from adapters.cleaning import pictures
from adapters.cleaning.refusal import not_cleanable
from adapters.inspection import pdf, pdf_objects
from adapters.inspection.pictures import tells_place

_KEYS = frozenset(
    f"/{name}"
    for name in (
        *("JS", "JavaScript", "EmbeddedFiles", "EF", "AF", "XFA", "AA"),
        *("RichMediaContent", "RichMediaSettings", "3DD"),
    )
)
_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        *("JavaScript", "Launch", "GoToE", "ImportData", "SubmitForm", "Rendition", "Movie"),
        *("Sound", "RichMediaExecute", "GoTo3DView"),
    )
)
_ANNOTATIONS = pdf.NOTES | frozenset(
    f"/{name}" for name in ("FileAttachment", "RichMedia", "Movie", "Sound", "Screen", "3D")
)
_REMARK = ("/Contents", "/RC", "/T", "/Subj")
"""What somebody wrote on a mark, and who; the mark itself stays."""


def clean(content: bytes) -> bytes:
    """Return the cleaned copy; the same bytes for the same document.

    :raises FormatError: ``document-not-cleanable``.
    """
    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as opened:
            _require_cleanable(opened)
            for one in pdf_objects.indirect(opened):
                for inner in pdf_objects.within(one):
                    _strip(inner)
            _strip_opening(opened.Root)
            _strip_photographs(opened)
            opened.save(out, encryption=False, deterministic_id=True, linearize=False)
    except pikepdf.PasswordError:
        raise not_cleanable("Open it with its password, and print it to a new PDF.") from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError):
        raise not_cleanable() from None
    return out.getvalue()


def _require_cleanable(opened: pikepdf.Pdf) -> None:
    root = opened.Root
    if "/Collection" in root:
        raise not_cleanable("It is a folder of files: attach each of them by itself.")
    if root.get("/NeedsRendering"):
        raise not_cleanable()
    if "/Perms" in root or any(_is_signature(one) for one in pdf_objects.indirect(opened)):
        raise not_cleanable("It is signed, and a cleaned copy would not be. Print it to a new PDF.")


def _is_signature(one: pikepdf.Object) -> bool:
    return any(
        isinstance(inner, pikepdf.Dictionary) and "/ByteRange" in inner
        for inner in pdf_objects.within(one)
    )


def _strip(one: pikepdf.Object) -> None:
    if isinstance(one, pikepdf.Dictionary):
        remarks = _REMARK if pdf.is_remark(one) else ()
        for key in list(one.keys()):
            if key in _KEYS or key in remarks or _acts(one.get(key)):
                del one[key]
    elif isinstance(one, pikepdf.Array):
        for index in reversed(range(len(one))):
            if _acts(one[index]):
                del one[index]


def _acts(value: object) -> bool:
    if isinstance(value, pikepdf.Stream):
        value = value.stream_dict
    if not isinstance(value, pikepdf.Dictionary):
        return False
    kind, subtype = value.get("/S"), value.get("/Subtype")
    return str(kind) in _ACTIONS or str(subtype) in _ANNOTATIONS


def _strip_opening(root: pikepdf.Object) -> None:
    """Keep the page to open at; drop any other action on opening, and what would follow."""
    action = root.get("/OpenAction")
    if not isinstance(action, pikepdf.Dictionary):
        return
    if action.get("/S") != "/GoTo":
        del root["/OpenAction"]
    elif "/Next" in action:
        del action["/Next"]


def _strip_photographs(opened: pikepdf.Pdf) -> None:
    """Take out of photographs what a camera wrote, where it tells a place; no pixel changes."""
    for one in pdf.photographs(opened):
        picture = bytes(one.read_raw_bytes())
        if tells_place(picture):
            copy, _ = pictures.clean_jpeg(picture)
            # How it is unpacked stays as it was said.
            one.write(copy, filter=one.Filter, decode_parms=one.get("/DecodeParms"))  # type: ignore[arg-type]
