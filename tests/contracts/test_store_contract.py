"""What every Store promises of its unit of work, pupils, records and documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from exchange.audit import NODE
from exchange.errors import (
    AuditError,
    Conflict,
    NotFound,
    StoreError,
    UsageError,
)
from exchange.ports import Store, StoredPupil, UnitOfWork
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


class TestRemoving:
    def test_a_slot_goes_with_its_history_and_takes_no_other_along(self, store: Store) -> None:
        ann, ben = support.pupil(), support.pupil()
        old, new = (support.record(ann.pupil_id, at, slot="report") for at in (0, 5))
        plan = support.record(ann.pupil_id, slot="plan")
        other = support.record(ben.pupil_id, slot="report")
        put(
            store,
            *(lambda unit, one=one: unit.pupils.add(one) for one in (ann, ben)),
            *(lambda unit, one=one: unit.records.put(one) for one in (old, new, plan, other)),
            lambda unit: unit.records.remove(ann.pupil_id, "report"),
        )
        with store.unit(ORG) as unit:
            assert list(unit.records.of_pupil(ann.pupil_id)) == [plan]
            assert list(unit.records.of_pupil(ben.pupil_id)) == [other]
            with pytest.raises(NotFound) as unknown:
                unit.records.remove(ann.pupil_id, "report")
            assert code_of(unknown) == "record-unknown"

    def test_a_pupil_goes_with_all_records_and_never_before_the_documents(
        self, store: Store
    ) -> None:
        ann, ben = support.pupil(), support.pupil()
        report = support.document(ann.pupil_id)
        mine, other = support.record(ann.pupil_id), support.record(ben.pupil_id)
        put(
            store,
            *(lambda unit, one=one: unit.pupils.add(one) for one in (ann, ben)),
            *(lambda unit, one=one: unit.records.put(one) for one in (mine, other)),
            lambda unit: unit.documents.add(report),
        )
        with store.unit(ORG) as unit:
            with pytest.raises(Conflict) as early:
                unit.pupils.remove(ann.pupil_id)
            assert code_of(early) == "documents-remain"
            unit.documents.remove(report.document_id)
            unit.pupils.remove(ann.pupil_id)
            with pytest.raises(NotFound) as again:
                unit.pupils.remove(ann.pupil_id)
            assert code_of(again) == "pupil-unknown"
            unit.audit.record(ACTOR, "pupil.removed", "pupil", ann.pupil_id)
            unit.commit()
        with store.reading(ORG) as unit:
            assert list(unit.pupils.all()) == [ben]
            assert list(unit.records.of_pupil(ann.pupil_id)) == []
            assert list(unit.records.of_pupil(ben.pupil_id)) == [other]


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
