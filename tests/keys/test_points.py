"""Low-order, identity, non-canonical and mixed points never become keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.errors import KeyInvalid, SignatureInvalid
from keys.points import check_ed25519
from keys.ssh_keys import SshPrivateKey, SshPublicKey

P = 2**255 - 19
SIGN = 1 << 255
ORDER_8 = (
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
)

REFUSED = {
    "identity": (1, "key-low-order"),
    "order-2": (P - 1, "key-low-order"),
    "order-4": (0, "key-low-order"),
    "order-4-negative": (SIGN, "key-low-order"),
    "order-8-first": (ORDER_8[0], "key-low-order"),
    "order-8-first-negative": (ORDER_8[0] | SIGN, "key-low-order"),
    "order-8-second": (ORDER_8[1], "key-low-order"),
    "order-8-second-negative": (ORDER_8[1] | SIGN, "key-low-order"),
    "identity-with-sign-of-zero": (1 | SIGN, "key-not-canonical"),
    "order-2-with-sign-of-zero": ((P - 1) | SIGN, "key-not-canonical"),
    "order-4-as-p": (P, "key-not-canonical"),
    "order-4-as-p-negative": (P | SIGN, "key-not-canonical"),
    "identity-as-p-plus-1": (P + 1, "key-not-canonical"),
    "identity-as-p-plus-1-negative": ((P + 1) | SIGN, "key-not-canonical"),
    "largest-number": (2**256 - 1, "key-not-canonical"),
    "not-on-the-curve": (2, "key-not-on-curve"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_point_is_refused_by_name(case: str) -> None:
    number, code = REFUSED[case]
    with pytest.raises(KeyInvalid) as caught:
        SshPublicKey(number.to_bytes(32, "little"))
    assert caught.value.code == code


@pytest.mark.parametrize("size", [0, 31, 33])
def test_wrong_length_is_refused(size: int) -> None:
    with pytest.raises(KeyInvalid, match="key-malformed"):
        check_ed25519(bytes(size))


def test_honest_keys_pass_and_their_torsion_twins_do_not() -> None:
    """A + (0, -1), the point of order 2, encodes as p - y with the other sign."""
    for _ in range(8):
        honest = SshPrivateKey.generate().public.raw
        check_ed25519(honest)
        number = int.from_bytes(honest, "little")
        twin = (P - (number & (SIGN - 1))) | ((number & SIGN) ^ SIGN)
        with pytest.raises(KeyInvalid, match="key-low-order"):
            check_ed25519(twin.to_bytes(32, "little"))


def test_why_the_library_refuses_too_little() -> None:
    """Under the identity as key, one signature verifies for any message: hence our check."""
    identity = (1).to_bytes(32, "little")
    forged = identity + bytes(32)
    library = Ed25519PublicKey.from_public_bytes(identity)
    library.verify(forged, b"anything")
    library.verify(forged, b"anything else")


@pytest.mark.corpus
def test_wycheproof_verdicts(corpora: Path) -> None:
    path = corpora / "crypto/wycheproof/testvectors_v1/ed25519_test.json"
    count = 0
    for group in json.loads(path.read_bytes())["testGroups"]:
        public = SshPublicKey(bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            count += 1
            try:
                public.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
                verdict = "valid"
            except SignatureInvalid:
                verdict = "invalid"
            assert verdict == case["result"], case["tcId"]
    assert count > 100
