"""Files that stock programs and earlier versions of ours sealed stay readable for ever."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from keys import age
from keys.errors import AgeNoMatch

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.age"))
PLAIN = b"What a SENCO knows, carried safely.\n" * 3


def identity_of(path: Path, hybrid: age.Identity, classic: age.Identity) -> age.Identity:
    kind = path.name.partition("-")[0]
    return {"hybrid": hybrid, "classic": classic, "passphrase": age.ScryptIdentity("sesame")}[kind]


def test_every_kind_is_there() -> None:
    assert len(VECTORS) == 7
    assert {path.name.partition("-")[0] for path in VECTORS} == {"hybrid", "classic", "passphrase"}


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_sealed_file_is_read(path: Path, hybrid: age.KeyIdentity, classic: age.KeyIdentity) -> None:
    identity = identity_of(path, hybrid, classic)
    with path.open("rb") as source:
        assert age.decrypt(age.dearmor(source), [identity]).read() == PLAIN
    bare = io.BytesIO(age.dearmor(io.BytesIO(path.read_bytes())).read())
    assert age.open_seekable(bare, [identity]).read() == PLAIN


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_the_other_keys_open_nothing(
    path: Path, hybrid: age.KeyIdentity, classic: age.KeyIdentity
) -> None:
    right = identity_of(path, hybrid, classic)
    others = [each for each in (hybrid, classic) if each is not right]
    with path.open("rb") as source, pytest.raises(AgeNoMatch):
        age.decrypt(age.dearmor(source), others)
    if path.name.startswith("passphrase"):
        with path.open("rb") as source, pytest.raises(AgeNoMatch):
            age.decrypt(age.dearmor(source), [age.ScryptIdentity("Sesame")])
