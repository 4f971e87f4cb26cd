"""Leavers' board, arrivals board and case list as pages: 500 and 5,000 rows, four packs each.

Server time alone, from the request to the last byte of the page, through the gate, the session and
the template, as a person's browser would cause it; after each tenth look something has changed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from exchange.domain.access import Role
from exchange.services.record_disclosure import wish
from tests.benchmarks import arrivals, cases
from tests.benchmarks.crowd import WHO, node_with
from tests.exchange.web.site import Client, Place

SMALL, LARGE = 500, 5_000
PACKS_EACH = 4
MOST_MS = 200.0
"""Milliseconds within which 95 of 100 looks are answered."""
MOST_GROWTH = 1.5
"""How many times as long ten times as many pupils may take: flat, but for a busy machine."""
Measured = Callable[[Path, int, int], tuple[float, float, float]]
_LOOKS = 120
_PATHS = (
    "/leavers",
    "/leavers?page=3",
    "/leavers?show=attention",
    "/leavers?show=ready&sort=name",
    "/leavers?show=sent",
    "/leavers?sort=date&page=9",
)


def run(folder: Path, divisor: int) -> int:
    """Print a table for each board; return 1 if a promise is not kept."""
    broken = [
        *_table("leavers' board", "pupils", _board, folder, divisor),
        *_table("arrivals board", "children expected", arrivals.board, folder, divisor),
        *_table("case list", "cases", cases.board, folder, divisor),
    ]
    print("\n".join(broken))
    return 1 if broken else 0


def _table(title: str, who: str, board: Measured, folder: Path, divisor: int) -> list[str]:
    """Print what one board takes; return which promises are not kept (none of a smaller run)."""
    found = {count: board(folder, count // divisor, PACKS_EACH) for count in (SMALL, LARGE)}
    print(f"\n{title}, as a page")
    for count, (read, middle, slow) in found.items():
        name = f"{count // divisor} {who}, {count // divisor * PACKS_EACH} packs"
        print(f"{name:44}{middle:10.1f} ms{slow:10.1f} ms p95{read:10.1f} s to read after a start")
    growth = found[LARGE][2] / found[SMALL][2]
    print(f"{'ten times as many':44}{growth:10.2f} x at p95", flush=True)
    if divisor > 1:
        return []
    broken = [f"{title}: {found[LARGE][2]:.0f} ms"] * (found[LARGE][2] > MOST_MS)
    return broken + [f"{title}: {growth:.1f} times as long"] * (growth > MOST_GROWTH)


def _board(folder: Path, pupils: int, packs_each: int) -> tuple[float, float, float]:
    """Return seconds to read all after a start, then median and p95 of looks, in milliseconds."""
    node, org_id = node_with(folder, pupils, packs_each)
    place = Place(node, org_id, "Bench School")
    client = place.client(Role.SENCO)
    began = time.perf_counter()
    while "leavers?" not in client.get("/leavers").text:
        time.sleep(0.05)
    read = time.perf_counter() - began
    taken = sorted(_looks(place, client))
    return read, statistics.median(taken), taken[int(len(taken) * 0.95)]


def _looks(place: Place, client: Client) -> Iterator[float]:
    with place.node.inside.store.reading(place.org_id) as unit:
        some = [one.pupil_id for one, _ in zip(unit.pupils.all(), range(12), strict=False)]
    for number in range(_LOOKS):
        if number % 10 == 9:
            one = some[number // 10 % len(some)]
            wish(place.node.inside, place.org_id, one, {"family": "agrees"}, WHO)
        began = time.perf_counter()
        answer = client.get(_PATHS[number % len(_PATHS)])
        yield (time.perf_counter() - began) * 1000
        assert answer.status_code == 200
