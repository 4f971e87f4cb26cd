from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.age import bech32
from keys.errors import KeyInvalid

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
# BIP-173, "Test vectors": strings whose payload is whole bytes, or empty.
VALID = {
    "capitals": "A12UEL5L",
    "small letters": "a12uel5l",
    "long prefix": (
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs"
    ),
    "every letter": "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "question mark": "?1ezyfcl",
}
INVALID = {
    "space in prefix": "\x201nwldj5",
    "delete in prefix": "\x7f1axkwrx",
    "beyond ASCII in prefix": "\x801eym55h",
    "no separator": "pzry9x0s0muk",
    "empty prefix": "1pzry9x0s0muk",
    "foreign letter": "x1b4n0q5v",
    "checksum too short": "li1dgmt3",
    "beyond ASCII in checksum": "de1lg7wt\xff",
    "checksum over capitals": "A1G7SGD8",
    "separator alone at the front": "10a06t8",
    "separator at the front": "1qzzfhee",
    "mixed case": "A12uel5l",
    "empty": "",
    "no checksum": "age1",
    "Kelvin sign for K": VALID["every letter"].upper().replace("K", "\u212a"),
    "too long": "age1" + "q" * 5000,
}


@pytest.mark.parametrize("text", VALID.values(), ids=VALID.keys())
def test_published_strings_are_read(text: str) -> None:
    prefix, data = bech32.decode(text)
    assert bech32.encode(prefix.lower(), data) == text.lower()


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID.keys())
def test_bad_strings_are_refused(text: str) -> None:
    with pytest.raises(KeyInvalid) as caught:
        bech32.decode(text)
    assert caught.value.code.startswith("bech32-")


def with_checksum(prefix: str, letters: str) -> str:
    values = [LETTERS.index(letter) for letter in letters]
    check = bech32._polymod([*bech32._expand(prefix), *values, *[0] * 6]) ^ 1
    return f"{prefix}1{letters}" + "".join(LETTERS[check >> 5 * (5 - i) & 31] for i in range(6))


def test_a_byte_has_one_spelling() -> None:
    assert bech32.decode(with_checksum("age", "qq")) == ("age", b"\x00")
    # A spare bit set, one letter too many, one too few.
    for letters in ("qp", "qz", "qqq", "qqqqqqqqq", "q"):
        with pytest.raises(KeyInvalid, match="bech32-padding"):
            bech32.decode(with_checksum("age", letters))


@given(st.binary(max_size=200), st.sampled_from(["age", "age1pq", "x"]))
def test_round_trip_in_either_case(data: bytes, prefix: str) -> None:
    text = bech32.encode(prefix, data)
    assert bech32.decode(text) == (prefix, data)
    assert bech32.decode(text.upper()) == (prefix.upper(), data)


@given(st.binary(min_size=32, max_size=32), st.data())
def test_one_wrong_letter_is_refused(data: bytes, draw: st.DataObject) -> None:
    text = bech32.encode("age", data)
    place = draw.draw(st.integers(len("age1"), len(text) - 1))
    letter = draw.draw(st.sampled_from(LETTERS))
    wrong = text[:place] + letter + text[place + 1 :]
    if wrong == text:
        return
    with pytest.raises(KeyInvalid):
        bech32.decode(wrong)
