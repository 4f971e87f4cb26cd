"""Sealed values: only where they belong, only with the right keys, and readable for long."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from exchange.errors import ExchangeError, StoreError, Wrapped
from exchange.ports import UnitOfWork
from exchange.store.sealing import VERSION, Sealer, Upgrade
from exchange.store.sql import SqlStore
from keys.keyring import KeyringVault
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, DSL, ORG, OTHER, UPN


def put(store: SqlStore, *steps: Callable[[UnitOfWork], object], org_id: str = ORG) -> None:
    with store.unit(org_id) as unit:
        for step in steps:
            step(unit)
        unit.audit.record(ACTOR, "test.step", "test", "1")
        unit.commit()


def run(database: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement as somebody who has the file would."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        return connection.execute(statement, values).fetchall()


def test_a_value_moved_to_another_row_does_not_open(store: SqlStore, database: Path) -> None:
    ann, ben = support.pupil(), support.pupil()
    put(store, lambda unit: unit.pupils.add(ann), lambda unit: unit.pupils.add(ben))
    run(
        database,
        "UPDATE pupils SET sealed = (SELECT sealed FROM pupils WHERE pupil_id = ?)"
        " WHERE pupil_id = ?",
        ben.pupil_id,
        ann.pupil_id,
    )
    with store.reading(ORG) as unit:
        assert unit.pupils.get(ben.pupil_id) == ben
        with pytest.raises(Wrapped) as caught:
            unit.pupils.get(ann.pupil_id)
    assert caught.value.code == "value-damaged"


def test_a_row_moved_to_another_organisation_does_not_open(store: SqlStore, database: Path) -> None:
    ann = support.pupil()
    put(store, lambda unit: unit.pupils.add(ann))
    run(database, "UPDATE pupils SET org_id = ?", OTHER)
    with store.reading(OTHER) as unit, pytest.raises(Wrapped):
        unit.pupils.get(ann.pupil_id)


@pytest.mark.parametrize(
    ("column", "value"), [("sealed_version", 0), ("compartment", "cp"), ("sealed", b"")]
)
def test_the_columns_beside_are_held_too(
    store: SqlStore, database: Path, vault: KeyringVault, column: str, value: object
) -> None:
    vault.unlock_cp(ORG, DSL)
    ann = support.pupil()
    put(store, lambda unit: unit.pupils.add(ann))
    run(database, f"UPDATE pupils SET {column} = ?", value)
    with store.reading(ORG) as unit, pytest.raises(Wrapped):
        unit.pupils.get(ann.pupil_id)


def test_every_flipped_byte_is_found(store: SqlStore, database: Path) -> None:
    ann = support.pupil(record=b"{}", destination=None)
    put(store, lambda unit: unit.pupils.add(ann))
    ((sealed,),) = run(database, "SELECT sealed FROM pupils")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        run(database, "UPDATE pupils SET sealed = ?", bytes(changed))
        with store.reading(ORG) as unit, pytest.raises(Wrapped):
            unit.pupils.get(ann.pupil_id)


def test_the_key_and_the_version_stand_beside_the_value(
    store: SqlStore, database: Path, vault: KeyringVault
) -> None:
    put(store, lambda unit: unit.pupils.add(support.pupil()))
    key_id = vault.compartment(ORG, "general").key_id
    found = run(database, "SELECT compartment, sealed_key, sealed_version FROM pupils")
    assert found == [("general", key_id, VERSION)]


def test_look_up_tags_are_keyed_and_differ_by_organisation(store: SqlStore, database: Path) -> None:
    for org_id in (ORG, OTHER):
        put(store, lambda unit: unit.pupils.add(support.pupil(upn=UPN)), org_id=org_id)
    tags = {tag for (tag,) in run(database, "SELECT upn_tag FROM pupils")}
    assert len(tags) == 2
    assert UPN not in str(tags)


def test_the_same_slot_of_two_pupils_has_two_tags(store: SqlStore, database: Path) -> None:
    """Else the file would tell which children have, say, a safeguarding flag."""
    for _ in range(2):
        ann = support.pupil()
        put(
            store,
            lambda unit, ann=ann: unit.pupils.add(ann),
            lambda unit, ann=ann: unit.records.put(support.record(ann.pupil_id, slot="flag")),
        )
    assert len(set(run(database, "SELECT slot_tag FROM records"))) == 2


STEPS: dict[tuple[str, int], Upgrade] = {
    ("pupils", 1): lambda inside: inside | {"place": inside["origin"]},
    ("pupils", 3): lambda inside: {"origin": inside["place"].upper()},
}


class TestOlderValues:
    def row(self, sealer: Sealer) -> dict[str, Any]:
        return sealer.seal("pupils", "p1", {"origin": "ctf"})

    def test_they_are_upgraded_step_by_step_when_read(self, vault: KeyringVault) -> None:
        row = self.row(Sealer(ORG, vault, version=1))
        now = Sealer(ORG, vault, version=4, upgrades=STEPS)
        assert now.open("pupils", "p1", row) == {"origin": "CTF"}
        assert now.seal("pupils", "p1", {})["sealed_version"] == 4

    def test_newer_ones_are_refused(self, vault: KeyringVault) -> None:
        row = self.row(Sealer(ORG, vault, version=VERSION + 1))
        with pytest.raises(StoreError) as caught:
            Sealer(ORG, vault).open("pupils", "p1", row)
        assert caught.value.code == "sealed-too-new"

    @pytest.mark.parametrize(
        ("table", "name", "empty"),
        [("pupils", "said", {}), ("documents", "said", {}), ("transfers", "disclosed", [])],
    )
    def test_before_disclosure_nothing_was_said(
        self, vault: KeyringVault, table: str, name: str, empty: object
    ) -> None:
        row = Sealer(ORG, vault, version=1).seal(table, "p1", {"origin": "ctf"})
        assert Sealer(ORG, vault).open(table, "p1", row) == {"origin": "ctf", name: empty}


class TestChildProtection:
    def test_it_is_sealed_apart_and_shows_once_unlocked(
        self, store: SqlStore, database: Path, vault: KeyringVault
    ) -> None:
        ann = support.pupil()
        plan = support.record(ann.pupil_id)
        chronology = support.record(ann.pupil_id, 1, compartment="cp")
        report = support.document(ann.pupil_id)
        minutes = support.document(ann.pupil_id, 1, compartment="cp")
        vault.unlock_cp(ORG, DSL)
        put(
            store,
            lambda unit: unit.pupils.add(ann),
            lambda unit: unit.records.put(plan),
            lambda unit: unit.records.put(chronology),
            lambda unit: unit.documents.add(report),
            lambda unit: unit.documents.add(minutes),
        )
        keys = {name: vault.compartment(ORG, name).key_id for name in ("general", "cp")}
        for table in ("records", "documents"):
            found = run(database, f"SELECT compartment, sealed_key FROM {table}")
            assert set(found) == set(keys.items())
        with store.reading(ORG) as unit:
            assert list(unit.records.of_pupil(ann.pupil_id)) == [plan, chronology]
            assert list(unit.documents.of_pupil(ann.pupil_id)) == [report, minutes]

        vault.lock_cp(ORG)
        with store.reading(ORG) as unit:
            assert list(unit.records.of_pupil(ann.pupil_id)) == [plan]
            assert list(unit.documents.of_pupil(ann.pupil_id)) == [report]
            with pytest.raises(Wrapped) as caught:
                unit.documents.get(minutes.document_id)
        assert caught.value.code == "compartment-locked"

    def test_it_cannot_be_written_while_locked(self, store: SqlStore) -> None:
        ann = support.pupil()
        put(store, lambda unit: unit.pupils.add(ann))
        with store.unit(ORG) as unit, pytest.raises(ExchangeError) as caught:
            unit.documents.add(support.document(ann.pupil_id, compartment="cp"))
        assert caught.value.code == "compartment-locked"


def test_sealed_columns_are_all_there_is_besides_ids_states_times_sizes(engine: Engine) -> None:
    """A new clear column has to be put on this list by somebody who thought about it."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND m.name NOT LIKE 'alembic%'"
        ).scalars()
        columns = {name for name in found if name.split(".")[1] not in COMMON}
    assert columns == CLEAR


COMMON = {
    "org_id",
    "compartment",
    "sealed_key",
    "sealed_version",
    "sealed",
    "created_at",
    "updated_at",
    "due_at",
    "attempts",
    "state",
    "size",
    "blob",
    "bundle_id",
    "pupil_id",
}
CLEAR = {
    "items.kind",
    "items.item_id",
    "items.version",
    "items.lookup",
    "items.about_tag",
    "items.clear",
    "organisations.hosted_at",
    "nonces.key_id",
    "nonces.nonce",
    "nonces.keep_until",
    "pupils.upn_tag",
    "records.record_id",
    "records.slot_tag",
    "records.replaced_at",
    "documents.document_id",
    "transfers.release_id",
    "transfers.recipient",
    "transfers.inbox",
    "transfers.kind",
    "transfers.transport",
    "transfers.target",
    "transfers.sha256",
    "transfers.payload_sha256",
    "transfers.expires_at",
    "transfers.last_seq",
    "transfers.last_receipt_sha256",
    "transfers.attention",
    "transfers.supersedes",
    "transfers.in_reply_to",
    "transfers.pupil_tag",
    "arrivals.sender",
    "arrivals.payload_sha256",
    "arrivals.envelope",
    "arrivals.envelope_signature",
    "arrivals.arrived_at",
    "arrivals.kind",
    "arrivals.code",
    "arrivals.attention",
    "arrivals.folder",
    "arrivals.supersedes",
    "arrivals.in_reply_to",
    "arrivals.laid_at",
    "receipts.counterparty",
    "receipts.direction",
    "receipts.seq",
    "receipts.kind",
    "receipts.content",
    "receipts.signature",
    "receipts.at",
    "audit_entries.seq",
    "audit_entries.at",
    "audit_entries.actor",
    "audit_entries.role",
    "audit_entries.action",
    "audit_entries.object_kind",
    "audit_entries.object_id",
    "audit_entries.outcome",
    "audit_entries.detail",
    "audit_entries.previous",
    "audit_entries.digest",
}
