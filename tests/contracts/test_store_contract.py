"""What every Store promises: one suite over the real one and the double."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from exchange.audit import NODE, verify
from exchange.domain.transfer import State
from exchange.errors import (
    AuditError,
    Conflict,
    ExchangeError,
    NotFound,
    StoreError,
    UsageError,
)
from exchange.ports import Store, StoredPupil, UnitOfWork
from exchange.store.memory import MemoryStore
from exchange.store.sql import SqlStore
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, AT, ORG, OTHER, UPN


class Pair(Protocol):
    """One store as a process with keys and as one without keys sees it."""

    inner: Store
    outward: Store


@dataclass
class _Pair:
    inner: Store
    outward: Store


@pytest.fixture(params=["sql", "memory"])
def pair(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    if request.param == "memory":
        memory = MemoryStore()
        yield _Pair(memory, memory.outward())
        return
    base = tmp_path_factory.getbasetemp()
    engine = support.ready(tmp_path / "node.db")
    yield _Pair(SqlStore(engine, support.vault_in(base / "keyring")), SqlStore(engine, None))
    engine.dispose()


@pytest.fixture
def store(pair: Pair) -> Store:
    pair.inner.host(ORG, ACTOR)
    pair.inner.host(OTHER, ACTOR)
    return pair.inner


@pytest.fixture
def face(pair: Pair, store: Store) -> Store:
    return pair.outward


def note(unit: UnitOfWork) -> None:
    unit.audit.record(ACTOR, "test.step", "test", "1")


def put(store: Store, *steps: Callable[[UnitOfWork], object], org_id: str = ORG) -> None:
    with store.unit(org_id) as unit:
        for step in steps:
            step(unit)
        note(unit)
        unit.commit()


def code_of(caught: pytest.ExceptionInfo[ExchangeError]) -> str:
    return caught.value.code


class TestHosting:
    def test_organisations_are_listed_once_each(self, store: Store) -> None:
        store.host(ORG, ACTOR)
        assert sorted(store.organisations()) == [ORG, OTHER]

    def test_hosting_is_in_the_nodes_book_and_the_organisations(self, store: Store) -> None:
        store.host(ORG, ACTOR)
        with store.reading(ORG) as unit:
            entries = list(unit.audit.entries())
        assert [(each.action, each.object_id) for each in entries] == [("organisation.host", ORG)]
        with store.reading(NODE) as unit:
            assert [each.object_id for each in unit.audit.entries()] == [ORG, OTHER]

    def test_what_is_not_hosted_has_no_unit(self, store: Store) -> None:
        for ask in (store.unit, store.reading):
            with pytest.raises(NotFound) as caught, ask(support.new_id()):
                pass
            assert code_of(caught) == "organisation-not-hosted"

    @pytest.mark.parametrize("org_id", ["", "node", "../x", ORG.upper().replace("1", "A")])
    def test_an_id_is_a_lower_case_uuid(self, store: Store, org_id: str) -> None:
        with pytest.raises(UsageError) as caught:
            store.host(org_id, ACTOR)
        assert code_of(caught) == "org-id-invalid"


class TestUnit:
    def test_a_change_without_an_entry_is_refused_and_undone(self, store: Store) -> None:
        ann = support.pupil()
        with store.unit(ORG) as unit:
            unit.pupils.add(ann)
            with pytest.raises(AuditError) as caught:
                unit.commit()
            assert code_of(caught) == "change-without-entry"
        with store.reading(ORG) as unit:
            assert list(unit.pupils.all()) == []

    @pytest.mark.parametrize(
        "change",
        [
            lambda unit, ids: unit.pupils.update(support.pupil(pupil_id=ids["pupil"])),
            lambda unit, ids: unit.records.put(support.record(ids["pupil"])),
            lambda unit, ids: unit.documents.add(support.document(ids["pupil"])),
            lambda unit, ids: unit.transfers.add(support.transfer()),
            lambda unit, ids: unit.transfers.update(support.transfer(bundle_id=ids["transfer"])),
            lambda unit, ids: unit.arrivals.add(support.arrival()),
            lambda unit, ids: unit.arrivals.update(support.arrival(bundle_id=ids["arrival"])),
            lambda unit, ids: unit.receipts.append(support.receipt(ids["arrival"])),
        ],
    )
    def test_each_kind_of_change_wants_an_entry(
        self, store: Store, change: Callable[[UnitOfWork, dict[str, str]], None]
    ) -> None:
        ids = {name: support.new_id() for name in ("pupil", "transfer", "arrival")}
        put(
            store,
            lambda unit: unit.pupils.add(support.pupil(pupil_id=ids["pupil"])),
            lambda unit: unit.transfers.add(support.transfer(bundle_id=ids["transfer"])),
            lambda unit: unit.arrivals.add(support.arrival(bundle_id=ids["arrival"])),
        )
        with store.unit(ORG) as unit:
            change(unit, ids)
            with pytest.raises(AuditError):
                unit.commit()

    def test_an_entry_alone_is_kept(self, store: Store) -> None:
        put(store)
        with store.reading(ORG) as unit:
            assert [each.action for each in unit.audit.entries()][-1] == "test.step"

    def test_leaving_without_commit_undoes_everything(self, store: Store) -> None:
        with store.unit(ORG) as unit:
            unit.pupils.add(support.pupil())
            note(unit)
        with store.reading(ORG) as unit:
            assert list(unit.pupils.all()) == []
            assert len(list(unit.audit.entries())) == 1

    def test_an_error_inside_undoes_everything(self, store: Store) -> None:
        def fail() -> None:
            with store.unit(ORG) as unit:
                unit.pupils.add(support.pupil())
                note(unit)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with store.reading(ORG) as unit:
            assert list(unit.pupils.all()) == []

    def test_a_refused_row_leaves_the_rest_of_the_unit_good(self, store: Store) -> None:
        ann = support.pupil()
        with store.unit(ORG) as unit:
            unit.pupils.add(ann)
            with pytest.raises(Conflict):
                unit.pupils.add(ann)
            note(unit)
            unit.commit()
        with store.reading(ORG) as unit:
            assert list(unit.pupils.all()) == [ann]

    def test_it_is_good_for_one_commit(self, store: Store) -> None:
        with store.unit(ORG) as unit:
            note(unit)
            unit.commit()
            for use in (lambda: unit.arrivals.find(OTHER, ORG), unit.commit):
                with pytest.raises(StoreError) as caught:
                    use()
                assert code_of(caught) == "unit-finished"

    def test_reading_does_not_wait_for_a_writer_and_sees_what_is_committed(
        self, store: Store
    ) -> None:
        with store.unit(ORG) as writer:
            writer.pupils.add(support.pupil())
            with store.reading(ORG) as reader:
                assert list(reader.pupils.all()) == []

    def test_reading_refuses_to_write(self, store: Store) -> None:
        with store.reading(ORG) as unit:
            with pytest.raises(StoreError) as caught:
                unit.pupils.add(support.pupil())
            assert code_of(caught) == "unit-only-reads"
            note(unit)
            with pytest.raises(StoreError):
                unit.commit()


class TestPupils:
    def test_what_goes_in_comes_out(self, store: Store) -> None:
        ann, ben = support.pupil(1, upn=UPN), support.pupil(2, destination=None)
        put(store, lambda unit: unit.pupils.add(ben), lambda unit: unit.pupils.add(ann))
        with store.reading(ORG) as unit:
            assert unit.pupils.get(ann.pupil_id) == ann
            assert list(unit.pupils.all()) == [ann, ben]
            assert unit.pupils.by_upn(UPN) == ann
            assert unit.pupils.by_upn("A000000000000") is None

    def test_update_replaces_all(self, store: Store) -> None:
        ann = support.pupil(upn=UPN)
        changed = replace(ann, upn=None, record=b"{}", updated_at=AT + timedelta(days=1))
        put(store, lambda unit: unit.pupils.add(ann))
        put(store, lambda unit: unit.pupils.update(changed))
        with store.reading(ORG) as unit:
            assert unit.pupils.get(ann.pupil_id) == changed
            assert unit.pupils.by_upn(UPN) is None

    def test_an_id_or_upn_that_is_taken_is_refused(self, store: Store) -> None:
        ann, ben = support.pupil(upn=UPN), support.pupil()
        put(store, lambda unit: unit.pupils.add(ann), lambda unit: unit.pupils.add(ben))
        with store.unit(ORG) as unit:
            for refused in (
                lambda: unit.pupils.add(replace(ann, upn=None)),
                lambda: unit.pupils.add(support.pupil(upn=UPN)),
                lambda: unit.pupils.update(replace(ben, upn=UPN)),
            ):
                with pytest.raises(Conflict) as caught:
                    refused()
                assert code_of(caught) == "pupil-exists"

    def test_the_same_upn_may_be_at_another_organisation(self, store: Store) -> None:
        ann: StoredPupil = support.pupil(upn=UPN)
        put(store, lambda unit: unit.pupils.add(ann))
        put(store, lambda unit: unit.pupils.add(ann), org_id=OTHER)
        with store.reading(OTHER) as unit:
            assert unit.pupils.by_upn(UPN) == ann

    def test_what_is_not_here_is_not_found(self, store: Store) -> None:
        with store.unit(ORG) as unit:
            for ask in (
                lambda: unit.pupils.get(ORG),
                lambda: unit.pupils.update(support.pupil()),
            ):
                with pytest.raises(NotFound) as caught:
                    ask()
                assert code_of(caught) == "pupil-unknown"


class TestRecords:
    def test_the_newest_of_each_slot_is_current(self, store: Store) -> None:
        ann = support.pupil()
        old = support.record(ann.pupil_id, slot="plan")
        new = support.record(ann.pupil_id, 5, slot="plan", record=b'{"new":1}')
        profile = support.record(ann.pupil_id, slot="a-profile")
        put(store, lambda unit: unit.pupils.add(ann))
        for each in (old, profile, new):
            put(store, lambda unit, each=each: unit.records.put(each))
        with store.reading(ORG) as unit:
            assert list(unit.records.of_pupil(ann.pupil_id)) == [profile, new]

    def test_slots_of_two_pupils_are_apart(self, store: Store) -> None:
        ann, ben = support.pupil(), support.pupil()
        plans = [support.record(each.pupil_id, slot="plan") for each in (ann, ben)]
        put(
            store,
            *(lambda unit, each=each: unit.pupils.add(each) for each in (ann, ben)),
            *(lambda unit, each=each: unit.records.put(each) for each in plans),
        )
        with store.reading(ORG) as unit:
            assert [*unit.records.of_pupil(ann.pupil_id)] == [plans[0]]
            assert [*unit.records.of_pupil(ben.pupil_id)] == [plans[1]]

    def test_a_taken_id_and_an_unknown_pupil_are_refused(self, store: Store) -> None:
        ann = support.pupil()
        plan = support.record(ann.pupil_id)
        put(store, lambda unit: unit.pupils.add(ann), lambda unit: unit.records.put(plan))
        with store.unit(ORG) as unit:
            with pytest.raises(Conflict) as conflict:
                unit.records.put(replace(plan, slot="other"))
            assert code_of(conflict) == "record-exists"
            with pytest.raises(NotFound) as unknown:
                unit.records.put(support.record(support.new_id()))
            assert code_of(unknown) == "pupil-unknown"


class TestDocuments:
    def test_what_goes_in_comes_out(self, store: Store) -> None:
        ann = support.pupil()
        first = support.document(ann.pupil_id, 1, warnings=("pdf-javascript", "unscanned"))
        second = support.document(ann.pupil_id, 2, authored=None, size=2**40, crc32=0)
        put(
            store,
            lambda unit: unit.pupils.add(ann),
            lambda unit: unit.documents.add(second),
            lambda unit: unit.documents.add(first),
        )
        with store.reading(ORG) as unit:
            assert unit.documents.get(second.document_id) == second
            assert list(unit.documents.of_pupil(ann.pupil_id)) == [first, second]
            assert list(unit.documents.of_pupil(support.new_id())) == []

    def test_a_taken_id_and_an_unknown_pupil_are_refused(self, store: Store) -> None:
        ann = support.pupil()
        report = support.document(ann.pupil_id)
        put(store, lambda unit: unit.pupils.add(ann), lambda unit: unit.documents.add(report))
        with store.unit(ORG) as unit:
            with pytest.raises(Conflict) as conflict:
                unit.documents.add(report)
            assert code_of(conflict) == "document-exists"
            with pytest.raises(NotFound) as unknown:
                unit.documents.add(support.document(support.new_id()))
            assert code_of(unknown) == "pupil-unknown"
            with pytest.raises(NotFound) as missing:
                unit.documents.get(support.new_id())
            assert code_of(missing) == "document-unknown"

    def test_what_was_said_of_one_is_kept(self, store: Store) -> None:
        ann, said = support.pupil(said={"": support.SAID, "ehc-plan/D": support.SAID}), support.SAID
        one, other = support.document(ann.pupil_id, 1), support.document(ann.pupil_id, 2)
        put(
            store,
            lambda unit: unit.pupils.add(ann),
            lambda unit: unit.documents.add(one),
            lambda unit: unit.documents.add(other),
        )
        put(store, lambda unit: unit.documents.update(replace(one, said=said)))
        with store.reading(ORG) as unit:
            assert unit.documents.get(one.document_id) == replace(one, said=said)
            assert unit.documents.get(other.document_id) == other
            assert unit.pupils.get(ann.pupil_id) == ann
        with store.unit(ORG) as unit, pytest.raises(NotFound) as unknown:
            unit.documents.update(support.document(ann.pupil_id))
        assert code_of(unknown) == "document-unknown"

    def test_saying_something_wants_an_entry(self, store: Store) -> None:
        ann = support.pupil()
        one = support.document(ann.pupil_id)
        put(store, lambda unit: unit.pupils.add(ann), lambda unit: unit.documents.add(one))
        with store.unit(ORG) as unit:
            unit.documents.update(replace(one, said=support.SAID))
            with pytest.raises(AuditError):
                unit.commit()


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
