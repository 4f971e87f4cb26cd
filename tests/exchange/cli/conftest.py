"""Two schools and a council with a signed directory, made once by the command line."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.exchange.cli.house import House, make_house, senx


@dataclass(frozen=True)
class Schools:
    """The town as files; ``directory`` is signed by ``key``, which every node has pinned."""

    place: Path
    directory: Path
    key: Path
    primary: House
    secondary: House


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Schools:
    place = tmp_path_factory.mktemp("cli")
    key, directory = place / "directory.key", place / "directory.json"
    pinned = ("--directory-key", senx("directory", "keygen", key).out.strip())
    stick = place / "stick"
    stick.mkdir()
    primary = make_house(
        place, "Elm Grove Primary", "--urn", "999001", "--laestab", "820/2001",
        options=(*pinned, "--folder", f"stick={stick}"),
    )  # fmt: skip
    secondary = make_house(
        place, "Riverside Academy", "--urn", "999002", "--laestab", "820/4002", options=pinned
    )
    entries = []
    for house in (primary, secondary):
        entries.append(place / f"{house.org_id}.entry")
        house.say("directory", "export", "-o", entries[-1])
    assert senx("directory", "add", directory, *entries, "--key", key).code == 0
    for house in (primary, secondary):
        house.say("directory", "install", directory)
    return Schools(place, directory, key, primary, secondary)


@pytest.fixture
def schools(made_once: Schools, tmp_path: Path) -> Schools:
    """A copy of the town that a test may change; the node keys stay where they were made."""
    homes = []
    for house in (made_once.primary, made_once.secondary):
        root = tmp_path / house.root.name
        shutil.copytree(house.root, root)
        homes.append(House(root, house.org_id))
    for one in made_once.place.glob("directory.*"):
        shutil.copy(one, tmp_path)
    return Schools(
        tmp_path, tmp_path / "directory.json", tmp_path / "directory.key", homes[0], homes[1]
    )
