"""A query that forgets its organisation cannot be written: shown on the source, the engine, rows.

The source: only tenancy.py may build statements. The engine: a guard refuses one that got there
another way. The rows: no repository method sees, changes or is disturbed by another's.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, and_, delete, exists, insert, or_, select, text, union, update

import exchange.store
from exchange.errors import NotFound, StoreError
from exchange.ports import Item, StoredDocument, StoredPupil, StoredRecord, Transfer, UnitOfWork
from exchange.ports.rows import Arrival, StoredReceipt
from exchange.store import dialect, tables
from exchange.store.guard import TENANT
from exchange.store.sql import SqlStore
from exchange.store.tenancy import Tenancy
from exchange.store.unit import SqlUnit
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, AT, ORG, OTHER, UPN

# --- the source -----------------------------------------------------------------------------

FOLDER = Path(exchange.store.__file__).parent
BUILDERS = {"select", "insert", "update", "delete", "text", "union", "exists", "literal_column"}
ANSWERED = support.new_id()
RUNNERS = {"execute", "exec_driver_sql", "scalars", "scalar", "raw_connection", "executescript"}
ALLOWED_RUNNERS = {"tenancy.py": {"execute"}, "dialect.py": {"execute", "exec_driver_sql"}}
KNOW_SQLALCHEMY = {
    "tenancy.py",
    "tables.py",
    "dialect.py",
    "engine.py",
    "guard.py",
    "failures.py",
    "migrate.py",
    "sql.py",  # the type of an engine, to hand on
    "unit.py",  # likewise
    "orphans.py",  # likewise
}


def breaks_of(name: str, source: str) -> list[str]:
    """Return what in a module of the store builds or runs statements without being allowed to."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for each in node.names:
                found += _import_breaks(name, each.name, "*")
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                found += _import_breaks(name, node.module or "", each.name)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found += _call_breaks(name, ast.unparse(node.func.value), node.func.attr)
    return found


def _import_breaks(name: str, module: str, what: str) -> list[str]:
    root = module.split(".")[0]
    if root == "sqlite3" and name != "dialect.py":
        return ["imports sqlite3"]
    if root != "sqlalchemy" or name == "tenancy.py":
        return []
    if name not in KNOW_SQLALCHEMY or what == "*" or what in BUILDERS:
        return [f"imports {what} of {module}"]
    return []


def _call_breaks(name: str, owner: str, called: str) -> list[str]:
    if called in RUNNERS - ALLOWED_RUNNERS.get(name, set()):
        return [f"runs {called}"]
    if called in BUILDERS and "table" in owner.lower():
        return [f"builds {called}"]
    return []


MODULES = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_tenancy_builds_statements(path: Path) -> None:
    assert breaks_of(path.name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from sqlalchemy import select",
        "from sqlalchemy.sql import text",
        "import sqlalchemy as sa",
        "import sqlite3",
        "from sqlalchemy.sql.expression import *",
        "def f(connection): connection.exec_driver_sql('SELECT 1')",
        "def f(self): return self._connection.execute(1)",
        "def f(): return _TABLE.select()",
        "def f(): return tables.pupils.delete()",
    ],
)
def test_the_check_finds_planted_breaks(planted: str) -> None:
    assert breaks_of("pupils.py", planted)


# --- the engine -----------------------------------------------------------------------------

PUPILS, RECORDS = tables.pupils, tables.records
MINE = PUPILS.c.org_id == ORG
ROW = {"pupil_id": "p", "created_at": AT, "updated_at": AT, "sealed_key": "k"}
ROW |= {"sealed_version": 1, "sealed": b""}

FORBIDDEN: dict[str, Any] = {
    "all": select(PUPILS),
    "by-id-alone": select(PUPILS).where(PUPILS.c.pupil_id == "p"),
    "another": select(PUPILS).where(PUPILS.c.org_id == OTHER),
    "not-mine": select(PUPILS).where(PUPILS.c.org_id != ORG),
    "or": select(PUPILS).where(or_(MINE, PUPILS.c.pupil_id == "p")),
    "to-itself": select(PUPILS).where(PUPILS.c.org_id == PUPILS.c.org_id),
    "in": select(PUPILS).where(PUPILS.c.org_id.in_([ORG])),
    "join": select(PUPILS, RECORDS).where(MINE, RECORDS.c.org_id == ORG),
    "second-table": select(PUPILS).where(MINE, exists(select(RECORDS.c.org_id))),
    "same-table-inside": select(PUPILS).where(MINE, exists(select(PUPILS.c.org_id))),
    "union": union(select(PUPILS.c.org_id).where(MINE), select(PUPILS.c.org_id)),
    "alias": select(PUPILS.alias("x")),
    "subquery": select(select(PUPILS).subquery()),
    "delete": delete(PUPILS),
    "delete-another": delete(PUPILS).where(PUPILS.c.org_id == OTHER),
    "update": update(PUPILS).values(upn_tag="x"),
    "hand-over": update(PUPILS).where(MINE).values(org_id=OTHER),
    "insert-another": insert(PUPILS).values(ROW | {"org_id": OTHER}),
    "insert-none": insert(PUPILS).values(ROW),
    "insert-select": insert(PUPILS).from_select(["org_id"], select(RECORDS.c.org_id)),
    "text": text("SELECT * FROM pupils"),
    "text-that-names-it": text(f"SELECT * FROM pupils WHERE org_id = '{ORG}'"),
    "text-quoted": text('DELETE FROM "Audit_Entries"'),
}


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_the_guard_refuses_what_does_not_name_the_organisation(engine: Engine, name: str) -> None:
    with engine.connect() as connection:
        connection.execution_options(**{TENANT: ORG})
        with pytest.raises(StoreError) as caught:
            connection.execute(FORBIDDEN[name])
        assert caught.value.code == "tenant-missing"


def test_the_guard_refuses_a_row_of_another_among_many(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execution_options(**{TENANT: ORG})
        rows = [ROW | {"org_id": ORG}, ROW | {"org_id": OTHER}]
        with pytest.raises(StoreError):
            connection.execute(insert(PUPILS), rows)


def test_the_guard_refuses_driver_text_and_connections_of_nobody(engine: Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(StoreError):
            connection.exec_driver_sql("SELECT count(*) FROM transfers")
        with pytest.raises(StoreError):
            connection.execute(select(PUPILS).where(MINE))


def test_the_guard_looks_at_values_and_not_at_a_remembered_statement(engine: Engine) -> None:
    """SQLAlchemy keeps compiled statements: the second one has the first one's text."""
    for _ in range(2):
        with engine.connect() as connection:
            connection.execution_options(**{TENANT: ORG})
            connection.execute(select(PUPILS).where(and_(MINE, PUPILS.c.pupil_id == "p")))
            with pytest.raises(StoreError):
                connection.execute(
                    select(PUPILS).where(and_(PUPILS.c.org_id == OTHER, PUPILS.c.pupil_id == "p"))
                )


def test_every_table_is_guarded_but_the_nodes() -> None:
    for table in tables.metadata.tables.values():
        assert ("org_id" in table.primary_key.columns) is (table is not tables.nonces)
    assert {tables.organisations, tables.nonces} == tables.NODE_TABLES


@pytest.mark.parametrize("table", [tables.audit_entries, tables.receipts])
def test_append_only_rows_are_not_changed(engine: Engine, table: Table) -> None:
    rows = Tenancy(engine, ORG)
    with pytest.raises(StoreError) as caught:
        rows.change(table, {}, {"at": AT})
    assert caught.value.code == "row-unchangeable"
    rows.close()


def test_a_row_is_not_handed_to_another_organisation(engine: Engine) -> None:
    rows = Tenancy(engine, ORG)
    with pytest.raises(StoreError):
        rows.change(PUPILS, {}, {"org_id": OTHER})
    rows.close()


# --- the rows -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Theirs:
    """Rows of another organisation."""

    pupil: StoredPupil
    record: StoredRecord
    document: StoredDocument
    transfer: Transfer
    arrival: Arrival
    receipt: StoredReceipt
    item: Item

    def put(self, unit: UnitOfWork) -> None:
        unit.pupils.add(self.pupil)
        unit.records.put(self.record)
        unit.documents.add(self.document)
        unit.transfers.add(self.transfer)
        unit.arrivals.add(self.arrival)
        unit.receipts.append(self.receipt)
        unit.items.add(self.item)

    def seen(self, unit: UnitOfWork) -> list[object]:
        return [
            list(unit.pupils.all()),
            list(unit.records.of_pupil(self.pupil.pupil_id)),
            list(unit.documents.of_pupil(self.pupil.pupil_id)),
            list(unit.transfers.all()),
            list(unit.arrivals.all()),
            list(unit.receipts.of(self.receipt.bundle_id, OTHER, "issued")),
            list(unit.items.all(self.item.kind)),
            list(unit.audit.entries()),
        ]


@pytest.fixture
def theirs(store: SqlStore) -> Theirs:
    pupil = support.pupil(upn=UPN)
    rows = Theirs(
        pupil,
        support.record(pupil.pupil_id),
        support.document(pupil.pupil_id),
        support.transfer(pupil_id=pupil.pupil_id, in_reply_to=ANSWERED),
        support.arrival(statement=b"s", in_reply_to=ANSWERED),
        support.receipt(support.new_id()),
        Item("link", "a1", "open", {}, AT, AT, due_at=AT, lookup="theirs", about="p"),
    )
    with store.unit(OTHER) as unit:
        rows.put(unit)
        unit.audit.record(ACTOR, "test.step", "test", "1")
        unit.commit()
    return rows


def missing(call: Callable[[], object]) -> bool:
    with pytest.raises(NotFound):
        call()
    return True


def added(call: Callable[[], object]) -> bool:
    call()
    return True


Probe = Callable[[UnitOfWork, Theirs], object]
PROBES: dict[str, Probe] = {
    "pupils.add": lambda unit, rows: added(lambda: unit.pupils.add(rows.pupil)),
    "pupils.update": lambda unit, rows: missing(lambda: unit.pupils.update(rows.pupil)),
    "pupils.remove": lambda unit, rows: missing(lambda: unit.pupils.remove(rows.pupil.pupil_id)),
    "pupils.get": lambda unit, rows: missing(lambda: unit.pupils.get(rows.pupil.pupil_id)),
    "pupils.by_upn": lambda unit, rows: unit.pupils.by_upn(UPN) is None,
    "pupils.all": lambda unit, rows: list(unit.pupils.all()) == [],
    "records.put": lambda unit, rows: missing(lambda: unit.records.put(rows.record)),
    "records.of_pupil": lambda unit, rows: [*unit.records.of_pupil(rows.pupil.pupil_id)] == [],
    "records.remove": lambda unit, rows: missing(
        lambda: unit.records.remove(rows.pupil.pupil_id, rows.record.slot)
    ),
    "documents.add": lambda unit, rows: missing(lambda: unit.documents.add(rows.document)),
    "documents.update": lambda unit, rows: missing(lambda: unit.documents.update(rows.document)),
    "documents.get": lambda unit, rows: missing(
        lambda: unit.documents.get(rows.document.document_id)
    ),
    "documents.of_pupil": lambda unit, rows: [*unit.documents.of_pupil(rows.pupil.pupil_id)] == [],
    "documents.remove": lambda unit, rows: missing(
        lambda: unit.documents.remove(rows.document.document_id)
    ),
    "transfers.add": lambda unit, rows: added(lambda: unit.transfers.add(rows.transfer)),
    "transfers.get": lambda unit, rows: missing(
        lambda: unit.transfers.get(rows.transfer.bundle_id)
    ),
    "transfers.update": lambda unit, rows: missing(lambda: unit.transfers.update(rows.transfer)),
    "transfers.schedule": lambda unit, rows: missing(
        lambda: unit.transfers.schedule(rows.transfer.bundle_id, None, 9)
    ),
    "transfers.all": lambda unit, rows: (
        list(unit.transfers.all()) == list(unit.transfers.all(rows.pupil.pupil_id)) == []
    ),
    "transfers.glances": lambda unit, rows: (
        unit.transfers.glances([rows.pupil.pupil_id]) == {rows.pupil.pupil_id: []}
        and unit.transfers.glances([rows.pupil.pupil_id, "x"])[rows.pupil.pupil_id] == []
    ),
    "transfers.answering": lambda unit, rows: [*unit.transfers.answering(ANSWERED)] == [],
    "transfers.due": lambda unit, rows: [*unit.transfers.due(AT, 9)] == [],
    "arrivals.add": lambda unit, rows: added(lambda: unit.arrivals.add(rows.arrival)),
    "arrivals.find": lambda unit, rows: (
        unit.arrivals.find(rows.arrival.sender, rows.arrival.bundle_id) is None
    ),
    "arrivals.by_bundle": lambda unit, rows: missing(
        lambda: unit.arrivals.by_bundle(rows.arrival.bundle_id)
    ),
    "arrivals.update": lambda unit, rows: missing(lambda: unit.arrivals.update(rows.arrival)),
    "arrivals.schedule": lambda unit, rows: missing(
        lambda: unit.arrivals.schedule(rows.arrival.sender, rows.arrival.bundle_id, None, 9)
    ),
    "arrivals.all": lambda unit, rows: list(unit.arrivals.all()) == [],
    "arrivals.answering": lambda unit, rows: [*unit.arrivals.answering(ANSWERED)] == [],
    "arrivals.due": lambda unit, rows: [*unit.arrivals.due(AT, 9)] == [],
    "arrivals.outlines": lambda unit, rows: [*unit.arrivals.outlines()] == [],
    "transfers.stuck": lambda unit, rows: unit.transfers.stuck() == 0,
    "receipts.append": lambda unit, rows: added(lambda: unit.receipts.append(rows.receipt)),
    "receipts.of": lambda unit, rows: (
        [*unit.receipts.of(rows.receipt.bundle_id, OTHER, "issued")] == []
    ),
    "items.add": lambda unit, rows: added(
        lambda: unit.items.add(replace(rows.item, lookup="ours"))
    ),
    "items.update": lambda unit, rows: missing(lambda: unit.items.update(rows.item)),
    "items.remove": lambda unit, rows: added(lambda: unit.items.remove("link", "a1")),
    "items.get": lambda unit, rows: missing(lambda: unit.items.get("link", "a1")),
    "items.find": lambda unit, rows: unit.items.find("link", "theirs") is None,
    "items.about": lambda unit, rows: [*unit.items.about("link", "p")] == [],
    "items.all": lambda unit, rows: [*unit.items.all("link")] == [],
    "items.due": lambda unit, rows: [*unit.items.due("link", AT, 9)] == [],
    "items.count": lambda unit, rows: unit.items.count("link") == 0,
    "audit.record": lambda unit, rows: added(
        lambda: unit.audit.record(ACTOR, "test.step", "test", "1")
    ),
    "audit.about": lambda unit, rows: [*unit.audit.about({"1"})] == [],
    "audit.last_seq": lambda unit, rows: unit.audit.last_seq() == 1,
    "audit.entries": lambda unit, rows: len(list(unit.audit.entries())) == 1,
}


def test_every_repository_method_has_a_probe(engine: Engine) -> None:
    no_clock: Any = None
    with SqlUnit(engine, ORG, None, no_clock) as unit:
        methods = {
            f"{room}.{name}"
            for room, repository in vars(unit).items()
            if not room.startswith("_") and not isinstance(repository, str)
            for name, _ in inspect.getmembers(repository, inspect.ismethod)
            if not name.startswith("_")
        }
    assert methods - {"audit.write"} == set(PROBES)


@pytest.mark.parametrize("name", sorted(PROBES))
def test_rows_of_another_organisation_are_invisible(
    store: SqlStore, theirs: Theirs, name: str
) -> None:
    with store.reading(OTHER) as unit:
        before = theirs.seen(unit)
    with store.unit(ORG) as unit:
        assert PROBES[name](unit, theirs)
        unit.audit.record(ACTOR, "test.step", "test", "1")
        unit.commit()
    with store.reading(OTHER) as unit:
        assert theirs.seen(unit) == before


def test_the_same_ids_at_two_organisations_stay_apart(store: SqlStore, theirs: Theirs) -> None:
    ours = replace(
        theirs,
        pupil=replace(theirs.pupil, record=b"ours"),
        item=replace(theirs.item, lookup="ours"),
    )
    with store.unit(ORG) as unit:
        ours.put(unit)
        unit.audit.record(ACTOR, "test.step", "test", "1")
        unit.commit()
    for org_id, rows in ((ORG, ours), (OTHER, theirs)):
        with store.reading(org_id) as unit:
            assert unit.pupils.get(rows.pupil.pupil_id) == rows.pupil
            assert unit.pupils.by_upn(UPN) == rows.pupil


def test_an_engine_that_reads_still_names_the_organisation(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execution_options(**{TENANT: ORG, dialect.READING: True})
        with pytest.raises(StoreError):
            connection.execute(select(PUPILS))
