"""What every Store promises of packs, receipts and the book, and to a process without keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from exchange.audit import NODE, verify
from exchange.domain.transfer import State
from exchange.errors import (
    AuditError,
    Conflict,
    NotFound,
    StoreError,
)
from exchange.ports import Store, UnitOfWork
from exchange.store.memory import MemoryStore
from exchange.store.sql import SqlStore
from tests.contracts.stores import MadePair, Pair, code_of, note, put
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, AT, ORG, OTHER, UPN


@pytest.fixture(params=["sql", "memory"])
def pair(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    if request.param == "memory":
        memory = MemoryStore()
        yield MadePair(memory, memory.outward())
        return
    base = tmp_path_factory.getbasetemp()
    engine = support.ready(tmp_path / "node.db")
    yield MadePair(SqlStore(engine, support.vault_in(base / "keyring")), SqlStore(engine, None))
    engine.dispose()


@pytest.fixture
def store(pair: Pair) -> Store:
    pair.inner.host(ORG, ACTOR)
    pair.inner.host(OTHER, ACTOR)
    return pair.inner


@pytest.fixture
def face(pair: Pair, store: Store) -> Store:
    return pair.outward


class TestTransfers:
    def test_what_goes_in_comes_out(self, store: Store) -> None:
        one = support.transfer(1, disclosed=(support.DISCLOSED,))
        two = support.transfer(2, pupil_id=None, due_at=None)
        put(store, lambda unit: unit.transfers.add(two), lambda unit: unit.transfers.add(one))
        with store.reading(ORG) as unit:
            assert unit.transfers.get(one.bundle_id) == one
            assert list(unit.transfers.all()) == [one, two]
            assert list(unit.transfers.all(one.pupil_id)) == [one]
            assert list(unit.transfers.all(support.new_id())) == []

    def test_answers_are_found_by_what_they_answer(self, store: Store) -> None:
        asked = support.new_id()
        one, two = support.transfer(1, in_reply_to=asked), support.transfer(2)
        three, four = support.arrival(3, in_reply_to=asked), support.arrival(4)
        put(store, lambda unit: unit.transfers.add(one), lambda unit: unit.transfers.add(two))
        put(store, lambda unit: unit.arrivals.add(three), lambda unit: unit.arrivals.add(four))
        with store.reading(ORG) as unit:
            assert list(unit.transfers.answering(asked)) == [one]
            assert list(unit.arrivals.answering(asked)) == [three]
            assert list(unit.transfers.answering(support.new_id())) == []

    def test_a_state_moves_on(self, store: Store) -> None:
        one = support.transfer()
        moved = replace(
            one,
            state=State.COLLECTED,
            last_seq=1,
            last_receipt_sha256="12" * 32,
            attention="receipt-forked",
            due_at=None,
        )
        put(store, lambda unit: unit.transfers.add(one))
        put(store, lambda unit: unit.transfers.update(moved))
        with store.reading(ORG) as unit:
            assert unit.transfers.get(one.bundle_id) == moved

    def test_a_timetable_wants_no_entry(self, store: Store, face: Store) -> None:
        one = support.transfer()
        later = AT + timedelta(hours=1, microseconds=250_001)
        put(store, lambda unit: unit.transfers.add(one))
        with face.unit(ORG) as unit:
            unit.transfers.schedule(one.bundle_id, later, 3)
            unit.commit()
        with store.reading(ORG) as unit:
            expected = replace(one, due_at=later, attempts=3)
            assert unit.transfers.get(one.bundle_id) == expected

    def test_due_ones_come_longest_waiting_first(self, store: Store) -> None:
        waits = [AT, None, AT - timedelta(hours=1), AT + timedelta(seconds=1)]
        rows = [support.transfer(due_at=due) for due in waits]
        put(store, *(lambda unit, row=row: unit.transfers.add(row) for row in rows))
        with store.reading(ORG) as unit:
            assert list(unit.transfers.due(AT, 9)) == [rows[2].bundle_id, rows[0].bundle_id]
            assert list(unit.transfers.due(AT, 1)) == [rows[2].bundle_id]

    def test_stuck_are_those_that_wait_to_leave_and_need_somebody(self, store: Store) -> None:
        rows = [
            support.transfer(),
            support.transfer(attention="no-endpoint"),
            support.transfer(attention="no-endpoint", state=State.EXPIRED),
        ]
        put(store, *(lambda unit, row=row: unit.transfers.add(row) for row in rows))
        with store.reading(ORG) as unit:
            assert unit.transfers.stuck() == 1

    def test_rows_may_be_changed_while_they_are_walked(self, store: Store) -> None:
        rows = [support.transfer(number) for number in range(5)]
        put(store, *(lambda unit, row=row: unit.transfers.add(row) for row in rows))

        def expire_all(unit: UnitOfWork) -> None:
            for each in unit.transfers.all():
                unit.transfers.update(replace(each, state=State.EXPIRED, due_at=None))

        put(store, expire_all)
        with store.reading(ORG) as unit:
            assert {each.state for each in unit.transfers.all()} == {State.EXPIRED}

    def test_taken_and_unknown_ids_are_refused(self, store: Store) -> None:
        one = support.transfer()
        put(store, lambda unit: unit.transfers.add(one))
        with store.unit(ORG) as unit:
            with pytest.raises(Conflict) as conflict:
                unit.transfers.add(one)
            assert code_of(conflict) == "transfer-exists"
            for ask in (
                lambda: unit.transfers.get(ORG),
                lambda: unit.transfers.update(support.transfer()),
                lambda: unit.transfers.schedule(ORG, None, 0),
            ):
                with pytest.raises(NotFound) as caught:
                    ask()
                assert code_of(caught) == "transfer-unknown"


class TestArrivals:
    def test_the_face_adds_and_the_worker_goes_on(self, store: Store, face: Store) -> None:
        one = support.arrival(1, folder="stick")
        put(face, lambda unit: unit.arrivals.add(one))
        opened = replace(
            one, state=State.VERIFIED, kind="transfer", statement=b"s", sender_entry=b"e"
        )
        with store.unit(ORG) as unit:
            assert unit.arrivals.find(OTHER, one.bundle_id) == one
            unit.arrivals.update(opened)
            note(unit)
            unit.commit()
        with store.reading(ORG) as unit:
            assert unit.arrivals.by_bundle(one.bundle_id) == opened
            assert list(unit.arrivals.all()) == [opened]

    def test_the_face_sees_and_changes_clear_columns_alone(self, store: Store, face: Store) -> None:
        one = support.arrival(statement=b"s", statement_signature=b"t", sender_entry=b"e")
        put(store, lambda unit: unit.arrivals.add(one))
        clear = replace(one, statement=b"", statement_signature=b"", sender_entry=b"")
        with face.unit(ORG) as unit:
            assert unit.arrivals.find(OTHER, one.bundle_id) == clear
            unit.arrivals.update(replace(clear, attention="payload-differs"))
            note(unit)
            unit.commit()
        with store.reading(ORG) as unit:
            expected = replace(one, attention="payload-differs")
            assert unit.arrivals.find(OTHER, one.bundle_id) == expected

    def test_the_face_cannot_set_what_is_sealed(self, store: Store, face: Store) -> None:
        one = support.arrival()
        put(store, lambda unit: unit.arrivals.add(one))
        with face.unit(ORG) as unit:
            for refused in (
                lambda: unit.arrivals.add(support.arrival(statement=b"s")),
                lambda: unit.arrivals.update(replace(one, sender_entry=b"e")),
            ):
                with pytest.raises(StoreError) as caught:
                    refused()
                assert code_of(caught) == "sealed-here"

    def test_the_key_is_sender_and_bundle(self, store: Store) -> None:
        one = support.arrival()
        stranger = replace(one, sender=ORG, payload_sha256="00" * 32)
        put(store, lambda unit: unit.arrivals.add(one), lambda unit: unit.arrivals.add(stranger))
        with store.unit(ORG) as unit:
            assert unit.arrivals.find(ORG, one.bundle_id) == stranger
            with pytest.raises(Conflict) as ambiguous:
                unit.arrivals.by_bundle(one.bundle_id)
            assert code_of(ambiguous) == "arrival-ambiguous"
            with pytest.raises(Conflict) as taken:
                unit.arrivals.add(replace(one, payload_sha256="00" * 32))
            assert code_of(taken) == "arrival-exists"

    def test_due_and_schedule(self, store: Store, face: Store) -> None:
        waits = [AT, AT - timedelta(hours=1), None]
        rows = [support.arrival(due_at=due) for due in waits]
        put(store, *(lambda unit, row=row: unit.arrivals.add(row) for row in rows))
        with face.unit(ORG) as unit:
            assert list(unit.arrivals.due(AT, 9)) == [
                (OTHER, rows[1].bundle_id),
                (OTHER, rows[0].bundle_id),
            ]
            unit.arrivals.schedule(OTHER, rows[1].bundle_id, None, 2)
            unit.commit()
        with store.reading(ORG) as unit:
            assert list(unit.arrivals.due(AT, 9)) == [(OTHER, rows[0].bundle_id)]
            found = unit.arrivals.by_bundle(rows[1].bundle_id)
            assert found == replace(rows[1], due_at=None, attempts=2)

    def test_outlines_are_all_but_what_is_sealed(self, store: Store) -> None:
        rows = [support.arrival(attention="held"), support.arrival()]
        put(store, *(lambda unit, row=row: unit.arrivals.add(row) for row in rows))
        bare = {"statement": b"", "statement_signature": b"", "sender_entry": b""}
        with store.reading(ORG) as unit:
            expected = [replace(one, **bare) for one in unit.arrivals.all()]  # type: ignore[arg-type]
            assert list(unit.arrivals.outlines()) == expected
            assert [one.attention for one in expected].count("held") == 1

    def test_what_is_not_here_is_not_found(self, store: Store) -> None:
        with store.unit(ORG) as unit:
            assert unit.arrivals.find(OTHER, ORG) is None
            for ask in (
                lambda: unit.arrivals.by_bundle(ORG),
                lambda: unit.arrivals.update(support.arrival()),
                lambda: unit.arrivals.schedule(OTHER, ORG, None, 0),
            ):
                with pytest.raises(NotFound) as caught:
                    ask()
                assert code_of(caught) == "arrival-unknown"

    def test_fifty_at_once_and_one_wins(self, store: Store, face: Store) -> None:
        one = support.arrival()
        start = threading.Barrier(50)
        outcomes: list[str] = []

        def arrive() -> None:
            start.wait()
            try:
                put(face, lambda unit: unit.arrivals.add(one))
                outcomes.append("added")
            except Conflict as error:
                outcomes.append(error.code)

        threads = [threading.Thread(target=arrive) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["added"] + ["arrival-exists"] * 49
        with store.reading(ORG) as unit:
            assert len(list(unit.arrivals.all())) == 1
            assert verify(unit.audit.entries(), ORG) is None


class TestReceipts:
    def test_they_come_by_seq_and_apart(self, store: Store, face: Store) -> None:
        bundle = support.new_id()
        rows = [support.receipt(bundle, seq) for seq in (2, 1, 10)]
        heard = support.receipt(bundle, 1, direction="received", content=b"heard")
        put(store, *(lambda unit, row=row: unit.receipts.append(row) for row in [*rows, heard]))
        with face.reading(ORG) as unit:
            issued = unit.receipts.of(bundle, OTHER, "issued")
            assert list(issued) == [rows[1], rows[0], rows[2]]
            assert list(unit.receipts.of(bundle, OTHER, "received")) == [heard]
            assert list(unit.receipts.of(bundle, ORG, "issued")) == []

    def test_a_seq_is_taken_once(self, store: Store) -> None:
        bundle = support.new_id()
        put(store, lambda unit: unit.receipts.append(support.receipt(bundle)))
        with store.unit(ORG) as unit, pytest.raises(Conflict) as caught:
            unit.receipts.append(support.receipt(bundle, content=b"other"))
        assert code_of(caught) == "receipt-exists"


class TestBook:
    def test_entries_are_chained_per_organisation(self, store: Store) -> None:
        for number in range(3):
            put(store, lambda unit: note(unit), org_id=ORG if number else OTHER)
        for book in (ORG, OTHER, NODE):
            with store.reading(book) as unit:
                entries = list(unit.audit.entries())
                assert [each.seq for each in entries] == list(range(1, len(entries) + 1))
                assert verify(entries, book) is None

    def test_an_entry_comes_back_as_it_was_recorded(self, store: Store) -> None:
        detail = {"code": "upn-invalid", "count": "3"}
        with store.unit(ORG) as unit:
            unit.audit.record(ACTOR, "ctf.import", "file", "f1", "refused", detail)
            assert [each.action for each in unit.audit.entries()] == ["organisation.host"]
            unit.commit()
        with store.reading(ORG) as unit:
            last = list(unit.audit.entries())[-1]
        assert (last.actor, last.role) == (ACTOR.name, ACTOR.role)
        assert (last.action, last.object_kind, last.object_id) == ("ctf.import", "file", "f1")
        assert (last.outcome, dict(last.detail)) == ("refused", detail)

    def test_values_do_not_enter_the_book(self, store: Store) -> None:
        with store.unit(ORG) as unit:
            for value in ("Ann Smith", UPN):
                with pytest.raises(AuditError) as caught:
                    unit.audit.record(ACTOR, "a", "b", "c", detail={"d": value})
                assert code_of(caught) == "entry-invalid"

    def test_a_thousand_entries_are_walked_in_order(self, store: Store) -> None:
        with store.unit(ORG) as unit:
            for _ in range(1001):
                note(unit)
            unit.commit()
        with store.reading(ORG) as unit:
            assert verify(unit.audit.entries(), ORG) is None
            assert len(list(unit.audit.entries())) == 1002


class TestWithoutKeys:
    @pytest.mark.parametrize(
        "ask",
        [
            lambda unit: unit.pupils.add(support.pupil()),
            lambda unit: unit.pupils.by_upn(UPN),
            lambda unit: list(unit.pupils.all()),
            lambda unit: list(unit.transfers.all()),
            lambda unit: unit.transfers.add(support.transfer()),
            lambda unit: unit.documents.add(support.document(ORG)),
            lambda unit: unit.records.put(support.record(ORG)),
        ],
    )
    def test_sealed_values_are_out_of_reach(
        self, store: Store, face: Store, ask: Callable[[UnitOfWork], object]
    ) -> None:
        put(
            store,
            lambda unit: unit.pupils.add(support.pupil()),
            lambda unit: unit.transfers.add(support.transfer()),
        )
        with face.unit(ORG) as unit, pytest.raises(StoreError) as caught:
            ask(unit)
        assert code_of(caught) == "sealed-here"


class TestNonces:
    def test_a_nonce_is_seen_first_once(self, face: Store) -> None:
        until = AT + timedelta(minutes=5)
        assert face.first_sight("k1", "n1", AT, until)
        assert not face.first_sight("k1", "n1", AT, until)
        assert face.first_sight("k2", "n1", AT, until)
        assert face.first_sight("k1", "n2", AT, until)

    def test_it_is_kept_as_long_as_asked_and_no_longer(self, face: Store) -> None:
        until = AT + timedelta(minutes=5)
        assert face.first_sight("k1", "n1", AT, until)
        assert not face.first_sight("k1", "n1", until, until + timedelta(minutes=5))
        assert face.first_sight("k1", "n1", until + timedelta(seconds=1), until)

    def test_of_fifty_at_once_one_is_first(self, face: Store) -> None:
        start = threading.Barrier(50)
        seen: list[bool] = []

        def look() -> None:
            start.wait()
            seen.append(face.first_sight("k", "n", AT, AT + timedelta(minutes=5)))

        threads = [threading.Thread(target=look) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == [False] * 49 + [True]
