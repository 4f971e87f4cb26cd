"""What every transport promises, over HTTPS (a real face in a process), by folder, in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.registry import TRANSPORTS
from adapters.transports.folder import Folder, FolderTransport
from adapters.transports.memory import MemoryTransport, Pigeonholes
from exchange.errors import TransportError, TransportRefused
from exchange.ports import Parcel, SignedReceipt, Transport
from tests.exchange.faces.neighbourhood import (
    Node,
    Pack,
    Party,
    free_port,
    make_pack,
    running_node,
    uuid7,
)


@dataclass
class Route:
    """One transport, and what a test may know of its other side."""

    transport: Transport
    received: Callable[[Parcel], bytes | None]
    leftovers: Callable[[], int]
    issue: Callable[[Parcel, int, SignedReceipt], None]
    go_away: Callable[[], Transport]


PRIMARY, SECONDARY = Party("Primary"), Party("Secondary")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("secondary"), SECONDARY, [PRIMARY]) as running:
        yield running


@pytest.fixture(params=list(TRANSPORTS))
def route(request: pytest.FixtureRequest, tmp_path: Path) -> Route:
    """Return a route by each transport of the registry; a new one needs its maker here."""
    makers: dict[str, Callable[[], Route]] = {
        "https": lambda: _https(request.getfixturevalue("node")),
        "folder": lambda: _folder(tmp_path),
        "memory": _memory,
    }
    made = makers[request.param]()
    assert type(made.transport) is TRANSPORTS[request.param]
    return made


def _https(node: Node) -> Route:
    def go_away() -> Transport:
        gone = replace(node, url=f"https://127.0.0.1:{free_port()}")
        return gone.transport(PRIMARY)

    before = len(node.files())
    return Route(
        node.transport(PRIMARY),
        node.received,
        lambda: len(node.files()) - before,
        node.issue,
        go_away,
    )


def _folder(path: Path) -> Route:
    watched = Folder("stick", path, settle=0)

    def received(parcel: Parcel) -> bytes | None:
        if parcel.bundle_id not in watched.bundles():
            return None
        with watched.open(parcel.bundle_id) as file:
            return file.read()

    return Route(
        FolderTransport(path),
        received,
        lambda: len(list(path.iterdir())),
        lambda parcel, seq, receipt: watched.put_receipt(parcel.bundle_id, seq, receipt),
        lambda: FolderTransport(path / "unplugged"),
    )


def _memory() -> Route:
    holes = Pigeonholes()

    def received(parcel: Parcel) -> bytes | None:
        return holes.packs.get((parcel.recipient, parcel.sender, parcel.bundle_id))

    def issue(parcel: Parcel, seq: int, receipt: SignedReceipt) -> None:
        key = (parcel.recipient, parcel.sender, parcel.bundle_id)
        holes.signed.setdefault(key, []).insert(seq - 1, receipt)

    return Route(
        MemoryTransport(holes),
        received,
        lambda: len(holes.packs),
        issue,
        lambda: MemoryTransport(Pigeonholes(unreachable=True)),
    )


@pytest.fixture
def pack() -> Pack:
    return make_pack(PRIMARY, [SECONDARY])


def test_what_was_delivered_is_there_to_the_byte(route: Route, pack: Pack) -> None:
    route.transport.deliver(pack.parcel, pack.stream)

    assert route.received(pack.parcel) == pack.content


def test_delivering_twice_is_delivering_once(route: Route, pack: Pack) -> None:
    route.transport.deliver(pack.parcel, pack.stream)
    once = route.leftovers()
    route.transport.deliver(pack.parcel, pack.stream)

    assert route.received(pack.parcel) == pack.content
    assert route.leftovers() == once == 1


def test_an_id_is_not_reused_for_other_contents(route: Route, pack: Pack) -> None:
    route.transport.deliver(pack.parcel, pack.stream)
    other = make_pack(PRIMARY, [SECONDARY], bundle_id=pack.parcel.bundle_id)

    with pytest.raises(TransportRefused) as refusal:
        route.transport.deliver(other.parcel, other.stream)

    assert refusal.value.code == "bundle-id-reused"
    assert route.received(pack.parcel) == pack.content


def _flipped(content: bytes) -> bytes:
    return content[:1500] + bytes([content[1500] ^ 1]) + content[1501:]


@pytest.mark.parametrize(
    "spoil",
    [_flipped, lambda content: content[:-100], lambda content: content + b"\0"],
    ids=["altered", "cut-short", "grown"],
)
def test_a_spoilt_pack_is_not_delivered_and_leaves_nothing(
    route: Route, pack: Pack, spoil: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(TransportError):
        route.transport.deliver(pack.parcel, io.BytesIO(spoil(pack.content)))

    assert route.received(pack.parcel) is None
    assert route.leftovers() == 0


def test_it_can_be_delivered_after_it_failed(route: Route, pack: Pack) -> None:
    with pytest.raises(TransportError):
        route.transport.deliver(pack.parcel, io.BytesIO(_flipped(pack.content)))
    route.transport.deliver(pack.parcel, pack.stream)

    assert route.received(pack.parcel) == pack.content


def test_receipts_come_in_order_after_the_last_that_we_have(route: Route, pack: Pack) -> None:
    route.transport.deliver(pack.parcel, pack.stream)
    issued = [SignedReceipt(b'{"seq":%d}' % seq, b"signature %d" % seq) for seq in (1, 2, 3)]
    for seq, receipt in enumerate(issued, 1):
        route.issue(pack.parcel, seq, receipt)

    def ask(after: int) -> list[SignedReceipt]:
        parcel = pack.parcel
        found = route.transport.receipts(parcel.sender, parcel.recipient, parcel.bundle_id, after)
        return list(found)

    assert [ask(after) for after in (0, 1, 2, 3, 9)] == [issued, issued[1:], issued[2:], [], []]


def test_no_receipts_yet_is_no_error(route: Route, pack: Pack) -> None:
    route.transport.deliver(pack.parcel, pack.stream)
    parcel = pack.parcel

    assert not route.transport.receipts(parcel.sender, parcel.recipient, parcel.bundle_id, 0)


def test_nobody_there_is_no_refusal(route: Route, pack: Pack) -> None:
    gone = route.go_away()

    with pytest.raises(TransportError) as error:
        gone.deliver(pack.parcel, pack.stream)
    assert not isinstance(error.value, TransportRefused)
    with pytest.raises(TransportError) as error:
        gone.receipts(PRIMARY.org_id, SECONDARY.org_id, uuid7(), 0)
    assert not isinstance(error.value, TransportRefused)


def test_errors_say_no_names_and_no_addresses(route: Route, pack: Pack) -> None:
    with pytest.raises(TransportError) as error:
        route.go_away().deliver(pack.parcel, pack.stream)

    said = f"{error.value!r} {error.value.hint} {error.value.__cause__!r}"
    assert pack.parcel.bundle_id not in said
    assert "127.0.0.1" not in said
    assert "unplugged" not in said
