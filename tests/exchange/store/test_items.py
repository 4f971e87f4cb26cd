"""Items behave alike in memory and in SQL; clear columns tell nothing; no key, no content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exchange.audit import NODE
from exchange.errors import AuditError, Conflict, NotFound, StoreError
from exchange.ports import Actor, Item, Store, UnitOfWork
from exchange.store.engine import open_engine
from exchange.store.memory import MemoryStore
from exchange.store.migrate import upgrade
from exchange.store.sql import SqlStore
from keys.keyring import Keyring, NodeSecret

ORG, OTHER = (f"0000000{n}-0000-4000-8000-00000000000{n}" for n in (1, 2))
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
WHO = Actor("Jo Brown", "senco")
MARKER = "MARKER-77aa0c"


class Both:
    """A store with keys, and the same store as a process without keys sees it."""

    def __init__(self, inner: Store, outward: Store, folder: Path | None) -> None:
        self.inner, self.outward, self.folder = inner, outward, folder


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    made = Keyring.create(
        tmp_path_factory.mktemp("keys") / "ring", NodeSecret(passphrase="four random words here")
    )
    for org in (ORG, OTHER):
        made.add_organisation(org, NOW)
    return made


@pytest.fixture(params=["memory", "sql"])
def both(request: pytest.FixtureRequest, tmp_path: Path, keyring: Keyring) -> Both:
    if request.param == "memory":
        store = MemoryStore()
        found = Both(store, store.outward(), None)
    else:
        engine = open_engine(tmp_path / "node.db")
        upgrade(engine)
        found = Both(SqlStore(engine, keyring.vault()), SqlStore(engine, None), tmp_path)
    for org in (ORG, OTHER):
        found.inner.host(org, WHO)
    return found


@contextmanager
def writing(store: Store, org: str = ORG) -> Iterator[UnitOfWork]:
    with store.unit(org) as unit:
        yield unit
        unit.audit.record(WHO, "item.tested", "item", "one")
        unit.commit()


def item(item_id: str = "a1", **changes: object) -> Item:
    made = Item(
        kind="link",
        item_id=item_id,
        state="open",
        content={"name": MARKER},
        created_at=NOW,
        updated_at=NOW,
        clear={"tries": 0},
        lookup=f"hash-{item_id}",
        about="pupil-1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_what_is_added_is_found_in_every_way(both: Both) -> None:
    with writing(both.inner) as unit:
        unit.items.add(item())
        unit.items.add(item("b2", about="pupil-2", state="used", due_at=NOW))
    with both.inner.reading(ORG) as unit:
        one = unit.items.get("link", "a1")
        assert (one.content, one.clear, one.version, one.about) == (
            {"name": MARKER},
            {"tries": 0},
            1,
            None,
        )
        assert unit.items.find("link", "hash-b2") == unit.items.get("link", "b2")
        assert [each.item_id for each in unit.items.about("link", "pupil-1")] == ["a1"]
        assert [each.item_id for each in unit.items.all("link")] == ["a1", "b2"]
        assert [each.item_id for each in unit.items.all("link", "used")] == ["b2"]
        assert unit.items.due("link", NOW, 9) == ["b2"]
        assert unit.items.due("link", NOW - timedelta(seconds=1), 9) == []
        assert (unit.items.count("link"), unit.items.count("link", "open")) == (2, 1)
        assert list(unit.items.all("draft")) == []


def test_the_second_of_two_who_changed_the_same_is_told(both: Both) -> None:
    with writing(both.inner) as unit:
        unit.items.add(item())
    with both.inner.reading(ORG) as unit:
        mine = theirs = unit.items.get("link", "a1")
    with writing(both.inner) as unit:
        assert unit.items.update(replace(mine, state="used", content=None)).version == 2
    with both.inner.unit(ORG) as unit, pytest.raises(Conflict, match="item-changed"):
        unit.items.update(replace(theirs, state="gone"))
    with both.inner.reading(ORG) as unit:
        now = unit.items.get("link", "a1")
        assert (now.state, now.content) == ("used", {"name": MARKER})
        assert [each.item_id for each in unit.items.about("link", "pupil-1")] == ["a1"]


def test_those_of_one_second_come_in_the_order_in_which_they_were_added(both: Both) -> None:
    ids = ["c", "a", "d", "b"]
    for one in ids:
        with writing(both.inner) as unit:
            unit.items.add(item(one))
    with writing(both.inner) as unit:
        unit.items.update(replace(unit.items.get("link", "a"), state="done"))
    with both.inner.reading(ORG) as unit:
        assert [one.item_id for one in unit.items.all("link")] == ids
        assert [one.item_id for one in unit.items.about("link", "pupil-1")] == ids


def test_changes_want_an_entry_in_the_book_unless_the_kind_is_quiet(both: Both) -> None:
    with both.inner.unit(ORG) as unit:
        unit.items.add(item())
        with pytest.raises(AuditError, match="change-without-entry"):
            unit.commit()
    with both.inner.unit(ORG) as unit, pytest.raises(StoreError, match="item-not-quiet"):
        unit.items.add(item(), quiet=True)
    with both.inner.unit(ORG) as unit:
        unit.items.add(item(kind="draft"), quiet=True)
        unit.commit()
    with both.inner.unit(ORG) as unit:
        unit.items.remove("draft", "a1", quiet=True)
        unit.items.remove("draft", "never", quiet=True)
        unit.commit()
    with both.inner.reading(ORG) as unit, pytest.raises(NotFound, match="item-unknown"):
        unit.items.get("draft", "a1")


def test_a_process_without_keys_sees_and_changes_clear_columns_alone(both: Both) -> None:
    with writing(both.inner) as unit:
        unit.items.add(item())
    assert both.outward.locate("link", "hash-a1") == (ORG, "a1")
    with writing(both.outward) as unit:
        seen = unit.items.get("link", "a1")
        assert seen.content is None
        unit.items.update(replace(seen, clear={"tries": 1}))
        unit.items.add(item("c3", content=None, about=None))
        with pytest.raises(StoreError, match="sealed-here"):
            unit.items.add(item("d4", about=None))
        with pytest.raises(StoreError, match="sealed-here"):
            unit.items.about("link", "pupil-1")
    with both.inner.reading(ORG) as unit:
        now = unit.items.get("link", "a1")
        assert (now.clear, now.content) == ({"tries": 1}, {"name": MARKER})
        assert unit.items.get("link", "c3").content is None


def test_another_organisation_has_its_own_items_and_look_ups_are_the_nodes(both: Both) -> None:
    with writing(both.inner) as unit:
        unit.items.add(item())
    with both.inner.reading(OTHER) as unit:
        with pytest.raises(NotFound):
            unit.items.get("link", "a1")
        assert unit.items.find("link", "hash-a1") is None
        assert unit.items.about("link", "pupil-1") == []
    assert both.inner.locate("link", "hash-a1") == (ORG, "a1")
    assert both.inner.locate("link", "hash-zz") is None
    assert both.inner.locate("draft", "hash-a1") is None


def test_the_node_has_items_of_its_own(both: Both) -> None:
    with writing(both.inner, NODE) as unit:
        unit.items.add(item(kind="account", about=None))
    with both.inner.reading(NODE) as unit:
        assert unit.items.get("account", "a1").content == {"name": MARKER}
    assert both.inner.locate("account", "hash-a1") == (NODE, "a1")


def test_nothing_sealed_stands_in_the_files(both: Both) -> None:
    if both.folder is None:
        pytest.skip("memory has no files")
    with writing(both.inner) as unit:
        unit.items.add(item(about="pupil-ABOUT"))
    for file in both.folder.iterdir():
        content = file.read_bytes()
        assert MARKER.encode() not in content
        assert b"pupil-ABOUT" not in content


def test_a_node_restarted_opens_what_it_sealed(keyring: Keyring, tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "node.db")
    upgrade(engine)
    first = SqlStore(engine, keyring.vault())
    with writing(first, NODE) as unit:
        unit.items.add(item(about=None))
    again = SqlStore(engine, keyring.vault())
    with again.reading(NODE) as unit:
        assert unit.items.get("link", "a1").content == {"name": MARKER}
