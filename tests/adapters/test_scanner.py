"""The scanner against peers that fail in every way: nothing of it is ever clean."""

from __future__ import annotations

import io
import socket
import struct
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pikepdf
import pytest

from adapters.inspection import embedded
from adapters.inspection.embedded import EmbeddedFiles, TooMuch
from adapters.scanner import ClamdScanner
from exchange.ports import Scan, Verdict, WhyUnscanned
from tests.adapters.carriers import docx_with, packed, pdf_with, plain_pdf, rtf_with

Answer = Callable[[socket.socket], None]

LIMIT = b"stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0"
UNAVAILABLE = Scan(Verdict.UNSCANNED, reason=WhyUnscanned.UNAVAILABLE)


def take(connection: socket.socket) -> bytes:
    """Read one request to its end, as the daemon does."""
    with connection.makefile("rb") as file:
        assert file.read(10) == b"zINSTREAM\0"
        taken = b""
        while length := struct.unpack("!L", file.read(4))[0]:
            taken += file.read(length)
        return taken


def says(answer: bytes) -> Answer:
    def act(connection: socket.socket) -> None:
        take(connection)
        connection.sendall(answer)

    return act


@contextmanager
def peer(*answers: Answer) -> Iterator[Path]:
    """Listen on a socket; each connection has its own answer, and the last one stays."""
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        path = Path(folder) / "socket"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen()
            thread = threading.Thread(target=_serve, args=(listening, answers), daemon=True)
            thread.start()
            yield path
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            assert not thread.is_alive()


def _serve(listening: socket.socket, answers: tuple[Answer, ...]) -> None:
    count = 0
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with connection, suppress(OSError, struct.error):
                answers[min(count, len(answers) - 1)](connection)
            count += 1


def scan(path: Path, content: bytes = b"x", timeout: float = 5) -> Scan:
    return ClamdScanner(path, timeout).scan(io.BytesIO(content))


def test_a_good_one() -> None:
    with peer(says(LIMIT), says(b"stream: OK\0")) as path:
        assert scan(path).verdict is Verdict.CLEAN
    with peer(says(LIMIT), says(b"stream: Win.Test.EICAR-1 FOUND\0")) as path:
        found = scan(path)
        assert (found.verdict, found.signature) == (Verdict.INFECTED, "Win.Test.EICAR-1")


BAD_ANSWERS = [
    b"",
    b"\0",
    b"stream: OK",
    b"stream: OK\n",
    b"stream: OK \0",
    b"OK\0",
    b"stream: OK OK\0",
    b"other: OK\0",
    b"stream: ok\0",
    b"stream: FOUND\0",
    b"stream: Can't allocate memory ERROR\0",
    b"UNKNOWN COMMAND\0",
    b"\xff\xfe\0",
    b"x" * 100_000,
]


@pytest.mark.parametrize("answer", BAD_ANSWERS)
def test_any_other_answer_is_not_clean(answer: bytes) -> None:
    with peer(says(LIMIT), says(answer)) as path:
        assert scan(path) == UNAVAILABLE


def test_its_limits_and_passwords_are_no_virus() -> None:
    with peer(says(LIMIT), says(b"INSTREAM size limit exceeded. ERROR\0")) as path:
        assert scan(path).reason is WhyUnscanned.TOO_LARGE
    with peer(says(LIMIT), says(LIMIT)) as path:
        assert scan(path).reason is WhyUnscanned.TOO_LARGE
    with peer(says(LIMIT), says(b"stream: Heuristics.Encrypted.PDF FOUND\0")) as path:
        assert scan(path).reason is WhyUnscanned.LOCKED


def test_who_answers_before_the_end_does_not_know() -> None:
    def early(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"stream: OK\0")

    with peer(says(LIMIT), early) as path:
        assert scan(path, bytes(8 << 20)) == UNAVAILABLE


def test_who_never_answers() -> None:
    held = threading.Event()

    def silent(connection: socket.socket) -> None:
        take(connection)
        held.wait(5)

    with peer(says(LIMIT), silent) as path:
        began = time.monotonic()
        assert scan(path, timeout=0.3) == UNAVAILABLE
        assert time.monotonic() - began < 3
        held.set()


def test_who_dribbles_has_no_more_time_than_others() -> None:
    def dribble(connection: socket.socket) -> None:
        take(connection)
        for _ in range(100):
            connection.sendall(b"s")
            time.sleep(0.05)

    with peer(says(LIMIT), dribble) as path:
        began = time.monotonic()
        assert scan(path, timeout=0.5) == UNAVAILABLE
        assert time.monotonic() - began < 3


def test_who_takes_nothing() -> None:
    held = threading.Event()

    def idle(_: socket.socket) -> None:
        held.wait(5)

    with peer(says(LIMIT), idle) as path:
        assert scan(path, bytes(8 << 20), timeout=0.3) == UNAVAILABLE
        held.set()


def test_no_socket(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "none", tmp_path / "file", tmp_path, tmp_path / ("long" * 60)):
        assert scan(path) == UNAVAILABLE


def test_every_part_is_asked_about_and_one_bad_one_decides() -> None:
    document = docx_with({"word/media/1.png": b"\x89PNG one", "word/media/2.png": b"\x89PNG two"})
    taken: list[bytes] = []

    def note(connection: socket.socket) -> None:
        taken.append(take(connection))
        connection.sendall(b"stream: OK\0")

    with peer(says(LIMIT), note) as path:
        assert scan(path, document).verdict is Verdict.CLEAN
    assert taken == [document, b"\x89PNG one", b"\x89PNG two"]
    answers = says(LIMIT), says(b"stream: OK\0"), says(b"stream: OK\0"), says(b"stream: X FOUND\0")
    with peer(*answers) as path:
        assert scan(path, document).verdict is Verdict.INFECTED
    with peer(*answers[:3], says(b"")) as path:
        assert scan(path, document).reason is WhyUnscanned.UNAVAILABLE


# What is taken out of documents


def inside(content: bytes) -> list[bytes]:
    return list(EmbeddedFiles(io.BytesIO(content)))


def test_files_in_files() -> None:
    attached = rtf_with(b"in RTF")
    document = docx_with({"word/embeddings/a.pdf": pdf_with(attached)})
    found = inside(pdf_with(document))
    assert found[0] == document
    assert found[2:] == [attached, b"in RTF"]
    assert inside(b"words") == []
    assert inside(plain_pdf()) == []


def test_a_stream_that_is_an_embedded_file_by_its_type_alone() -> None:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.Hidden = made.make_stream(b"hidden", Type=pikepdf.Name.EmbeddedFile)
        out = io.BytesIO()
        made.save(out)
    assert inside(out.getvalue()) == [b"hidden"]


def test_a_stream_that_cannot_be_unpacked_is_given_as_it_is() -> None:
    with pikepdf.new() as made:
        made.add_blank_page()
        stream = made.make_stream(b"raw", Type=pikepdf.Name.EmbeddedFile)
        stream.Filter = pikepdf.Name.DCTDecode
        made.Root.Hidden = stream
        out = io.BytesIO()
        made.save(out)
    assert inside(out.getvalue()) == [b"raw"]


def _deep() -> bytes:
    content = b"x"
    for _ in range(embedded.DEEPEST + 2):
        content = packed({"a": content})
    return content


def _pdf_bomb() -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        stream = made.make_stream(b"", Type=pikepdf.Name.EmbeddedFile)
        stream.write(zlib.compress(bytes(80 << 20), 9), filter=pikepdf.Name.FlateDecode)
        made.Root.Hidden = stream
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()


TOO_MUCH = {
    "many": lambda: packed({f"{one}": b"x" for one in range(embedded.MOST_FILES + 1)}),
    "deep": _deep,
    "large": lambda: packed({"a": bytes(embedded.LARGEST + 1)}),
    "bomb in a PDF": _pdf_bomb,
    "broken container": lambda: packed({"a": b"x"})[:-4],
    "broken PDF": lambda: b"%PDF-1.7 and no more",
    "broken inside": lambda: pdf_with(b"PK\x03\x04 and no more"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_is_not_clean(name: str) -> None:
    content = TOO_MUCH[name]()
    with pytest.raises(TooMuch):
        inside(content)
    with peer(says(LIMIT), says(b"stream: OK\0")) as path:
        found = scan(path, content, timeout=30)
    assert (found.verdict, found.reason) == (Verdict.UNSCANNED, WhyUnscanned.INCOMPLETE)


@pytest.mark.corpus
def test_collected_documents_give_up_what_they_carry(corpora: Path) -> None:
    slow, carried = [], 0
    for path in sorted([*(corpora / "pdf").rglob("*"), *(corpora / "office").rglob("*")]):
        if not path.is_file():
            continue
        began = time.monotonic()
        with path.open("rb") as source, suppress(TooMuch):
            carried += sum(1 for _ in EmbeddedFiles(source))
        if time.monotonic() - began > 10:
            slow.append(path.name)
    assert slow == []
    assert carried > 50
