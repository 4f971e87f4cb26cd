"""Stock programs read what we seal, and we read what they seal."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import pty
import select
import shutil
import subprocess
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from keys import age

pytestmark = pytest.mark.stock

Seal = Callable[..., bytes]
SIZES = [0, 1, age.CHUNK - 1, age.CHUNK, age.CHUNK + 1, 9 * age.CHUNK + 5]
PEERS = Path(__file__).parent / "peers"
CACHE = Path(__file__).parents[3] / ".cache"
CLASSIC = age.identity_from_seed("classic", bytes(range(32)))
HYBRID = age.identity_from_seed("hybrid", bytes(range(32)))
PASSPHRASE = "correct horse battery staple"


def open_ours(sealed: bytes, identity: age.Identity) -> bytes:
    """Open with both readers, which must agree."""
    plain = age.decrypt(io.BytesIO(sealed), [identity]).read()
    assert age.open_seekable(io.BytesIO(sealed), [identity]).read() == plain
    return plain


def armored(sealed: bytes) -> bytes:
    sink = io.BytesIO()
    with age.ArmorWriter(sink) as writer:
        writer.write(sealed)
    return sink.getvalue()


def run(command: Sequence[str | Path], data: bytes = b"", cwd: Path | None = None) -> bytes:
    done = subprocess.run(command, input=data, capture_output=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def run_on_terminal(command: Sequence[str | Path], answer: str, questions: int) -> None:
    """Run a program that asks for a passphrase on its terminal, and give it ``answer``."""
    ours, theirs = pty.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, preexec_fn=take_terminal,
    ) as program:  # fmt: skip
        os.close(theirs)
        seen, answered, deadline = b"", 0, time.monotonic() + 60
        while program.poll() is None and time.monotonic() < deadline:
            if select.select([ours], [], [], 0.05)[0]:
                try:
                    seen += os.read(ours, 4096)
                except OSError:  # Linux: the other end is closed
                    break
            # The program asks, then turns the echo off; an answer before that is lost.
            asked = answered < questions and seen.count(b"passphrase") > answered
            if asked and not termios.tcgetattr(ours)[3] & termios.ECHO:
                os.write(ours, answer.encode() + b"\n")
                answered += 1
                seen = b"passphrase" * answered
        os.close(ours)
        assert program.wait(timeout=60) == 0, seen


class Debian:
    """The program ``age``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys.txt"
        self.keys.write_text(CLASSIC + "\n")

    def seal(self, plain: bytes, recipient: str, *options: str) -> bytes:
        return run(["age", *options, "-r", recipient], plain)

    def open(self, sealed: bytes) -> bytes:
        return run(["age", "-d", "-i", self.keys], sealed)


@pytest.fixture
def debian(tmp_path: Path) -> Debian:
    if shutil.which("age") is None:
        pytest.skip("the program age is not installed")
    return Debian(tmp_path)


@pytest.fixture(scope="session")
def node_peer() -> Path:
    """Install the npm peer once into the cache folder; give the folder that holds it."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    lock = (PEERS / "package-lock.json").read_bytes() + (PEERS / "age.mjs").read_bytes()
    home = CACHE / f"age-peer-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not home.is_dir():
        CACHE.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="age-peer-", dir=CACHE))
        shutil.copytree(PEERS, fresh, dirs_exist_ok=True)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=fresh, capture_output=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(fresh)
            pytest.skip("npm could not fetch age-encryption: is there a package registry?")
        try:
            fresh.rename(home)
        except OSError:  # another run was first
            shutil.rmtree(fresh)
    return home


def node(home: Path, verb: str, data: bytes, *names: str) -> bytes:
    return run(["node", "age.mjs", verb, *names], data, cwd=home)


@pytest.mark.parametrize("size", SIZES)
def test_debian_age_both_ways(size: int, debian: Debian, seal: Seal) -> None:
    identity, plain = age.parse_identity(CLASSIC), os.urandom(size)
    sealed = seal(plain, [identity.recipient()])
    assert debian.open(sealed) == plain
    assert debian.open(armored(sealed)) == plain
    assert open_ours(debian.seal(plain, identity.recipient().text), identity) == plain
    theirs = debian.seal(plain, identity.recipient().text, "-a")
    assert open_ours(age.dearmor(io.BytesIO(theirs)).read(), identity) == plain
    assert armored(age.dearmor(io.BytesIO(theirs)).read()) == theirs


def test_debian_age_keygen_agrees_on_keys(debian: Debian) -> None:
    text = run(["age-keygen", "-y", debian.keys]).decode().strip()
    assert text == age.parse_identity(CLASSIC).recipient().text
    made = run(["age-keygen"]).decode().splitlines()[-1]
    assert age.parse_identity(made).key_class == "classic"


def test_debian_age_with_a_passphrase_both_ways(debian: Debian, seal: Seal) -> None:
    plain = os.urandom(100_000)
    ours, theirs = debian.folder / "ours.age", debian.folder / "theirs.age"
    read, source = debian.folder / "read", debian.folder / "source"
    ours.write_bytes(seal(plain, [age.ScryptRecipient(PASSPHRASE, work_factor=12)]))
    run_on_terminal(["age", "-d", "-o", read, ours], PASSPHRASE, questions=1)
    assert read.read_bytes() == plain

    source.write_bytes(plain)
    run_on_terminal(["age", "-p", "-o", theirs, source], PASSPHRASE, questions=2)
    assert open_ours(theirs.read_bytes(), age.ScryptIdentity(PASSPHRASE)) == plain


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_both_ways(size: int, seal: Seal) -> None:
    pyrage = pytest.importorskip("pyrage", reason="pyrage is not installed")
    identity, plain = age.parse_identity(CLASSIC), os.urandom(size)
    theirs = pyrage.x25519.Identity.from_str(CLASSIC)
    assert str(theirs.to_public()) == identity.recipient().text
    assert pyrage.decrypt(seal(plain, [identity.recipient()]), [theirs]) == plain
    assert open_ours(pyrage.encrypt(plain, [theirs.to_public()]), identity) == plain


def test_pyrage_with_a_passphrase_both_ways(seal: Seal) -> None:
    pyrage = pytest.importorskip("pyrage", reason="pyrage is not installed")
    plain = os.urandom(100_000)
    ours = seal(plain, [age.ScryptRecipient(PASSPHRASE, work_factor=12)])
    assert pyrage.passphrase.decrypt(ours, PASSPHRASE) == plain
    # It takes as much work as the machine does in a second, so allow more than the default.
    theirs = pyrage.passphrase.encrypt(plain, PASSPHRASE)
    assert open_ours(theirs, age.ScryptIdentity(PASSPHRASE, max_work_factor=22)) == plain


@pytest.mark.parametrize("text", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
@pytest.mark.parametrize("size", SIZES)
def test_npm_age_encryption_both_ways(size: int, text: str, node_peer: Path, seal: Seal) -> None:
    identity, plain = age.parse_identity(text), os.urandom(size)
    ours = seal(plain, [identity.recipient()])
    assert node(node_peer, "open", ours, text) == plain
    theirs = node(node_peer, "seal", plain, identity.recipient().text)
    assert {stanza.type for stanza in age.read_header(io.BytesIO(theirs)).stanzas} == {
        "mlkem768x25519" if text is HYBRID else "X25519"
    }
    assert open_ours(theirs, identity) == plain


def test_npm_age_encryption_with_a_passphrase_both_ways(node_peer: Path, seal: Seal) -> None:
    plain, name = os.urandom(100_000), "passphrase:" + PASSPHRASE
    ours = seal(plain, [age.ScryptRecipient(PASSPHRASE, work_factor=12)])
    assert node(node_peer, "open", ours, name) == plain
    theirs = node(node_peer, "seal", plain, name)
    assert open_ours(theirs, age.ScryptIdentity(PASSPHRASE)) == plain


def test_npm_age_encryption_with_many_recipients(node_peer: Path, seal: Seal) -> None:
    texts = [age.generate_identity("hybrid") for _ in range(4)]
    recipients = [age.parse_identity(text).recipient() for text in texts]
    sealed = seal(b"for four", recipients)
    theirs = node(node_peer, "seal", b"for four", *(r.text for r in recipients))
    for text in texts:
        assert node(node_peer, "open", sealed, text) == b"for four"
        assert open_ours(theirs, age.parse_identity(text)) == b"for four"
