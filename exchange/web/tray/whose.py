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
from exchange.web.paging import Window

LATER = "not-now"
SIZE = 25
"""Files on a page: each has a list of all children beside it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose.

    :param pupils: upload -> pupil.
    :param gone: something was chosen for what is not in the list any more.
    """

    pupils: Mapping[str, str]
    gone: bool


def unmatched(found: Sorted, window: Window) -> list[dict[str, Any]]:
    """Return each sub-folder with what of it is on this page, and whom its files may be about."""
    listed = []
    shown = frozenset(_ids(found)[window.start : window.last_row])
    for place, pairs in found.unmatched.items():
        here = [one for one, _ in pairs if one.upload_id in shown]
        if not here:
            continue
        rivals = {who for _, match in pairs for who in match.rivals}
        names = sorted(found.roster.children[one].display for one in rivals)
        listed.append(
            {
                "field": _whole(place),
                "place": place,
                "uploads": here,
                "total": len(pairs),
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


def window_of(found: Sorted, start: int) -> Window:
    """Return which part of what is left the page shows."""
    return Window(start, SIZE, len(_ids(found)))


def start_after(before: Sorted, after: Sorted, sent: Mapping[str, str]) -> int:
    """Return with which file the page goes on; none is passed over, whatever was chosen meanwhile.

    :param before: the folder as the form saw it; ``after``: once what was chosen is kept.
    :param sent: the form; its ``page`` says which way the person turns, if they do.
    """
    was, left = _ids(before), _ids(after)
    shown = [at for at, one in enumerate(was) if f"file-{one}" in sent]
    first, last = (shown[0], shown[-1]) if shown else (0, -1)
    turn = sent.get("page", "")
    begin = last + 1 if turn == "after" else first
    # What was to come first may have been given to a child: whatever is left behind it does.
    behind = frozenset(was[:begin])
    start = sum(one in behind for one in left)
    return max(0, start - SIZE) if turn == "before" else start


def _ids(found: Sorted) -> list[str]:
    return [one.upload_id for pairs in found.unmatched.values() for one, _ in pairs]


def _whole(place: str) -> str:
    """Return the name of a sub-folder's field."""
    return f"place-{sha256(place.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
