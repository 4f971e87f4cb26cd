"""Lays documents out as PDFs: fonts, letterhead, footer, tables, lists, the right dates inside.

The bytes depend on nothing but the content: no clock, no random identifier.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import escapeOnce
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    ListFlowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

INK = colors.HexColor("#1f2933")
PALE = colors.HexColor("#eef2f6")
RULE = colors.HexColor("#b8c4d0")
HAN = "STSong-Light"
WIDTH = A4[0] - 40 * mm


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose paper it is: name, second line, colour."""

    name: str
    line: str
    colour: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a document, in which role and for whom."""

    name: str
    role: str
    organisation: str


@dataclass(slots=True)
class Paper:
    """A document before it is printed."""

    type: str
    title: str
    author: Author
    written: date
    letterhead: Letterhead
    about: str
    blocks: list[Flowable] = field(default_factory=list)


def _style(name: str, size: float, lead: float, **more: Any) -> ParagraphStyle:
    more.setdefault("fontName", "Vera")
    return ParagraphStyle(
        name, fontSize=size, leading=lead, textColor=INK, alignment=TA_LEFT, **more
    )


BODY = _style("body", 10, 15, spaceAfter=6)
CELL = _style("cell", 8.8, 12.2)
CELL_HEAD = _style("cell-head", 8.8, 12.2, fontName="VeraBd")
TITLE = _style("title", 17, 22, spaceAfter=6, fontName="VeraBd")
HEADING = _style("heading", 12, 16, spaceBefore=10, spaceAfter=4, fontName="VeraBd", keepWithNext=1)
QUOTE = _style("quote", 10, 16, leftIndent=12, spaceAfter=7, fontName="VeraIt")


@cache
def register_fonts() -> None:
    """Register the faces that reportlab brings: embedded Vera, a standard face for Chinese."""
    rl_config.useA85 = 0
    for face in ("Vera", "VeraBd", "VeraIt", "VeraBI"):
        pdfmetrics.registerFont(TTFont(face, f"{face}.ttf"))
    pdfmetrics.registerFontFamily(
        "Vera", normal="Vera", bold="VeraBd", italic="VeraIt", boldItalic="VeraBI"
    )
    pdfmetrics.registerFont(UnicodeCIDFont(HAN))


def markup(text: str) -> str:
    """Escape text for a paragraph and set Chinese characters in a face that has them."""
    out = []
    for char in escapeOnce(text):
        han = "\u3400" <= char <= "\u9fff"
        out.append(f'<font name="{HAN}">{char}</font>' if han else char)
    return "".join(out)


def text(words: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Return a paragraph."""
    register_fonts()
    return Paragraph(markup(words), style)


def heading(words: str) -> Paragraph:
    """Return a heading that stays with what follows."""
    return text(words, HEADING)


def quote(words: str) -> Paragraph:
    """Return somebody's own words."""
    return text(f"“{words}”", QUOTE)


def bullets(items: Iterable[str]) -> ListFlowable:
    """Return a bulleted list."""
    return ListFlowable(
        [text(item) for item in items],
        bulletType="bullet",
        start="•",
        leftIndent=12,
        bulletFontSize=9,
    )


def numbered(items: Iterable[str]) -> ListFlowable:
    """Return a numbered list."""
    return ListFlowable(
        [text(item) for item in items], bulletType="1", leftIndent=16, bulletFontSize=9
    )


def grid(rows: Sequence[Sequence[str]], widths: Sequence[float], *, head: bool = True) -> Table:
    """Return a ruled table; ``widths`` are shares of the text width."""
    cells = [
        [text(str(cell), CELL_HEAD if head and at == 0 else CELL) for cell in row]
        for at, row in enumerate(rows)
    ]
    total = sum(widths)
    table = Table(cells, colWidths=[WIDTH * w / total for w in widths], repeatRows=int(head))
    style: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.4, RULE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    if head:
        style.append(("BACKGROUND", (0, 0), (-1, 0), PALE))
    table.setStyle(TableStyle(style))
    table.spaceAfter = 8
    return table


def facts(pairs: Sequence[tuple[str, str]]) -> Table:
    """Return a two-column table of labels and values."""
    cells = [[text(label, CELL_HEAD), text(value, CELL)] for label, value in pairs]
    table = Table(cells, colWidths=[WIDTH * 0.28, WIDTH * 0.72])
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
                ("BACKGROUND", (0, 0), (0, -1), PALE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    table.spaceAfter = 8
    return table


def picture(jpeg: bytes, width: float = WIDTH, ratio: float = 0.62) -> Image:
    """Return an embedded JPEG, ``width`` points wide."""
    return Image(BytesIO(jpeg), width=width, height=width * ratio)


def together(*blocks: Flowable) -> KeepTogether:
    """Keep blocks on one page."""
    return KeepTogether(list(blocks))


def gap(points: float = 6) -> Spacer:
    """Return vertical space."""
    return Spacer(1, points)


def day(when: date) -> str:
    """Write a date as people in England do: 3 July 2026."""
    return f"{when.day} {calendar.month_name[when.month]} {when.year}"


class _Pages(Canvas):  # type: ignore[misc] # reportlab ships no types
    """A canvas that knows the number of pages when it writes the footers."""

    paper: Paper

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            _furnish(self, self.paper, number, len(self._kept))
            super().showPage()
        super().save()


def _furnish(canvas: Canvas, paper: Paper, number: int, count: int) -> None:
    head, width = paper.letterhead, A4[0]
    canvas.setFillColor(colors.HexColor(head.colour))
    canvas.rect(0, A4[1] - 17 * mm, width, 17 * mm, stroke=0, fill=1)
    canvas.setFillColor(colors.white)
    canvas.setFont("VeraBd", 11)
    canvas.drawString(20 * mm, A4[1] - 9 * mm, head.name)
    canvas.setFont("Vera", 7.5)
    canvas.drawString(20 * mm, A4[1] - 13.5 * mm, head.line)
    canvas.setFillColor(INK)
    canvas.setFont("Vera", 7)
    note = "Confidential: for the people who support this pupil."
    canvas.drawString(20 * mm, 11 * mm, f"{note} {paper.author.name}, {day(paper.written)}")
    canvas.drawRightString(width - 20 * mm, 11 * mm, f"Page {number} of {count}")


def print_pdf(paper: Paper) -> bytes:
    """Return the document as a PDF whose metadata says its title, author and date."""
    out = BytesIO()
    pages = type("_ThisPaper", (_Pages,), {"paper": paper})
    template = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=25 * mm,
        bottomMargin=20 * mm,
        title=paper.title,
        author=f"{paper.author.name}, {paper.author.role}",
        subject=paper.type,
        creator=paper.letterhead.name,
        lang="en-GB",
        invariant=1,
    )

    def date_it(canvas: Canvas, _template: object) -> None:
        stamp = canvas._doc._timeStamp
        stamp.lt = (*paper.written.timetuple()[:3], 12, 0, 0, 0, 1, 0)
        stamp.YMDhms = stamp.lt[:6]

    start = [text(paper.title, TITLE), text(paper.about), gap(2)]
    template.build(start + paper.blocks, onFirstPage=date_it, canvasmaker=pages)
    return out.getvalue()
