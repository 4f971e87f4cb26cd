"""SSH signatures: strict in every field, and the same as ssh-keygen's both ways."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keys.errors import KeyInvalid, SignatureInvalid
from keys.ssh_keys import SshPrivateKey, SshPublicKey, ssh_string
from keys.sshsig import AllowedSigner, read_allowed_signers, read_signature, sign, verify
from keys.sshsig import write_allowed_signers as write

NAMESPACE = "sen-bundle@v1"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
MESSAGE = b'{"schema":"sen.statement/1.0"}\n'
KEY = SshPrivateKey.from_seed(bytes(range(32)))
OTHER = SshPrivateKey.from_seed(bytes(32))
SIGNATURE = sign(KEY, MESSAGE, NAMESPACE)
ORG = "2f6d1e0c-1111-4222-8333-444455556666"


def allowed(
    after: datetime | None = None,
    before: datetime | None = None,
    names: tuple[str, ...] = (NAMESPACE,),
    public: SshPublicKey = KEY.public,
) -> list[AllowedSigner]:
    return [AllowedSigner(ORG, names, after, before, public)]


def blob(
    *,
    magic: bytes = b"SSHSIG",
    version: int = 1,
    key: bytes = KEY.public.blob,
    namespace: bytes = NAMESPACE.encode(),
    reserved: bytes = b"",
    algorithm: bytes = b"sha512",
    kind: bytes = b"ssh-ed25519",
    raw: bytes | None = None,
    tail: bytes = b"",
    digest: Callable[[bytes], bytes] = lambda data: hashlib.sha512(data).digest(),
) -> bytes:
    """Build any signature blob; every default is right, and the signature fits the fields."""
    if raw is None:
        fields = (namespace, reserved, algorithm, digest(MESSAGE))
        raw = KEY.sign(b"SSHSIG" + b"".join(map(ssh_string, fields)))
    fields = (key, namespace, reserved, algorithm, ssh_string(kind) + ssh_string(raw))
    return magic + version.to_bytes(4, "big") + b"".join(map(ssh_string, fields)) + tail


def armor(data: bytes, columns: int = 70, newline: str = "\n", end: str = "\n") -> bytes:
    text = base64.b64encode(data).decode()
    lines = [text[at : at + columns] for at in range(0, len(text), columns)]
    rows = ["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----"]
    return (newline.join(rows) + end).encode()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


IDENTITY = ssh_string(b"ssh-ed25519") + ssh_string(b"\1" + bytes(31))
FORGED = b"\1" + bytes(31) + bytes(32)
REFUSED = {
    "armor-empty": (b"", "signature-armor-invalid"),
    "armor-without-last-newline": (armor(blob(), end=""), "signature-armor-invalid"),
    "armor-two-newlines": (armor(blob(), end="\n\n"), "signature-armor-invalid"),
    "armor-crlf": (armor(blob(), newline="\r\n", end="\r\n"), "signature-armor-invalid"),
    "armor-76-columns": (armor(blob(), columns=76), "signature-armor-invalid"),
    "armor-text-before": (b"x\n" + armor(blob()), "signature-armor-invalid"),
    "armor-text-after": (armor(blob()) + b"x\n", "signature-armor-invalid"),
    "armor-doubled": (armor(blob()) * 2, "signature-armor-invalid"),
    "armor-space-in-line": (
        armor(blob()).replace(b"U1NIU0lH", b"U1NI U0lH"),
        "signature-armor-invalid",
    ),
    "armor-too-large": (armor(blob(tail=bytes(9000))), "signature-armor-invalid"),
    "armor-without-blob": (armor(b""), "signature-malformed"),
    "magic": (armor(blob(magic=b"SSHSIH")), "signature-malformed"),
    "version-0": (armor(blob(version=0)), "signature-version-unsupported"),
    "version-2": (armor(blob(version=2)), "signature-version-unsupported"),
    "trailing-bytes": (armor(blob(tail=b"\0")), "signature-malformed"),
    "cut-short": (armor(blob()[:-1]), "signature-malformed"),
    "reserved-not-empty": (armor(blob(reserved=b"x")), "signature-reserved-not-empty"),
    "hash-sha1": (armor(blob(algorithm=b"sha1")), "signature-hash-unsupported"),
    "hash-empty": (armor(blob(algorithm=b"")), "signature-hash-unsupported"),
    "namespace-empty": (armor(blob(namespace=b"")), "signature-namespace-invalid"),
    "namespace-not-ascii": (armor(blob(namespace=b"\xff")), "signature-namespace-invalid"),
    "namespace-other": (armor(blob(namespace=b"sen-receipt@v1")), "signature-namespace-wrong"),
    "namespace-longer": (armor(blob(namespace=b"sen-bundle@v11")), "signature-namespace-wrong"),
    "key-rsa": (armor(blob(key=ssh_string(b"ssh-rsa"))), "key-type-unsupported"),
    "key-trailing": (armor(blob(key=KEY.public.blob + b"\0")), "signature-malformed"),
    "key-identity-forged": (armor(blob(key=IDENTITY, raw=FORGED)), "key-low-order"),
    "signature-of-other-type": (armor(blob(kind=b"ssh-rsa")), "signature-malformed"),
    "signature-63-bytes": (armor(blob(raw=bytes(63))), "signature-malformed"),
    "signature-65-bytes": (armor(blob(raw=bytes(65))), "signature-malformed"),
    "signature-zero": (armor(blob(raw=bytes(64))), "signature-invalid"),
    "hash-named-wrongly": (armor(blob(digest=sha256)), "signature-invalid"),
    "signer-swapped": (armor(blob(key=OTHER.public.blob)), "signer-unknown"),
    "signed-by-other": (sign(OTHER, MESSAGE, NAMESPACE), "signer-unknown"),
    "other-message": (sign(KEY, MESSAGE + b" ", NAMESPACE), "signature-invalid"),
}


def test_signature_is_verified_and_names_its_signer() -> None:
    assert armor(blob()) == SIGNATURE
    assert verify(MESSAGE, SIGNATURE, NAMESPACE, allowed(), NOW).principal == ORG
    read = read_signature(SIGNATURE)
    assert (read.public, read.namespace, read.hash_algorithm) == (KEY.public, NAMESPACE, "sha512")


def test_sha256_is_read_though_not_written() -> None:
    signature = armor(blob(algorithm=b"sha256", digest=sha256))
    assert verify(MESSAGE, signature, NAMESPACE, allowed(), NOW).principal == ORG


@pytest.mark.parametrize("case", REFUSED)
def test_bad_signature_is_refused_by_name(case: str) -> None:
    signature, code = REFUSED[case]
    with pytest.raises(SignatureInvalid) as caught:
        verify(MESSAGE, signature, NAMESPACE, allowed(), NOW)
    assert caught.value.code == code


def test_no_byte_of_signature_or_message_can_change() -> None:
    for at in range(len(SIGNATURE)):
        for bit in range(8):
            changed = bytearray(SIGNATURE)
            changed[at] ^= 1 << bit
            with pytest.raises(SignatureInvalid):
                verify(MESSAGE, bytes(changed), NAMESPACE, allowed(), NOW)
    for at in range(len(MESSAGE)):
        message = MESSAGE[:at] + bytes([MESSAGE[at] ^ 1]) + MESSAGE[at + 1 :]
        with pytest.raises(SignatureInvalid, match="signature-invalid"):
            verify(message, SIGNATURE, NAMESPACE, allowed(), NOW)


def test_signature_does_not_pass_from_one_namespace_to_another() -> None:
    with pytest.raises(SignatureInvalid, match="signature-namespace-wrong"):
        verify(MESSAGE, SIGNATURE, "sen-envelope@v1", allowed(names=("sen-envelope@v1",)), NOW)
    with pytest.raises(SignatureInvalid, match="signer-unknown"):
        verify(MESSAGE, SIGNATURE, NAMESPACE, allowed(names=("sen-receipt@v1",)), NOW)
    with pytest.raises(SignatureInvalid, match="signer-unknown"):
        verify(MESSAGE, SIGNATURE, NAMESPACE, allowed(names=()), NOW)
    with pytest.raises(SignatureInvalid, match="signature-namespace-invalid"):
        sign(KEY, MESSAGE, "")


@pytest.mark.parametrize(
    ("after", "before", "code"),
    [
        (NOW, NOW + timedelta(seconds=1), None),
        (NOW + timedelta(seconds=1), None, "key-not-yet-valid"),
        (None, NOW, "key-expired"),
        (NOW - timedelta(days=2), NOW - timedelta(days=1), "key-expired"),
    ],
)
def test_dates_of_a_signer_hold(
    after: datetime | None, before: datetime | None, code: str | None
) -> None:
    if code is None:
        verify(MESSAGE, SIGNATURE, NAMESPACE, allowed(after, before), NOW)
        return
    with pytest.raises(SignatureInvalid, match=code):
        verify(MESSAGE, SIGNATURE, NAMESPACE, allowed(after, before), NOW)
    with pytest.raises(SignatureInvalid, match="signature-invalid"):
        verify(b"", SIGNATURE, NAMESPACE, allowed(after, before), NOW)


def test_allowed_signers_file_goes_both_ways() -> None:
    signers = (
        *allowed(NOW, NOW + timedelta(days=1), (NAMESPACE, "sen-receipt@v1")),
        *allowed(public=OTHER.public),
    )
    text = write(signers)
    assert read_allowed_signers("# ours\n\n" + text) == signers
    assert "valid-after" not in write(signers, windows=False)
    both = read_allowed_signers(f'a,b namespaces="x" {KEY.public.line} comment here\n')
    assert [one.principal for one in both] == ["a", "b"]
    assert read_allowed_signers(f"a {KEY.public.line}")[0].namespaces == ()


BAD_SIGNERS = {
    "pattern": f'*@school namespaces="x" {KEY.public.line}',
    "negated": f'!a namespaces="x" {KEY.public.line}',
    "quoted-principal": f'"a b" namespaces="x" {KEY.public.line}',
    "authority": f"a cert-authority {KEY.public.line}",
    "unknown-option": f'a colour="x" {KEY.public.line}',
    "option-twice": f'a namespaces="x",namespaces="y" {KEY.public.line}',
    "option-comma-missing": f'a namespaces="x"valid-after="20260101000000Z" {KEY.public.line}',
    "namespace-pattern": f'a namespaces="sen-*" {KEY.public.line}',
    "local-time": f'a valid-after="20260101" {KEY.public.line}',
    "no-such-date": f'a valid-after="20260231000000Z" {KEY.public.line}',
    "quote-open": f'a namespaces="x {KEY.public.line}',
    "key-missing": 'a namespaces="x"',
    "key-rsa": 'a namespaces="x" ssh-rsa AAAAB3NzaC1yc2E=',
    "principal-alone": "a",
}


@pytest.mark.parametrize("case", BAD_SIGNERS)
def test_bad_signers_line_is_refused_with_its_number(case: str) -> None:
    with pytest.raises(KeyInvalid) as caught:
        read_allowed_signers(f"# first\n{BAD_SIGNERS[case]}\n")
    assert caught.value.path == "line 2"


def test_signer_cannot_break_out_of_its_line() -> None:
    for principal in ("a b", 'a"', "a\nb", "", "*"):
        with pytest.raises(KeyInvalid, match="signer-principal-invalid"):
            AllowedSigner(principal, (NAMESPACE,), None, None, KEY.public)
    with pytest.raises(KeyInvalid, match="signer-namespace-invalid"):
        AllowedSigner(ORG, ('x" cert-authority',), None, None, KEY.public)
    with pytest.raises(KeyInvalid, match="signer-namespace-invalid"):
        write(allowed(names=()))


# --- ssh-keygen is the peer ------------------------------------------------------------------


def stock_verify(
    tool: str, tmp_path: Path, signers: str, message: bytes, signature: bytes, *options: str
) -> bool:
    (tmp_path / "signers").write_text(signers)
    (tmp_path / "message.sig").write_bytes(signature)
    command = [tool, "-Y", "verify", "-f", "signers", "-I", ORG, "-n", NAMESPACE, *options]
    done = subprocess.run(
        [*command, "-s", "message.sig"], input=message, capture_output=True, cwd=tmp_path
    )
    return done.returncode == 0


@pytest.mark.stock
def test_stock_verifies_ours_and_refuses_what_we_refuse(ssh_keygen: str, tmp_path: Path) -> None:
    signers = write(allowed())
    assert stock_verify(ssh_keygen, tmp_path, signers, MESSAGE, SIGNATURE)
    assert not stock_verify(ssh_keygen, tmp_path, signers, MESSAGE + b"x", SIGNATURE)
    assert not stock_verify(
        ssh_keygen, tmp_path, write(allowed(names=("sen-receipt@v1",))), MESSAGE, SIGNATURE
    )
    assert not stock_verify(
        ssh_keygen, tmp_path, write(allowed(public=OTHER.public)), MESSAGE, SIGNATURE
    )


@pytest.mark.stock
def test_stock_holds_to_the_dates_that_we_write(ssh_keygen: str, tmp_path: Path) -> None:
    signers = write(allowed(NOW, NOW + timedelta(days=1)))
    for stamp, good in (("20260901130000Z", True), ("20260831", False), ("20260903", False)):
        option = f"-Overify-time={stamp}"
        assert stock_verify(ssh_keygen, tmp_path, signers, MESSAGE, SIGNATURE, option) is good


@pytest.mark.stock
@pytest.mark.parametrize("algorithm", ["sha512", "sha256"])
def test_stock_signatures_are_verified(ssh_keygen: str, tmp_path: Path, algorithm: str) -> None:
    key = tmp_path / "key"
    subprocess.run([ssh_keygen, "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    message = tmp_path / "message"
    message.write_bytes(MESSAGE)
    option = f"-Ohashalg={algorithm}"
    subprocess.run(
        [ssh_keygen, "-q", "-Y", "sign", option, "-f", key, "-n", NAMESPACE, message], check=True
    )
    public = SshPublicKey.from_line((tmp_path / "key.pub").read_text())
    signature = (tmp_path / "message.sig").read_bytes()
    assert verify(MESSAGE, signature, NAMESPACE, allowed(public=public), NOW).principal == ORG
    assert read_signature(signature).hash_algorithm == algorithm
    if algorithm == "sha512":
        private = SshPrivateKey.from_openssh(key.read_bytes())
        assert sign(private, MESSAGE, NAMESPACE) == signature


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ed25519", None),
        ("rsa", "key-type-unsupported"),
        ("ecdsa", "key-type-unsupported"),
        ("ecdsa_sk", "key-type-unsupported"),
        ("ecdsa_sk_webauthn", "key-type-unsupported"),
        ("ed25519_sk", "key-type-unsupported"),
        ("mldsa44-ed25519", "key-type-unsupported"),
    ],
)
def test_vectors_of_openssh(corpora: Path, name: str, code: str | None) -> None:
    folder = corpora / "sshsig/regress/unittests/sshsig/testdata"
    message = (folder / "signed-data").read_bytes()
    namespace = (folder / "namespace").read_text().strip()
    signature = (folder / f"{name}.sig").read_bytes()
    line = (folder / f"{name}.pub").read_text()
    if code is not None:
        with pytest.raises(SignatureInvalid, match=code):
            read_signature(signature)
        with pytest.raises(KeyInvalid, match=code):
            SshPublicKey.from_line(line)
        return
    public = SshPublicKey.from_line(line)
    signers = allowed(names=(namespace,), public=public)
    assert verify(message, signature, namespace, signers, NOW).public == public
    private = SshPrivateKey.from_openssh((folder / name).read_bytes())
    assert private.public == public
    assert sign(private, message, namespace) == signature
