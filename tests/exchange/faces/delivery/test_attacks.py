"""What strangers and false friends try on the delivery face: whose request, and for whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.exchange.faces.neighbourhood import (
    Node,
    Pack,
    Party,
    make_pack,
    uuid7,
)
from tests.exchange.faces.strangers import (
    OTHER,
    PRIMARY,
    SECONDARY,
    announce,
    announcement,
    call,
    path_of,
    signed,
    upload,
)

STRANGER = Party("Not enrolled")


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
    ids=["announce", "upload", "receipts"],
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
