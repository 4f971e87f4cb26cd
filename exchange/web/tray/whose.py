"""Whose what is left of a folder is: the fields of that form, and what was chosen in them.

A folder's list grows and shrinks while a person looks at it. So a field has its sub-folder's or
file's own name, never its place in the list, and a choice touches only what the person was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from exchange.errors import NotFound
from exchange.services.tray.sorting import Sorted

LATER = "not-now"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose.

    :param pupils: upload -> pupil.
    :param gone: something was chosen for what is not in the list any more.
    """

    pupils: Mapping[str, str]
    gone: bool


def unmatched(found: Sorted) -> list[dict[str, Any]]:
    """Return each sub-folder with what is in it, and whom its files may be about."""
    listed = []
    for place, pairs in found.unmatched.items():
        rivals = {who for _, match in pairs for who in match.rivals}
        names = sorted(found.roster.children[one].display for one in rivals)
        listed.append(
            {
                "field": _whole(place),
                "place": place,
                "uploads": [one for one, _ in pairs],
                "rivals": names[:5],
                "conflict": any(match.conflict for _, match in pairs),
            }
        )
    return listed


def chosen(found: Sorted, sent: Mapping[str, str]) -> Choice:
    """Return what was chosen: for a whole sub-folder, or for single files in it.

    :raises NotFound: ``pupil-unknown``.
    """
    left = {
        name: pupil_id
        for name, pupil_id in sent.items()
        if name.startswith(("place-", "file-")) and pupil_id != LATER
    }
    if not set(left.values()) <= found.roster.children.keys():
        raise NotFound("pupil-unknown")
    pupils: dict[str, str] = {}
    used: set[str] = set()
    for place, pairs in found.unmatched.items():
        for one, _ in pairs:
            alone = f"file-{one.upload_id}"
            # What came since the page was drawn has no field there: nobody chose for it.
            name = alone if alone in left else _whole(place) if alone in sent else ""
            if name in left:
                pupils[one.upload_id] = left[name]
                used.add(name)
    return Choice(pupils, bool(left.keys() - used))


def _whole(place: str) -> str:
    """Return the name of a sub-folder's field."""
    return f"place-{sha256(place.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
