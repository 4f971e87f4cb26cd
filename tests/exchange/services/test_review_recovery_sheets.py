"""No keys are made whose recovery sheets could not be written: they are kept nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.cli import main
from exchange.settings import Home
from exchange.wiring import open_node


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "node"
    made = CliRunner().invoke(main, ["init", "--home", str(home)])
    assert made.exit_code == 0, made.output
    return home


def test_sheets_that_cannot_be_written(home: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "a-file"
    in_the_way.write_text("somebody else's")
    place = in_the_way / "sheets"
    command = ["keygen", "--home", home, "--name", "Elm Grove", "--urn", "100000"]
    command += ["--class", "classic", "--recovery-sheets", place]
    said = CliRunner().invoke(main, [str(one) for one in command])
    assert said.exit_code == 2, said.output
    assert "recovery-sheets-unwritable" in said.output
    node = open_node(home)
    assert list(node.inside.store.organisations()) == []
    assert list(node.vault.organisations()) == []
    assert not (Home(home).root / "entries").exists()
