"""A person's word: accept, reject with a code, destroy. Each a signed receipt."""

from __future__ import annotations

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound, UsageError
from exchange.services.accept import BY_A_PERSON, accept, destroy, reject
from keys.errors import KeyringError
from schemas.base import load_bytes
from schemas.receipt import Receipt, RejectionCode
from tests.exchange.services.town import COUNCIL, HEAD, PRIMARY, SECONDARY, SENCO, Town, uuid


@pytest.fixture
def verified(town: Town) -> str:
    bundle_id = town.sent()
    town.settle()
    assert town.secondary.arrival(bundle_id).state is State.VERIFIED
    return bundle_id


def last(town: Town, bundle_id: str) -> Receipt:
    signed = town.secondary.desk.receipts(PRIMARY, SECONDARY, bundle_id, 0)
    return load_bytes(Receipt, signed[-1].content)


def test_accept(town: Town, verified: str) -> None:
    done = accept(town.secondary.inside, SECONDARY, verified, HEAD)
    assert (done.state, last(town, verified).kind.value) == (State.ACCEPTED, "accepted")
    (entry,) = town.secondary.said("arrival.accepted")
    assert (entry.actor, entry.role, entry.object_id) == ("Ada Head", "head", verified)
    before = town.secondary.snapshot()
    assert accept(town.secondary.inside, SECONDARY, verified, SENCO) == done
    assert town.secondary.snapshot() == before


@pytest.mark.parametrize("code", sorted(BY_A_PERSON))
def test_reject(town: Town, verified: str, code: RejectionCode) -> None:
    blob = town.secondary.arrival(verified).blob
    done = reject(town.secondary.inside, SECONDARY, verified, code.value, SENCO)
    assert (done.state, done.code) == (State.REJECTED, code.value)
    assert last(town, verified).code is code
    assert not town.secondary.blobs.exists(SECONDARY, blob)


@pytest.mark.parametrize("code", [*sorted(set(RejectionCode) - BY_A_PERSON), "MARKER", ""])
def test_a_person_rejects_by_no_other_code(town: Town, verified: str, code: str) -> None:
    before = town.secondary.snapshot()
    with pytest.raises(UsageError) as error:
        reject(town.secondary.inside, SECONDARY, verified, code, SENCO)
    assert (error.value.code, error.value.path) == ("rejection-code-unknown", "/code")
    assert "not-our-pupil" in error.value.hint
    assert "MARKER" not in str(error.value) + error.value.hint
    assert town.secondary.snapshot() == before


def test_destroy(town: Town, verified: str) -> None:
    accept(town.secondary.inside, SECONDARY, verified, SENCO)
    done = destroy(town.secondary.inside, SECONDARY, PRIMARY, verified, SENCO)
    assert done.state is State.DESTROYED
    assert town.secondary.blob_names() == []
    assert last(town, verified).kind.value == "destroyed"
    before = town.secondary.snapshot()
    assert destroy(town.secondary.inside, SECONDARY, PRIMARY, verified, SENCO) == done
    assert town.secondary.snapshot() == before


FORBIDDEN = {
    "accept before it is verified": (State.COLLECTED, "accept"),
    "accept what was rejected": (State.REJECTED, "accept"),
    "reject what was accepted": (State.ACCEPTED, "reject"),
    "reject twice": (State.REJECTED, "reject"),
    "accept what was destroyed": (State.DESTROYED, "accept"),
    "reject what was destroyed": (State.DESTROYED, "reject"),
    "destroy what is not here yet": (State.DELIVERED, "destroy"),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_the_state_does_not_allow(town: Town, name: str) -> None:
    state, step = FORBIDDEN[name]
    bundle_id = _in_state(town, state)
    before = town.secondary.snapshot()
    with pytest.raises(Conflict) as error:
        _do(town, step, bundle_id)
    assert error.value.code == "transition-forbidden"
    assert error.value.path.startswith(f"/state/{state.value}/")
    assert town.secondary.snapshot() == before


def _in_state(town: Town, state: State) -> str:
    bundle_id = town.sent()
    town.primary.advance(bundle_id)
    town.carry()
    inside = town.secondary.inside
    if state is State.DELIVERED:
        return bundle_id
    town.secondary.take_in(bundle_id, steps=1 if state is State.COLLECTED else 3)
    if state is State.REJECTED:
        reject(inside, SECONDARY, bundle_id, "not-wanted", SENCO)
    if state in (State.ACCEPTED, State.DESTROYED):
        accept(inside, SECONDARY, bundle_id, SENCO)
    if state is State.DESTROYED:
        destroy(inside, SECONDARY, PRIMARY, bundle_id, SENCO)
    assert town.secondary.arrival(bundle_id).state is state
    return bundle_id


def _do(town: Town, step: str, bundle_id: str) -> None:
    inside = town.secondary.inside
    if step == "accept":
        accept(inside, SECONDARY, bundle_id, SENCO)
    elif step == "reject":
        reject(inside, SECONDARY, bundle_id, "not-our-pupil", SENCO)
    else:
        destroy(inside, SECONDARY, PRIMARY, bundle_id, SENCO)


@pytest.mark.parametrize("step", ["accept", "reject", "destroy"])
def test_what_is_not_here(town: Town, step: str) -> None:
    with pytest.raises(NotFound, match="arrival-unknown"):
        _do(town, step, uuid(5))


def test_another_organisation_of_the_node_accepts_nothing_for_us(town: Town, verified: str) -> None:
    with pytest.raises(NotFound):
        accept(town.council.inside, COUNCIL, verified, SENCO)


def test_without_a_key_that_is_valid_nothing_is_accepted_or_destroyed(
    changing_town: Town,
) -> None:
    """Destroy removes first and signs after: it must know before that it can sign."""
    town = changing_town
    bundle_id = town.sent()
    town.settle()
    town.clock.pass_(days=3 * 365 + 2)
    for step in ("accept", "reject", "destroy"):
        before = town.secondary.snapshot()
        with pytest.raises(KeyringError, match="key-expired"):
            _do(town, step, bundle_id)
        assert town.secondary.snapshot() == before
