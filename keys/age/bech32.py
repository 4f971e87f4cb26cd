"""Bech32 without its length limit, for age recipients and identities (BIP-173; C2SP age)."""

from __future__ import annotations

from keys.errors import KeyInvalid

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6
# A hybrid recipient has 1,959 characters; nothing longer is parsed.
MAX_CHARACTERS = 4096


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= generator
    return check


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _to_fives(data: bytes) -> list[int]:
    bits = len(data) * 8
    padding = -bits % 5
    number = int.from_bytes(data, "big") << padding
    return [number >> shift & 31 for shift in range(bits + padding - 5, -1, -5)]


def _to_bytes(values: list[int]) -> bytes | None:
    padding = len(values) * 5 % 8
    number = 0
    for value in values:
        number = number << 5 | value
    if padding >= 5 or number & ((1 << padding) - 1):
        return None
    return (number >> padding).to_bytes(len(values) * 5 // 8, "big")


def encode(prefix: str, data: bytes) -> str:
    """Return the lower-case Bech32 string of ``data`` under the lower-case ``prefix``."""
    values = _to_fives(data)
    check = _polymod([*_expand(prefix), *values, *[0] * _CHECKSUM]) ^ 1
    values += [check >> 5 * (_CHECKSUM - 1 - i) & 31 for i in range(_CHECKSUM)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in values)


def decode(text: str) -> tuple[str, bytes]:
    """Return the prefix, in the case in which it stood, and the data.

    :raises KeyInvalid: ``bech32-*``: mixed case, a foreign character, a wrong checksum, padding
        that is not zero; so that each key has exactly one spelling in each case.
    """
    if len(text) > MAX_CHARACTERS:
        raise KeyInvalid("bech32-too-long")
    # ASCII first: the Kelvin sign, for one, lowers to a letter of the alphabet.
    if not text.isascii():
        raise KeyInvalid("bech32-character")
    if text not in (text.lower(), text.upper()):
        raise KeyInvalid("bech32-mixed-case")
    prefix, separator, payload = text.rpartition("1")
    if not separator or not prefix or len(payload) < _CHECKSUM:
        raise KeyInvalid("bech32-malformed")
    if any(not 33 <= ord(letter) <= 126 for letter in prefix):
        raise KeyInvalid("bech32-character")
    values = [_VALUES.get(letter, -1) for letter in payload.lower()]
    if -1 in values:
        raise KeyInvalid("bech32-character")
    if _polymod([*_expand(prefix.lower()), *values]) != 1:
        raise KeyInvalid("bech32-checksum", hint="A character is wrong or missing: copy it again.")
    data = _to_bytes(values[:-_CHECKSUM])
    if data is None:
        raise KeyInvalid("bech32-padding")
    return prefix, data
