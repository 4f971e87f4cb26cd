"""What agrees with a child and what differs in a report, in words; by what a person knows it."""

from __future__ import annotations

from typing import Any

from flask import request

from exchange.services.advice.matching import COMPARED, Match

AGREES = {
    "page": "It was added on this child's own page",
    "asked": "It came by the link or pack that was made for this child",
    "name": "It names the child in full",
    "born": "It gives the child's day of birth",
    "upn": "It gives the child's UPN",
}
DIFFERS = {
    "no-name": "The child's name is not in it",
    "other-upn": "It gives another UPN",
    "unread": "It holds pictures of text, which could not be searched",
}
BY = {
    "name": "The name",
    "born": "The day of birth",
    "upn": "The UPN",
    "address": "The address",
    "nhs-number": "The NHS number",
    "school": "The school",
    "parents": "The parents' names",
}


def compared_with(match: Match | None, asked: str = "asked") -> dict[str, Any]:
    """Return what a template needs to show what agrees, and to ask by what a person knows it.

    :param asked: how it came for the child: a code of :data:`AGREES`.
    """
    return {
        "match": match,
        "lines": _lines(match, asked),
        "others": [name for _, name in match.others] if match else [],
        "compared": [(code, BY[code]) for code in COMPARED],
        "ticked": request.form.getlist("compared"),
    }


def _lines(match: Match | None, asked: str) -> list[tuple[bool, str]]:
    """Return what agrees and what differs, as sentences."""
    if match is None:
        return []
    return [(True, AGREES[asked if one == "asked" else one]) for one in match.agree] + [
        (False, DIFFERS[one]) for one in match.differ
    ]
