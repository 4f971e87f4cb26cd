"""The scanner against the real daemon: what is found, and what is never called clean."""

from __future__ import annotations

import hashlib
import io
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.scanner import ClamdScanner
from exchange.ports import Scan, Verdict, WhyUnscanned
from tests.adapters.carriers import (
    docx_with,
    odt_with,
    package,
    packed,
    pdf_with,
    pdf_with_annotation,
    plain_pdf,
    rtf_with,
)
from tests.adapters.clamav import EICAR, SIGNATURE, Daemon, clamd, needs_clamd

pytestmark = [pytest.mark.stock, needs_clamd]


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    with clamd() as running:
        yield running


def scanned(daemon: Daemon, content: bytes) -> Scan:
    return ClamdScanner(daemon.socket).scan(io.BytesIO(content))


CARRIERS = {
    "text": lambda one: b"Notes. " + one,
    "pdf-attachment": pdf_with,
    "pdf-annotation": pdf_with_annotation,
    "pdf-in-pdf": lambda one: pdf_with(pdf_with(one), "a.pdf"),
    "docx-in-pdf": lambda one: pdf_with(docx_with({"word/media/a.bin": one})),
    "docx-media": lambda one: docx_with({"word/media/image1.png": one}),
    "docx-package": lambda one: docx_with({"word/embeddings/oleObject1.bin": package(one)}),
    "docx-markup": lambda one: docx_with({"word/a.xml": b"<a>" + one + b"</a>"}),
    "xlsx-in-docx": lambda one: docx_with({"word/embeddings/a.xlsx": packed({"b": one})}),
    "odt": lambda one: odt_with({"Object 1/a": one}),
    "rtf": rtf_with,
    "rtf-package": lambda one: rtf_with(package(one)),
    "pdf-behind-something": lambda one: b"\xff\xd8\xff" + pdf_with(one),
}


@pytest.mark.parametrize("how", CARRIERS)
def test_it_is_found_however_it_is_carried(daemon: Daemon, how: str) -> None:
    found = scanned(daemon, CARRIERS[how](EICAR))
    assert (found.verdict, found.signature) == (Verdict.INFECTED, SIGNATURE)


@pytest.mark.parametrize("how", CARRIERS)
def test_the_same_without_it_is_clean(daemon: Daemon, how: str) -> None:
    content = CARRIERS[how](b"nothing that anybody fears, and long enough to be like it " * 2)
    digest = hashlib.sha256(content).hexdigest()
    assert scanned(daemon, content) == Scan(Verdict.CLEAN, sha256=digest)


def test_what_a_password_hides_is_not_clean(daemon: Daemon) -> None:
    locked = b"<m:manifest xmlns:m='urn:x'><m:encryption-data/></m:manifest>"
    for content in (plain_pdf("word"), odt_with({"a": b"x"}, locked), pdf_with(plain_pdf("word"))):
        found = scanned(daemon, content)
        assert (found.verdict, found.reason) == (Verdict.UNSCANNED, WhyUnscanned.LOCKED)
        assert found.sha256 == hashlib.sha256(content).hexdigest()


def test_a_password_on_one_thing_hides_no_other(daemon: Daemon) -> None:
    both = docx_with({"word/a.pdf": plain_pdf("word"), "word/media/b": EICAR})
    assert scanned(daemon, both).verdict is Verdict.INFECTED


def test_more_than_the_daemon_takes(daemon: Daemon) -> None:
    for size in ((4 << 20) + 1, 9 << 20):
        found = scanned(daemon, bytes(size))
        assert (found.verdict, found.reason) == (Verdict.UNSCANNED, WhyUnscanned.TOO_LARGE)
        assert not found.sha256
    assert scanned(daemon, bytes(4 << 20)).verdict is Verdict.CLEAN


def test_a_larger_file_inside_than_the_daemon_takes(daemon: Daemon) -> None:
    found = scanned(daemon, pdf_with(bytes((4 << 20) + 1)))
    assert found.reason is WhyUnscanned.TOO_LARGE


def test_nested_deeper_than_the_daemon_goes(daemon: Daemon) -> None:
    content = b"x"
    for _ in range(30):
        content = packed({"a": content})
    assert scanned(daemon, content).reason is WhyUnscanned.TOO_LARGE


def test_larger_than_it_looks_into() -> None:
    with clamd(MaxFileSize="1M") as daemon:
        assert scanned(daemon, bytes(2 << 20)).reason is WhyUnscanned.TOO_LARGE


def test_a_daemon_that_calls_clean_what_it_gave_up_on() -> None:
    with clamd(AlertExceedsMax="no", MaxFileSize="1M") as daemon:
        for content in (b"x", bytes(2 << 20), EICAR):
            found = scanned(daemon, content)
            assert found == Scan(Verdict.UNSCANNED, reason=WhyUnscanned.SILENT_LIMITS)


def test_a_daemon_that_went_and_came_back() -> None:
    with clamd() as daemon:
        scanner = ClamdScanner(daemon.socket, timeout=1)
        assert scanner.scan(io.BytesIO(b"x")).verdict is Verdict.CLEAN
        daemon.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        hung = scanner.scan(io.BytesIO(b"x"))
        assert hung == Scan(Verdict.UNSCANNED, reason=WhyUnscanned.UNAVAILABLE)
        assert time.monotonic() - began < 3
        daemon.process.send_signal(signal.SIGCONT)
        assert scanner.scan(io.BytesIO(EICAR)).verdict is Verdict.INFECTED
        daemon.process.kill()
        daemon.process.wait()
        gone = scanner.scan(io.BytesIO(b"x"))
        assert gone == Scan(Verdict.UNSCANNED, reason=WhyUnscanned.UNAVAILABLE)


@pytest.mark.corpus
def test_collected_documents(corpora: Path) -> None:
    """None is infected, none takes long, and what has a password is never called clean."""
    called_clean, slow, infected = [], [], []
    lines = [line.split("\t") for line in (corpora / "LABELS.tsv").read_text().splitlines()[1:]]
    with clamd(StreamMaxLength="100M") as daemon:
        scanner = ClamdScanner(daemon.socket)
        for name, label in ((line[0], line[3]) for line in lines):
            if not name.startswith(("pdf/", "office/")):
                continue
            began = time.monotonic()
            with (corpora / name).open("rb") as source:
                found = scanner.scan(source)
            assert found.reason is not WhyUnscanned.UNAVAILABLE, name
            if time.monotonic() - began > 10:
                slow.append(name)
            if found.verdict is Verdict.INFECTED:
                infected.append(name)
            if found.verdict is Verdict.CLEAN:
                called_clean.append((name, label))
    assert slow == infected == []
    assert len(called_clean) > 300
    assert [name for name, label in called_clean if "needs-password" in label] == []
