"""Nothing plain at rest: every text that goes in is sought in every file, in every encoding."""

from __future__ import annotations

import base64
import itertools
import secrets
import string
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from exchange.errors import Conflict, Wrapped
from exchange.ports import Destination, UnitOfWork
from exchange.store.blobs import LocalBlobs
from exchange.store.sql import SqlStore
from keys.keyring import KeyringVault
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, AT, DSL, ORG, OTHER


def encodings(marker: str) -> dict[str, bytes]:
    """Return how a marker may stand in a file; base64 at each of its three alignments."""
    plain = marker.encode("ascii")
    found = {
        "utf-8": plain,
        "utf-16-le": marker.encode("utf-16-le"),
        "utf-16-be": marker.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "url": "".join(f"%{byte:02X}" for byte in plain).encode(),
    }
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain)
        found[f"base64+{shift}"] = coded[4 if shift else 0 : 4 * ((shift + len(plain)) // 3)]
    return found


def sightings(root: Path, markers: dict[str, str]) -> set[tuple[str, str, str]]:
    """Return (marker's field, encoding, file) wherever one is seen."""
    seen = set()
    for path in root.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for field, marker in markers.items():
            for how, pattern in encodings(marker).items():
                if pattern in content:
                    seen.add((field, how, path.name))
    return seen


class Markers(dict[str, str]):
    """A new marker of 12 characters for each field that asks."""

    def __missing__(self, field: str) -> str:
        letters = string.ascii_letters + string.digits
        self[field] = "".join(secrets.choice(letters) for _ in range(12))
        return self[field]


def journey(unit: UnitOfWork, marked: Markers) -> None:
    """Put a marker into every text field that is meant to be sealed."""
    going = Destination(OTHER, marked["inbox"], marked["confirmed-by"], "name", AT)
    pupil = support.pupil(
        record=f'{{"forename":"{marked["record"]}"}}'.encode(),
        upn=marked["upn"],
        origin=marked["origin"],
        destination=going,
    )
    unit.pupils.add(pupil)
    unit.pupils.update(replace(pupil, record=marked["record-2"].encode(), upn=marked["upn-2"]))
    plan = support.record(
        pupil.pupil_id,
        slot=marked["slot"],
        schema_id=marked["schema"],
        record=marked["plan"].encode(),
    )
    unit.records.put(plan)
    unit.records.put(replace(plan, record_id=support.new_id(), record=marked["plan-2"].encode()))
    texts = ("type", "title", "author", "media_type", "file_name", "sha256")
    report = support.document(pupil.pupil_id, **{name: marked[f"doc-{name}"] for name in texts})
    unit.documents.add(report)
    minutes = {name: marked[f"cp-{name}"] for name in texts}
    unit.documents.add(support.document(pupil.pupil_id, compartment="cp", **minutes))
    parts = ("envelope", "envelope_signature", "statement", "statement_signature")
    sealed = {name: marked[f"sent-{name}"].encode() for name in (*parts, "recipient_entry")}
    unit.transfers.add(support.transfer(pupil_id=marked["sent-pupil"], **sealed))
    sealed = {name: marked[f"got-{name}"].encode() for name in (*parts[2:], "sender_entry")}
    unit.arrivals.add(support.arrival(**sealed))


def note(unit: UnitOfWork) -> None:
    unit.audit.record(ACTOR, "test.step", "test", "1")


@pytest.fixture
def written(store: SqlStore, engine: Engine, vault: KeyringVault, tmp_path: Path) -> Markers:
    """Return markers that were written, refused and rolled back; the database is still open."""
    marked = Markers()
    vault.unlock_cp(ORG, DSL)
    with store.unit(ORG) as unit:
        journey(unit, marked)
        note(unit)
        unit.commit()
    with store.unit(ORG) as unit:
        with pytest.raises(Conflict):
            unit.pupils.add(support.pupil(upn=marked["upn-2"], origin=marked["refused"]))
        unit.pupils.add(support.pupil(origin=marked["rolled-back"]))
    vault.lock_cp(ORG)
    with store.unit(ORG) as unit, pytest.raises(Wrapped):
        unit.documents.add(support.document("p", title=marked["locked"], compartment="cp"))
    with LocalBlobs(tmp_path / "blobs").create(ORG, "ab" * 16) as writer:
        writer.file.write(b"sealed elsewhere")
        writer.commit()
    return marked


def test_no_marker_is_in_any_file(written: Markers, engine: Engine, tmp_path: Path) -> None:
    assert len(written) == 35
    assert (tmp_path / "node.db-wal").stat().st_size
    assert (tmp_path / "node.db-shm").stat().st_size
    assert sightings(tmp_path, written) == set()
    engine.dispose()
    assert not (tmp_path / "node.db-wal").exists()
    assert sightings(tmp_path, written) == set()


def test_the_search_sees_each_encoding_and_a_clear_column(store: SqlStore, tmp_path: Path) -> None:
    marked = Markers()
    for how in encodings(marked["planted"]):
        (tmp_path / how).write_bytes(b"....." + encodings(marked["planted"])[how] + b".....")
    for shift in range(3):
        text = b"x" * shift + marked["planted"].encode() + b"y" * 5
        (tmp_path / f"real-{shift}").write_bytes(base64.b64encode(text))
    with store.unit(ORG) as unit:
        unit.transfers.add(support.transfer(target=marked["target"]))
        note(unit)
        unit.commit()
    seen = sightings(tmp_path, marked)
    planted = {(how, file) for field, how, file in seen if field == "planted"}
    expected = itertools.chain(
        ((how, how) for how in encodings("x" * 12)),
        ((f"base64+{shift}", f"real-{shift}") for shift in range(3)),
    )
    assert planted >= set(expected)
    assert ("target", "utf-8", "node.db-wal") in seen
