"""SSH key lines, blobs, ids and private files; ssh-keygen is the peer."""

from __future__ import annotations

import base64
import pickle
import subprocess
from pathlib import Path

import pytest

from keys.errors import KeyInvalid, SignatureInvalid
from keys.ssh_keys import SshPrivateKey, SshPublicKey, ssh_string

SEED = bytes(range(32))
KEY = SshPrivateKey.from_seed(SEED).public
ENCODED = KEY.line.split(" ")[1]


def _line(blob: bytes) -> str:
    return "ssh-ed25519 " + base64.b64encode(blob).decode("ascii")


def _blob(raw: bytes, kind: bytes = b"ssh-ed25519") -> bytes:
    return ssh_string(kind) + ssh_string(raw)


BAD_LINES = {
    "empty": ("", "key-malformed"),
    "no-key": ("ssh-ed25519", "key-malformed"),
    "two-spaces": (f"ssh-ed25519  {ENCODED}", "key-malformed"),
    "tab": (f"ssh-ed25519\t{ENCODED}", "key-malformed"),
    "options-before": (f'command="x" ssh-ed25519 {ENCODED}', "key-malformed"),
    "two-lines": (f"{KEY.line}\n{KEY.line}\n", "key-malformed"),
    "control-character": (f"{KEY.line} a\x1b[2Jb", "key-malformed"),
    "not-ascii": (f"{KEY.line} é", "key-malformed"),
    "rsa": ("ssh-rsa AAAAB3NzaC1yc2E=", "key-type-unsupported"),
    "security-key": ("sk-ssh-ed25519@openssh.com AAAA", "key-type-unsupported"),
    "other-type-inside": (
        _line(ssh_string(b"ssh-rsa") + ssh_string(KEY.raw)),
        "key-type-unsupported",
    ),
    "base64-with-padding-too-many": (f"ssh-ed25519 {ENCODED}====", "key-malformed"),
    "base64-without-padding": (f"ssh-ed25519 {ENCODED}".rstrip("=") + "A", "key-malformed"),
    "base64-url-alphabet": ("ssh-ed25519 " + "_" * len(ENCODED), "key-malformed"),
    "trailing-bytes": (_line(KEY.blob + b"\0"), "key-malformed"),
    "cut-short": (_line(KEY.blob[:-1]), "key-malformed"),
    "31-bytes": (_line(_blob(KEY.raw[:-1])), "key-malformed"),
    "33-bytes": (_line(_blob(KEY.raw + b"a")), "key-malformed"),
    "length-of-4-GiB": (_line(b"\xff\xff\xff\xff" + KEY.blob), "key-malformed"),
    "identity": (
        _line(_blob(b"\1" + bytes(31))),
        "key-low-order",
    ),
}


def test_line_blob_and_id_go_both_ways() -> None:
    assert SshPublicKey.from_line(KEY.line) == KEY
    assert SshPublicKey.from_line(KEY.line + " office@school\n").comment == "office@school"
    assert SshPublicKey.from_blob(KEY.blob) == KEY
    assert KEY.raw.hex() == "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    assert KEY.key_id.startswith("SHA256:")
    assert len(KEY.key_id) == 50


@pytest.mark.parametrize("case", BAD_LINES)
def test_bad_line_is_refused_by_name(case: str) -> None:
    line, code = BAD_LINES[case]
    with pytest.raises(KeyInvalid) as caught:
        SshPublicKey.from_line(line)
    assert caught.value.code == code
    assert ENCODED[20:] not in str(caught.value)


def test_signature_of_another_message_or_key_is_refused() -> None:
    private = SshPrivateKey.from_seed(SEED)
    signature = private.sign(b"message")
    private.public.verify(signature, b"message")
    for public, given, message in (
        (private.public, signature, b"massage"),
        (private.public, signature[:-1], b"message"),
        (SshPrivateKey.generate().public, signature, b"message"),
    ):
        with pytest.raises(SignatureInvalid):
            public.verify(given, message)


def test_private_key_shows_nothing() -> None:
    private = SshPrivateKey.from_seed(SEED)
    shown = repr(private) + str(private)
    assert SEED.hex() not in shown
    assert base64.b64encode(SEED).decode() not in shown
    with pytest.raises(TypeError):
        pickle.dumps(private)


def test_private_file_goes_both_ways() -> None:
    private = SshPrivateKey.from_seed(SEED)
    assert SshPrivateKey.from_openssh(private.to_openssh()).seed == SEED
    for bad in (b"", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", bytes(20_000)):
        with pytest.raises(KeyInvalid, match="key-malformed"):
            SshPrivateKey.from_openssh(bad)
    with pytest.raises(KeyInvalid, match="key-malformed"):
        SshPrivateKey.from_seed(SEED[:-1])


@pytest.mark.stock
def test_stock_reads_our_private_key_and_agrees_on_the_id(ssh_keygen: str, tmp_path: Path) -> None:
    private = SshPrivateKey.generate()
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_bytes(private.to_openssh())
    public = subprocess.run(
        [ssh_keygen, "-y", "-f", file], capture_output=True, text=True, check=True
    )
    assert SshPublicKey.from_line(public.stdout) == private.public
    (tmp_path / "key.pub").write_text(private.public.line + "\n")
    shown = subprocess.run(
        [ssh_keygen, "-l", "-f", tmp_path / "key.pub"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split(" ")[1] == private.public.key_id


@pytest.mark.stock
@pytest.mark.parametrize(("kind", "code"), [("ed25519", None), ("ecdsa", "key-type-unsupported")])
def test_stock_private_keys_are_read(
    ssh_keygen: str, tmp_path: Path, kind: str, code: str | None
) -> None:
    file = tmp_path / "key"
    subprocess.run([ssh_keygen, "-q", "-t", kind, "-N", "", "-C", "a b", "-f", file], check=True)
    if code is None:
        private = SshPrivateKey.from_openssh(file.read_bytes())
        assert private.public == SshPublicKey.from_line((tmp_path / "key.pub").read_text())
        return
    with pytest.raises(KeyInvalid, match=code):
        SshPrivateKey.from_openssh(file.read_bytes())
    with pytest.raises(KeyInvalid, match=code):
        SshPublicKey.from_line((tmp_path / "key.pub").read_text())


@pytest.mark.stock
def test_stock_private_key_with_passphrase_says_so(ssh_keygen: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    subprocess.run([ssh_keygen, "-q", "-t", "ed25519", "-N", "secret", "-f", file], check=True)
    with pytest.raises(KeyInvalid, match="key-has-passphrase"):
        SshPrivateKey.from_openssh(file.read_bytes())
