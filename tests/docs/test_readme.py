"""What README shows is run, as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


def test_the_two_commands_stand_at_the_top() -> None:
    first = README.index("```sh")
    assert README.count("\n", 0, first) < 4
    shown = [line.split("#")[0].strip() for line in BLOCKS[0].splitlines()]
    assert shown == ["make demo", "make test"]


def test_every_make_target_shown_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = set(re.findall(r"(?:`|^)make ([a-z]+)\b", README, re.MULTILINE))
    assert shown
    assert shown <= targets, shown - targets


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing


@pytest.mark.journey
def test_the_first_look_by_hand_works(tmp_path: Path) -> None:
    """Run the long block as a newcomer would, but in a folder of its own."""
    (block,) = [one for one in BLOCKS if "senx seal" in one]
    script = block.replace('export PATH="$PWD/.venv/bin:$PATH"\n', "")
    assert script != block
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "contents not checked (no key)" in done.stdout
    assert "Everything that was checked holds." in done.stdout
    assert done.stdout.endswith("Amara reads best with a coloured overlay.\n")
