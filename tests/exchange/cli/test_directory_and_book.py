"""A directory is renewed, even when it has expired; a book is held to a head kept elsewhere."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from exchange.cli import directory as directory_commands
from exchange.cli.main import main


def senx(*arguments: str | Path, code: int = 0) -> Result:
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A node with one organisation and an installed directory."""
    key, file, home = tmp_path / "key", tmp_path / "directory.json", tmp_path / "home"
    pin = senx("directory", "keygen", key).output.strip()
    senx("init", "--home", home, "--directory-key", pin)
    sheets = tmp_path / "sheets"
    senx("keygen", "--home", home, "--name", "A", "--urn", "999001", "--recovery-sheets", sheets)
    senx("directory", "export", "--home", home, "-o", tmp_path / "entry")
    senx("directory", "add", file, tmp_path / "entry", "--key", key)
    senx("directory", "install", "--home", home, file)
    return home


def test_a_directory_is_renewed_though_it_expired(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    monkeypatch.setattr(directory_commands, "_now", lambda: later)
    file, key = tmp_path / "directory.json", tmp_path / "key"
    assert (
        "directory-expired"
        in senx("directory", "show", "999001", "--directory", file, code=6).output
    )
    senx("directory", "renew", file, "--key", key)
    shown = senx("directory", "show", "999001", "--directory", file)
    assert "urn:999001" in shown.output


def test_only_the_directorys_own_key_renews_it(home: Path, tmp_path: Path) -> None:
    senx("directory", "keygen", tmp_path / "other")
    file = tmp_path / "directory.json"
    before = file.read_bytes()
    done = senx("directory", "renew", file, "--key", tmp_path / "other", code=6)
    assert "directory-key-not-pinned" in done.output
    assert file.read_bytes() == before


def test_an_older_directory_is_refused_and_its_signature_file_does_not_stay(
    home: Path, tmp_path: Path
) -> None:
    file, key = tmp_path / "directory.json", tmp_path / "key"
    old = file.read_bytes(), file.with_name("directory.json.sig").read_bytes()
    senx("directory", "renew", file, "--key", key)
    senx("directory", "install", "--home", home, file)
    assert len(list(home.glob("directory.*.sig"))) == 1
    file.write_bytes(old[0])
    file.with_name("directory.json.sig").write_bytes(old[1])
    done = senx("directory", "install", "--home", home, file, code=6)
    assert "directory-rolled-back" in done.output


def test_a_head_kept_elsewhere_shows_what_was_cut_off(home: Path) -> None:
    senx("pupil", "add", "--home", home, *ROW)
    head = senx("audit", "head", "--home", home).output.strip()
    senx("audit", "verify", "--home", home, "--head", head)
    newest = "SELECT max(seq) FROM audit_entries WHERE org_id != 'node'"
    with sqlite3.connect(home / "node.db") as raw:
        raw.execute(f"DELETE FROM audit_entries WHERE org_id != 'node' AND seq = ({newest})")
    senx("audit", "verify", "--home", home)  # the chain alone cannot know
    done = senx("audit", "verify", "--home", home, "--head", head, code=6)
    assert "head-differs" in done.output


def test_the_nodes_own_book_is_verified_too(home: Path) -> None:
    assert "adds up" in senx("audit", "verify", "--home", home, "--node").output
    assert senx("audit", "head", "--home", home, "--node").output.startswith("1:")


ROW = (
    "--surname",
    "Okafor",
    "--forename",
    "Amara",
    "--dob",
    "2015-03-02",
    "--sex",
    "F",
    "--no-upn",
    "UN1",
)
