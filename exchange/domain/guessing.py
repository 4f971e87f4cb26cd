"""What type a document may be, by its name and first lines: a guess that a person confirms.

The phrases are data (``guessing.toml`` beside this file), checked against the list of types.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from exchange.domain.folding import words, words_of_name

HEAD = 1500
"""Characters of a text in which a document says what it is."""
_TITLE = 250
_NAME_STRONG, _TITLE_STRONG, _HEAD_STRONG, _NAME_WEAK, _TITLE_WEAK = 6, 5, 3, 2, 1


class Confidence(StrEnum):
    """How sure a guess is; none is ever acted upon without a person."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TypeGuess:
    """A guess.

    :param type: a code of the document types; empty where nothing speaks for any.
    """

    type: str
    confidence: Confidence


NOTHING = TypeGuess("", Confidence.NONE)


def guess_type(file_name: str, text: str) -> TypeGuess:
    """Return the likeliest type of a document.

    :param text: what it says, from its beginning; may be empty.
    """
    name = words_of_name(file_name.rpartition(".")[0] or file_name)
    title, head = words(text[:_TITLE]), words(text[:HEAD])
    points: dict[str, int] = {}
    for code, phrases in table().items():
        total = phrases.in_(name, _NAME_STRONG, _NAME_WEAK)
        in_title = phrases.in_(title, _TITLE_STRONG, _TITLE_WEAK)
        total += in_title or phrases.in_(head, _HEAD_STRONG, 0)
        if total:
            points[code] = total
    if not points:
        return NOTHING
    first, *others = sorted(points.items(), key=lambda one: (-one[1], one[0]))
    lead = first[1] - (others[0][1] if others else 0)
    return TypeGuess(first[0], _confidence(first[1], lead))


def _confidence(total: int, lead: int) -> Confidence:
    if total >= _NAME_STRONG + _HEAD_STRONG and lead >= 2:
        return Confidence.HIGH
    if total >= _TITLE_STRONG and lead >= 1:
        return Confidence.MEDIUM
    return Confidence.LOW


@dataclass(frozen=True, slots=True)
class Phrases:
    """What speaks for one type."""

    strong: tuple[tuple[str, ...], ...]
    weak: tuple[tuple[str, ...], ...]

    def in_(self, told: Sequence[str], strong: int, weak: int) -> int:
        """Return what these words are worth: the longest phrase counts, once."""
        longest = max((len(phrase) for phrase in self.strong if _has(told, phrase)), default=0)
        if longest:
            return strong + longest - 1
        return weak if any(_has(told, phrase) for phrase in self.weak) else 0


@cache
def table() -> Mapping[str, Phrases]:
    """Return the phrases of each type."""
    file = resources.files("exchange.domain").joinpath("guessing.toml")
    rows = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        code: Phrases(tuple(_phrases(row["strong"])), tuple(_phrases(row["weak"])))
        for code, row in rows.items()
    }


def _phrases(told: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for one in told:
        yield tuple(one.split())


def _has(told: Sequence[str], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(
        all(_is(told[at + number], part) for number, part in enumerate(phrase))
        for at in range(len(told) - size + 1)
    )


def _is(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part
