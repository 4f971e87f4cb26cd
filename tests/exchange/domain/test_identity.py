"""Bundle ids: UUIDv7 by the letter of RFC 9562, sortable by time, otherwise chance."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.identity import uuid7

RANDOM = st.binary(min_size=10, max_size=10)
INSTANTS = st.integers(86_400, 200_000_000_000).map(lambda n: datetime.fromtimestamp(n, UTC))


def test_the_example_of_the_rfc() -> None:
    """RFC 9562, appendix A.6: the same time and random bits give the same id."""
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    rand_a, rand_b = 0xCC3, 0x18C4DC0C0C07398F
    random = (rand_a << 68 | rand_b).to_bytes(10, "big")
    assert uuid7(at, random) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(INSTANTS, RANDOM)
def test_version_variant_and_milliseconds(at: datetime, random: bytes) -> None:
    made = uuid.UUID(uuid7(at, random))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(at.timestamp() * 1000)


@given(INSTANTS, RANDOM, RANDOM)
def test_ids_sort_by_time(at: datetime, first: bytes, second: bytes) -> None:
    assert uuid7(at, first) < uuid7(at + timedelta(milliseconds=1), second)


def test_all_seventy_four_bits_of_chance_count() -> None:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    made = {uuid7(at, (1 << bit).to_bytes(10, "big")) for bit in range(80)}
    assert len(made) == 75, "74 bits that count, and one id for the 6 that version and variant take"


@pytest.mark.parametrize("size", [0, 9, 11, 16])
def test_too_little_chance_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        uuid7(datetime(2026, 7, 1, tzinfo=UTC), bytes(size))
