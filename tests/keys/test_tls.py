"""Certificates of nodes: a real handshake, pinned by fingerprint."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys.errors import KeyInvalid
from keys.tls import certificate_sha256, make_certificate


def test_handshake_shows_the_pinned_fingerprint_and_the_hosts(tmp_path: Path) -> None:
    made = make_certificate(["localhost", "127.0.0.1", "::1"], datetime.now(UTC))
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.certificate)
    key.write_bytes(made.private_key)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=str(certificate))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with server.wrap_socket(connection, server_side=True) as peer:
                peer.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        with (
            socket.create_connection(listener.getsockname()) as plain,
            client.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
        ):
            seen = secure.getpeercert(binary_form=True)
            names = secure.getpeercert() or {}
            secure.send(b"x")
        thread.join(10)
    assert seen is not None
    assert hashlib.sha256(seen).hexdigest() == made.sha256 == certificate_sha256(made.certificate)
    assert names["subjectAltName"] == (
        ("DNS", "localhost"),
        ("IP Address", "127.0.0.1"),
        ("IP Address", "0:0:0:0:0:0:0:1"),
    )


def test_key_is_not_shown() -> None:
    made = make_certificate(["localhost"], datetime.now(UTC))
    assert "PRIVATE" not in repr(made)


@pytest.mark.parametrize("hosts", [[], [""], ["a\nb"], ["x" * 300], ["école.fr"]])
def test_bad_hosts_are_refused(hosts: list[str]) -> None:
    with pytest.raises(KeyInvalid, match="tls-hosts-invalid"):
        make_certificate(hosts, datetime.now(UTC))


def test_what_is_no_certificate_has_no_fingerprint() -> None:
    with pytest.raises(KeyInvalid, match="tls-certificate-invalid"):
        certificate_sha256(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
