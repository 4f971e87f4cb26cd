"""Number trees and name trees, read flat (ISO 32000-1, 7.9.6 and 7.9.7)."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

MOST = 200_000


def pairs(tree: object, leaf: str) -> Iterator[tuple[object, pikepdf.Object]]:
    """Yield keys and values of a tree, each node once.

    :param leaf: ``/Nums`` or ``/Names``.
    """
    waiting = [tree]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        one = waiting.pop()
        if not isinstance(one, pikepdf.Dictionary) or (one.is_indirect and one.objgen in seen):
            continue
        seen.add(one.objgen)
        kids, leaves = one.get("/Kids"), one.get(leaf)
        if isinstance(kids, pikepdf.Array):
            waiting += list(kids)
        if isinstance(leaves, pikepdf.Array):
            listed = list(leaves)
            for key, value in zip(listed[::2], listed[1::2], strict=False):
                count += 1
                if count > MOST:
                    return
                yield key, value
