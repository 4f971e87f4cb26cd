"""What strangers and false friends try on the delivery face: a real process, TLS, real packs."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import socket
import ssl
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.bundle import editions
from exchange.errors import TransportError, TransportRefused
from exchange.ports import SignedReceipt
from keys.httpsig import HttpRequestSigner, content_digest_of
from schemas.strict_json import dumps
from tests.exchange.faces.neighbourhood import (
    Node,
    Pack,
    Party,
    container,
    make_pack,
    running_node,
    uuid7,
)

PRIMARY, OTHER, SECONDARY = Party("Primary"), Party("Other school"), Party("Secondary")
STRANGER = Party("Not enrolled")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    home = tmp_path_factory.mktemp("secondary")
    with running_node(home, SECONDARY, [PRIMARY, OTHER]) as running:
        yield running


@pytest.fixture
def pack() -> Pack:
    return make_pack(PRIMARY, [SECONDARY])


@pytest.fixture(autouse=True)
def nothing_left_behind(node: Node) -> Iterator[None]:
    """Every file in the store belongs to an arrival that is complete."""
    yield
    with node.store.unit(SECONDARY.org_id) as unit:
        complete = {one.blob for one in unit.arrivals.all() if one.state != "queued"}
    assert {one.name for one in node.files()} == complete


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> Any:
        return json.loads(self.body)["code"]


def line_to(node: Node) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cadata=node.tls.certificate.decode())
    return http.client.HTTPSConnection(node.url.removeprefix("https://"), context=context)


def call(
    node: Node, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
) -> Answer:
    line = line_to(node)
    try:
        line.request(method, path, body=body, headers=dict(headers))
        response = line.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        line.close()


def signed(
    node: Node,
    party: Party,
    method: str,
    path: str,
    body: bytes | None = None,
    media_type: str = "application/json",
    at: datetime | None = None,
) -> dict[str, str]:
    signer = HttpRequestSigner(party.signing, lambda: at or datetime.now(UTC))
    headers = {} if body is None else {"Content-Type": media_type}
    digest = None if body is None else content_digest_of(body)
    return signer.sign_request(method, node.url + path, headers, digest)


def announcement(pack: Pack, **changes: object) -> bytes:
    values: dict[str, object] = {
        "recipient": pack.parcel.recipient,
        "envelope": base64.b64encode(pack.parcel.envelope).decode(),
        "signature": base64.b64encode(pack.parcel.envelope_signature).decode(),
        "size": pack.parcel.size,
    }
    return dumps(values | changes)


def announce(node: Node, pack: Pack, party: Party = PRIMARY, **changes: object) -> Answer:
    body = announcement(pack, **changes)
    headers = signed(node, party, "POST", "/v1/deliveries", body)
    return call(node, "POST", "/v1/deliveries", headers, body)


def path_of(pack: Pack) -> str:
    parcel = pack.parcel
    return f"/v1/deliveries/{parcel.recipient}/{parcel.sender}/{parcel.bundle_id}"


def upload(node: Node, pack: Pack, party: Party = PRIMARY, content: bytes | None = None) -> Answer:
    body = pack.content if content is None else content
    headers = signed(node, party, "PUT", path_of(pack), body, "application/zip")
    return call(node, "PUT", path_of(pack), headers, body)


# Who calls


def test_an_honest_upload_is_stored_once(node: Node, pack: Pack) -> None:
    first, stored = announce(node, pack), upload(node, pack)

    assert (first.status, first.headers["Location"]) == (201, path_of(pack))
    assert stored.status == 201
    assert (announce(node, pack).status, upload(node, pack).status) == (200, 200)
    assert node.received(pack.parcel) == pack.content


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/deliveries"),
        ("PUT", f"/v1/deliveries/{SECONDARY.org_id}/{PRIMARY.org_id}/{uuid7()}"),
        ("GET", f"/v1/receipts/{SECONDARY.org_id}/{uuid7()}"),
    ],
)
def test_unsigned_requests_are_refused(node: Node, method: str, path: str) -> None:
    media_type = "application/zip" if method == "PUT" else "application/json"
    headers = {} if method == "GET" else {"Content-Type": media_type}
    answer = call(node, method, path, headers, None if method == "GET" else b"{}")

    assert (answer.status, answer.code) == (401, "request-unsigned")
    assert answer.headers["WWW-Authenticate"] == "Signature"


def test_a_stranger_is_refused(node: Node) -> None:
    answer = announce(node, make_pack(STRANGER, [SECONDARY]), STRANGER)

    assert (answer.status, answer.code) == (401, "key-unknown")


def test_replayed_request_is_refused(node: Node, pack: Pack) -> None:
    body = announcement(pack)
    headers = signed(node, PRIMARY, "POST", "/v1/deliveries", body)

    assert call(node, "POST", "/v1/deliveries", headers, body).status == 201
    again = call(node, "POST", "/v1/deliveries", headers, body)
    assert (again.status, again.code) == (401, "request-replayed")


def test_one_request_sent_twenty_times_at_once_is_let_in_once(node: Node, pack: Pack) -> None:
    body = announcement(pack)
    headers = signed(node, PRIMARY, "POST", "/v1/deliveries", body)
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda _: call(node, "POST", "/v1/deliveries", headers, body), range(20))
        )

    assert sorted(answer.status for answer in answers) == [201] + [401] * 19


@pytest.mark.parametrize(("shift", "code"), [(-6, "request-too-old"), (6, "request-from-future")])
def test_old_and_future_requests_are_refused(node: Node, pack: Pack, shift: int, code: str) -> None:
    body = announcement(pack)
    at = datetime.now(UTC) + timedelta(minutes=shift)
    headers = signed(node, PRIMARY, "POST", "/v1/deliveries", body, at=at)
    answer = call(node, "POST", "/v1/deliveries", headers, body)

    assert (answer.status, answer.code) == (401, code)


def test_method_swapped(node: Node) -> None:
    path = f"/v1/receipts/{SECONDARY.org_id}/{uuid7()}"
    headers = signed(node, PRIMARY, "DELETE", path)

    assert call(node, "GET", path, headers).code == "request-signature-invalid"


def test_target_swapped(node: Node) -> None:
    path = f"/v1/receipts/{SECONDARY.org_id}/{uuid7()}"
    headers = signed(node, PRIMARY, "GET", path)

    other = f"/v1/receipts/{SECONDARY.org_id}/{uuid7()}"
    assert call(node, "GET", other, headers).code == "request-signature-invalid"
    assert call(node, "GET", f"{path}?after=1", headers).code == "request-signature-invalid"


def test_a_request_signed_for_another_node_is_refused(node: Node, pack: Pack) -> None:
    body = announcement(pack)
    elsewhere = replace(node, url="https://other-school.example")
    headers = signed(elsewhere, PRIMARY, "POST", "/v1/deliveries", body)
    # Not even with the Host field that was signed.
    headers["Host"] = "other-school.example"
    answer = call(node, "POST", "/v1/deliveries", headers, body)

    assert (answer.status, answer.code) == (401, "request-signature-invalid")


@pytest.mark.parametrize("name", ["Sen-Added", "Content-Type"])
def test_headers_cannot_be_added_or_changed(node: Node, pack: Pack, name: str) -> None:
    body = announcement(pack)
    headers = signed(node, PRIMARY, "POST", "/v1/deliveries", body)
    headers[name] = "application/json; charset=utf-8"
    answer = call(node, "POST", "/v1/deliveries", headers, body)

    assert answer.status == 401


def test_signature_of_another_organisation_over_its_own_request(node: Node, pack: Pack) -> None:
    """A partner that is enrolled announces, and uploads, a pack of somebody else."""
    answer = announce(node, pack, OTHER)
    assert (answer.status, answer.code) == (422, "sender-mismatch")

    assert announce(node, pack).status == 201
    answer = upload(node, pack, OTHER)
    assert answer.status == 404


def test_envelope_signed_by_another_organisation(node: Node) -> None:
    answer = announce(node, make_pack(PRIMARY, [SECONDARY], signed_by=OTHER))

    assert answer.status == 422


def test_a_stranger_cannot_occupy_an_id(node: Node, pack: Pack) -> None:
    squatter = make_pack(OTHER, [SECONDARY], bundle_id=pack.parcel.bundle_id)
    assert announce(node, squatter, OTHER).status == 201
    assert upload(node, squatter, OTHER).status == 201

    assert (announce(node, pack).status, upload(node, pack).status) == (201, 201)
    assert node.received(pack.parcel) == pack.content


def test_for_somebody_whom_this_node_does_not_host(node: Node) -> None:
    pack = make_pack(PRIMARY, [OTHER])

    assert announce(node, pack).status == 404


def test_a_recipient_whom_the_envelope_does_not_name(node: Node) -> None:
    answer = announce(node, make_pack(PRIMARY, [OTHER]), recipient=SECONDARY.org_id)

    assert (answer.status, answer.code) == (422, "recipient-mismatch")


# Bodies


def test_announcement_digest_mismatch(node: Node, pack: Pack) -> None:
    body = announcement(pack)
    headers = signed(node, PRIMARY, "POST", "/v1/deliveries", body)
    answer = call(node, "POST", "/v1/deliveries", headers, announcement(pack, size=1))

    assert answer.status == 400
    assert answer.code in ("digest-mismatch", "body-truncated")


def test_upload_digest_mismatch(node: Node, pack: Pack) -> None:
    announce(node, pack)
    headers = signed(node, PRIMARY, "PUT", path_of(pack), pack.content, "application/zip")
    altered = pack.content[:-1] + b"\x01"
    answer = call(node, "PUT", path_of(pack), headers, altered)

    assert (answer.status, answer.code) == (400, "digest-mismatch")
    assert node.received(pack.parcel) is None


def test_no_digest_at_all(node: Node, pack: Pack) -> None:
    body = announcement(pack)
    signer = HttpRequestSigner(PRIMARY.signing)
    json_type = {"Content-Type": "application/json"}
    headers = signer.sign_request("POST", node.url + "/v1/deliveries", json_type, None)
    answer = call(node, "POST", "/v1/deliveries", headers, body)

    assert (answer.status, answer.code) == (401, "content-digest-missing")


def _with_other_payload(pack: Pack) -> bytes:
    """Return a well-formed pack of the same size: the announced envelope, another payload."""
    other = make_pack(PRIMARY, [SECONDARY])
    at = other.content.index(b"payload.age") + len(b"payload.age")
    payload = other.content[at : at + 2000]
    readme, index = editions.current_files()
    return container(
        {
            editions.README_NAME: readme,
            editions.INDEX_NAME: index,
            "payload.age": payload,
            "envelope.json": pack.parcel.envelope,
            "envelope.json.sig": pack.parcel.envelope_signature,
        }
    )


def test_another_payload_under_the_announced_envelope(node: Node, pack: Pack) -> None:
    announce(node, pack)
    answer = upload(node, pack, content=_with_other_payload(pack))

    assert (answer.status, answer.code) == (422, "payload-differs")
    assert node.received(pack.parcel) is None
    assert upload(node, pack).status == 201  # and the right one still may come


def test_another_pack_than_the_announced(node: Node, pack: Pack) -> None:
    announce(node, pack)
    answer = upload(node, pack, content=make_pack(PRIMARY, [SECONDARY]).content)

    assert (answer.status, answer.code) == (422, "envelope-differs")


def test_rubbish_of_the_announced_size(node: Node, pack: Pack) -> None:
    announce(node, pack)

    assert upload(node, pack, content=b"\0" * pack.parcel.size).status == 422


def test_upload_without_announcement(node: Node, pack: Pack) -> None:
    assert upload(node, pack).status == 404


@pytest.mark.parametrize("change", [1, -1])
def test_a_body_of_another_size_than_announced(node: Node, pack: Pack, change: int) -> None:
    announce(node, pack)
    content = (pack.content + b"\0")[: pack.parcel.size + change]
    answer = upload(node, pack, content=content)

    expected = (413, "body-too-large") if change > 0 else (400, "size-mismatch")
    assert (answer.status, answer.code) == expected


def test_oversize_announcement_is_refused_unread(node: Node) -> None:
    line = line_to(node)
    line.putrequest("POST", "/v1/deliveries")
    line.putheader("Content-Type", "application/json")
    line.putheader("Content-Length", str(2**40))
    line.endheaders(b"{")
    response = line.getresponse()

    assert response.status == 413
    line.close()


def test_larger_than_this_node_takes(node: Node, pack: Pack) -> None:
    answer = announce(node, pack, size=2**40)

    assert (answer.status, answer.code) == (403, "bundle-too-large")


def test_chunked_without_length_is_refused(node: Node, pack: Pack) -> None:
    announce(node, pack)
    headers = signed(node, PRIMARY, "PUT", path_of(pack), pack.content, "application/zip")
    line = line_to(node)
    line.request("PUT", path_of(pack), iter([pack.content]), headers, encode_chunked=True)
    response = line.getresponse()

    assert response.status == 411
    line.close()


@pytest.mark.parametrize("sent", [0, 1, 5000])
def test_truncated_upload_leaves_nothing(node: Node, pack: Pack, sent: int) -> None:
    announce(node, pack)
    headers = signed(node, PRIMARY, "PUT", path_of(pack), pack.content, "application/zip")
    line = line_to(node)
    line.putrequest("PUT", path_of(pack))
    for name, value in headers.items():
        line.putheader(name, value)
    line.putheader("Content-Length", str(pack.parcel.size))
    line.endheaders(pack.content[:sent])
    socket.socket.shutdown(line.sock, socket.SHUT_WR)
    with suppress(ssl.SSLError, ConnectionError):  # TLS may end before the answer is read
        assert line.getresponse().status == 400
    line.close()

    assert node.received(pack.parcel) is None
    assert upload(node, pack).status == 201
    assert node.received(pack.parcel) == pack.content


def test_fifty_simultaneous_uploads_are_stored_once(node: Node) -> None:
    pack = make_pack(PRIMARY, [SECONDARY], size=200_000)
    before = node.actions("arrival.delivered")

    def deliver(_: int) -> None:
        node.transport(PRIMARY).deliver(pack.parcel, pack.stream)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(deliver, range(50)))

    assert node.received(pack.parcel) == pack.content
    assert node.actions("arrival.delivered") == before + 1


def test_a_large_pack_goes_through_in_constant_memory(node: Node, tmp_path: Path) -> None:
    pack = make_pack(PRIMARY, [SECONDARY], size=96 << 20)
    (tmp_path / "pack.zip").write_bytes(pack.content)
    before = node.peak_memory()
    tracemalloc.start()
    with (tmp_path / "pack.zip").open("rb") as file:
        node.transport(PRIMARY).deliver(pack.parcel, file)
    _, at_client = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert node.received(pack.parcel) == pack.content
    assert at_client < 4 << 20
    assert node.peak_memory() - before < 16 << 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"a":1,"a":2}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"recipient":"x","envelope":"!","signature":"","size":1}',
        b'{"recipient":1,"envelope":"","signature":"","size":1}',
        b'{"recipient":"x","envelope":"","signature":"","size":true}',
        b'{"recipient":"x","envelope":"","signature":"","size":1e400}',
    ],
)
def test_malformed_announcements(node: Node, body: bytes) -> None:
    headers = signed(node, PRIMARY, "POST", "/v1/deliveries", body)
    answer = call(node, "POST", "/v1/deliveries", headers, body)

    assert answer.status == 400


@pytest.mark.parametrize("recipient", ["..", "x" * 500, "' OR 1=1 --", "\N{BLACK STAR}", ""])
def test_odd_recipients_are_nobody(node: Node, pack: Pack, recipient: str) -> None:
    assert announce(node, pack, recipient=recipient).status in (404, 422)


@pytest.mark.parametrize(
    ("name", "value"), [("Content-Type", "multipart/form-data"), ("Content-Encoding", "gzip")]
)
def test_other_media_types_and_encodings(node: Node, pack: Pack, name: str, value: str) -> None:
    body = announcement(pack)
    headers = signed(node, PRIMARY, "POST", "/v1/deliveries", body) | {name: value}

    assert call(node, "POST", "/v1/deliveries", headers, body).status == 415


# What is told


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


# Those who take their time


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
