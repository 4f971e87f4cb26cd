"""Passwords: what may be one, how it is kept, and that a missing account costs the same time."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from keys import passwords

GOOD = "copper lantern 7 geese"


def test_the_hash_is_argon2id_with_the_advised_cost() -> None:
    stored = passwords.hash_password(GOOD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert GOOD not in stored
    assert stored != passwords.hash_password(GOOD)


def test_only_the_password_itself_is_right() -> None:
    stored = passwords.hash_password(GOOD)
    assert passwords.check_password(stored, GOOD)
    for wrong in ("", GOOD + " ", GOOD[:-1], GOOD.upper(), "x" * 100_000):
        assert not passwords.check_password(stored, wrong)


def test_two_keyboards_that_spell_one_letter_differently_agree() -> None:
    composed, decomposed = "café lantern geese", "cafe\u0301 lantern geese"
    assert passwords.check_password(passwords.hash_password(composed), decomposed)
    assert passwords.check_password(
        passwords.hash_password("ﬁsh lantern geese"), "fish lantern geese"
    )


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$broken", None])
def test_a_damaged_or_missing_hash_is_a_plain_no(stored: str | None) -> None:
    assert not passwords.check_password(stored, GOOD)


def test_the_decoy_has_no_password_that_lets_in() -> None:
    assert not passwords.check_password(None, "a password that no account has")


def test_a_missing_account_takes_as_long_as_a_wrong_password() -> None:
    stored = passwords.hash_password(GOOD)
    passwords.check_password(None, "warm up")

    def taken(one: str | None) -> float:
        start = time.perf_counter()
        passwords.check_password(one, "wrong wrong wrong")
        return time.perf_counter() - start

    pairs = [(taken(stored), taken(None)) for _ in range(9)]
    # The quickest of each: on a busy machine, the others tell of the machine.
    known, unknown = (min(each) for each in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_an_old_hash_is_known_to_be_old() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(GOOD)
    assert passwords.check_password(old, GOOD)
    assert passwords.is_outdated(old)
    assert not passwords.is_outdated(passwords.hash_password(GOOD))


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        ("short", "too-short"),
        ("elevenchars", "too-short"),
        ("x" * 257, "too-long"),
        ("password1234", "too-common"),
        ("Password1234!", "too-common"),
        ("P@ssw0rd2026!", "too-common"),
        ("letmeinplease", "too-common"),
        ("123456789012", "too-common"),
        ("aaaaaaaaaaaa", "too-common"),
        ("abcabcabcabc", "too-common"),
        ("qwertyuiop12", "too-common"),
        ("abcdefghijklmnop", "too-common"),
        ("Welcome2026!!", "too-common"),
        ("Liverpool2026", "too-common"),
        ("school123456", "too-common"),
        ("amina.khan2026", "about-you"),
        ("greenfield-primary", "about-you"),
        (GOOD, None),
        ("correct horse battery staple", None),
        ("my geese say welcome at dawn", None),
        ("ж" * 2 + "удав съел лампу", None),
    ],
)
def test_what_may_be_a_password(plain: str, why: str | None) -> None:
    about = ("Amina Khan", "amina.khan@greenfield.example", "Greenfield Primary")
    assert passwords.weakness(plain, about) == why


def test_there_are_no_rules_of_composition() -> None:
    assert passwords.weakness("onlysmallletterswithoutdigits") is None
