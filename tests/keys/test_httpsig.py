"""Signed requests: exactly the right things are covered, and nothing else is believed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from keys.errors import DirectoryError, SignatureInvalid
from keys.httpsig import (
    HttpRequestSigner,
    content_digest,
    content_digest_of,
    parse_content_digest,
    verify_request,
)
from keys.ssh_keys import SshPrivateKey, SshPublicKey

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
URL = "https://node.example:8443/v1/deliveries/018f?after=1"
KEY = SshPrivateKey.from_seed(bytes(range(32)))
OTHER = SshPrivateKey.from_seed(bytes(32))
DIGEST = content_digest(bytes(32))
SENT = {"Content-Type": "application/zip", "Sen-Offset": "0", "User-Agent": "test"}
SIGNED = HttpRequestSigner(KEY, lambda: NOW).sign_request("PUT", URL, SENT, DIGEST)


def find(key_id: str) -> SshPublicKey | None:
    return {KEY.public.key_id: KEY.public}.get(key_id)


def refused(
    headers: Mapping[str, str], method: str = "PUT", url: str = URL, now: datetime = NOW
) -> str:
    with pytest.raises(SignatureInvalid) as caught:
        verify_request(method, url, headers, find_key=find, now=now)
    return caught.value.code


def test_signed_request_is_verified() -> None:
    found = verify_request("PUT", URL, SIGNED, find_key=find, now=NOW)
    assert found.key_id == KEY.public.key_id
    assert found.content_digest == bytes(32)
    assert found.created == NOW
    assert dict(found.covered) == {
        "@method": "PUT",
        "@authority": "node.example:8443",
        "@path": "/v1/deliveries/018f",
        "@query": "?after=1",
        "content-digest": DIGEST,
        "content-type": "application/zip",
        "sen-offset": "0",
    }


def test_each_request_has_a_nonce_of_its_own() -> None:
    signer = HttpRequestSigner(KEY, lambda: NOW)
    nonces = {
        verify_request(
            "GET", URL, signer.sign_request("GET", URL, {}, None), find_key=find, now=NOW
        ).nonce
        for _ in range(20)
    }
    assert len(nonces) == 20


def test_request_without_body_says_so() -> None:
    headers = HttpRequestSigner(KEY, lambda: NOW).sign_request("GET", URL, {}, None)
    assert verify_request("GET", URL, headers, find_key=find, now=NOW).content_digest is None


def test_proxy_that_ends_tls_does_not_break_it() -> None:
    inner = "http" + URL.removeprefix("https")
    headers = {**SIGNED, "Date": "x", "X-Forwarded-For": "10.0.0.1", "Via": "1.1 proxy"}
    assert verify_request("PUT", inner, headers, find_key=find, now=NOW).key_id


def test_case_of_header_names_does_not_matter() -> None:
    lowered = {name.lower(): value for name, value in SIGNED.items()}
    assert verify_request("PUT", URL, lowered, find_key=find, now=NOW).nonce


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in SIGNED.items() if name not in names}


ALTERED: dict[str, tuple[dict[str, str], str]] = {
    "unsigned": (without("Signature", "Signature-Input"), "request-unsigned"),
    "signature-stripped": (without("Signature"), "request-unsigned"),
    "input-stripped": (without("Signature-Input"), "request-unsigned"),
    "digest-stripped": (without("Content-Digest"), "request-signature-invalid"),
    "digest-of-another-body": (
        {**SIGNED, "Content-Digest": content_digest_of(b"x")},
        "request-signature-invalid",
    ),
    "type-changed": ({**SIGNED, "Content-Type": "text/html"}, "request-signature-invalid"),
    "type-stripped": (without("Content-Type"), "request-signature-invalid"),
    "own-header-changed": ({**SIGNED, "Sen-Offset": "1"}, "request-signature-invalid"),
    "own-header-stripped": (without("Sen-Offset"), "request-signature-invalid"),
    "own-header-added": ({**SIGNED, "Sen-Extra": "1"}, "request-coverage-wrong"),
    "header-twice-by-case": ({**SIGNED, "sen-offset": "0"}, "request-signature-malformed"),
    "second-signature": (
        {
            **SIGNED,
            "Signature": SIGNED["Signature"] + ", two=:AAAA:",
            "Signature-Input": SIGNED["Signature-Input"] + ', two=("@method")',
        },
        "request-signature-invalid",
    ),
    "label-changed": (
        {
            **SIGNED,
            "Signature": SIGNED["Signature"].replace("sen=", "other=", 1),
            "Signature-Input": SIGNED["Signature-Input"].replace("sen=", "other=", 1),
        },
        "request-signature-malformed",
    ),
    "created-moved": (
        {
            **SIGNED,
            "Signature-Input": SIGNED["Signature-Input"].replace(
                f"created={int(NOW.timestamp())}", f"created={int(NOW.timestamp()) + 1}"
            ),
        },
        "request-signature-invalid",
    ),
    "keyid-of-nobody": (
        {
            **SIGNED,
            "Signature-Input": SIGNED["Signature-Input"].replace(
                KEY.public.key_id, OTHER.public.key_id
            ),
        },
        "request-key-unknown",
    ),
    "algorithm-swapped": (
        {
            **SIGNED,
            "Signature-Input": SIGNED["Signature-Input"].replace("ed25519", "hmac-sha256"),
        },
        "request-signature-invalid",
    ),
    "garbage": ({**SIGNED, "Signature-Input": "(((("}, "request-signature-invalid"),
    "not-ascii": ({**SIGNED, "Signature-Input": "sen=é"}, "request-signature-invalid"),
    "huge": ({**SIGNED, "Signature-Input": "x" * 5000}, "request-signature-malformed"),
}


@pytest.mark.parametrize("case", ALTERED)
def test_altered_request_is_refused_by_name(case: str) -> None:
    headers, code = ALTERED[case]
    assert refused(headers) == code


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", URL),
        ("PUT", URL.replace("node.example", "other.example")),
        ("PUT", URL.replace("8443", "8444")),
        ("PUT", URL.replace("018f", "018e")),
        ("PUT", URL.replace("after=1", "after=2")),
        ("PUT", URL.replace("?after=1", "")),
    ],
)
def test_another_target_is_refused(method: str, url: str) -> None:
    assert refused(SIGNED, method, url) == "request-signature-invalid"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(300, None), (301, "request-too-old"), (-300, None), (-301, "request-from-future")],
)
def test_window_of_five_minutes(seconds: int, code: str | None) -> None:
    now = NOW + timedelta(seconds=seconds)
    if code is None:
        assert verify_request("PUT", URL, SIGNED, find_key=find, now=now).created == NOW
    else:
        assert refused(SIGNED, now=now) == code


def test_error_of_the_look_up_is_passed_on() -> None:
    def expired(key_id: str) -> SshPublicKey | None:
        raise DirectoryError("directory-expired")

    with pytest.raises(DirectoryError, match="directory-expired"):
        verify_request("PUT", URL, SIGNED, find_key=expired, now=NOW)


def test_look_up_that_returns_another_key_is_not_believed() -> None:
    def confused(key_id: str) -> SshPublicKey | None:
        return OTHER.public

    with pytest.raises(SignatureInvalid, match="request-key-unknown"):
        verify_request("PUT", URL, SIGNED, find_key=confused, now=NOW)


# --- a signer that is honest in its key and sly in what it covers ----------------------------


class OneKey(HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id: str) -> object:
        return KEY.for_library()


@dataclass
class Message:
    method: str
    url: str
    headers: dict[str, str]


FULL = ("@method", "@authority", "@path", "@query", "content-digest", "content-type", "sen-offset")
NONCE = base64.urlsafe_b64encode(bytes(24)).decode()


def sly(**changed: object) -> dict[str, str]:
    headers = {**SENT, "Content-Digest": DIGEST}
    options: dict[str, object] = {
        "key_id": KEY.public.key_id,
        "created": NOW,
        "nonce": NONCE,
        "label": "sen",
        "tag": "sen-node@v1",
        "covered_component_ids": FULL,
        "use_existing_digest": True,
    }
    options.update(changed)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=OneKey())
    signer.sign(Message("PUT", URL, headers), **{k: v for k, v in options.items() if v != ()})  # type: ignore[arg-type]
    return headers


SLY: dict[str, tuple[Callable[[], dict[str, str]], str]] = {
    "covers-less": (lambda: sly(covered_component_ids=FULL[:-1]), "request-coverage-wrong"),
    "covers-no-digest": (
        lambda: sly(covered_component_ids=(*FULL[:4], *FULL[5:])),
        "request-coverage-wrong",
    ),
    "covers-more": (
        lambda: sly(covered_component_ids=(*FULL, "user-agent")),
        "request-coverage-wrong",
    ),
    "covers-in-other-order": (
        lambda: sly(covered_component_ids=tuple(reversed(FULL))),
        "request-coverage-wrong",
    ),
    "covers-a-member-only": (
        lambda: sly(covered_component_ids=(*FULL[:4], '"content-digest";key="sha-256"', *FULL[5:])),
        "request-coverage-wrong",
    ),
    "target-uri-instead": (
        lambda: sly(covered_component_ids=("@method", "@target-uri", *FULL[4:])),
        "request-coverage-wrong",
    ),
    "nonce-missing": (lambda: sly(nonce=None), "request-signature-malformed"),
    "nonce-short": (lambda: sly(nonce="1"), "request-signature-malformed"),
    "tag-missing": (lambda: sly(tag=None), "request-signature-malformed"),
    "tag-of-another-use": (lambda: sly(tag="web-bot-auth"), "request-signature-malformed"),
    "alg-missing": (lambda: sly(include_alg=False), "request-signature-malformed"),
    "expires-added": (
        lambda: sly(expires=NOW + timedelta(days=9999)),
        "request-signature-malformed",
    ),
}


def test_sly_signer_without_slyness_is_believed() -> None:
    assert verify_request("PUT", URL, sly(), find_key=find, now=NOW).nonce == NONCE


@pytest.mark.parametrize("case", SLY)
def test_other_coverage_is_refused_by_name(case: str) -> None:
    make, code = SLY[case]
    assert refused(make()) == code


# --- RFC 9530 --------------------------------------------------------------------------------


def test_digest_goes_both_ways() -> None:
    """RFC 9530, appendix B.1, has this digest for ``{"hello": "world"}`` and a line feed."""
    header = content_digest_of(b'{"hello": "world"}\n')
    assert header == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert parse_content_digest(header) == hashlib.sha256(b'{"hello": "world"}\n').digest()
    with pytest.raises(SignatureInvalid):
        content_digest(b"short")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDh=:",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg:",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8Fabg==:",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:;q=1",
        " sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:\n",
        "SHA-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
        f"{DIGEST}, {DIGEST}",
        f"md5=:AAAA:, {DIGEST}",
        "sha-512=:" + base64.b64encode(bytes(64)).decode() + ":",
    ],
)
def test_other_spellings_of_a_digest_are_refused(header: str) -> None:
    with pytest.raises(SignatureInvalid, match="content-digest-invalid"):
        parse_content_digest(header)


def test_signer_refuses_what_is_no_url_and_forgets_old_signatures() -> None:
    signer = HttpRequestSigner(KEY, lambda: NOW)
    with pytest.raises(SignatureInvalid, match="request-unsignable"):
        signer.sign_request("PUT", "not a url", {}, None)
    again = signer.sign_request("PUT", URL, SIGNED, DIGEST)
    assert verify_request("PUT", URL, again, find_key=find, now=NOW).content_digest == bytes(32)
    assert again["Signature"] != SIGNED["Signature"]
    assert KEY.seed.hex() not in repr(signer)
