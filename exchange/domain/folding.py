"""Words as they are compared: without case, accents, apostrophes, hyphens."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a base and a mark.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"}
)
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_POSSESSIVE = re.compile("(?<=[^\\W_])['’‘ʼ`´][sS](?![^\\W_])")
_HUMP = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])"
)
_WORD = re.compile(r"[^\W_]+")
# Hyphens and dashes, and the full stop of "St. Mary's" or "St.Mary's"; none at the end of a name.
_JOINS = re.compile(r"[-\u2010-\u2015]|(?<=[^\W_])\.(?=\s*[^\W_])")
LONGEST = 500_000


def fold(text: str) -> str:
    """Return a text without case, accents and apostrophes."""
    plain = _APOSTROPHES.sub("", text[:LONGEST].casefold()).translate(_LETTERS)
    apart = unicodedata.normalize("NFKD", plain)
    return "".join(one for one in apart if not unicodedata.combining(one))


def spelling(name: str) -> str:
    """Return what the spellings of one whole name share; another name has another one.

    Every letter counts, those of a possessive too: St Mary's is not St Mary.
    """
    return " ".join(_JOINS.sub(" ", fold(name)).split())


def words(text: str) -> list[str]:
    """Return the words of a text, digits being words too; of "Zoe's", the name alone."""
    return _WORD.findall(fold(_POSSESSIVE.sub("", text[:LONGEST])))


def words_of_name(name: str) -> list[str]:
    """Return the words of a file's name: also where capital letters alone divide them."""
    return words(_HUMP.sub(" ", name[:1000]))
