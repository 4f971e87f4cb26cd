"""The table of transitions: every pair of it, and what nobody may ever do."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.transfer import (
    FINAL,
    RECEIPT_EVENTS,
    SETTLED,
    TRANSITIONS,
    Event,
    State,
    after,
    allows,
)
from exchange.errors import Conflict
from schemas.receipt import ReceiptKind

EVERY_PAIR = list(itertools.product(State, Event))
NEEDS_RECEIPT = {
    State.COLLECTED,
    State.VERIFIED,
    State.ACCEPTED,
    State.IMPORTED,
    State.REJECTED,
    State.DESTROYED,
}
"""bundle.md: only a receipt moves a transfer past ``delivered``."""


@pytest.mark.parametrize(("state", "event"), EVERY_PAIR)
def test_every_pair_is_in_the_table_or_refused_by_name(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
        assert allows(state, event)
        return
    assert not allows(state, event)
    with pytest.raises(Conflict) as refused:
        after(state, event)
    assert refused.value.code == "transition-forbidden"
    assert refused.value.path == f"/state/{state.value}/{event.value}"
    assert refused.value.hint


def test_receipt_events_are_the_kinds_of_receipts() -> None:
    assert {event.value for event in RECEIPT_EVENTS} == {kind.value for kind in ReceiptKind}


@pytest.mark.parametrize("event", sorted(set(Event) - RECEIPT_EVENTS))
@pytest.mark.parametrize("state", State)
def test_without_a_receipt_nothing_gets_past_delivered(state: State, event: Event) -> None:
    if allows(state, event):
        assert after(state, event) not in NEEDS_RECEIPT


def _reachable(start: State, events: frozenset[Event]) -> set[State]:
    seen, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        for event in events:
            if allows(state, event) and after(state, event) not in seen:
                seen.add(after(state, event))
                waiting.append(after(state, event))
    return seen


def test_a_status_code_alone_reaches_no_further_than_delivered() -> None:
    assert _reachable(State.QUEUED, frozenset({Event.DELIVERED})) == {
        State.QUEUED,
        State.DELIVERED,
    }


def test_every_state_can_be_reached_from_queued() -> None:
    assert _reachable(State.QUEUED, frozenset(Event)) == set(State)


def test_what_is_final_is_left_by_nothing_and_all_else_can_end() -> None:
    for state, event in TRANSITIONS:
        assert state not in FINAL, (state, event)
    for state in State:
        assert State.DESTROYED in _reachable(state, frozenset(Event))


def test_settled_states_are_not_final_and_wait_for_receipts_alone() -> None:
    assert not SETTLED & FINAL
    for state in SETTLED:
        onward = {event for event in Event if allows(state, event)}
        assert onward
        assert onward <= RECEIPT_EVENTS | {Event.RECALL}


def test_a_recalled_transfer_never_looks_received_again() -> None:
    assert _reachable(State.RECALLED, frozenset(Event)) == {State.RECALLED, State.DESTROYED}


def test_a_rejected_transfer_is_never_accepted() -> None:
    assert _reachable(State.REJECTED, frozenset(Event)) == {State.REJECTED, State.DESTROYED}


@given(st.lists(st.sampled_from(sorted(Event)), max_size=40))
def test_any_history_stays_inside_the_rules(events: list[Event]) -> None:
    """Accepted needs a verified before it, and that a collected; whatever is tried between."""
    state, heard = State.QUEUED, []
    for event in events:
        if allows(state, event):
            state = after(state, event)
            heard.append(event)
    if Event.ACCEPTED in heard:
        first = heard.index(Event.ACCEPTED)
        assert {Event.VERIFIED, Event.COLLECTED} <= set(heard[:first]) or Event.RECALL in heard
    if state in {State.ACCEPTED, State.IMPORTED}:
        assert {Event.COLLECTED, Event.VERIFIED, Event.ACCEPTED} <= set(heard)
    if state in NEEDS_RECEIPT:
        assert RECEIPT_EVENTS & set(heard)
