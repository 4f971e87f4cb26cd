"""Where the HTTPS transport goes and where it does not: addresses, names, endpoints, proxies."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

import pytest

from adapters.transports import wire
from adapters.transports.addresses import parse_address, reachable
from adapters.transports.https import HttpsTransport
from adapters.transports.wire import Peer
from exchange.errors import TransportError, TransportRefused
from keys.directory import Endpoint
from tests.adapters.https_servers import PRIMARY, SECONDARY, SIGNER, answer, serving, transport
from tests.exchange.faces.neighbourhood import Pack, make_pack


@pytest.fixture
def pack() -> Pack:
    return make_pack(PRIMARY, [SECONDARY])


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
