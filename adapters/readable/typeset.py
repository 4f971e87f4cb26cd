"""Makes our PDFs with typst: our own templates, the data handed over as JSON in memory.

typst takes the templates as virtual files and the data as an input string, so that no file is
written, and no string of the data is ever compiled: it arrives as a value. The PDF meets PDF/UA-1
(ISO 14289-1, for screen readers) wherever a font on this machine has all the characters of the
text; a character that none has is shown as an empty box in a PDF that is tagged all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exchange.errors import FormatError, NotFound
from exchange.ports.render import DOCUMENTS
from schemas.errors import SchemaError
from schemas.strict_json import JsonValue, dumps

if TYPE_CHECKING:
    from typst import Fonts, PDFStandard

_FONTS = "font_source_sans_pro"
_STANDARD: list[PDFStandard] = ["ua-1"]


class TypstRenderer:
    """Renders the documents of exchange.ports.render."""

    def render(self, document: str, data: Mapping[str, JsonValue]) -> bytes:
        """Return a PDF (exchange.ports.Renderer.render).

        :raises FormatError: ``document-not-rendered``.
        :raises NotFound: ``document-unknown``: we have no template of that name.
        """
        if document not in DOCUMENTS:
            raise NotFound("document-unknown", "/document", "Name one that can be made.")
        try:
            told = dumps(dict(data)).decode("utf-8")
        except (SchemaError, UnicodeDecodeError):
            raise FormatError("document-not-rendered", "/data") from None
        for standard in (_STANDARD, []):
            made = self._compiled(document, told, standard)
            if made is not None:
                return made
        raise FormatError("document-not-rendered", f"/{document}")

    def _compiled(self, document: str, told: str, standard: list[PDFStandard]) -> bytes | None:
        import typst  # here: it is large, and most processes make no PDF

        sources: Any = _sources(document)  # typst takes virtual files; its stubs do not say so
        try:
            made: bytes = typst.compile(
                sources,
                font_paths=fonts(),
                format="pdf",
                sys_inputs={"data": told},
                pdf_standards=standard,
                timestamp=datetime.now(UTC).replace(microsecond=0),
            )
            return made
        except typst.TypstError:  # its message quotes the text: it is not handed on
            return None


@cache
def _sources(document: str) -> dict[str, bytes]:
    """Return the virtual files of a document: its template as the main one, and what it imports."""
    folder = files("adapters.readable") / "templates"
    return {
        "main.typ": (folder / f"{document}.typ").read_bytes(),
        "common.typ": (folder / "common.typ").read_bytes(),
    }


@cache
def fonts() -> Fonts:
    """Return our own font first, then typst's, then those of the machine."""
    import typst

    found = find_spec(_FONTS)
    places = found.submodule_search_locations if found else None
    own = [Path(place) / "files" for place in places or ()]
    return typst.Fonts(
        include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(one) for one in own]
    )
