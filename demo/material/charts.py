"""Draws the charts: standard scores, steps towards outcomes, attendance by month."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors

from demo.material.sheet import INK, RULE, WIDTH, register_fonts

BAND = colors.HexColor("#dcecdf")
BAR = colors.HexColor("#3d6b8f")
LINES = ("#3d6b8f", "#b4562c", "#4b7f52", "#7a4f8f")
STEPS = ("not yet", "emerging", "developing", "nearly met", "met")


def _label(drawing: Drawing, x: float, y: float, words: str, size: float = 7) -> None:
    drawing.add(String(x, y, words, fontName="Vera", fontSize=size, fillColor=INK))


def score_chart(scores: Sequence[tuple[str, int]]) -> Drawing:
    """Draw standard scores (mean 100) as bars from 40 to 130 with the average band 85 to 115."""
    register_fonts()
    row, left = 20.0, 190.0
    height = row * len(scores) + 30
    drawing = Drawing(WIDTH, height)
    scale = float(WIDTH - left - 30) / 90

    def at(score: float) -> float:
        return left + (score - 40) * scale

    drawing.add(Rect(at(85), 20, at(115) - at(85), height - 26, fillColor=BAND, strokeColor=None))
    for mark in range(40, 131, 15):
        drawing.add(Line(at(mark), 20, at(mark), height - 6, strokeColor=RULE, strokeWidth=0.4))
        _label(drawing, at(mark) - 6, 9, str(mark))
    for place, (name, score) in enumerate(scores):
        y = height - 6 - row * (place + 1) + 5
        _label(drawing, 0, y + 2, name, 7.5)
        drawing.add(Rect(left, y, max(at(score) - left, 1), 10, fillColor=BAR, strokeColor=None))
        _label(drawing, at(score) + 4, y + 2, str(score), 7.5)
    return drawing


def steps_chart(dates: Sequence[str], levels: Sequence[Sequence[int]]) -> Drawing:
    """Draw each outcome's steps (0 not yet ... 4 met) over the reviews."""
    register_fonts()
    drawing, left, height = Drawing(WIDTH, 132), 70.0, 132.0
    unit = (height - 36) / 4
    for step, word in enumerate(STEPS):
        y = 24 + step * unit
        drawing.add(Line(left, y, WIDTH - 10, y, strokeColor=RULE, strokeWidth=0.4))
        _label(drawing, 4, y - 2, word)
    gap = (WIDTH - left - 60) / max(len(dates) - 1, 1)
    for place, when in enumerate(dates):
        _label(drawing, left + 6 + place * gap, 8, when)
    for number, course in enumerate(levels):
        colour = colors.HexColor(LINES[number % len(LINES)])
        points = [
            (left + 20 + place * gap, 24 + level * unit + number * 4)
            for place, level in enumerate(course)
        ]
        drawing.add(PolyLine(points, strokeColor=colour, strokeWidth=1.6))
        for x, y in points:
            drawing.add(Circle(x, y, 2.6, fillColor=colour, strokeColor=colour))
        _label(drawing, points[-1][0] + 7, points[-1][1] - 3, str(number + 1), 8)
    return drawing


def month_chart(months: Sequence[tuple[str, float]]) -> Drawing:
    """Draw attendance in per cent, 50 to 100, a bar for each month."""
    register_fonts()
    height, left = 150.0, 34.0
    drawing = Drawing(WIDTH, height)
    unit = (height - 44) / 50
    for mark in range(50, 101, 10):
        y = 26 + (mark - 50) * unit
        drawing.add(Line(left, y, WIDTH - 6, y, strokeColor=RULE, strokeWidth=0.4))
        _label(drawing, 2, y - 2, f"{mark}%")
    wide = (WIDTH - left - 12) / max(len(months), 1)
    for place, (name, percent) in enumerate(months):
        x = left + 4 + place * wide
        tall = max(percent - 50, 1) * unit
        drawing.add(Rect(x, 26, wide * 0.62, tall, fillColor=BAR, strokeColor=None))
        _label(drawing, x, 14, name)
        _label(drawing, x, 28 + tall, f"{percent:.0f}", 6.5)
    return drawing
