"""What a word of a cell stands for: a code, its label, or a word that people use for it."""

from __future__ import annotations

import re

from adapters.formats.mis.catalogue import fields, folded_word, meanings

_LIKE = 82
_APART = re.compile(r"\s*[;|\n]\s*|\s*,\s*")
_YEAR = re.compile(r"(?:y|yr|year|nc|nc year|grade)\s*0*([0-9]{1,2})")
_LIST = re.compile(r"^\s*\[(.*)\]\s*$", re.DOTALL)
_TRUE = frozenset({"true", "yes", "y", "1", "t", "active", "current"})
_RANK = re.compile(r"0*([1-9][0-9]?)(?:\.0+)?")
_RANKS = {
    **dict.fromkeys(("primary", "first", "1st", "main"), 1),
    **dict.fromkeys(("secondary", "second", "2nd"), 2),
    **dict.fromkeys(("tertiary", "third", "3rd"), 3),
}
_FALSE = frozenset({"false", "no", "n", "0", "f", "inactive", "ended"})


def code_of(field: str, word: str) -> str | None:
    """Return the code that a word stands for, or None where nobody said so."""
    codes = fields()[field].codes
    known = meanings(codes)
    folded = folded_word(word)
    if folded in known:
        return known[folded]
    if codes == "nc-year":
        year = _YEAR.fullmatch(folded) or re.fullmatch("0*([0-9]{1,2})", folded)
        return known.get(year[1].lstrip("0") or "0") if year else None
    return _with_its_label(known, word)


def _with_its_label(known: dict[str, str] | object, word: str) -> str | None:
    """Read ``ASD - Autistic spectrum disorder`` and ``SEN support (K)``: both halves agree."""
    told = known if isinstance(known, dict) else dict(known)  # type: ignore[call-overload]
    halves = [folded_word(one) for one in re.split(r"\s[-:]\s|[()]", word) if one.strip()]
    found = {told[half] for half in halves if half in told}
    return found.pop() if len(found) == 1 and len(halves) == 2 else None


def likely_code(field: str, word: str) -> str:
    """Return the code that a word may mean, for a person to say yes to; or empty."""
    from rapidfuzz import fuzz, process  # only where a word is unknown

    known = meanings(fields()[field].codes)
    folded = folded_word(word)
    if len(folded) < 4:
        return ""
    longer = [one for one in known if len(one) >= 4]
    best = process.extractOne(folded, longer, scorer=fuzz.token_sort_ratio, score_cutoff=_LIKE)
    return known[best[0]] if best else ""


def several(cell: str) -> list[str]:
    """Return the words of a cell that holds several: ``ASD; SLCN``, ``["ASD","SLCN"]``."""
    if (known := code_of("needs", cell)) is not None:
        return [known]  # a label may have commas in it
    inner = _LIST.match(cell)
    told = _APART.split(inner[1] if inner else cell)
    return [word for one in told if (word := one.strip(" \"'\t"))]


def flag_of(cell: str) -> bool | None:
    """Return what yes and no stand for, or None."""
    plain = cell.strip().casefold()
    return True if plain in _TRUE else False if plain in _FALSE else None


def rank_of(cell: str) -> int | None:
    """Return what a number or a word (``Primary``) says of a need's place, or None."""
    plain = folded_word(cell).removesuffix(" need")
    if number := _RANK.fullmatch(cell.strip()):
        return int(number[1])
    return _RANKS.get(plain)
