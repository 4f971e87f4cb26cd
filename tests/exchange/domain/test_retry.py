"""Retry times: pure, growing, bounded, and spread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.retry import (
    DELIVERY_CEILING,
    RECEIPT_CEILING,
    SETTLED_CEILING,
    next_try,
)

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
CEILINGS = (DELIVERY_CEILING, RECEIPT_CEILING, SETTLED_CEILING)
ATTEMPTS = st.integers(0, 10**9)
CHANCES = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 1), (1, 2), (2, 4), (5, 32), (11, 2048), (12, 3600), (999, 3600)]
)
def test_the_wait_doubles_up_to_the_ceiling(attempts: int, seconds: int) -> None:
    assert next_try(NOW, attempts, 0, DELIVERY_CEILING) == NOW + timedelta(seconds=seconds)


@given(ATTEMPTS, CHANCES, st.sampled_from(CEILINGS))
def test_it_lies_ahead_and_never_beyond_the_ceiling(
    attempts: int, chance: float, ceiling: timedelta
) -> None:
    due = next_try(NOW, attempts, chance, ceiling)
    assert NOW < due <= NOW + ceiling
    assert due == next_try(NOW, attempts, chance, ceiling), "same question, same answer"


@given(ATTEMPTS, CHANCES, st.sampled_from(CEILINGS))
def test_chance_shortens_by_at_most_a_half(
    attempts: int, chance: float, ceiling: timedelta
) -> None:
    longest = next_try(NOW, attempts, 0, ceiling) - NOW
    wait = next_try(NOW, attempts, chance, ceiling) - NOW
    assert longest / 2 <= wait + timedelta(microseconds=1)
    assert wait <= longest


@given(ATTEMPTS, st.sampled_from(CEILINGS))
def test_another_failure_never_brings_it_nearer(attempts: int, ceiling: timedelta) -> None:
    assert next_try(NOW, attempts, 0, ceiling) <= next_try(NOW, attempts + 1, 0, ceiling)


def test_two_nodes_that_lost_one_peer_do_not_return_in_step() -> None:
    assert next_try(NOW, 8, 0.1, DELIVERY_CEILING) != next_try(NOW, 8, 0.7, DELIVERY_CEILING)
