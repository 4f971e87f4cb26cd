"""What the attacks on a bundle share: the honest one, and what a check says of another."""

from __future__ import annotations

import io
from typing import Any

import pytest

from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer
from exchange.errors import BundleError
from tests.exchange.bundle.forge import Forgery
from tests.exchange.bundle.parties import (
    NOW,
    SCHOOL,
    Party,
    find_signers,
    opened,
    sealed,
)

REPORT = "data/documents/0001-report.pdf"


def code_of(raw: bytes, party: Party = SCHOOL, **others: Any) -> str:
    """Return the code with which a careful reader refuses ``raw``."""
    with pytest.raises(BundleError) as caught:
        opened(raw, party, **others)
    assert caught.value.hint
    return caught.value.code


def code_inside(raw: bytes, party: Party = SCHOOL) -> str:
    """The same for a reader that opens without having read the payload's digest."""
    outer = read_outer(io.BytesIO(raw))
    with pytest.raises(BundleError) as caught:
        open_bundle(
            outer,
            opener=party,
            find_signers=find_signers,
            me=party.org_id,
            inbox=party.inbox,
            at=NOW,
        ).verify_contents()
    return caught.value.code


def honest(*to: Party) -> Forgery:
    raw, _ = sealed(to=to or (SCHOOL,))
    made = Forgery(raw, (to or (SCHOOL,))[0])
    assert opened(made.build(), (to or (SCHOOL,))[0])
    return made
