"""How many guesses are let through, how long the door stays shut, which roles clash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.access import Role
from exchange.domain.sign_in import (
    BY_ACCOUNT,
    BY_SOURCE,
    Tally,
    clash,
    guessed,
    taken_back,
    wants_second_factor,
)

T0 = datetime(2026, 7, 3, 9, tzinfo=UTC)


def shut(tally: Tally, at: datetime) -> bool:
    return tally.wait(at) > timedelta(0)


def test_ten_guesses_then_the_door_is_shut_for_five_minutes() -> None:
    tally = Tally()
    for number in range(10):
        assert not shut(tally, T0 + timedelta(seconds=number))
        tally = guessed(tally, BY_ACCOUNT, T0 + timedelta(seconds=number))
    last = T0 + timedelta(seconds=9)
    assert tally.wait(last) == timedelta(minutes=5)
    assert shut(tally, last + timedelta(minutes=5, seconds=-1))
    assert not shut(tally, last + timedelta(minutes=5))


def test_each_pause_is_twice_the_one_before_up_to_the_longest() -> None:
    tally, at, pauses = Tally(), T0, []
    for _ in range(9):
        while not shut(tally, at):
            tally = guessed(tally, BY_ACCOUNT, at)
        pauses.append(tally.wait(at))
        at += pauses[-1]
    minutes = [one // timedelta(minutes=1) for one in pauses]
    assert minutes == [5, 10, 20, 40, 80, 160, 240, 240, 240]


def test_a_day_without_wrong_guesses_begins_anew() -> None:
    tally = Tally()
    for _ in range(10):
        tally = guessed(tally, BY_ACCOUNT, T0)
    later = T0 + timedelta(days=1, minutes=5)
    for _ in range(10):
        tally = guessed(tally, BY_ACCOUNT, later)
    assert tally.wait(later) == timedelta(minutes=5)


def test_slow_typists_are_never_locked_out() -> None:
    tally = Tally()
    for number in range(200):
        at = T0 + timedelta(seconds=40 * number)
        assert not shut(tally, at)
        tally = guessed(tally, BY_ACCOUNT, at)


def test_a_right_guess_is_taken_back() -> None:
    tally = Tally()
    for _ in range(BY_SOURCE.guesses):
        assert not shut(tally, T0)
        tally = guessed(tally, BY_SOURCE, T0)
    assert shut(tally, T0)
    after = taken_back(tally, T0)
    assert not shut(after, T0)
    assert len(after.guesses) == BY_SOURCE.guesses - 1
    assert taken_back(after, T0 + timedelta(seconds=1)) == after


@given(st.lists(st.integers(min_value=0, max_value=400), min_size=1, max_size=300))
def test_never_more_than_ten_in_any_five_minutes(gaps: list[int]) -> None:
    tally, at, let_through = Tally(), T0, []
    for gap in gaps:
        at += timedelta(seconds=gap)
        if not shut(tally, at):
            tally = guessed(tally, BY_ACCOUNT, at)
            let_through.append(at)
    for start in let_through:
        end = start + BY_ACCOUNT.window
        assert sum(start <= one < end for one in let_through) <= BY_ACCOUNT.guesses


@pytest.mark.parametrize("role", list(Role))
def test_all_but_a_governor_show_a_second_factor(role: Role) -> None:
    assert wants_second_factor({role}) is (role is not Role.GOVERNOR)
    assert wants_second_factor({role, Role.SENCO})


def test_who_runs_the_machine_sees_no_pupil_by_a_second_role() -> None:
    assert clash({Role.NODE_ADMINISTRATOR, Role.SENCO})
    assert clash({Role.NODE_ADMINISTRATOR, Role.DSL})
    assert not clash({Role.NODE_ADMINISTRATOR, Role.ORGANISATION_ADMINISTRATOR})
    assert not clash({Role.SENCO, Role.DSL, Role.HEAD, Role.ORGANISATION_ADMINISTRATOR})
