"""The HTTPS transport against servers that lie, stall and redirect."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from adapters.transports import wire
from exchange.errors import TransportError, TransportRefused
from keys.tls import make_certificate
from tests.adapters.https_servers import (
    PRIMARY,
    SECONDARY,
    Handler,
    Reply,
    answer,
    serving,
    transport,
)
from tests.exchange.faces.neighbourhood import Pack, make_pack, now, uuid7


def problem(status: int, code: object, said: int | None = None) -> Reply:
    body = json.dumps({"type": "about:blank", "status": said or status, "code": code}).encode()
    return answer(status, body, "application/problem+json")


@pytest.fixture
def pack() -> Pack:
    return make_pack(PRIMARY, [SECONDARY])


def outcome(reply: Reply, pack: Pack) -> TransportError:
    with serving(reply) as (url, _), pytest.raises(TransportError) as error:
        transport(url).deliver(pack.parcel, pack.stream)
    return error.value


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
