"""Pages that are ours, set with typst: the front and its index, and what stands in for a paper."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from adapters.papers import wire
from adapters.readable.typeset import fonts

WHY: Final = {
    "encrypted": "It is locked with a password, so nobody could look inside.",
    "damaged": "The file is broken, and could not be read.",
    "too-slow": "It took too long to read. The file may be broken.",
    "too-large": "The file is too large to go into a pack.",
    "too-long": "It has too many pages to go into a pack.",
    "portfolio": "It is a folder of files in one PDF. Each has to be added by itself.",
    "xfa": "It is a form that only the program it was made with can show.",
    "unsupported": "Files of this kind have no pages and no text that could be shown.",
    "no-text": "There is no text in it that could be shown.",
    "unreadable": "It could not be opened here.",
}
"""Why a paper has only a page that says so."""


def missing(told: wire.Told, why: str) -> bytes:
    """Return a page that says why a paper is not in the pack."""
    said = {**_about(told), "why": WHY.get(why, WHY["damaged"])}
    return compiled("missing", said)


def text(told: wire.Told, said: str, *, whole: bool) -> bytes:
    """Return a paper's text, set anew.

    :param whole: False: some of it could not be read, and the pages say so.
    """
    return compiled("text", {**_about(told), "text": said, "whole": whole})


def answer(told: wire.Told, _document: bytes) -> tuple[wire.Told, bytes]:
    """Return the front alone, for who asks from another process."""
    return {}, compiled("front", told["front"])


def compiled(template: str, data: wire.Told) -> bytes:
    """Return a template's PDF, to PDF/UA-1 wherever there is a font for every character.

    :raises typst.TypstError: the data has not the form that the template wants.
    """
    import typst  # here: it is large, and what joins alone needs it late

    sources: Any = _sources(template)  # typst takes virtual files; its stubs do not say so
    told = json.dumps(data, ensure_ascii=False)
    for standard in ("ua-1", None):
        try:
            made: bytes = typst.compile(
                sources,
                font_paths=fonts(),
                format="pdf",
                sys_inputs={"data": told},
                pdf_standards=[standard] if standard else [],
            )
            return made
        except typst.TypstError:
            if standard is None:
                raise
    raise AssertionError


def _about(told: wire.Told) -> wire.Told:
    keys = ("title", "kind", "author", "authored", "warning", "number")
    return {key: told.get(key, "") for key in keys}


@cache
def _sources(template: str) -> dict[str, bytes]:
    folder = files("adapters.papers") / "templates"
    return {
        "main.typ": (folder / f"{template}.typ").read_bytes(),
        "paper.typ": (folder / "paper.typ").read_bytes(),
    }
