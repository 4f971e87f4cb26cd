"""Every case of tests/vectors/bundle/containers gives the verdict that its name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.bundle.zipreader import ZipReader
from exchange.errors import ContainerError
from tests.vectors.bundle import make_containers

CASES = sorted(make_containers.FOLDER.glob("*.zip"))


def verdict(case: Path) -> str:
    with case.open("rb") as stream:
        try:
            reader = ZipReader(stream, deflate=True)
            for entry in reader.entries:
                reader.read(entry, 1 << 20)
        except ContainerError as error:
            return error.code
    return "read"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_container(case: Path) -> None:
    assert verdict(case) == case.stem.split("--")[0]


def test_the_files_are_what_the_script_makes() -> None:
    assert {case.stem: case.read_bytes() for case in CASES} == make_containers.cases()
