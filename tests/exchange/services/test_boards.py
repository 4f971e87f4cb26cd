"""The leavers' board is what the rows say, also when only what changed was read again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pytest

from exchange.domain.destinations import Asked, Kind
from exchange.domain.protection import Why
from exchange.domain.transfer import State
from exchange.ports import UnitOfWork
from exchange.services.accept import reject
from exchange.services.boards import LeaverRow, LeaversBoard
from exchange.services.boards.leavers import LATE, LeaversSource
from exchange.services.keep_pupil import keep_pupil_record, keep_record
from exchange.services.protect import protect
from exchange.services.recall import recall
from exchange.services.record_disclosure import mark
from exchange.services.settle_destination import Wanted, record_request, settle
from schemas.strict_json import dumps
from tests.exchange.services.town import HEAD, PRIMARY, SECONDARY, SENCO, Town, pupil_record
from tests.schemas import record_examples as examples


def rows(board: LeaversBoard) -> dict[str, LeaverRow]:
    return {row.pupil_id: row for row in board.rows(PRIMARY)}


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


@pytest.fixture
def board(town: Town) -> LeaversBoard:
    found = LeaversBoard(town.primary.inside)
    assert rows(found) == {}
    return found


Step = Callable[[Town], object]


def leaver(town: Town) -> object:
    return town.leaver(3)


def rename(town: Town) -> object:
    changed = pupil_record(0, nc_year="6")
    return keep_pupil_record(town.primary.inside, PRIMARY, changed, SENCO)


STEPS: tuple[Step, ...] = (
    lambda town: town.ready(0),
    lambda town: town.leaver(1),
    lambda town: town.attach(pupil(town, 1)),
    lambda town: town.send(pupil(town, 0)),
    lambda town: town.settle(),
    lambda town: mark(town.primary.inside, PRIMARY, document(town, 0), "school", HEAD),
    lambda town: reject(
        town.secondary.inside, SECONDARY, newest(town), "not-our-pupil", SENCO, PRIMARY
    ),
    lambda town: town.settle(),
    lambda town: town.ready(2),
    lambda town: town.send(pupil(town, 2)),
    lambda town: recall(town.primary.inside, PRIMARY, newest(town), SENCO),
    lambda town: protect(
        town.primary.inside, PRIMARY, pupil(town, 1), Why.DOMESTIC_ABUSE, ("A", "B"), HEAD
    ),
    leaver,
)


def pupil(town: Town, number: int) -> str:
    return pupil_record(number).subject


def document(town: Town, number: int) -> str:
    with town.primary.store.reading(PRIMARY) as unit:
        return unit.documents.of_pupil(pupil(town, number))[0].document_id


def newest(town: Town) -> str:
    return [one for one in town.primary.transfers() if one.kind == "transfer"][-1].bundle_id


def test_after_each_step_it_says_what_a_new_board_would_say(
    town: Town, board: LeaversBoard
) -> None:
    for number, step in enumerate(STEPS):
        step(town)
        assert rows(board) == rows(LeaversBoard(town.primary.inside)), f"step {number}"
    states = {one.pack.state for one in rows(board).values() if one.pack}
    assert states == {State.REJECTED, State.RECALLED}


def test_only_what_changed_is_read_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        town.leaver(number)
    board = LeaversBoard(town.primary.inside)
    rows(board)
    read: list[str] = []
    everything, row = LeaversSource.everything, LeaversSource.row

    def counted_all(self: LeaversSource, unit: UnitOfWork, today: date) -> Mapping[str, LeaverRow]:
        read.append("all")
        return everything(self, unit, today)

    def counted(self: LeaversSource, unit: UnitOfWork, key: str, today: date) -> LeaverRow | None:
        read.append(key)
        return row(self, unit, key, today)

    monkeypatch.setattr(LeaversSource, "everything", counted_all)
    monkeypatch.setattr(LeaversSource, "row", counted)
    rows(board)
    assert read == []
    town.attach(pupil(town, 2))
    rows(board)
    assert read == [pupil(town, 2)]
    town.clock.pass_(seconds=timedelta(days=1).total_seconds())
    before = rows(board)  # what is late depends on the day: all is read again, beside
    assert wait_for(lambda: read == [pupil(town, 2), "all"])
    assert rows(board).keys() == before.keys()


def test_a_board_that_was_never_read_is_read_beside(town: Town) -> None:
    town.leaver(0)
    board = LeaversBoard(town.primary.inside)
    board.is_ready(PRIMARY, patience=0.0)
    assert wait_for(lambda: board.is_ready(PRIMARY, patience=0.0))
    assert rows(board).keys() == {pupil(town, 0)}


def test_a_protected_move_shows_no_destination_and_no_pack(town: Town, board: LeaversBoard) -> None:
    pupil_id = town.ready(0)
    town.send(pupil_id)
    town.settle()
    assert rows(board)[pupil_id].pack is not None
    protect(town.primary.inside, PRIMARY, pupil_id, Why.WITNESS, ("A", "B"), HEAD)
    row = rows(board)[pupil_id]
    assert (row.destination, row.pack, row.attention) == (None, None, ("protected-move",))
    assert SECONDARY not in repr(row)


def test_what_needs_attention_comes_first_then_the_surname(town: Town, board: LeaversBoard) -> None:
    first, second = town.ready(0), town.leaver(1)
    assert [row.pupil_id for row in board.rows(PRIMARY)] == [first, second]
    protect(town.primary.inside, PRIMARY, second, Why.WITNESS, ("A", "B"), HEAD)
    assert [row.pupil_id for row in board.rows(PRIMARY)] == [second, first]


def test_a_date_that_passed_needs_somebody_until_the_pack_is_on_its_way(
    town: Town, board: LeaversBoard
) -> None:
    """A school's own date: the educational record is due on the 15th school day after leaving."""
    early, late, secret = town.ready(0), town.ready(1), town.ready(2)
    for pupil_id in (late, secret):
        value = {**examples.transition(moves_on="2026-01-05"), "subject": pupil_id}
        keep_record(town.primary.inside, PRIMARY, pupil_id, dumps(value), SENCO)
    protect(town.primary.inside, PRIMARY, secret, Why.WITNESS, ("A", "B"), HEAD)
    found = rows(board)
    assert found[late].attention == ("deadline-past",)
    assert found[early].attention == ()
    assert found[secret].attention == ("protected-move",), "what went of it is told to nobody here"
    assert [row.pupil_id for row in board.rows(PRIMARY)][:2] == [late, secret]
    sent = town.send(late).transfer
    assert rows(board)[late].attention == ()
    town.settle()
    reject(town.secondary.inside, SECONDARY, sent.bundle_id, "not-our-pupil", SENCO)
    town.clock.pass_(days=1)
    town.settle()
    assert "deadline-past" in rows(board)[late].attention


@pytest.mark.parametrize(
    ("kind", "late"),
    [
        (Kind.NOTHING_TO_SEND, False),
        (Kind.HOME_EDUCATED, False),
        (Kind.NOT_DECIDED, True),
        (Kind.OUTSIDE_ENGLAND, True),
    ],
)
def test_no_date_passes_where_no_pack_has_to_leave(
    town: Town, board: LeaversBoard, kind: Kind, late: bool
) -> None:
    pupil_id = town.leaver(0)
    value = {**examples.transition(moves_on="2026-01-05"), "subject": pupil_id}
    keep_record(town.primary.inside, PRIMARY, pupil_id, dumps(value), SENCO)
    assert LATE in rows(board)[pupil_id].attention
    abroad = {"name": "Ysgol y Bryn", "country": "Wales"} if kind.is_a_place else {}
    settle(town.primary.inside, PRIMARY, pupil_id, Wanted(kind=kind, **abroad), "jo", SENCO)
    assert (LATE in rows(board)[pupil_id].attention) is late
    assert rows(board) == rows(LeaversBoard(town.primary.inside))


def test_once_somebody_asked_for_a_held_pack_its_date_counts_again(
    town: Town, board: LeaversBoard
) -> None:
    pupil_id, inside = town.leaver(0), town.primary.inside
    value = {**examples.transition(moves_on="2026-01-05"), "subject": pupil_id}
    keep_record(inside, PRIMARY, pupil_id, dumps(value), SENCO)
    settle(inside, PRIMARY, pupil_id, Wanted(kind=Kind.HOME_EDUCATED), "jo", SENCO)
    assert LATE not in rows(board)[pupil_id].attention
    asked = Asked(by="la", who="Larkshire", day=date(2026, 6, 1), recorded_by="Jo", role="senco")
    record_request(inside, PRIMARY, pupil_id, asked, SENCO)
    assert LATE in rows(board)[pupil_id].attention
