"""How names of schools are compared: folded into words, abbreviations made one, small words left.

Everything here is the same for what the register holds and for what a person types, so that
"St. Mary's C of E Prim Sch" and "Saint Marys Church of England Primary School" meet.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from exchange.errors import UsageError
from schemas.errors import IdentifierError
from schemas.identifiers import parse_any

LONGEST_QUERY = 200
_MOST_WORDS = 20
_SCHOOL_NUMBERS = frozenset({"urn", "laestab", "ukprn"})

_SMALL = frozenset({"a", "an", "and", "at", "for", "in", "of", "the"})
_SAME = {
    "acad": "academy",
    "ce": "cofe",
    "center": "centre",
    "coe": "cofe",
    "coll": "college",
    "comm": "community",
    "ctr": "centre",
    "gram": "grammar",
    "inf": "infant",
    "infants": "infant",
    "jnr": "junior",
    "jun": "junior",
    "juniors": "junior",
    "mount": "mt",
    "nurs": "nursery",
    "prim": "primary",
    "rc": "catholic",
    "saint": "st",
    "sch": "school",
    "schl": "school",
    "schools": "school",
    "sec": "secondary",
    "spec": "special",
    "ss": "st",
}
_PHRASES = (
    (("church", "england"), "cofe"),
    (("c", "e"), "cofe"),
    (("roman", "catholic"), "catholic"),
    (("r", "c"), "catholic"),
    (("pupil", "referral", "unit"), "pru"),
)
_PHRASES_BEGIN = frozenset(phrase[0] for phrase, _ in _PHRASES)
# Words that many schools share: two that differ in these alone are easily taken for one another.
_COMMON = frozenset(
    (
        "academy",
        "aided",
        "catholic",
        "centre",
        "cofe",
        "college",
        "community",
        "controlled",
        "first",
        "form",
        "foundation",
        "free",
        "grammar",
        "high",
        "infant",
        "junior",
        "lower",
        "middle",
        "nursery",
        "primary",
        "pru",
        "school",
        "secondary",
        "sixth",
        "special",
        "upper",
        "va",
        "vc",
        "voluntary",
    )
)
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u00b4`]")
_WORD = re.compile("[a-z0-9]+")
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s*([0-9][A-Z]{2})\b", re.IGNORECASE)


def words_of(*texts: str) -> tuple[str, ...]:
    """Return the words by which texts are compared, in order: plain lower-case ASCII."""
    if len(texts) == 1:
        return _words(texts[0])
    return tuple(word for text in texts if text for word in _words(text))


@lru_cache(maxsize=4096)  # towns and councils come again and again
def _words(text: str) -> tuple[str, ...]:
    found = _WORD.findall(_plain(text))
    kept = [_SAME.get(word, word) for word in found if word not in _SMALL]
    while not _PHRASES_BEGIN.isdisjoint(kept) and (shorter := _without_phrase(kept)) is not None:
        kept = shorter
    return tuple(kept)


def _plain(text: str) -> str:
    if not text.isascii():
        text = _APOSTROPHES.sub("", text)
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(one for one in text if not unicodedata.combining(one))
    text = text.lower().replace("'", "").replace("`", "")
    return _INITIALS.sub(lambda match: match[0].replace(".", "") + " ", text)


def _without_phrase(words: list[str]) -> list[str] | None:
    for phrase, single in _PHRASES:
        size = len(phrase)
        for at in range(len(words) - size + 1):
            if words[at] == phrase[0] and tuple(words[at : at + size]) == phrase:
                return [*words[:at], single, *words[at + size :]]
    return None


def telling(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that tell a school from others: those that few schools share."""
    return tuple(word for word in words if word not in _COMMON)


def look_of(name: str) -> str:
    """Return what a hurried reader sees of a name; schools with the same look are confused.

    The order of words, plurals, and "Primary", "Catholic", "Academy" and the like do not count.
    """
    words = words_of(name)
    seen = telling(words) or words
    return " ".join(sorted(word.rstrip("s") or word for word in seen))


@dataclass(frozen=True, slots=True)
class SchoolQuery:
    """What a person looks for: either numbers or words.

    :param numbers: (scheme, value) of ``urn``, ``laestab``, ``ukprn``.
    :param words: as :func:`words_of` has them; a whole postcode is one word.
    """

    words: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()

    @property
    def phrase(self) -> str:
        """Return the words as one text."""
        return " ".join(self.words)

    @property
    def telling(self) -> tuple[str, ...]:
        """Return the words without which another school is meant."""
        return telling(self.words)


def parse_query(text: str) -> SchoolQuery:
    """Read what a person typed: a URN, DfE number or UKPRN, or words of name, town and postcode.

    :raises UsageError: ``search-empty``, ``search-too-long``.
    """
    if len(text) > LONGEST_QUERY:
        raise UsageError("search-too-long", "/text", "A few words of the name are enough.")
    numbers = school_numbers(text)
    if numbers:
        return SchoolQuery(numbers=numbers)
    words = words_of(_POSTCODE.sub(r" \1\2 ", text))
    if not words:
        raise UsageError(
            "search-empty", "/text", "Type part of a name, a town, a postcode, or a number."
        )
    if len(words) > _MOST_WORDS:
        raise UsageError("search-too-long", "/text", "A few words of the name are enough.")
    return SchoolQuery(words=words)


def school_numbers(text: str) -> tuple[tuple[str, str], ...]:
    """Return what numbers of a school the text can be; none where it is words."""
    try:
        found = parse_any(text)
    except IdentifierError:
        return ()
    return tuple((one.scheme, one.value) for one in found if one.scheme in _SCHOOL_NUMBERS)
