"""The HTTPS transport against servers that lie, stall, redirect, or sit where they must not."""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from adapters.transports import wire
from adapters.transports.addresses import parse_address, reachable
from adapters.transports.https import HttpsTransport
from adapters.transports.wire import Peer
from exchange.errors import TransportError, TransportRefused
from keys.directory import Endpoint
from keys.httpsig import HttpRequestSigner
from keys.ssh_keys import SshPrivateKey
from keys.tls import make_certificate
from tests.exchange.faces.neighbourhood import Pack, Party, make_pack, now, uuid7

PRIMARY, SECONDARY = Party("Primary"), Party("Secondary")
SIGNER = HttpRequestSigner(SshPrivateKey.generate())

Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    reply: Reply
    seen: list[tuple[str, str]]

    def _any(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.command, self.path))
        type(self).reply(self)

    do_GET = do_POST = do_PUT = _any  # noqa: N815 (named by the standard library)

    def log_message(self, *args: Any) -> None:
        pass


def answer(
    status: int, body: bytes = b"", media_type: str = "application/json", **headers: str
) -> Reply:
    def reply(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def problem(status: int, code: object, said: int | None = None) -> Reply:
    body = json.dumps({"type": "about:blank", "status": said or status, "code": code}).encode()
    return answer(status, body, "application/problem+json")


@contextmanager
def serving(reply: Reply, tls: Path | None = None) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Serve one reply to everything; yield the base URL and what was asked for."""
    kind = type("_Handler", (Handler,), {"reply": staticmethod(reply), "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    scheme = "http" if tls is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}", kind.seen  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def transport(url: str, tls_sha256: str | None = None) -> HttpsTransport:
    return HttpsTransport(Endpoint(url, tls_sha256), SIGNER, allow_private=True)


@pytest.fixture
def pack() -> Pack:
    return make_pack(PRIMARY, [SECONDARY])


def outcome(reply: Reply, pack: Pack) -> TransportError:
    with serving(reply) as (url, _), pytest.raises(TransportError) as error:
        transport(url).deliver(pack.parcel, pack.stream)
    return error.value


# What answers mean


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 411, 413, 415, 421, 422])
def test_a_refusal_in_our_words_is_for_good(pack: Pack, status: int) -> None:
    error = outcome(problem(status, "bundle-id-reused"), pack)

    assert isinstance(error, TransportRefused)
    assert error.code == "bundle-id-reused"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 507])
def test_not_now_is_no_refusal(pack: Pack, status: int) -> None:
    error = outcome(problem(status, "store-busy"), pack)

    assert not isinstance(error, TransportRefused)
    assert error.code == "store-busy"


@pytest.mark.parametrize(
    "reply",
    [
        answer(404, b"<h1>not found</h1>", "text/html"),
        answer(403, b"{}", "application/problem+json"),
        answer(403, b"[]", "application/problem+json"),
        problem(403, "Has Spaces And Names"),
        problem(403, "x" * 65),
        problem(403, 7),
        problem(403, "mismatched", said=200),
        answer(403, b'{"code":"a","code":"b","status":403}', "application/problem+json"),
        problem(200, "refused"),
        answer(204),
        answer(100),
    ],
)
def test_what_is_not_our_problem_document_is_no_refusal(pack: Pack, reply: Reply) -> None:
    error = outcome(reply, pack)

    assert not isinstance(error, TransportRefused)
    assert error.code in ("answer-invalid", "peer-unreachable", "peer-timeout")


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, b"<h1>Welcome to the school's Wi-Fi</h1>", "text/html"),
        answer(200, b"", "application/json"),
        answer(200, b"{}"),
        answer(200, b'{"state":"announced"}'),
        answer(201, b'{"state":"stored"}'),
        answer(200, b'{"state":"stored"}', "text/plain"),
    ],
)
def test_a_success_is_believed_only_with_the_protocols_own_words(pack: Pack, reply: Reply) -> None:
    assert outcome(reply, pack).code == "answer-invalid"


def test_what_is_there_already_is_not_sent_again(pack: Pack) -> None:
    with serving(answer(200, b'{"state":"stored"}')) as (url, seen):
        transport(url).deliver(pack.parcel, pack.stream)

    assert seen == [("POST", "/v1/deliveries")]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_refused_and_not_followed(pack: Pack, status: int) -> None:
    with serving(answer(200, b'{"state":"stored"}')) as (trap, seen_there):
        error = outcome(answer(status, Location=f"{trap}/v1/deliveries"), pack)

    assert isinstance(error, TransportRefused)
    assert error.code == "endpoint-redirects"
    assert seen_there == []


def receipts(reply: Reply) -> object:
    with serving(reply) as (url, _):
        return transport(url).receipts(PRIMARY.org_id, SECONDARY.org_id, uuid7(), 0)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"receipts":{}}',
        b'{"receipts":[{}]}',
        b'{"receipts":[{"receipt":"e30=","signature":"e30=","more":1}]}',
        b'{"receipts":[{"receipt":"e30","signature":"e30="}]}',
        b'{"receipts":[{"receipt":"e3 0=","signature":"e30="}]}',
        b'{"receipts":[{"receipt":7,"signature":"e30="}]}',
        b'{"receipts":[' + b",".join([b"7"] * 1001) + b"]}",
        b'{"receipts":[],"receipts":[]}',
        b"\xff",
    ],
)
def test_malformed_receipts_are_not_taken(body: bytes) -> None:
    with pytest.raises(TransportError) as error:
        receipts(answer(200, body))
    assert error.value.code == "answer-invalid"


def test_an_endless_answer_is_cut_off() -> None:
    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" " * 65536)
        except OSError:
            handler.close_connection = True

    with pytest.raises(TransportError) as error:
        receipts(reply)
    assert error.value.code == "answer-too-large"


def test_a_compressed_answer_is_not_unpacked() -> None:
    import gzip

    packed = gzip.compress(b'{"receipts":[]}' + b" " * 10_000_000)
    with pytest.raises(TransportError) as error:
        receipts(answer(200, packed, **{"Content-Encoding": "gzip"}))
    assert error.value.code == "answer-invalid"


def test_a_server_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 1.0)
    stop = threading.Event()

    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        try:
            while not stop.wait(0.3):
                handler.wfile.write(b" ")
        except OSError:
            handler.close_connection = True

    with pytest.raises(TransportError) as error:
        receipts(reply)
    stop.set()
    assert error.value.code == "peer-timeout"
    assert not isinstance(error.value, TransportRefused)


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.5)
    stop = threading.Event()

    def reply(handler: Handler) -> None:
        stop.wait(10)

    with pytest.raises(TransportError) as error:
        receipts(reply)
    stop.set()
    assert error.value.code == "peer-timeout"


# Whom it believes


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    made = make_certificate(["127.0.0.1"], now())
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(made.private_key + made.certificate)
    return path, made.sha256


def test_the_pinned_certificate_is_believed(pack: Pack, pem: tuple[Path, str]) -> None:
    with serving(answer(200, b'{"state":"stored"}'), pem[0]) as (url, seen):
        transport(url, pem[1]).deliver(pack.parcel, pack.stream)
    assert seen


@pytest.mark.parametrize("pin", ["00" * 32, None], ids=["another-pin", "system-authorities"])
def test_any_other_certificate_is_refused_before_a_byte(
    pack: Pack, pem: tuple[Path, str], pin: str | None
) -> None:
    with (
        serving(answer(200, b'{"state":"stored"}'), pem[0]) as (url, seen),
        pytest.raises(TransportRefused) as error,
    ):
        transport(url, pin).deliver(pack.parcel, pack.stream)

    assert error.value.code == "tls-certificate-unexpected"
    assert seen == []


def test_plain_http_where_tls_is_expected(pack: Pack) -> None:
    with (
        serving(answer(200, b'{"state":"stored"}')) as (url, seen),
        pytest.raises(TransportError) as error,
    ):
        transport(url.replace("http:", "https:"), "00" * 32).deliver(pack.parcel, pack.stream)
    assert error.value.code == "tls-failed"
    assert seen == []


# Where it connects to


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)
def test_addresses_inside_are_not_reachable(address: str) -> None:
    assert not reachable(ipaddress.ip_address(address), allow_private=False)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_reachable(address: str) -> None:
    assert reachable(ipaddress.ip_address(address), allow_private=False)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("127.0.0.1", True),
        ("192.168.1.1", True),
        ("fd00::1", True),
        ("169.254.169.254", False),
        ("fe80::1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
    ],
)
def test_what_the_setting_allows(address: str, allowed: bool) -> None:
    assert reachable(ipaddress.ip_address(address), allow_private=True) is allowed


def test_a_scope_is_no_part_of_an_address() -> None:
    assert parse_address("fe80::1%eth0").is_link_local


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.3)
        yield listening


def test_a_name_that_resolves_to_this_machine_is_refused_unconnected(
    pack: Pack, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.getsockname()[1]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    guarded = HttpsTransport(Endpoint(f"https://partner.example:{port}"), SIGNER)

    with pytest.raises(TransportRefused) as error:
        guarded.deliver(pack.parcel, pack.stream)
    assert error.value.code == "private-endpoint"
    with pytest.raises(TimeoutError):
        listener.accept()


def test_a_name_that_changes_its_mind_gets_no_second_question(
    pack: Pack, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: first a public address, to pass the check; then the inside one."""
    port, asked = listener.getsockname()[1], []

    def resolve(*args: object, **kwargs: object) -> list[object]:
        asked.append(args)
        address = "192.0.2.1" if len(asked) == 1 else "127.0.0.1"  # TEST-NET-1: nobody's
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[str] = []

    def connect(line: socket.socket, target: tuple[str, int]) -> None:
        connected.append(target[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(wire, "reachable", lambda address, allow: not address.is_loopback)
    monkeypatch.setattr(socket.socket, "connect", connect)
    guarded = HttpsTransport(Endpoint(f"https://partner.example:{port}"), SIGNER)

    with pytest.raises(TransportError):
        guarded.deliver(pack.parcel, pack.stream)
    assert connected == ["192.0.2.1"]
    assert len(asked) == 1


def test_plain_http_goes_to_this_machine_alone(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    with pytest.raises(TransportRefused) as error:
        transport("http://partner.example").deliver(pack.parcel, pack.stream)
    assert error.value.code == "private-endpoint"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "partner.example",
        "http://partner.example",
        "ftp://partner.example",
        "file:///etc/passwd",
        "https://",
        "https://user:word@partner.example",
        "https://user@partner.example",
        "https://partner.example/?x=1",
        "https://partner.example/?",
        "https://partner.example/#x",
        "https://partner.example:0",
        "https://partner.example:99999",
        "https://partner.example:x",
        "https://part ner.example",
        "https://partner.example/a\r\nHost: x",
        "https://p\N{CYRILLIC SMALL LETTER A}rtner.example",
        "https://[::1",
    ],
)
def test_endpoints_that_are_no_plain_https_url(url: str) -> None:
    with pytest.raises(TransportRefused) as error:
        HttpsTransport(Endpoint(url), SIGNER)
    assert error.value.code == "endpoint-invalid"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://Partner.Example/", "https://partner.example"),
        ("https://partner.example:443", "https://partner.example"),
        ("https://partner.example:8443/sen/", "https://partner.example:8443/sen"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_the_base_is_as_the_host_field_will_say_it(url: str, base: str) -> None:
    assert Peer.of(url, None, False).base == base


def test_a_proxy_in_the_environment_is_not_asked(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(answer(200, b'{"state":"stored"}')) as (proxy, seen_there):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        with serving(answer(200, b'{"state":"stored"}')) as (url, seen):
            transport(url).deliver(pack.parcel, pack.stream)
    assert seen
    assert seen_there == []
