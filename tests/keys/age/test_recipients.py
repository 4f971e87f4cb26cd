from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path

import pytest

from keys import age
from keys.age import bech32, encoding
from keys.errors import AgeHeaderInvalid, AgeNoMatch, KeyInvalid
from keys.interfaces import KeyClass

FILE_KEY = bytes(range(16))
PRIME = 2**255 - 19
# The points of small order and their other spellings (RFC 7748 section 7; curve25519 by
# Bernstein, "How do I validate Curve25519 public keys?").
LOW_ORDER = {
    "zero": 0,
    "one": 1,
    "order eight": 325606250916557431795983626356110631294008115727848805560023387167927233504,
    "order eight, other": (
        39382357235489614581723060781553021112529911719440698176882885853963445705823
    ),
    "minus one": PRIME - 1,
}
SPELT_TWICE = {
    "p": PRIME,
    "p + 1": PRIME + 1,
    "p + 9": PRIME + 9,
    "all ones": 2**255 - 1,
    "nine with the top bit": 2**255 + 9,
    "zero with the top bit": 2**255,
}
# C2SP age, the examples of both identity types.
SPEC_CLASSIC = (
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
)
SPEC_HYBRID = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
SPEC_HYBRID_STARTS = "age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5zrqtzd"
SPEC_HYBRID_ENDS = "mhh6gjtqmwze9pyyzk3tlhl53k2ykx3qheyty7saeq0d3fzv49zc0k"


def classic_text(u: int) -> str:
    return bech32.encode("age", u.to_bytes(32, "little"))


def hybrid_raw(identity: age.KeyIdentity) -> bytes:
    return bech32.decode(identity.recipient().text)[1]


def test_the_specifications_examples() -> None:
    assert age.parse_identity(SPEC_CLASSIC[0]).recipient().text == SPEC_CLASSIC[1]
    text = age.parse_identity(SPEC_HYBRID).recipient().text
    assert text.startswith(SPEC_HYBRID_STARTS)
    assert text.endswith(SPEC_HYBRID_ENDS)
    assert len(text) == 1959


@pytest.mark.parametrize("kind", ["hybrid", "classic"])
def test_new_identities_differ_and_are_read_back(kind: KeyClass) -> None:
    first, second = age.generate_identity(kind), age.generate_identity(kind)
    assert first != second
    identity = age.parse_identity(first)
    assert identity.key_class == identity.recipient().key_class == kind
    assert age.parse_recipient(identity.recipient().text) == identity.recipient()


def test_key_id_is_the_hash_of_the_text(identity: age.KeyIdentity) -> None:
    recipient = identity.recipient()
    digest = hashlib.sha256(str(recipient).encode()).digest()
    assert recipient.key_id == "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def test_nothing_shows_the_secret(identity: age.KeyIdentity) -> None:
    assert repr(identity).count("SHA256:") == 1
    assert "AGE-SECRET" not in repr(identity) + str(identity)
    assert "sesame" not in repr(age.ScryptIdentity("sesame")) + repr(age.ScryptRecipient("sesame"))


def test_file_key_goes_round_and_each_wrapping_is_fresh(identity: age.KeyIdentity) -> None:
    (one,), (other,) = (identity.recipient().wrap(FILE_KEY) for _ in range(2))
    assert one != other
    assert identity.unwrap([one]) == identity.unwrap([other]) == FILE_KEY


def test_the_right_stanza_is_found_among_others(
    identity: age.KeyIdentity, hybrid: age.KeyIdentity, classic: age.KeyIdentity
) -> None:
    others = [age.parse_identity(age.generate_identity(identity.key_class)) for _ in range(3)]
    stanzas = [s for other in others for s in other.recipient().wrap(bytes(16))]
    stanzas += [age.Stanza("example.com/unknown", ("x",), b"anything")]
    assert identity.unwrap(stanzas) is None
    assert identity.unwrap([*stanzas, *identity.recipient().wrap(FILE_KEY)]) == FILE_KEY


@pytest.mark.parametrize("u", LOW_ORDER.values(), ids=LOW_ORDER.keys())
def test_low_order_points_are_refused(u: int, hybrid: age.KeyIdentity) -> None:
    point = u.to_bytes(32, "little")
    texts = [classic_text(u), bech32.encode("age1pq", hybrid_raw(hybrid)[:-32] + point)]
    for text in texts:
        with pytest.raises(KeyInvalid, match="x25519-low-order"):
            age.parse_recipient(text)


@pytest.mark.parametrize("u", SPELT_TWICE.values(), ids=SPELT_TWICE.keys())
def test_points_spelt_twice_are_refused(u: int, hybrid: age.KeyIdentity) -> None:
    point = u.to_bytes(32, "little")
    texts = [classic_text(u), bech32.encode("age1pq", hybrid_raw(hybrid)[:-32] + point)]
    for text in texts:
        with pytest.raises(KeyInvalid, match="x25519-non-canonical"):
            age.parse_recipient(text)


def test_unreduced_lattice_coefficients_are_refused(hybrid: age.KeyIdentity) -> None:
    raw = bytearray(hybrid_raw(hybrid))
    raw[0:3] = b"\xff\xff\xff"  # two coefficients of 4095, where q is 3329
    with pytest.raises(KeyInvalid, match="mlkem-non-canonical"):
        age.parse_recipient(bech32.encode("age1pq", bytes(raw)))


BAD_RECIPIENTS = {
    "capitals": SPEC_CLASSIC[1].upper(),
    "an identity": SPEC_CLASSIC[0],
    "a short point": bech32.encode("age", bytes(31)),
    "a long point": bech32.encode("age", bytes(33)),
    "a short hybrid key": bech32.encode("age1pq", bytes(1215)),
    "a classic key under the hybrid prefix": bech32.encode("age1pq", b"\x09" + bytes(31)),
    "a plugin's": bech32.encode("age1yubikey", b"\x09" + bytes(31)),
    "white space": SPEC_CLASSIC[1] + "\n",
    "an SSH key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
    "nothing": "",
}
BAD_IDENTITIES = {
    "small letters": SPEC_CLASSIC[0].lower(),
    "a recipient": SPEC_CLASSIC[1],
    "a short secret": bech32.encode("age-secret-key-", bytes(31)).upper(),
    "a short seed": bech32.encode("age-secret-key-pq-", bytes(31)).upper(),
    "a plugin's": bech32.encode("age-plugin-yubikey-", bytes(32)).upper(),
    "nothing": "",
}


@pytest.mark.parametrize("text", BAD_RECIPIENTS.values(), ids=BAD_RECIPIENTS.keys())
def test_bad_recipients_are_refused(text: str) -> None:
    with pytest.raises(KeyInvalid):
        age.parse_recipient(text)


@pytest.mark.parametrize("text", BAD_IDENTITIES.values(), ids=BAD_IDENTITIES.keys())
def test_bad_identities_are_refused_without_showing_them(text: str) -> None:
    with pytest.raises(KeyInvalid) as caught:
        age.parse_identity(text)
    assert not text or text not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("size", [0, 31, 33])
def test_seeds_have_32_bytes(size: int) -> None:
    with pytest.raises(KeyInvalid, match="identity-malformed"):
        age.identity_from_seed("hybrid", bytes(size))


def malformed(good: age.Stanza) -> dict[str, age.Stanza]:
    raw = encoding.decode(good.args[0]) or b""
    low = raw[:-32] + bytes(32)
    return {
        "no argument": age.Stanza(good.type, (), good.body),
        "an argument more": age.Stanza(good.type, (*good.args, "x"), good.body),
        "a padded share": age.Stanza(good.type, (good.args[0] + "=",), good.body),
        "a long share": age.Stanza(good.type, (encoding.encode(raw + b"\0"),), good.body),
        "a short share": age.Stanza(good.type, (encoding.encode(raw[:-1]),), good.body),
        "a low-order share": age.Stanza(good.type, (encoding.encode(low),), good.body),
        "a long file key": age.Stanza(good.type, good.args, good.body + b"\0"),
        "a short file key": age.Stanza(good.type, good.args, good.body[:-1]),
    }


def test_malformed_stanzas_of_our_type_are_refused(identity: age.KeyIdentity) -> None:
    (good,) = identity.recipient().wrap(FILE_KEY)
    for name, stanza in malformed(good).items():
        low = name == "a low-order share"
        with pytest.raises(AgeHeaderInvalid) as caught:
            print(name, identity.unwrap([stanza]))
        assert caught.value.code == ("age-share-low-order" if low else "age-stanza-malformed")
        assert caught.value.path == "header.stanzas[0]"


def test_a_changed_stanza_opens_nothing(identity: age.KeyIdentity) -> None:
    (good,) = identity.recipient().wrap(FILE_KEY)
    for place in range(len(good.body)):
        body = bytearray(good.body)
        body[place] ^= 1
        assert identity.unwrap([age.Stanza(good.type, good.args, bytes(body))]) is None


def test_passphrase_round_trip() -> None:
    (stanza,) = age.ScryptRecipient("sesame", work_factor=4).wrap(FILE_KEY)
    assert stanza.args[1] == "4"
    assert age.ScryptIdentity("sesame").unwrap([stanza]) == FILE_KEY
    assert age.ScryptIdentity("Sesame").unwrap([stanza]) is None


@pytest.mark.parametrize(
    "factor", ["0", "05", "+5", "5 ", "-5", "0x5", "٥", "5e0", "", "21", "999"]
)
def test_work_factors_that_are_odd_or_too_high_are_refused(factor: str) -> None:
    (good,) = age.ScryptRecipient("sesame", work_factor=4).wrap(FILE_KEY)
    with pytest.raises(AgeHeaderInvalid):
        age.ScryptIdentity("sesame").unwrap(
            [age.Stanza("scrypt", (good.args[0], factor), good.body)]
        )


@pytest.mark.parametrize("size", [0, 15, 17])
def test_salts_have_16_bytes(size: int) -> None:
    (good,) = age.ScryptRecipient("sesame", work_factor=4).wrap(FILE_KEY)
    stanza = age.Stanza("scrypt", (encoding.encode(bytes(size)), "4"), good.body)
    with pytest.raises(AgeHeaderInvalid, match="age-stanza-malformed"):
        age.ScryptIdentity("sesame").unwrap([stanza])


def test_a_factor_of_ten_thousand_digits_is_refused() -> None:
    (good,) = age.ScryptRecipient("sesame", work_factor=4).wrap(FILE_KEY)
    stanza = age.Stanza("scrypt", (good.args[0], "9" * 10_000), good.body)
    with pytest.raises(AgeHeaderInvalid, match="age-scrypt-work-factor"):
        age.ScryptIdentity("sesame").unwrap([stanza])


def test_a_passphrase_stands_alone(classic: age.KeyIdentity) -> None:
    stanzas = age.ScryptRecipient("sesame", work_factor=4).wrap(FILE_KEY)
    with pytest.raises(AgeHeaderInvalid, match="age-scrypt-not-alone"):
        age.ScryptIdentity("sesame").unwrap([*stanzas, *classic.recipient().wrap(FILE_KEY)])


def test_empty_passphrases_and_senseless_factors_are_refused() -> None:
    with pytest.raises(KeyInvalid, match="passphrase-empty"):
        age.ScryptRecipient("")
    with pytest.raises(KeyInvalid, match="work-factor-out-of-range"):
        age.ScryptIdentity("sesame", max_work_factor=31)


def test_one_file_never_mixes_classes(hybrid: age.KeyIdentity, classic: age.KeyIdentity) -> None:
    passphrase = age.ScryptRecipient("sesame", work_factor=4)
    mixed: dict[str, list[age.Recipient]] = {
        "recipients-mixed": [hybrid.recipient(), classic.recipient()],
        "recipients-missing": [],
        "recipients-passphrase-not-alone": [passphrase, passphrase],
    }
    for code, recipients in mixed.items():
        sink = io.BytesIO()
        with pytest.raises(KeyInvalid, match=code):
            age.encrypt(sink, recipients)
        assert not sink.getvalue()
    with pytest.raises(KeyInvalid, match="recipients-mixed"):
        age.encrypt(io.BytesIO(), [passphrase, classic.recipient()])


def test_each_of_many_recipients_opens_and_a_stranger_does_not(
    identity: age.KeyIdentity, hybrid: age.KeyIdentity, classic: age.KeyIdentity
) -> None:
    identities = [age.parse_identity(age.generate_identity(identity.key_class)) for _ in range(5)]
    sink = io.BytesIO()
    with age.encrypt(sink, [each.recipient() for each in identities]) as encryptor:
        encryptor.write(b"for five")
    for each in identities:
        assert age.decrypt(io.BytesIO(sink.getvalue()), [each]).read() == b"for five"
    for strangers in ([hybrid, classic, age.ScryptIdentity("sesame")], []):
        with pytest.raises(AgeNoMatch):
            age.decrypt(io.BytesIO(sink.getvalue()), strangers)


@pytest.mark.corpus
def test_wycheproof_points_are_enrolled_only_if_sound(corpora: Path) -> None:
    path = corpora / "crypto/wycheproof/testvectors_v1/x25519_test.json"
    tests = [t for group in json.loads(path.read_text())["testGroups"] for t in group["tests"]]
    refused = {"LowOrderPublic", "NonCanonicalPublic", "ZeroSharedSecret"}
    seen = {True: 0, False: 0}
    for test in tests:
        text = bech32.encode("age", bytes.fromhex(test["public"]))
        try:
            age.parse_recipient(text)
            sound = True
        except KeyInvalid:
            sound = False
        assert sound is not bool(refused.intersection(test["flags"])), test["tcId"]
        seen[sound] += 1
    assert min(seen.values()) > 40
