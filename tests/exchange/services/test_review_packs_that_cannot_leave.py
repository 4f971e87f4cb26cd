"""A pack that cannot leave for a trouble of our own is told to a person, not to the log alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from exchange.domain.transfer import State
from exchange.errors import Wrapped
from exchange.ports import Directory, Transport
from exchange.services.deliver import Deliverer
from exchange.services.recall import recall
from keys.directory import Organisation
from keys.errors import KeyringError
from tests.exchange.services.town import PRIMARY, SENCO, Town


def no_directory() -> Directory:
    raise Wrapped("directory-missing")


class KeyRanOut:
    """Transports of a node whose own signing key has expired."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        self._before = before

    def of(self, sender: str, recipient: Organisation, transport: str, target: str) -> Transport:
        self._before()
        raise KeyringError("key-expired")


def test_our_own_key_ran_out(town: Town) -> None:
    bundle_id = town.sent()
    Deliverer(town.primary.inside, KeyRanOut()).advance(PRIMARY, bundle_id)
    told = town.primary.transfer(bundle_id)
    assert (told.state, told.attention, told.attempts) == (State.QUEUED, "key-expired", 1)
    (entry,) = town.primary.said("transfer.delivered", "refused")
    assert dict(entry.detail) == {"code": "key-expired"}
    assert town.primary.advance(bundle_id).attention is None, "once it could leave, all is well"


def test_our_directory_is_missing(town: Town) -> None:
    bundle_id = town.sent()
    lost = replace(town.primary.inside, directory=no_directory)
    Deliverer(lost, town).advance(PRIMARY, bundle_id)
    assert town.primary.transfer(bundle_id).attention == "directory-missing"


def test_our_sealed_copy_is_gone(town: Town) -> None:
    """A backup was restored without the blobs, say."""
    bundle_id = town.sent()
    town.primary.blobs.delete(PRIMARY, town.primary.transfer(bundle_id).blob)
    assert town.primary.advance(bundle_id).attention == "parcel-missing"


@pytest.mark.parametrize("trouble", ["key", "directory"])
def test_what_has_left_waits_a_little_longer(town: Town, trouble: str) -> None:
    bundle_id = town.sent()
    town.settle()
    if trouble == "key":
        Deliverer(town.primary.inside, KeyRanOut()).advance(PRIMARY, bundle_id)
    else:
        lost = replace(town.primary.inside, directory=no_directory)
        Deliverer(lost, town).advance(PRIMARY, bundle_id)
    told = town.primary.transfer(bundle_id)
    assert (told.state, told.attention) == (State.VERIFIED, None)
    assert told.due_at is not None
    assert told.due_at > town.clock.now()


def test_recalled_while_it_was_being_refused(town: Town) -> None:
    bundle_id = town.sent()
    recalling = KeyRanOut(lambda: recall(town.primary.inside, PRIMARY, bundle_id, SENCO))
    Deliverer(town.primary.inside, recalling).advance(PRIMARY, bundle_id)
    told = town.primary.transfer(bundle_id)
    assert (told.state, told.attention) == (State.RECALLED, None)
    assert town.primary.said("transfer.delivered", "refused") == []


def test_a_refused_question_is_no_refused_delivery(town: Town) -> None:
    bundle_id = town.sent()
    town.settle()
    town.holes.refusal = "not-found"
    assert town.primary.advance(bundle_id).attention == "not-found"
    assert town.primary.said("transfer.delivered", "refused") == []
    assert len(town.primary.said("receipt.received", "refused")) == 1
