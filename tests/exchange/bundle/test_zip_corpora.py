"""Other people's hostile archives: each is refused with a code, or read wholly inside the limits.

They are read in a process of its own that may use little memory and time and may write no file.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vectors.bundle import make_containers

READER = "tests.exchange.bundle.corpus_reader"
MEMORY = 512 << 20
SECONDS = 60


def confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def verdicts(files: list[Path], folder: Path) -> dict[Path, tuple[str, int]]:
    done = subprocess.run(
        [sys.executable, "-B", "-m", READER, *map(str, files)],
        preexec_fn=confine,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        timeout=2 * SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert not list(folder.iterdir())
    return {Path(name): (code, given) for name, code, given in lines}


@pytest.mark.corpus
def test_every_archive_is_refused_or_read_inside_the_limits(corpora: Path, tmp_path: Path) -> None:
    files = sorted(path for path in (corpora / "zip").rglob("*") if path.is_file())
    files += sorted(path for path in (corpora / "office").rglob("*") if path.is_file())
    assert len(files) > 100
    found = verdicts(files, tmp_path)
    assert found.keys() == set(files)
    read = {path.name for path, (code, _) in found.items() if code == "read"}
    assert max(given for _, given in found.values()) <= 4 << 20
    # An empty archive has one encoding; every other one here bears the marks of its program.
    assert read == {"testempty.zip"}


@pytest.mark.corpus
def test_inconsistent_archives_are_never_read(corpora: Path, tmp_path: Path) -> None:
    files = sorted((corpora / "zip" / "libzip").glob("incons-*.zip"))
    assert files
    assert "read" not in {code for code, _ in verdicts(files, tmp_path).values()}


def test_our_own_cases_under_the_same_limits(tmp_path: Path) -> None:
    files = sorted(make_containers.FOLDER.glob("*.zip"))
    found = verdicts(files, tmp_path)
    assert {path.stem: code for path, (code, _) in found.items()} == {
        path.stem: path.stem.split("--")[0] for path in files
    }
