"""Two workers, and one that comes late: what the panel reads is never taken from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from adapters.papers import PaperMaker
from adapters.readable import TypstRenderer
from exchange.errors import FormatError
from exchange.ports.papers import Front, Pack, Paper, Part, Progress
from exchange.services.panel.making import _LEASE, PanelPackMaker
from exchange.services.panel.model import PanelPack
from exchange.services.panel.ordering import current_pack, get_pack, order_pack
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL


class Slow:
    """Makes packs as ever; something else happens before it is done, once."""

    def __init__(self, happens: Callable[[], None], ends: Exception | None = None) -> None:
        self._happens: Callable[[], None] | None = happens
        self._ends = ends

    def pack(
        self, front: Front, papers: Sequence[Paper], *, progress: Progress | None = None
    ) -> Pack:
        """Let the other happen, then make it, or fail."""
        happens, self._happens = self._happens, None
        if happens is not None:
            happens()
        if self._ends is not None:
            raise self._ends
        return PaperMaker().pack(front, papers, progress=progress)

    def parts(self, front: Front, papers: Sequence[Paper], cap_bytes: int) -> Iterator[Part]:
        """Yield what the real one yields."""
        return PaperMaker().parts(front, papers, cap_bytes)


@pytest.fixture
def ordered(desk: Desk) -> PanelPack:
    """Return a pack of one paper that waits to be made."""
    desk.asked()
    held = desk.place(desk.only)
    with desk.house.store.reading(COUNCIL) as unit:
        (paper,) = unit.documents.of_pupil(str(held.pupil_id))
    return order_pack(desk.inside, COUNCIL, held.case_id, [paper.document_id], CASEWORKER)


def worker(desk: Desk, maker: object = None) -> PanelPackMaker:
    """Return a worker of the council's node."""
    return PanelPackMaker(desk.inside, maker or PaperMaker(), TypstRenderer())  # type: ignore[arg-type]


def blobs(desk: Desk) -> set[str]:
    return set(desk.house.blobs.names(COUNCIL))


@pytest.mark.parametrize("ends", [None, FormatError("pack-not-made", "/pack")])
def test_a_worker_that_comes_late_takes_nothing_away(
    desk: Desk, ordered: PanelPack, ends: Exception | None
) -> None:
    before = blobs(desk)

    def another_makes_it() -> None:
        desk.town.clock.at += _LEASE
        worker(desk).advance(COUNCIL, ordered.pack_id)

    worker(desk, Slow(another_makes_it, ends)).advance(COUNCIL, ordered.pack_id)
    with desk.house.store.reading(COUNCIL) as unit:
        ready = current_pack(unit, ordered.case_id)
    assert ready is not None
    assert (ready.state, ready.attempts) == ("ready", 2)
    assert blobs(desk) - before == {ready.blob}


def test_two_workers_do_not_make_one_pack_at_once(desk: Desk, ordered: PanelPack) -> None:
    slow = Slow(lambda: worker(desk).advance(COUNCIL, ordered.pack_id))
    worker(desk, slow).advance(COUNCIL, ordered.pack_id)
    with desk.house.store.reading(COUNCIL) as unit:
        made = get_pack(unit, ordered.pack_id)
    assert (made.state, made.attempts) == ("ready", 1)


def test_what_a_worker_that_died_had_sealed_is_removed(desk: Desk, ordered: PanelPack) -> None:
    before = blobs(desk)

    class Killed(BaseException):
        """The process ends."""

    def killed(*_: object) -> None:
        raise Killed

    dying = worker(desk)
    dying._keep = killed  # type: ignore[assignment, method-assign]
    desk.inside.blobs.delete, kept = (lambda *_: None), desk.inside.blobs.delete  # type: ignore[method-assign]
    with pytest.raises(Killed):
        dying.advance(COUNCIL, ordered.pack_id)
    desk.inside.blobs.delete = kept  # type: ignore[method-assign]
    assert len(blobs(desk) - before) == 1  # sealed, and nothing names it
    desk.town.clock.at += _LEASE
    worker(desk).advance(COUNCIL, ordered.pack_id)
    with desk.house.store.reading(COUNCIL) as unit:
        ready = current_pack(unit, ordered.case_id)
    assert ready is not None
    assert blobs(desk) - before == {ready.blob}


def test_a_try_that_failed_says_why(desk: Desk, ordered: PanelPack) -> None:
    broken = Slow(lambda: None, FormatError("pack-too-large", "/pack"))
    worker(desk, broken).advance(COUNCIL, ordered.pack_id)
    with desk.house.store.reading(COUNCIL) as unit:
        made = get_pack(unit, ordered.pack_id)
    assert (made.state, made.code) == ("failed", "pack-too-large")
