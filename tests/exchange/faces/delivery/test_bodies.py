"""Bodies on the delivery face: another digest, payload or size, cut, chunked, malformed."""

from __future__ import annotations

import socket
import ssl
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from exchange.bundle import editions
from keys.httpsig import HttpRequestSigner
from tests.exchange.faces.neighbourhood import (
    Node,
    Pack,
    container,
    make_pack,
)
from tests.exchange.faces.strangers import (
    PRIMARY,
    SECONDARY,
    announce,
    announcement,
    call,
    line_to,
    path_of,
    signed,
    upload,
)


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
