"""A request that lay in a watched folder while nobody looked: its file's day counts."""

from __future__ import annotations

import io
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.transports.folder import Folder
from exchange.bundle.outer import read_outer
from exchange.domain.clocks.reaching import lay_since
from exchange.services.cases.timing import clocks_of
from exchange.services.collect_folder import FolderCollector
from tests.exchange.services.cases.asked import Desk
from tests.exchange.services.town import COUNCIL, House

SEALED = date(2026, 7, 1)
FRIDAY = datetime(2026, 7, 3, 15, tzinfo=UTC)


def took_in(desk: Desk, place: Path, dated: datetime, found: datetime) -> str:
    """Let a request lie in the folder with a date, and the council's worker look later."""

    def lay(_: House, content: bytes) -> None:
        file = place / f"{read_outer(io.BytesIO(content)).envelope.id}.zip"
        file.write_bytes(content)
        os.utime(file, (dated.timestamp(), dated.timestamp()))

    bundle_id = desk.asked(carry=lay, read=False)
    desk.town.clock.at = found
    folder = Folder("drive", place, settle=0)
    list(FolderCollector(desk.house.store, desk.house.desk, folder, desk.town.directory).collect())
    desk.town.folders["drive"] = folder
    desk.read(bundle_id)
    return bundle_id


@pytest.mark.parametrize(
    ("dated", "reached"),
    [
        (FRIDAY, date(2026, 7, 3)),
        (datetime(2026, 7, 3, 23, 30, tzinfo=UTC), date(2026, 7, 4)),  # after midnight in London
        (datetime(2001, 1, 1, tzinfo=UTC), SEALED),
        (datetime(2039, 1, 1, tzinfo=UTC), date(2026, 7, 6)),
    ],
)
def test_the_date_of_the_file_counts_between_sealing_and_finding(
    desk: Desk, tmp_path: Path, dated: datetime, reached: date
) -> None:
    found = datetime(2026, 7, 6, 8, tzinfo=UTC)
    bundle_id = took_in(desk, tmp_path, dated, found)
    held = desk.only
    assert (held.reached, held.packs[0].reached) == (reached, reached)
    assert clocks_of(held)[0].clock.due == reached + timedelta(days=42)
    with desk.house.store.reading(COUNCIL) as unit:
        arrival = unit.arrivals.by_bundle(bundle_id)
    assert arrival.arrived_at == found
    assert (arrival.laid_at is None) == (dated > found)


def test_a_file_without_a_date_lay_there_since_it_was_found() -> None:
    assert lay_since(None, FRIDAY, FRIDAY + timedelta(days=1)) is None
