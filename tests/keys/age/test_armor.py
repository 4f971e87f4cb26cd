from __future__ import annotations

import base64
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import age
from keys.errors import AgeArmorInvalid

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----\n"
END = b"-----END AGE ENCRYPTED FILE-----\n"
FULL = base64.b64encode(bytes(48)) + b"\n"
SHORT = base64.b64encode(bytes(20)) + b"\n"

GOOD = {
    "nothing inside": (BEGIN + END, b""),
    "a short line": (BEGIN + SHORT + END, bytes(20)),
    "a full line": (BEGIN + FULL + END, bytes(48)),
    "both": (BEGIN + FULL + SHORT + END, bytes(68)),
    "no line feed at the end": ((BEGIN + FULL + END)[:-1], bytes(48)),
    "CRLF": ((BEGIN + FULL + SHORT + END).replace(b"\n", b"\r\n"), bytes(68)),
    "white space around": (b"\n \t\r\n" + BEGIN + FULL + END + b"\r\n \n", bytes(48)),
}
BAD = {
    "nothing": b"",
    "white space only": b" \n" * 10,
    "not armour": b"age-encryption.org/v1\n",
    "no begin": FULL + END,
    "no end": BEGIN + FULL,
    "no end behind a short line": BEGIN + SHORT,
    "end without dashes": BEGIN + FULL + b"END AGE ENCRYPTED FILE\n",
    "text before": b"Dear colleague,\n" + BEGIN + FULL + END,
    "space before the begin mark": b" " + BEGIN + FULL + END,
    "text behind": BEGIN + FULL + END + b"Yours",
    "text far behind": BEGIN + FULL + END + b" " * 2000 + b"Yours",
    "a second armour": (BEGIN + FULL + END) * 2,
    "text on the end line": BEGIN + FULL + END[:-1] + b" x\n",
    "a space behind the end mark": BEGIN + FULL + END[:-1] + b" \n",
    "CRLF behind the end mark only": BEGIN + FULL + END[:-1] + b"\r\n",
    "much white space before": b"\n" * 2000 + BEGIN + FULL + END,
    "one long blank line before": b" " * 5000 + b"\n" + BEGIN + FULL + END,
    "much white space behind": BEGIN + FULL + END + b"\n" * 2000,
    "another label": (BEGIN + FULL + END).replace(b"AGE ENCRYPTED FILE", b"CERTIFICATE"),
    "an empty line inside": BEGIN + FULL + b"\n" + FULL + END,
    "an empty line at the end": BEGIN + FULL + b"\n" + END,
    "a short line inside": BEGIN + SHORT + FULL + END,
    "a line of 63 letters": BEGIN + FULL[1:] + END,
    "a line of 68 letters": BEGIN + base64.b64encode(bytes(51)) + b"\n" + END,
    "a very long line": BEGIN + b"A" * 100_000 + b"\n" + END,
    "no padding": BEGIN + SHORT.replace(b"=", b"") + END,
    "padding not canonical": BEGIN + b"AB==\n" + END,
    "padding inside": BEGIN + b"AA==AAAA\n" + END,
    "URL letters": BEGIN + FULL.replace(b"A", b"-") + END,
    "a space behind a line": BEGIN + FULL[:-1] + b" \n" + END,
    "LF and CRLF mixed": BEGIN + FULL.replace(b"\n", b"\r\n") + END,
    "CRLF and LF mixed": BEGIN.replace(b"\n", b"\r\n") + FULL + END,
    "CR alone": (BEGIN + FULL + END).replace(b"\n", b"\r"),
    "PEM headers": BEGIN + b"Version: 1\n\n" + FULL + END,
}


@pytest.mark.parametrize(("text", "data"), GOOD.values(), ids=GOOD.keys())
def test_canonical_armour_is_read(text: bytes, data: bytes) -> None:
    assert age.dearmor(io.BytesIO(text)).read() == data


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_any_other_is_refused_again_and_again(text: bytes) -> None:
    reader = age.ArmorReader(io.BytesIO(text))
    for _ in range(2):
        with pytest.raises(AgeArmorInvalid):
            reader.readall()


@given(st.lists(st.binary(max_size=200), max_size=6), st.integers(1, 300))
def test_round_trip_however_it_is_cut(writes: list[bytes], step: int) -> None:
    sink = io.BytesIO()
    with age.ArmorWriter(sink) as writer:
        for data in writes:
            assert writer.write(data) == len(data)
    lines = sink.getvalue().splitlines(keepends=True)
    assert (lines[0], lines[-1]) == (BEGIN, END)
    assert all(len(line) == 65 for line in lines[1:-2])
    reader, read = age.ArmorReader(io.BytesIO(sink.getvalue())), bytearray()
    while data := reader.read(step) or b"":
        read += data
    assert read == b"".join(writes)


def test_a_sealed_file_goes_through_armour(identity: age.KeyIdentity) -> None:
    plain, sink = os.urandom(200_000), io.BytesIO()
    with (
        age.ArmorWriter(sink) as armor,
        age.encrypt(armor, [identity.recipient()]) as encryptor,
    ):
        encryptor.write(plain)
    assert sink.getvalue().isascii()
    source = age.dearmor(io.BytesIO(sink.getvalue()))
    assert age.decrypt(source, [identity]).read() == plain


def test_a_block_that_raises_leaves_armour_without_end() -> None:
    sink = io.BytesIO()

    def break_off() -> None:
        with age.ArmorWriter(sink) as writer:
            writer.write(bytes(100))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        break_off()
    with pytest.raises(AgeArmorInvalid):
        age.dearmor(io.BytesIO(sink.getvalue())).read()


def test_nothing_is_written_behind_the_end() -> None:
    writer = age.ArmorWriter(io.BytesIO())
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"x")
