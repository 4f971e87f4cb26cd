"""What all identifiers share."""

from __future__ import annotations

import re

# Spaces that typing and spreadsheets leave behind, and the zero-width ones that pasting does.
_PADDING = re.compile("[\\s\u00ad\u200b-\u200d\u2060\ufeff]+")
LONGEST = 64


def compact(text: str) -> str:
    """Return the text without any white space, in upper case; over-long text is left alone."""
    return text if len(text) > LONGEST else _PADDING.sub("", text).upper()


def weighted_sum_mod_11(digits: str) -> int:
    """Return the sum of the first nine digits, weighted 10 down to 2, modulo 11.

    ULNs and NHS numbers build their check digit from it.
    """
    return sum((10 - place) * int(digit) for place, digit in enumerate(digits[:9])) % 11
