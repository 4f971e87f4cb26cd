"""Draws what a child might: crayon on slightly noisy paper, as a scanned JPEG."""

from __future__ import annotations

import random
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw

SIZE = (1100, 682)
CRAYONS = ("#d1495b", "#2e86ab", "#3b8d4a", "#e08e1b", "#6a4c93", "#7b4b2a")


@lru_cache(maxsize=1)
def _paper() -> Image.Image:
    """Paper grain; one sheet serves every drawing, as a scanner's dust would."""
    grain = random.Random("paper").randbytes(SIZE[0] * SIZE[1] // 4)  # noqa: S311
    small = Image.frombytes("L", (SIZE[0] // 2, SIZE[1] // 2), grain)
    return small.resize(SIZE).point(lambda value: 236 + value // 14).convert("RGB")


def _stroke(
    pen: ImageDraw.ImageDraw, rng: random.Random, points: list[tuple[float, float]], colour: str
) -> None:
    for _ in range(3):
        shaken = [(x + rng.uniform(-3, 3), y + rng.uniform(-3, 3)) for x, y in points]
        pen.line(shaken, fill=colour, width=rng.randrange(4, 9), joint="curve")


def _scribble(
    pen: ImageDraw.ImageDraw,
    rng: random.Random,
    box: tuple[float, float, float, float],
    colour: str,
) -> None:
    left, top, right, bottom = box
    rows = max(int((bottom - top) / 9), 2)
    points = []
    for row in range(rows):
        y = top + row * (bottom - top) / rows
        points += [(left + rng.uniform(0, 12), y), (right - rng.uniform(0, 12), y + 5)]
    _stroke(pen, rng, points, colour)


def _person(
    pen: ImageDraw.ImageDraw, rng: random.Random, x: float, base: float, tall: float, colour: str
) -> None:
    head = tall * 0.16
    pen.ellipse(
        (x - head, base - tall, x + head, base - tall + 2 * head), outline="#333333", width=5
    )
    pen.arc(
        (x - head / 2, base - tall + head * 0.8, x + head / 2, base - tall + head * 1.5),
        10,
        170,
        fill="#d1495b",
        width=4,
    )
    for eye in (-head * 0.4, head * 0.4):
        pen.ellipse(
            (x + eye - 4, base - tall + head * 0.6, x + eye + 4, base - tall + head * 0.6 + 8),
            fill="#333333",
        )
    hip = base - tall * 0.35
    _scribble(pen, rng, (x - head, base - tall + 2 * head, x + head, hip), colour)
    _stroke(pen, rng, [(x, hip), (x - head, base)], "#333333")
    _stroke(pen, rng, [(x, hip), (x + head, base)], "#333333")
    shoulder = base - tall * 0.6
    _stroke(
        pen,
        rng,
        [(x - head * 2.4, shoulder - 20), (x, shoulder), (x + head * 2.4, shoulder - 24)],
        "#333333",
    )


def child_drawing(seed: str) -> bytes:
    """Return a drawing of me, my friends and the big school as JPEG bytes, the same for a seed."""
    rng = random.Random(f"drawing:{seed}")  # noqa: S311 - a drawing, not a secret
    sheet = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(sheet)
    _scribble(pen, rng, (0, 560, SIZE[0], 680), "#3b8d4a")
    sun = rng.randrange(60, 900)
    pen.ellipse((sun, 40, sun + 110, 150), fill="#f4c430")
    for beam in range(9):
        _stroke(
            pen,
            rng,
            [(sun + 55, 95), (sun + 55 + 110 * (beam - 4) / 3, 230 - abs(beam - 4) * 22)],
            "#f4c430",
        )
    left, wide = rng.randrange(420, 560), rng.randrange(360, 480)
    wall, roof = rng.sample(CRAYONS, 2)
    _scribble(pen, rng, (left, 320, left + wide, 570), wall)
    _stroke(pen, rng, [(left - 20, 320), (left + wide / 2, 190), (left + wide + 20, 320)], roof)
    for window in range(4):
        x = left + 20 + window * wide / 4
        pen.rectangle((x, 360, x + 50, 420), fill="#cfe8f3", outline="#333333", width=4)
    for friend in range(rng.randrange(2, 5)):
        _person(pen, rng, 90 + friend * 100, 600, rng.randrange(170, 240), rng.choice(CRAYONS))
    out = BytesIO()
    ImageChops.multiply(sheet, _paper()).save(out, "JPEG", quality=78)
    return out.getvalue()
