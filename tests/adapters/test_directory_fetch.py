"""The directory as it is published: fetched over real TLS from servers good, wrong and slow."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from adapters import directory_fetch
from adapters.directory_fetch import DirectoryFetch
from adapters.directory_file import InstalledDirectory
from exchange.errors import TransportError, Wrapped
from keys.directory import DirectoryEditor
from keys.keyring import Keyring, NodeSecret, Profile
from keys.ssh_keys import SshPrivateKey
from keys.tls import make_certificate

ORG = "00000001-0000-4000-8000-000000000001"
KEY = SshPrivateKey.from_seed(bytes(32))
NOW = datetime.now(UTC).replace(microsecond=0)


class Publisher(BaseHTTPRequestHandler):
    """Serves what ``files`` holds; a value that is a function writes the body itself."""

    files: ClassVar[dict[str, object]] = {}

    def do_GET(self) -> None:
        found = self.files.get(self.path)
        if found is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        if callable(found):
            found(self.wfile)
        else:
            assert isinstance(found, bytes)
            self.wfile.write(found)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    made = make_certificate(["127.0.0.1"], NOW)
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.certificate)
    key.write_bytes(made.private_key)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    Publisher.files = {}
    with _serving(certificate, key) as port:
        yield f"https://127.0.0.1:{port}/directory.json"


@contextmanager
def _serving(certificate: Path, key: Path) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def signed(tmp_path: Path) -> tuple[bytes, bytes]:
    keyring = Keyring.create(tmp_path / "ring", NodeSecret(node_key=bytes(32)))
    keyring.add_organisation(ORG, NOW, key_class="classic")
    editor = DirectoryEditor()
    editor.put(keyring.entry(ORG, Profile("Elm Grove", "school", ()), NOW), NOW)
    return editor.sign(KEY, NOW)


@pytest.fixture
def installed(tmp_path: Path) -> InstalledDirectory:
    return InstalledDirectory(tmp_path / "directory.json", KEY.public.line, lambda: NOW)


def published(content: object, signature: bytes) -> None:
    Publisher.files = {"/directory.json": content, "/directory.json.sig": signature}


def test_what_is_published_is_installed(
    url: str, signed: tuple[bytes, bytes], installed: InstalledDirectory
) -> None:
    published(*signed)
    assert DirectoryFetch(url, installed).refresh() == 1
    assert installed().get(ORG, NOW).name == "Elm Grove"


def test_an_altered_directory_is_refused_and_nothing_is_installed(
    url: str, signed: tuple[bytes, bytes], installed: InstalledDirectory
) -> None:
    data, signature = signed
    published(data.replace(b"Elm Grove", b"Elm Grave"), signature)
    with pytest.raises(Wrapped):
        DirectoryFetch(url, installed).refresh()
    with pytest.raises(Wrapped):
        installed()


def test_a_server_that_trickles_is_given_up(
    url: str,
    signed: tuple[bytes, bytes],
    installed: InstalledDirectory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enough = threading.Event()

    def trickle(out: object) -> None:
        while not enough.wait(0.05):
            out.write(b"{")  # type: ignore[attr-defined]

    monkeypatch.setattr(directory_fetch, "_WHOLE_SECONDS", 0.5)
    published(trickle, signed[1])
    began = time.monotonic()
    with pytest.raises(TransportError, match="directory-unreachable"):
        DirectoryFetch(url, installed).refresh()
    enough.set()
    assert time.monotonic() - began < 20  # its blocks would take an hour to fill


def test_more_than_a_directory_can_be_is_not_read_on(
    url: str, signed: tuple[bytes, bytes], installed: InstalledDirectory
) -> None:
    published(signed[0], bytes(directory_fetch._SIGNATURE_BYTES + 1))
    with pytest.raises(TransportError, match="directory-too-large"):
        DirectoryFetch(url, installed).refresh()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/d", "https://127.0.0.1:9/d"])
def test_no_answer_and_no_tls_are_said_without_the_address(
    installed: InstalledDirectory, address: str
) -> None:
    with pytest.raises(TransportError, match="directory-unreachable") as error:
        DirectoryFetch(address, installed).refresh()
    assert "127.0.0.1" not in str(error.value)


def test_a_page_that_is_not_there_and_a_certificate_of_nobody_are_refused(
    url: str, installed: InstalledDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TransportError, match="directory-unreachable"):
        DirectoryFetch(url, installed).refresh()
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(TransportError, match="directory-unreachable"):
        DirectoryFetch(url, installed).refresh()
