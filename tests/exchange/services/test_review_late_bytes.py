"""What was rejected or destroyed does not come back by an upload that took its time."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from exchange.bundle.outer import read_outer
from exchange.domain.transfer import State
from exchange.ports import BlobWriter
from exchange.services.accept import destroy, reject
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, Town, deliver


def destroyed(town: Town, bundle_id: str) -> None:
    destroy(town.secondary.inside, SECONDARY, PRIMARY, bundle_id, SENCO)


def rejected(town: Town, bundle_id: str) -> None:
    reject(town.secondary.inside, SECONDARY, bundle_id, "not-wanted", SENCO)


def nothing(town: Town, bundle_id: str) -> None:
    """Leave the pack as it is."""


class Slow:
    """A blob writer whose commit waits until everything else has happened."""

    def __init__(self, writer: BlobWriter, meanwhile: Callable[[], None]) -> None:
        self._writer = writer
        self._meanwhile = meanwhile
        self.file = writer.file

    def commit(self) -> None:
        self._meanwhile()
        self._writer.commit()


@pytest.mark.parametrize("end", [destroyed, rejected, nothing])
def test_a_second_upload_ends_after_all_is_over(
    town: Town, end: Callable[[Town, str], None]
) -> None:
    bundle_id, content = town.packed()
    house = town.secondary
    outer = read_outer(io.BytesIO(content))
    house.desk.announce(PRIMARY, SECONDARY, outer.envelope_bytes, outer.signature, len(content))
    expected = house.desk.begin(PRIMARY, SECONDARY, PRIMARY, bundle_id)

    def meanwhile() -> None:
        deliver(house, content)
        house.take_in(bundle_id)
        end(town, bundle_id)

    with house.desk.writer(expected) as writer:
        writer.file.write(content)
        assert house.desk.complete(expected, Slow(writer, meanwhile)) is False
    gone = house.arrival(bundle_id).state in (State.DESTROYED, State.REJECTED)
    assert gone is (end is not nothing)
    assert bool(house.blob_names()) is not gone
