"""The secret in a link: its entropy, its one spelling, and what it gives away (nothing)."""

from __future__ import annotations

import io
import re
import statistics
import time

import pytest

from keys.age import encrypt, parse_recipient
from keys.errors import AgeNoMatch, KeyInvalid, SignatureInvalid
from keys.links import CODE_DIGITS, LinkSecret, new_code, require_vouched


def _sealed(link: LinkSecret, plain: bytes) -> io.BytesIO:
    sink = io.BytesIO()
    with encrypt(sink, [link.recipient]) as out:
        out.write(plain)
    return io.BytesIO(sink.getvalue())


def test_token_has_256_bits_and_needs_no_escaping() -> None:
    tokens = {LinkSecret.new().token for _ in range(500)}
    assert len(tokens) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)
    # No character is fixed: each of the first 42 places takes many values over 500 tokens.
    assert all(len({token[place] for token in tokens}) > 40 for place in range(42))


def test_token_comes_back_as_the_same_secret() -> None:
    link = LinkSecret.new()
    again = LinkSecret.from_text(link.token)
    assert again.lookup == link.lookup
    assert again.recipient == link.recipient
    assert again.is_code("12345678", link.check_of("12345678"))


def test_link_opens_what_was_sealed_to_it_and_nothing_else() -> None:
    link, other = LinkSecret.new(), LinkSecret.new()
    assert link.open(_sealed(link, b"a pack")).read() == b"a pack"
    with pytest.raises(AgeNoMatch):
        other.open(_sealed(link, b"a pack"))


def test_recipient_can_be_kept_as_text() -> None:
    link = LinkSecret.new()
    assert parse_recipient(link.recipient.text) == link.recipient
    assert link.recipient.key_class == "hybrid"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "A",
        lambda text: text[:-1],
        lambda text: "",
        lambda text: text[:-1] + "=",
        lambda text: " " + text[1:],
        lambda text: "é" + text[1:],
        lambda text: "+" + text[1:],
        lambda text: "/" + text[1:],
        # The last character holds four bits: these two spell the same secret otherwise.
        lambda text: text[:-1] + chr(ord(text[-1]) + 1),
    ],
)
def test_other_spellings_are_refused(change) -> None:  # type: ignore[no-untyped-def]
    text = LinkSecret(bytes(32)).token
    with pytest.raises(KeyInvalid) as caught:
        LinkSecret.from_text(change(text))
    assert caught.value.code == "link-malformed"
    assert text[:8] not in str(caught.value)


def test_nothing_derived_gives_away_the_token() -> None:
    link = LinkSecret.new()
    derived = f"{link.lookup} {link.recipient.text} {link.check_of('00000000')} {link!r}"
    assert link.token not in derived
    assert link.token[:10] not in derived


def test_code_is_bound_to_its_link() -> None:
    link, other = LinkSecret.new(), LinkSecret.new()
    check = link.check_of("12345678")
    assert link.is_code("12345678", check)
    assert not link.is_code("12345679", check)
    assert not other.is_code("12345678", check)


@pytest.mark.parametrize("typed", ["1234 5678", "1234-5678", " 12 34 56 78 ", "1234\u00a05678"])
def test_code_may_be_typed_in_groups(typed: str) -> None:
    link = LinkSecret.new()
    assert link.is_code(typed, link.check_of("12345678"))


@pytest.mark.parametrize("typed", ["", "\x00", "１２３４５６７８", "\ud800", "9" * 100_000])
def test_strange_codes_are_wrong_and_no_error(typed: str) -> None:
    link = LinkSecret.new()
    assert not link.is_code(typed, link.check_of("12345678"))


def test_codes_are_random_digits() -> None:
    codes = {new_code() for _ in range(300)}
    assert len(codes) == 300
    assert all(re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", code) for code in codes)
    assert any(code.startswith("0") for code in codes)


def test_time_to_judge_a_code_does_not_tell_how_much_of_it_was_right() -> None:
    link = LinkSecret.new()
    check = link.check_of("12345678")
    times: dict[str, list[float]] = {"12345670": [], "02345678": []}
    for _ in range(400):
        for typed, seen in times.items():
            begin = time.perf_counter()
            link.is_code(typed, check)
            seen.append(time.perf_counter() - begin)
    near, far = (statistics.median(seen) for seen in times.values())
    assert 0.5 < near / far < 2


def test_only_the_holder_of_a_link_can_vouch() -> None:
    link, other = LinkSecret.new(), LinkSecret.new()
    require_vouched(link.vouching_key, b"accepted", link.vouch(b"accepted"))
    for message, signature in (
        (b"refused", link.vouch(b"accepted")),
        (b"accepted", other.vouch(b"accepted")),
        (b"accepted", ""),
        (b"accepted", "not base64!"),
    ):
        with pytest.raises(SignatureInvalid) as caught:
            require_vouched(link.vouching_key, message, signature)
        assert caught.value.code == "answer-not-vouched"
