"""Page numbers on pages that are not ours: drawn as artifacts, at the foot of what is shown."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import pikepdf

from adapters.papers import boxes, setting

_NAME = "/SenxStamp"
_A4_WIDTH = 595.28
_SMALL, _LARGE = 8.0, 11.0
_CHARS = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>")
_BLOCKS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>")


@dataclass(frozen=True, slots=True)
class Letters:
    """A small embedded font: which glyph draws a character, and how wide it is."""

    font: pikepdf.Object
    glyphs: dict[str, int]
    widths: dict[int, float]

    def shown(self, text: str) -> bytes:
        """Return a text as this font's string."""
        return b"<%s>" % "".join(f"{self.glyphs[one]:04x}" for one in text).encode("ascii")

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is, in points."""
        return sum(self.widths.get(self.glyphs[one], 500.0) for one in text) * size / 1000


def letters(into: pikepdf.Pdf) -> Letters:
    """Return the font of our stamps, put into a PDF."""
    with pikepdf.open(io.BytesIO(setting.compiled("glyphs", {}))) as made:
        fonts = made.pages[0].obj.Resources.Font.as_dict()
        font = into.copy_foreign(next(iter(fonts.values())))
        glyphs = _glyphs(font.ToUnicode.read_bytes())
        widths = _widths(font.DescendantFonts[0].W)
        # What was read from the other file is read now, before that is closed.
        program = font.DescendantFonts[0].FontDescriptor
        for key in ("/FontFile2", "/FontFile3"):
            if key in program:
                program[key] = _own(into, program[key])
        font.ToUnicode = _own(into, font.ToUnicode)
        for key in ("/CIDSet", "/CIDToGIDMap"):
            for holder in (program, font.DescendantFonts[0]):
                if isinstance(holder.get(key), pikepdf.Stream):
                    holder[key] = _own(into, holder[key])
    return Letters(font, glyphs, widths)


def _own(into: pikepdf.Pdf, stream: pikepdf.Object) -> pikepdf.Stream:
    made = into.make_stream(stream.read_bytes())
    for key in ("/Subtype", "/Length1", "/Type"):
        if key in stream.stream_dict:
            made[key] = stream.stream_dict[key]
    return made


def _glyphs(cmap: bytes) -> dict[str, int]:
    found = {}
    for block in _BLOCKS.findall(cmap):
        for glyph, char in _CHARS.findall(block):
            found[chr(int(char, 16))] = int(glyph, 16)
    for block in _RANGES.findall(cmap):
        for first, last, char in _RANGE.findall(block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[chr(int(char, 16) + step)] = int(first, 16) + step
    return found


def _widths(listed: pikepdf.Object) -> dict[int, float]:
    """Read widths of glyphs (ISO 32000-1, 9.7.4.3)."""
    found: dict[int, float] = {}
    waiting = list(listed)
    while waiting:
        first, second = int(waiting.pop(0)), waiting.pop(0)
        if isinstance(second, pikepdf.Array):
            found.update({first + step: float(one) for step, one in enumerate(second)})
        else:
            width = float(waiting.pop(0))
            found.update(dict.fromkeys(range(first, int(second) + 1), width))
    return found


def stamp(pdf: pikepdf.Pdf, page: pikepdf.Page, with_: Letters, before: str, number: str) -> None:
    """Draw a page's number at the lower right of what is shown of it.

    :param before: stands smaller before the number; or empty.
    """
    seen = boxes.shown(page)
    scale = min(seen.width, seen.height) / _A4_WIDTH
    lead = with_.width(before, _SMALL) + (6 if before else 0)
    width = lead + with_.width(number, _LARGE) + 10
    left = seen.width / scale - width - 12
    place = b" ".join(b"%.5f" % one for one in seen.matrix)
    head = with_.shown(before) if before else b"<>"
    drawing = (
        b"\n/Artifact <</Type /Pagination /Subtype /Footer>> BDC\nq %s cm %.5f 0 0 %.5f 0 0 cm\n"
        b"1 g 0.7 G 0.5 w %.2f 8 %.2f 15 re B\n"
        b"BT %s %.1f Tf 0.31 0.35 0.37 rg %.2f 12.2 Td %s Tj ET\n"
        b"BT %s %.1f Tf 0.08 0.25 0.48 rg %.2f 12.2 Td %s Tj ET\nQ\nEMC\n"
    ) % (
        *(place, scale, scale, left, width),
        *(_NAME.encode(), _SMALL, left + 5, head),
        *(_NAME.encode(), _LARGE, left + 5 + lead, with_.shown(number)),
    )
    contents = page.obj.get("/Contents")
    own = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    streams = [one for one in own if isinstance(one, pikepdf.Stream)]
    page.obj.Contents = pikepdf.Array([*streams, pdf.make_stream(drawing)])
    _lend(page, with_.font)


def _lend(page: pikepdf.Page, font: pikepdf.Object) -> None:
    resources = page.obj.get("/Resources")
    if not isinstance(resources, pikepdf.Dictionary):
        page.obj.Resources = resources = pikepdf.Dictionary()
        resources = page.obj.Resources
    if not isinstance(resources.get("/Font"), pikepdf.Dictionary):
        resources.Font = pikepdf.Dictionary()
    resources.Font[_NAME] = font
