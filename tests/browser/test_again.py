"""A second try runs whole files, and is none where the first did not come to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAIN = """
steps = []
def test_first():
    steps.append(1)
def test_second():
    import pathlib
    assert steps == [1]
    flag = pathlib.Path("was-here")
    been = flag.exists()
    flag.touch()
    assert been
"""
FINE = "def test_fine(): pass\n"
BROKEN = "import os\ndef test_broken(): os._exit(1)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_chain.py").write_text(CHAIN)
    (tmp_path / "test_fine.py").write_text(FINE)
    return tmp_path


def run(folder: Path, *more: str) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.browser.again", *more],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_all_tests_of_a_file_run_again_and_no_other_file(folder: Path) -> None:
    code, said = run(folder)
    assert (code, "1 failed, 2 passed" in said) == (1, True), said
    code, said = run(folder, "--again")
    assert (code, "2 passed, 1 deselected" in said) == (0, True), said


def test_where_nothing_failed_there_is_nothing_to_try(folder: Path) -> None:
    (folder / "was-here").touch()
    assert run(folder)[0] == 0
    code, said = run(folder, "--again")
    assert (code, "nothing to try again" in said) == (4, True), said


def test_a_run_that_broke_off_is_not_made_good_by_what_an_older_one_noted(folder: Path) -> None:
    assert run(folder)[0] == 1
    (folder / "test_a_break.py").write_text(BROKEN)
    run(folder)
    (folder / "test_a_break.py").unlink()
    code, said = run(folder, "--again")
    assert (code, "nothing to try again" in said) == (4, True), said
