"""Keys of both classes and a short way to seal; shared by the tests of the age format."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest

from keys import age

Seal = Callable[..., bytes]


@pytest.fixture(scope="session")
def hybrid() -> age.KeyIdentity:
    return age.parse_identity(age.identity_from_seed("hybrid", bytes(range(32))))


@pytest.fixture(scope="session")
def classic() -> age.KeyIdentity:
    return age.parse_identity(age.identity_from_seed("classic", bytes(range(32))))


@pytest.fixture(scope="session", params=["hybrid", "classic"])
def identity(request: pytest.FixtureRequest) -> age.KeyIdentity:
    found: age.KeyIdentity = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def seal() -> Seal:
    """Return a function that seals bytes to recipients and returns the whole file."""

    def sealed(plain: bytes, recipients: Sequence[age.Recipient]) -> bytes:
        sink = io.BytesIO()
        with age.encrypt(sink, recipients) as encryptor:
            encryptor.write(plain)
        return sink.getvalue()

    return sealed
