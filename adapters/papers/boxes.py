"""Sizes of pages: what is shown of them, whichever way they are turned."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pikepdf

A4 = (0.0, 0.0, 595.28, 841.89)
_LARGEST = 200_000.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader sees of a page.

    :param box: in the page's own coordinates.
    :param turned: by how many degrees clockwise: 0, 90, 180 or 270.
    """

    box: Box
    turned: int

    @property
    def width(self) -> float:
        """Return how wide it is, as seen."""
        left, bottom, right, top = self.box
        return top - bottom if self.turned in (90, 270) else right - left

    @property
    def height(self) -> float:
        """Return how high it is, as seen."""
        left, bottom, right, top = self.box
        return right - left if self.turned in (90, 270) else top - bottom

    @property
    def matrix(self) -> tuple[float, ...]:
        """Return what takes a place as seen, from the lower left, to the page's coordinates."""
        left, bottom, right, top = self.box
        return {
            0: (1, 0, 0, 1, left, bottom),
            90: (0, 1, -1, 0, right, bottom),
            180: (-1, 0, 0, -1, right, top),
            270: (0, -1, 1, 0, left, top),
        }[self.turned]


def settle(page: pikepdf.Page) -> None:
    """Give a page boxes and a turn that every reader understands."""
    media = _box(page.obj.get("/MediaBox")) or A4
    crop = _overlap(_box(page.obj.get("/CropBox")) or media, media) or media
    page.obj.MediaBox = pikepdf.Array([round(one, 3) for one in media])
    page.obj.CropBox = pikepdf.Array([round(one, 3) for one in crop])
    page.obj.Rotate = _turn(page.obj.get("/Rotate"))


def shown(page: pikepdf.Page) -> Shown:
    """Return what is seen of a page that was settled."""
    left, bottom, right, top = (float(one) for one in page.obj.CropBox.as_list())
    return Shown((left, bottom, right, top), int(page.obj.get("/Rotate", 0)))


def _turn(value: object) -> int:
    try:
        degrees = int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return 0
    return int(degrees % 360) if degrees % 90 == 0 else 0


def _box(value: object) -> Box | None:
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    try:
        first, second, third, fourth = (float(one) for one in value.as_list())
    except (TypeError, ValueError):
        return None
    box = (min(first, third), min(second, fourth), max(first, third), max(second, fourth))
    fits = all(math.isfinite(one) and abs(one) <= _LARGEST for one in box)
    return box if fits and box[2] - box[0] >= 1 and box[3] - box[1] >= 1 else None


def _overlap(one: Box, other: Box) -> Box | None:
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    right, top = min(one[2], other[2]), min(one[3], other[3])
    return (left, bottom, right, top) if right - left >= 1 and top - bottom >= 1 else None
