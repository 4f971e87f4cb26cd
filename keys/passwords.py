"""Passwords: what may be one, and Argon2id hashes of them.

Rules after NCSC and Cyber Essentials: at least twelve characters, no common or guessable ones, no
rules of composition, no expiry. Parameters after the OWASP password storage cheat sheet. A stored
hash names its own parameters, so these can be raised: the next sign-in makes the hash anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
"""Beyond it nothing is hashed: a long text would cost us time and buys nobody safety."""

_MEMORY_KIB, _ROUNDS, _LANES = 19 * 1024, 2, 1
_HASHER = PasswordHasher(
    time_cost=_ROUNDS, memory_cost=_MEMORY_KIB, parallelism=_LANES, type=Type.ID
)

_COMMON_WORDS = frozenset(
    [
        "abcabc",
        "abcdef",
        "access",
        "admin",
        "administrator",
        "adminadmin",
        "administration",
        "arsenal",
        "asdf",
        "asdfasdf",
        "asdfgh",
        "asdfghjkl",
        "ashley",
        "august",
        "autumn",
        "bailey",
        "baseball",
        "basketball",
        "batman",
        "changeme",
        "charlie",
        "chelsea",
        "chocolate",
        "classroom",
        "computer",
        "corona",
        "cricket",
        "daniel",
        "default",
        "december",
        "dragon",
        "england",
        "everton",
        "exchange",
        "february",
        "football",
        "freedom",
        "george",
        "gemma",
        "google",
        "guest",
        "hannah",
        "harry",
        "hello",
        "hellohello",
        "hunter",
        "iloveyou",
        "iloveyous",
        "internet",
        "january",
        "jessica",
        "jordan",
        "july",
        "june",
        "killer",
        "letmein",
        "letmeinnow",
        "letmeinplease",
        "liverpool",
        "london",
        "loveme",
        "lovely",
        "manchester",
        "manutd",
        "march",
        "master",
        "masterkey",
        "matthew",
        "michael",
        "microsoft",
        "monday",
        "monkey",
        "mustang",
        "mypass",
        "mypassword",
        "newcastle",
        "nopassword",
        "november",
        "october",
        "office",
        "pass",
        "passcode",
        "passpass",
        "passphrase",
        "password",
        "passwords",
        "passwordpassword",
        "passw",
        "passwort",
        "pokemon",
        "primary",
        "primaryschool",
        "princess",
        "principal",
        "pupil",
        "pupils",
        "qazwsx",
        "qazwsxedc",
        "qwerty",
        "qwertyqwerty",
        "qwertyui",
        "qwertyuiop",
        "rainbow",
        "ranger",
        "rangers",
        "robert",
        "saturday",
        "school",
        "schoolschool",
        "secondary",
        "secondaryschool",
        "secret",
        "secrets",
        "sendepartment",
        "senco",
        "sencosenco",
        "senexchange",
        "september",
        "shadow",
        "shannon",
        "spring",
        "staff",
        "student",
        "summer",
        "sunday",
        "sunshine",
        "superman",
        "superstar",
        "teacher",
        "teachers",
        "teacherteacher",
        "temp",
        "temporary",
        "test",
        "testing",
        "testtest",
        "thepassword",
        "thisisapassword",
        "thomas",
        "tottenham",
        "trustno",
        "unitedkingdom",
        "user",
        "username",
        "welcome",
        "welcomehome",
        "welcometoschool",
        "whatever",
        "william",
        "winter",
        "yourpassword",
        "zaqwsx",
        "zxcvbn",
        "zxcvbnm",
    ]
)
_WALKS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "qazwsxedcrfvtgbyhnujm",
    "1q2w3e4r5t6y7u8i9o0p",
)
_LEET = str.maketrans("013457@$!", "oieastasi")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_SHORTEST_OWN_WORD = 4
_FEWEST_DIFFERENT = 5
_REST = 4
"""With the guessable part taken out, this many characters must still be there."""


def normal(plain: str) -> str:
    """Return the one form in which a password is hashed, whatever keyboard it came from."""
    return unicodedata.normalize("NFKC", plain)


def hash_password(plain: str) -> str:
    """Return the Argon2id hash, with its salt and parameters, as text."""
    return _HASHER.hash(normal(plain)[:LONGEST])


def check_password(stored: str | None, plain: str) -> bool:
    """Return whether ``plain`` is the password of ``stored``.

    Without a stored hash the same work is done against one that nobody knows, and the answer is
    no: how long it takes does not tell whether there is such an account.
    """
    try:
        right = _HASHER.verify(stored or _decoy(), normal(plain)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Return whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def weakness(plain: str, about: Iterable[str] = ()) -> str | None:
    """Return why this may not be a password, or None.

    :param about: what others know of the person: name, e-mail address, organisation.
    :returns: ``too-short``, ``too-long``, ``too-common`` or ``about-you``.
    """
    text = normal(plain)
    if len(text) < SHORTEST:
        return "too-short"
    if len(text) > LONGEST:
        return "too-long"
    folded = text.casefold()
    if _is_common(folded):
        return "too-common"
    if _is_about(folded, about):
        return "about-you"
    return None


def _is_common(text: str) -> bool:
    if len(set(text)) < _FEWEST_DIFFERENT or _repeats(text) or _walks(text):
        return True
    plain = _NOT_LETTERS.sub("", text)
    leet = _NOT_LETTERS.sub("", text.rstrip("0123456789!?.#*").translate(_LEET))
    return any(letters in _COMMON_WORDS for letters in (plain, leet) if letters)


def _repeats(text: str) -> bool:
    """Return whether it is one short piece over and over ("abc1abc1abc1")."""
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, min(6, len(text) // 2) + 1)
    )


def _walks(text: str) -> bool:
    """Return whether little is left once runs along the keyboard or alphabet are taken out."""
    left = text
    for walk in _WALKS:
        for size in range(min(len(walk), len(left)), _REST, -1):
            for start in range(len(walk) - size + 1):
                left = left.replace(walk[start : start + size], "")
    return len(left) < _REST


def _is_about(text: str, about: Iterable[str]) -> bool:
    words = {
        word
        for each in about
        for word in re.split(r"[^\w]+", each.casefold())
        if len(word) >= _SHORTEST_OWN_WORD
    }
    left = text
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != text and len(re.sub(r"[^a-z]", "", left)) < _REST


@cache
def _decoy() -> str:
    return _HASHER.hash("a password that no account has")
