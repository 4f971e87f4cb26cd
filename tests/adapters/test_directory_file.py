"""The installed directory: checked, durable, never older; and one bad file takes none away."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.directory_file import MAX_BYTES, InstalledDirectory
from exchange.errors import Wrapped
from keys.directory import DirectoryEditor, FileDirectory
from keys.keyring import Keyring, NodeSecret, Profile
from keys.ssh_keys import SshPrivateKey

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
ORG = "00000001-0000-4000-8000-000000000001"
KEY = SshPrivateKey.from_seed(bytes(32))
THIEF = SshPrivateKey.from_seed(bytes([1]) * 32)
Signed = tuple[bytes, bytes]


@dataclass
class Operator:
    """Whoever runs the directory, and the time by which everybody's clock goes."""

    keyring: Keyring
    now: datetime = NOW
    editor: DirectoryEditor = field(default_factory=DirectoryEditor)

    def name(self, name: str) -> None:
        before = self.editor.previous(ORG)
        entry = self.keyring.entry(ORG, Profile(name, "school", ()), self.now, before)
        self.editor.put(entry, self.now)

    def sign(self, key: SshPrivateKey = KEY) -> Signed:
        return self.editor.sign(key, self.now)


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    keyring = Keyring.create(tmp_path / "ring", NodeSecret(node_key=bytes(32)))
    keyring.add_organisation(ORG, NOW, key_class="classic")
    made = Operator(keyring)
    made.name("Elm Grove")
    return made


def installed(
    operator: Operator, tmp_path: Path, pinned: str = KEY.public.line
) -> InstalledDirectory:
    return InstalledDirectory(tmp_path / "directory.json", pinned, lambda: operator.now)


def refused(directory: InstalledDirectory, signed: tuple[bytes, bytes | None], code: str) -> None:
    with pytest.raises(Wrapped) as error:
        directory.install(*signed)
    assert error.value.code == code
    assert error.value.hint
    assert error.value.__cause__ is None


def test_none_yet(operator: Operator, tmp_path: Path) -> None:
    with pytest.raises(Wrapped) as error:
        installed(operator, tmp_path)()
    assert error.value.code == "directory-missing"
    assert "senx directory install" in error.value.hint


def test_installed_and_read_again_after_a_restart(operator: Operator, tmp_path: Path) -> None:
    first = installed(operator, tmp_path)
    made = first.install(*operator.sign())
    for directory in (first, installed(operator, tmp_path)):
        found = directory()
        assert (found.version, found.sha256, found.pinned) == (1, made.sha256, True)
        assert found.get(ORG, NOW).name == "Elm Grove"
    assert not list(tmp_path.glob("*.new")), "no half-written file stays"


def test_another_process_s_installation_is_seen_at_once(operator: Operator, tmp_path: Path) -> None:
    here, there = installed(operator, tmp_path), installed(operator, tmp_path)
    here.install(*operator.sign())
    assert there().version == 1
    operator.name("Elm Grove Primary")
    here.install(*operator.sign())
    assert there().version == 2
    assert there().get(ORG, NOW).name == "Elm Grove Primary"


def test_unchanged_it_is_not_read_twice(operator: Operator, tmp_path: Path) -> None:
    directory = installed(operator, tmp_path)
    directory.install(*operator.sign())
    assert directory() is directory()


def test_the_thief_s_directory(operator: Operator, tmp_path: Path) -> None:
    directory = installed(operator, tmp_path)
    directory.install(*operator.sign())
    refused(directory, operator.sign(THIEF), "directory-key-not-pinned")
    assert directory().version == 1


def test_unsigned_altered_or_no_directory_at_all(operator: Operator, tmp_path: Path) -> None:
    directory = installed(operator, tmp_path)
    data, signature = operator.sign()
    refused(directory, (data, None), "directory-unsigned")
    refused(directory, (data.replace(b"Elm", b"Oak"), signature), "directory-signature-invalid")
    refused(directory, (data + b" ", signature), "directory-signature-invalid")
    refused(directory, (data, b"MARKER"), "directory-signature-invalid")
    refused(directory, (b"", signature), "directory-signature-invalid")
    refused(directory, (bytes(MAX_BYTES + 1), signature), "directory-malformed")
    laid = {one.name for one in tmp_path.iterdir()}
    assert laid <= {"ring", "directory.lock"}, "nothing was laid down"


def test_never_older_not_even_after_a_restart(operator: Operator, tmp_path: Path) -> None:
    old, new = operator.sign(), operator.sign()
    directory = installed(operator, tmp_path)
    directory.install(*new)
    refused(directory, old, "directory-rolled-back")
    refused(installed(operator, tmp_path), old, "directory-rolled-back")
    assert directory.install(*new).version == 2, "the same again is no step back"


def test_an_old_pair_laid_over_the_new_by_hand_is_refused(
    operator: Operator, tmp_path: Path
) -> None:
    """Whoever can write the folder still cannot turn the clock back unseen."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    old = operator.sign()
    InstalledDirectory(elsewhere / "directory.json", "", lambda: NOW).install(*old)
    directory = installed(operator, tmp_path)
    directory.install(*operator.sign())
    for one in elsewhere.glob("directory*"):
        if one.name != "directory.seen":
            (tmp_path / one.name).write_bytes(one.read_bytes())
    for reader in (directory, installed(operator, tmp_path)):
        with pytest.raises(Wrapped, match="directory-rolled-back"):
            reader()


def test_expired_and_from_the_future(operator: Operator, tmp_path: Path) -> None:
    directory = installed(operator, tmp_path)
    signed = operator.sign()
    operator.now = NOW + timedelta(days=14)
    refused(directory, signed, "directory-expired")
    operator.now = NOW - timedelta(hours=1)
    refused(directory, signed, "directory-from-future")


def test_a_directory_that_ran_out_while_it_lay_here(operator: Operator, tmp_path: Path) -> None:
    directory = installed(operator, tmp_path)
    directory.install(*operator.sign())
    assert directory().version == 1
    operator.now = NOW + timedelta(days=15)
    with pytest.raises(Wrapped, match="directory-expired"):
        installed(operator, tmp_path)()
    with pytest.raises(Wrapped, match="directory-expired"):
        directory()
    directory.install(*operator.sign())
    assert directory().version == 2


def test_unpinned_says_so(operator: Operator, tmp_path: Path) -> None:
    directory = installed(operator, tmp_path, pinned="")
    data, _ = operator.sign()
    assert directory.install(data, None).warning(NOW) == "directory-unpinned"
    assert directory().pinned is False


def test_a_pinned_key_that_is_none(operator: Operator, tmp_path: Path) -> None:
    with pytest.raises(Wrapped) as error:
        installed(operator, tmp_path, pinned="MARKER")
    assert "MARKER" not in str(error.value) + error.value.hint


@pytest.mark.parametrize("content", [b"", b"MARKER", b"-1", b"9" * 10_000, b"\xff"])
def test_a_memory_of_versions_that_was_damaged(
    operator: Operator, tmp_path: Path, content: bytes
) -> None:
    """It must not be taken for zero, which would let an older directory in."""
    directory = installed(operator, tmp_path)
    signed = operator.sign()
    directory.install(*signed)
    (tmp_path / "directory.seen").write_bytes(content)
    with pytest.raises(Wrapped) as error:
        installed(operator, tmp_path)()
    assert error.value.code in ("directory-malformed", "directory-rolled-back")
    assert "MARKER" not in str(error.value)


def test_a_power_cut_between_any_two_steps_leaves_the_old_or_the_new(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = installed(operator, tmp_path)
    directory.install(*operator.sign())
    replace_file = Path.replace
    for last in range(4):
        done: list[str] = []

        def cut(self: Path, target: Path, *, last: int = last, done: list[str] = done) -> Path:
            if len(done) >= last:
                raise InterruptedError
            done.append(target.name)
            return replace_file(self, target)

        version = installed(operator, tmp_path)().version
        signed = operator.sign()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", cut)
            with contextlib.suppress(InterruptedError):
                installed(operator, tmp_path).install(*signed)
        found: FileDirectory = installed(operator, tmp_path)()
        assert found.version in (version, operator.editor.version), f"cut after {done}"
        assert found.pinned


def test_many_threads_read_while_it_changes(operator: Operator, tmp_path: Path) -> None:
    directory = installed(operator, tmp_path)
    directory.install(*operator.sign())
    signed = [operator.sign() for _ in range(5)]
    versions: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            versions.append(directory().version)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for one in threads:
        one.start()
    for pair in signed:
        directory.install(*pair)
    stop.set()
    for one in threads:
        one.join()
    assert directory().version == 6
    assert versions
    assert {*versions} <= {*range(1, 7)}
