"""The numbers that somebody gives to the papers of a pack: each paper stands where it is put.

Whoever wants one paper to be number 2 types one number: the others move up. So what was typed is
told from what the page had put there before, and two papers that were given one number are refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper is to stand.

    :param shown: the number that the page had put there; ``typed`` what came back.
    """

    document_id: str
    shown: str
    typed: str

    @property
    def number(self) -> int | None:
        """Return the number that was typed, or None where it is none."""
        plain = self.typed.strip()
        fits = plain.isascii() and plain.isdigit() and len(plain) < 5
        return int(plain) if fits else None

    @property
    def was_moved(self) -> bool:
        """Return whether a person put it there."""
        return bool(self.typed.strip()) and self.typed.strip() != self.shown.strip()


def wrong(places: Sequence[Place]) -> Mapping[str, str]:
    """Return what is wrong with the numbers that were typed, in words, by the paper's id."""
    moved = [one for one in places if one.was_moved]
    times = Counter(one.number for one in moved)
    found = {}
    for one in moved:
        if one.number is None:
            found[one.document_id] = "Give the number in figures, such as 3."
        elif times[one.number] > 1:
            found[one.document_id] = "Two papers were given the same number. Give each its own."
    return found


def ordered(places: Sequence[Place], first: int) -> list[str]:
    """Return the papers in the order that the numbers say; one without a number stands last.

    :param places: the ticked papers.
    :param first: the number of the first of them: the request itself may stand before them.
    """
    stay = sorted((one for one in places if not one.was_moved), key=_as_shown)
    found = [one.document_id for one in stay]
    moved = sorted((one for one in places if one.was_moved), key=_as_shown)
    for before, one in enumerate(moved):
        at = len(found) if one.number is None else max(one.number - first, before)
        found.insert(at, one.document_id)
    return found


def _as_shown(one: Place) -> float:
    return float("inf") if one.number is None else one.number
