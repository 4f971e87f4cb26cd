from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import age
from keys.age import encoding
from keys.age.header import MAX_STANZAS, write_header
from keys.errors import AgeError, AgeHeaderInvalid, AgeHeaderMacInvalid

FILE_KEY = bytes(range(16))
MAC = b"--- " + b"A" * 43 + b"\n"
VERSION = b"age-encryption.org/v1\n"
STANZA = b"-> X25519 abc\nAAAA\n"

BAD_HEADERS = {
    "nothing": b"",
    "another format": b"PK\x03\x04" + bytes(30),
    "version 2": b"age-encryption.org/v2\n" + STANZA + MAC,
    "no version": STANZA + MAC,
    "a byte-order mark": b"\xef\xbb\xbf" + VERSION + STANZA + MAC,
    "CRLF": (VERSION + STANZA + MAC).replace(b"\n", b"\r\n"),
    "no stanza": VERSION + MAC,
    "no MAC": VERSION + STANZA,
    "MAC cut short": VERSION + STANZA + MAC[:-2],
    "MAC without line feed": VERSION + STANZA + MAC[:-1],
    "MAC without space": VERSION + STANZA + MAC.replace(b" ", b""),
    "MAC with a space more": VERSION + STANZA + MAC.replace(b" ", b"  "),
    "MAC padded": VERSION + STANZA + MAC[:-1] + b"=\n",
    "MAC not canonical": VERSION + STANZA + MAC[:-2] + b"B\n",
    "MAC mark longer": VERSION + STANZA + b"-" + MAC,
    "stanza without arguments": VERSION + b"->\nAAAA\n" + MAC,
    "stanza with empty argument": VERSION + b"-> X25519  abc\nAAAA\n" + MAC,
    "stanza with trailing space": VERSION + b"-> X25519 \nAAAA\n" + MAC,
    "stanza mark without space": VERSION + b"->X25519\nAAAA\n" + MAC,
    "tab between arguments": VERSION + b"-> X25519\tabc\nAAAA\n" + MAC,
    "argument beyond ASCII": VERSION + b"-> X25519 \xc3\xa9\nAAAA\n" + MAC,
    "NUL in an argument": VERSION + b"-> X25519 \x00\nAAAA\n" + MAC,
    "no body": VERSION + b"-> X25519 abc\n" + MAC,
    "body padded": VERSION + b"-> X25519 abc\nAA==\n" + MAC,
    "body not canonical": VERSION + b"-> X25519 abc\nAB\n" + MAC,
    "body of one letter": VERSION + b"-> X25519 abc\nA\n" + MAC,
    "body in URL letters": VERSION + b"-> X25519 abc\n-_AA\n" + MAC,
    "full line ends the body": VERSION + b"-> X25519 abc\n" + b"A" * 64 + b"\n" + MAC,
    "line of 68 letters": VERSION + b"-> X25519 abc\n" + b"A" * 68 + b"\n\n" + MAC,
    "short line inside the body": VERSION + b"-> X25519 abc\nAAAA\nAAAA\n" + MAC,
    "scrypt beside another": VERSION + b"-> scrypt a 1\nAAAA\n" + STANZA + MAC,
    "too many stanzas": VERSION + STANZA * (MAX_STANZAS + 1) + MAC,
    "a line without end": VERSION + b"-> X25519 " + b"a" * (2 << 20),
    "a body without end": VERSION + b"-> X25519 a\n" + (b"A" * 64 + b"\n") * 20_000,
}


@pytest.mark.parametrize("data", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_bad_headers_are_refused(data: bytes) -> None:
    with pytest.raises(AgeHeaderInvalid):
        age.read_header(io.BytesIO(data))


def test_no_more_is_read_than_a_header_may_take() -> None:
    source = io.BytesIO(BAD_HEADERS["a line without end"])
    with pytest.raises(AgeHeaderInvalid, match="age-header-too-large"):
        age.read_header(source)
    assert source.tell() <= age.MAX_HEADER_SIZE + 1


printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=80)
stanzas = st.builds(
    age.Stanza,
    printable.filter(lambda text: text != "scrypt"),
    st.lists(printable, max_size=4).map(tuple),
    st.binary(max_size=200),
)


@given(st.lists(stanzas, min_size=1, max_size=5), st.binary(max_size=50))
def test_what_is_written_is_read_back(wanted: list[age.Stanza], behind: bytes) -> None:
    raw = write_header(wanted, FILE_KEY)
    source = io.BytesIO(raw + behind)

    header = age.read_header(source)

    assert list(header.stanzas) == wanted
    assert (header.size, source.read()) == (len(raw), behind)
    header.check_mac(FILE_KEY)
    with pytest.raises(AgeHeaderMacInvalid):
        header.check_mac(bytes(16))


@pytest.mark.parametrize("argument", ["", "a b", "a\n", "é", "\x7f"])
def test_unprintable_arguments_are_not_written(argument: str) -> None:
    with pytest.raises(AgeHeaderInvalid):
        write_header([age.Stanza("X25519", (argument,), b"")], FILE_KEY)


@pytest.mark.parametrize("size", [0, 1, 47, 48, 49, 95, 96, 97])
def test_bodies_end_on_a_short_line(size: int) -> None:
    raw = write_header([age.Stanza("x", (), bytes(size))], FILE_KEY)
    lines = raw.split(b"\n")[2:-2]
    assert all(len(line) == 64 for line in lines[:-1])
    assert len(lines[-1]) < 64
    assert age.read_header(io.BytesIO(raw)).stanzas[0].body == bytes(size)


@given(st.binary(max_size=80))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = encoding.encode(data)
    assert encoding.decode(text) == data
    for spoiled in (text + "=", text + "\n", " " + text, text + "A===", text + "é"):
        assert encoding.decode(spoiled) is None


def test_a_stanza_added_removed_or_moved_breaks_the_mac(identity: age.KeyIdentity) -> None:
    other = age.parse_identity(age.generate_identity(identity.key_class))
    sink = io.BytesIO()
    with age.encrypt(sink, [identity.recipient(), other.recipient()]) as encryptor:
        encryptor.write(b"x")
    whole = sink.getvalue()
    header = age.read_header(io.BytesIO(whole))
    ours, theirs = header.stanzas
    added = age.Stanza("example.com/grease", ("x",), b"y")
    changes = {
        "added": [ours, theirs, added],
        "removed": [ours],
        "moved": [theirs, ours],
        "doubled": [ours, ours, theirs],
    }
    tail = whole[len(header.signed) :]
    for name, changed in changes.items():
        raw = write_header(changed, FILE_KEY)
        forged = raw[: raw.rindex(b"---") + 3] + tail
        with pytest.raises(AgeHeaderMacInvalid):
            print(name, age.decrypt(io.BytesIO(forged), [identity]))


def test_a_flip_of_any_byte_is_refused_by_both_readers(identity: age.KeyIdentity) -> None:
    sink = io.BytesIO()
    with age.encrypt(sink, [identity.recipient()]) as encryptor:
        encryptor.write(b"the whole of a small file")
    whole = sink.getvalue()
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 0x01
        with pytest.raises(AgeError):
            age.decrypt(io.BytesIO(flipped), [identity]).read()
        with pytest.raises(AgeError):
            age.open_seekable(io.BytesIO(flipped), [identity]).read()


def test_the_source_is_left_at_the_first_chunk(identity: age.KeyIdentity) -> None:
    sink = io.BytesIO()
    with age.encrypt(sink, [identity.recipient()]) as encryptor:
        encryptor.write(b"x" * 100)
    source = io.BytesIO(sink.getvalue())
    opener = age.unlock(source, [identity])
    assert source.tell() == opener.header.payload_offset == opener.header.size + 16
    assert len(source.read()) == age.sealed_size(100)
