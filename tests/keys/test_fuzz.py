"""Whatever bytes come, the readers of this room answer with their own errors and nothing else."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keys.directory import Entry, FileDirectory, load_entry
from keys.directory.codec import entry_to_json
from keys.errors import DirectoryError, KeyInvalid, KeyringError, KeysError, SignatureInvalid
from keys.httpsig import HttpRequestSigner, parse_content_digest, verify_request
from keys.keyring import RecoverySheet
from keys.points import check_ed25519
from keys.ssh_keys import SshPrivateKey, SshPublicKey, ssh_string
from keys.sshsig import read_allowed_signers, read_signature
from schemas import strict_json
from tests.keys.directory.parties import organisation
from tests.keys.test_sshsig import armor

NOW = datetime(2026, 9, 1, tzinfo=UTC)
KEY = SshPrivateKey.from_seed(bytes(32))
URL = "https://a.example/x"
SIGNED = HttpRequestSigner(KEY, lambda: NOW).sign_request("GET", URL, {}, None)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
ENTRY_FIELDS = sorted(set(entry_to_json(Entry(organisation(), 1, NOW))) - {"schema"})
calm = settings(deadline=None)  # the machine may be busy


@calm
@given(st.binary(max_size=64))
def test_points(data: bytes) -> None:
    with contextlib.suppress(KeyInvalid):
        check_ed25519(data)


@calm
@given(st.text(max_size=200) | st.text(max_size=80).map(lambda text: f"ssh-ed25519 {text}"))
def test_key_lines(line: str) -> None:
    with contextlib.suppress(KeyInvalid):
        SshPublicKey.from_line(line)


@calm
@given(st.binary(max_size=300) | st.lists(st.binary(max_size=60), max_size=7).map(
    lambda fields: b"SSHSIG\0\0\0\1" + b"".join(map(ssh_string, fields))
))  # fmt: skip
def test_signatures(data: bytes) -> None:
    for text in (data, armor(data)):
        with contextlib.suppress(SignatureInvalid):
            read_signature(text)


@calm
@given(st.text(max_size=200), st.text(max_size=60))
def test_allowed_signers(text: str, options: str) -> None:
    for line in (text, f"a {options} {KEY.public.line}", f'a namespaces="{options}" x'):
        with contextlib.suppress(KeyInvalid):
            read_allowed_signers(line)


@calm
@given(st.text(max_size=120))
def test_digests(text: str) -> None:
    with contextlib.suppress(SignatureInvalid):
        parse_content_digest(text)


@calm
@given(st.text(max_size=200), st.text(max_size=120), st.text(max_size=20), st.text(max_size=60))
def test_request_headers(first: str, second: str, method: str, url: str) -> None:
    cases: list[tuple[str, str, dict[str, str]]] = [
        ("GET", URL, {"Signature-Input": first, "Signature": second}),
        ("GET", URL, {**SIGNED, "Signature-Input": SIGNED["Signature-Input"] + first}),
        ("GET", URL, {**SIGNED, "Sen-X": second, first: second}),
        (method, url, dict(SIGNED)),
    ]
    for verb, target, headers in cases:
        with contextlib.suppress(SignatureInvalid):
            verify_request(verb, target, headers, find_key=lambda _: KEY.public, now=NOW)


@calm
@given(st.text(max_size=200))
def test_recovery_sheets(text: str) -> None:
    with contextlib.suppress(KeyringError):
        RecoverySheet.parse(text)


@settings(calm, max_examples=60)
@given(st.dictionaries(st.sampled_from(["entry", "signature", "ruling"]), json_values))
def test_rows(row: dict[str, Any]) -> None:
    with contextlib.suppress(DirectoryError):
        load_entry(strict_json.dumps(row))


@settings(calm, max_examples=150)
@given(st.dictionaries(st.sampled_from(ENTRY_FIELDS), json_values))
def test_entries(fields: dict[str, Any]) -> None:
    entry = strict_json.dumps({"schema": "sen.directory-entry/1.0", **fields}).decode()
    row = strict_json.dumps({"entry": entry, "signature": "", "ruling": None})
    with contextlib.suppress(KeysError):
        load_entry(row)


@settings(calm, max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["version", "issued", "expires", "entries", "critical"]), json_values
    )
)
def test_directories(fields: dict[str, Any]) -> None:
    data = strict_json.dumps({"schema": "sen.directory/1.0", **fields})
    with contextlib.suppress(DirectoryError):
        FileDirectory.load(data, None, None, 1, NOW)
