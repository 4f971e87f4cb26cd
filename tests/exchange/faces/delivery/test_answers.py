"""What the delivery face answers and logs, and whom slow connections keep out."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exchange.errors import TransportError, TransportRefused
from exchange.ports import SignedReceipt
from tests.exchange.faces.neighbourhood import (
    Node,
    Pack,
    uuid7,
)
from tests.exchange.faces.strangers import (
    OTHER,
    PRIMARY,
    SECONDARY,
    announce,
    call,
    line_to,
    signed,
    upload,
)


def test_unknown_foreign_and_misspelt_are_answered_alike(node: Node, pack: Pack) -> None:
    announce(node, pack)
    own = f"/v1/receipts/{SECONDARY.org_id}/{pack.parcel.bundle_id}"
    assert call(node, "GET", own, signed(node, PRIMARY, "GET", own)).status == 200

    unknown = f"/v1/receipts/{SECONDARY.org_id}/{uuid7()}"
    elsewhere = f"/v1/receipts/{OTHER.org_id}/{pack.parcel.bundle_id}"
    answers = [
        call(node, "GET", own, signed(node, OTHER, "GET", own)),
        call(node, "GET", unknown, signed(node, PRIMARY, "GET", unknown)),
        call(node, "GET", elsewhere, signed(node, PRIMARY, "GET", elsewhere)),
        call(node, "GET", own.upper(), {}),
        call(node, "GET", "/", {}),
        call(node, "GET", "/v1/deliveries/../../etc/passwd", {}),
    ]
    told = {(a.status, a.body, a.headers["Content-Type"]) for a in answers}
    assert len(told) == 1
    assert answers[0].status == 404


def test_receipts_are_for_the_sender_alone(node: Node, pack: Pack) -> None:
    announce(node, pack)
    node.issue(pack.parcel, 1, SignedReceipt(b"receipt", b"signature"))
    parcel = pack.parcel

    mine = node.transport(PRIMARY).receipts(PRIMARY.org_id, SECONDARY.org_id, parcel.bundle_id, 0)
    assert list(mine) == [SignedReceipt(b"receipt", b"signature")]
    with pytest.raises(TransportRefused) as refusal:
        node.transport(OTHER).receipts(OTHER.org_id, SECONDARY.org_id, parcel.bundle_id, 0)
    assert refusal.value.code == "not-found"


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=1&after=2", "before=1"])
def test_odd_queries(node: Node, pack: Pack, query: str) -> None:
    announce(node, pack)
    path = f"/v1/receipts/{SECONDARY.org_id}/{pack.parcel.bundle_id}?{query}"

    answer = call(node, "GET", path, signed(node, PRIMARY, "GET", path))
    assert (answer.status, answer.code) == (400, "query-invalid")


def test_problems_name_the_allowed_methods(node: Node) -> None:
    answer = call(node, "DELETE", "/v1/deliveries", {})

    assert (answer.status, answer.code) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "POST"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(json.loads(answer.body)) == {"type", "title", "status", "code", "path", "hint"}


def test_health_says_no_more_than_that(node: Node) -> None:
    answer = call(node, "GET", "/v1/health", {})

    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})
    assert answer.headers.get("Server", "gunicorn") == "gunicorn"


def test_the_log_holds_no_ids_and_no_bodies(node: Node, pack: Pack) -> None:
    announce(node, pack)
    upload(node, pack, content=b"\0" * pack.parcel.size)

    log = node.log.read_text()
    for value in (pack.parcel.bundle_id, PRIMARY.org_id, SECONDARY.org_id, "envelope"):
        assert value not in log


def test_silent_connections_do_not_keep_others_out(node: Node, pack: Pack) -> None:
    port = int(node.url.rpartition(":")[2])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    begun = time.monotonic()
    try:
        node.transport(PRIMARY).deliver(pack.parcel, pack.stream)
        assert time.monotonic() - begun < 5
    finally:
        for one in silent:
            one.close()
    assert node.received(pack.parcel) == pack.content


def test_those_who_never_hang_up_do_not_hold_up_the_rest(node: Node, pack: Pack) -> None:
    lines = [line_to(node) for _ in range(12)]
    for one in lines:
        one.request("POST", "/v1/deliveries", b"x" * 100, {"Connection": "close"})
    begun = time.monotonic()
    node.transport(PRIMARY).deliver(pack.parcel, pack.stream)
    took = time.monotonic() - begun
    for one in lines:
        one.close()

    assert took < 3


def _trickler(node: Node) -> ssl.SSLSocket:
    port = int(node.url.rpartition(":")[2])
    context = ssl.create_default_context(cadata=node.tls.certificate.decode())
    line = context.wrap_socket(
        socket.create_connection(("127.0.0.1", port)), server_hostname="127.0.0.1"
    )
    line.sendall(b"POST /v1/deliveries HTTP/1.1\r\nX-Slow: ")
    return line


def test_those_who_trickle_are_cut_off(node: Node, pack: Pack) -> None:
    slow = [_trickler(node) for _ in range(20)]  # more than there are threads
    begun = time.monotonic()
    try:
        while time.monotonic() - begun < 6.5:
            for one in slow:
                with suppress(OSError):
                    one.sendall(b"x")
            time.sleep(0.5)
        slow[0].settimeout(5)
        with suppress(ConnectionError):
            assert slow[0].recv(1) == b""
        node.transport(PRIMARY).deliver(pack.parcel, pack.stream)
    finally:
        for one in slow:
            one.close()
    assert node.received(pack.parcel) == pack.content


def test_a_transport_that_trusts_another_certificate_sends_nothing(node: Node, pack: Pack) -> None:
    wrong = hashlib.sha256(b"another certificate").hexdigest()
    pinned = replace(node, tls=replace(node.tls, sha256=wrong))

    with pytest.raises(TransportRefused) as refusal:
        pinned.transport(PRIMARY).deliver(pack.parcel, pack.stream)
    assert refusal.value.code == "tls-certificate-unexpected"
    assert announce(node, pack).status == 201  # it had not been announced


def test_a_pinned_loopback_endpoint_needs_the_setting(node: Node, pack: Pack) -> None:
    with pytest.raises(TransportRefused) as refusal:
        node.transport(PRIMARY, allow_private=False).deliver(pack.parcel, pack.stream)
    assert refusal.value.code == "private-endpoint"


def test_a_clock_that_is_wrong_is_refused_with_its_code(node: Node, pack: Pack) -> None:
    slow = node.transport(PRIMARY, lambda: datetime.now(UTC) - timedelta(hours=1))

    with pytest.raises(TransportError) as refusal:
        slow.deliver(pack.parcel, pack.stream)
    assert refusal.value.code == "request-too-old"
