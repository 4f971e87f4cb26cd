"""What is left of an import goes in time; what is being kept just now does not go from under it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from exchange.errors import NotFound, StoreError
from exchange.services.imports.begin import remove_over
from exchange.services.imports.model import CHOOSING, KEEPING, KIND, LIFE, File, Import
from tests.exchange.services.town import PRIMARY, SECONDARY, House, Town


def begun(town: Town, house: House, name: str, state: str, **changes: object) -> Import:
    """Keep an import with one file, as a page leaves it."""
    now = town.clock.now()
    blob = hashlib.sha256(name.encode()).hexdigest()
    with house.blobs.create(house.org_id, blob) as writer:
        writer.file.write(b"sealed")
        writer.commit()
    made = Import(name, state, "account", (File("list.csv", blob, 6),), "table", now, now)
    with house.store.unit(house.org_id) as unit:
        item = replace(made.item(), **changes)  # type: ignore[arg-type]
        unit.items.add(item, quiet=True)
        unit.commit()
    return made


def blob_there(house: House, made: Import) -> bool:
    try:
        house.blobs.open(house.org_id, made.files[0].blob).close()
    except NotFound:
        return False
    return True


def test_an_import_that_is_being_kept_keeps_its_files(town: Town) -> None:
    """Reading a large list may reach past its twelve hours; its pupils are not lost half-way."""
    left = begun(town, town.primary, "left", CHOOSING)
    kept = begun(town, town.primary, "kept", KEEPING)
    town.clock.pass_(hours=LIFE.total_seconds() / 3600 - 0.5)
    with town.primary.store.unit(PRIMARY) as unit:
        noted = replace(unit.items.get(KIND, "kept"), updated_at=town.clock.now())
        unit.items.update(noted, quiet=True)
        unit.commit()
    town.clock.pass_(minutes=40)
    assert remove_over(town.primary.inside) == 1
    assert (blob_there(town.primary, left), blob_there(town.primary, kept)) == (False, True)
    town.clock.pass_(hours=1)  # nobody is at it any more: its process ended
    assert remove_over(town.primary.inside) == 1
    assert not blob_there(town.primary, kept)


def test_what_cannot_be_read_any_more_goes_as_well(town: Town) -> None:
    broken = begun(town, town.primary, "broken", CHOOSING, content={"no": "import"})
    whole = begun(town, town.primary, "whole", CHOOSING)
    town.clock.pass_(hours=13)
    assert remove_over(town.primary.inside) == 2
    assert not blob_there(town.primary, broken)
    assert not blob_there(town.primary, whole)


def test_one_organisations_trouble_keeps_no_others_files(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = town.secondary
    made = begun(town, house, "theirs", CHOOSING)
    town.clock.pass_(hours=13)
    unit_of = house.store.unit

    def trouble(org_id: str) -> object:
        if org_id == "broken":
            raise StoreError("store-failed")
        return unit_of(org_id)

    monkeypatch.setattr(house.store, "unit", trouble)
    monkeypatch.setattr(house.store, "organisations", lambda: ("broken", SECONDARY))
    assert remove_over(house.inside) == 1
    assert not blob_there(house, made)
