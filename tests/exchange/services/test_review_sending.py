"""No pack goes to a former destination, and no CP pack without a CP document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from exchange.errors import Conflict, Refused, Wrapped
from exchange.services import send as sending
from exchange.services.queue_bundle import queue_bundle
from exchange.store.engine import open_engine
from exchange.store.migrate import upgrade
from exchange.store.sql import SqlStore
from schemas.statement import BundleKind
from tests.exchange.services.town import (
    DSL_PASSPHRASE,
    HEAD,
    OTHER,
    PDF,
    PRIMARY,
    Town,
)


def test_the_destination_is_changed_while_a_pack_is_sealed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealing takes a while; another person corrects the school in it."""
    pupil_id = town.ready()

    def slowly(*given: object, **more: object) -> object:
        made = queue_bundle(*given, **more)  # type: ignore[arg-type]
        town.choose(pupil_id, OTHER)
        return made

    monkeypatch.setattr(sending, "queue_bundle", slowly)
    blobs = town.primary.blob_names()
    with pytest.raises(Conflict, match="destination-changed"):
        town.send(pupil_id)
    assert (town.primary.transfers(), town.primary.blob_names()) == ([], blobs)
    monkeypatch.undo()
    assert town.send(pupil_id).transfer.recipient == OTHER


@pytest.fixture
def cp_town(town: Town, tmp_path: Path) -> Town:
    """A town whose primary school keeps its rows in a real database."""
    engine = open_engine(tmp_path / "node.db")
    upgrade(engine)
    store = SqlStore(engine, town.vault, town.clock)
    store.host(PRIMARY, HEAD)
    house = town.primary
    house.store = store  # type: ignore[assignment]
    house.inside = replace(house.inside, store=store)
    house.join()
    return town


def test_no_cp_pack_while_the_dsl_has_not_unlocked(cp_town: Town) -> None:
    """Locked CP documents are not seen: the pack would have gone without them."""
    town = cp_town
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    pupil_id = town.ready()
    town.attach(pupil_id, PDF + b"% cp\n", "cp-file")
    town.vault.lock_cp(PRIMARY)
    with pytest.raises(Wrapped, match="compartment-locked"):
        town.send(pupil_id, kind=BundleKind.CP_FILE)
    assert town.primary.transfers() == []
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    sent = town.send(pupil_id, kind=BundleKind.CP_FILE)
    assert [one.code for one in sent.withheld] == ["not-a-cp-document"]


def test_no_cp_pack_without_a_cp_document(town: Town) -> None:
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    pupil_id = town.ready()
    with pytest.raises(Refused, match="nothing-to-send"):
        town.send(pupil_id, kind=BundleKind.CP_FILE)
    assert town.primary.transfers() == []


def test_a_document_type_that_was_withdrawn(town: Town) -> None:
    """One pupil's old document is refused by this house's own error, and stops no cohort."""
    pupil_id = town.ready()
    with town.primary.store.unit(PRIMARY) as unit:
        (document,) = unit.documents.of_pupil(pupil_id)
        unit.documents.add(
            replace(document, document_id=town.directory().sha256[:32], type="withdrawn")
        )
        unit.audit.record(HEAD, "document.attached", "document", "x")
        unit.commit()
    with pytest.raises(Wrapped, match="code-unknown"):
        town.send(pupil_id)
