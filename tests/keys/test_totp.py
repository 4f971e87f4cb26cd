"""One-time codes: the standard's own vectors, the window, and that a step is used once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from keys import totp

# RFC 6238, appendix B: SHA-1, the last six of eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
NOW = datetime(2026, 7, 3, 9, 0, 7, tzinfo=UTC)


def code_at(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


@pytest.mark.parametrize(("seconds", "code"), RFC)
def test_the_standards_vectors(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.used_step(RFC_SECRET, code, at, None) == seconds // 30


@pytest.mark.parametrize(
    ("shift", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_the_window_is_one_step_each_way(shift: int, good: bool) -> None:
    secret = totp.new_secret()
    code = code_at(secret, NOW + timedelta(seconds=shift))
    near = {code_at(secret, NOW + timedelta(seconds=s)) for s in (-30, 0, 30)}
    if not good and code in near:
        pytest.skip("two steps of this random secret share a code")
    assert (totp.used_step(secret, code, NOW, None) is not None) is good


def test_a_step_is_used_once_and_none_before_it_after() -> None:
    secret = totp.new_secret()
    code = code_at(secret, NOW)
    step = totp.used_step(secret, code, NOW, None)
    assert step is not None
    assert totp.used_step(secret, code, NOW, step) is None
    assert totp.used_step(secret, code, NOW + timedelta(seconds=30), step) is None
    before = code_at(secret, NOW - timedelta(seconds=30))
    if before != code:
        assert totp.used_step(secret, before, NOW, step) is None
    after = code_at(secret, NOW + timedelta(seconds=30))
    if after != code:
        assert totp.used_step(secret, after, NOW, step) == step + 1


def test_spaces_are_forgiven_and_nonsense_is_not() -> None:
    secret = totp.new_secret()
    code = code_at(secret, NOW)
    assert totp.used_step(secret, f" {code[:3]} {code[3:]} ", NOW, None) is not None
    for wrong in ("", "abc", code + "0", code[:-1], "é" * 6, "\ud800", "１２３４５６", "9" * 9999):
        assert totp.used_step(secret, wrong, NOW, None) is None


def test_the_secret_is_long_and_the_address_names_account_and_service() -> None:
    secret = totp.new_secret()
    assert len(secret) == 32
    assert secret != totp.new_secret()
    uri = totp.enrolment_uri(secret, "a@b.example", "SEN Exchange")
    assert uri.startswith("otpauth://totp/SEN%20Exchange:a%40b.example?")
    assert secret in uri


def test_recovery_codes_are_ten_long_ones_and_each_is_used_once() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 16 for code in codes)
    kept = tuple(totp.recovery_hash(code) for code in codes)
    assert not set(codes) & set(kept)
    left = totp.without_used(codes[3].upper().replace("-", " "), kept)
    assert left is not None
    assert len(left) == 9
    assert totp.without_used(codes[3], left) is None
    assert totp.without_used(codes[4], left) is not None
    assert totp.without_used("", kept) is None
