"""Whoever may write the disk swaps two packs: neither is shown, and nothing is signed for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.errors import TrustError
from exchange.services.open_pack import open_pack
from tests.exchange.services.town import SECONDARY, SENCO, Town


@pytest.mark.parametrize("envelopes_too", [False, True])
def test_two_packs_that_exchanged_their_bytes_are_refused(town: Town, envelopes_too: bool) -> None:
    house = town.secondary
    one, two = (house.arrival(town.accepted(number)) for number in (0, 1))
    contents = []
    for arrival in (one, two):
        with house.blobs.open(SECONDARY, arrival.blob) as blob:
            contents.append(blob.read())
    for arrival, swapped in zip((one, two), reversed(contents), strict=True):
        with house.blobs.create(SECONDARY, arrival.blob) as writer:
            writer.file.write(swapped)
            writer.commit()
    if envelopes_too:
        with house.store.unit(SECONDARY) as unit:
            unit.arrivals.update(replace(one, envelope=two.envelope))
            unit.audit.record(SENCO, "test.swap", "arrival", one.bundle_id)
            unit.commit()
    with (
        pytest.raises(TrustError) as error,
        open_pack(house.inside, SECONDARY, house.arrival(one.bundle_id)),
    ):
        pass
    assert error.value.code == "contents-swapped"
