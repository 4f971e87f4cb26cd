"""The worked example of docs/bundle-format.md: its bytes, the document, and the stock tools."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from exchange.bundle import zipreader
from exchange.bundle.editions import commands
from exchange.errors import ContainerError
from schemas.records import RECORDS
from tests.exchange.bundle.parties import OLD_TOOLS, SENDER, opened
from tests.vectors.bundle import make_containers, make_example

RAW = make_example.BUNDLE.read_bytes()


def test_the_example_is_what_the_script_makes() -> None:
    """Deflated members are taken as they are: another zlib would give other bytes, as good."""
    assert make_example.build(make_example.packed_members(RAW)) == RAW
    for name, content in make_example.side_files().items():
        assert (make_example.FOLDER / name).read_bytes() == content


def test_the_document_shows_the_example() -> None:
    text = make_example.DOCUMENT.read_text()
    assert make_example.written(text, make_example.blocks(RAW)) == text


def test_the_example_is_a_bundle_like_any_other() -> None:
    bundle = opened(RAW, OLD_TOOLS)
    bundle.verify_contents(RECORDS)
    assert [bundle.open_document(each).read() for each in bundle.documents] == [make_example.PDF]


def test_the_document_names_every_refusal_of_the_container() -> None:
    """The closed list of codes: those in the code, in the document and in the cases agree."""
    text = make_example.DOCUMENT.read_text()
    section = text[text.index("Refusals have the error") : text.index("## 4.")]
    documented = set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", section))
    room = Path(zipreader.__file__).parent
    raised = {
        code
        for path in room.glob("*.py")
        for code in re.findall(r'ContainerError\(\s*"([a-z0-9-]+)"', path.read_text())
    }
    rules = re.findall(r'return "([a-z-]+)"', (room / "paths.py").read_text())
    raised |= {f"name-{rule}" for rule in rules} | {"name-duplicate", "name-collision"}
    assert raised == documented
    shown = {case.stem.split("--")[0] for case in make_containers.FOLDER.glob("*.zip")} - {"read"}
    # What needs a file of gigabytes, or a bundle around the container, is tried elsewhere.
    elsewhere = {"edition-unknown", "members-differ", "member-missing", "container-too-large"}
    assert documented - shown == elsewhere
    assert ContainerError.default_code not in documented


@pytest.mark.stock
def test_stock_tools_open_the_example(tmp_path: Path) -> None:
    missing = [t for t in ("age", "ssh-keygen", "unzip", "sha256sum") if not shutil.which(t)]
    if missing:
        pytest.skip(f"not here: {', '.join(missing)}")
    for name in make_example.side_files():
        shutil.copy(make_example.FOLDER / name, tmp_path)
    (tmp_path / "PACK.zip").write_bytes(RAW)
    script = "\n".join(commands("LINUX")).replace("SENDER", SENDER.org_id)
    done = subprocess.run(
        ["/bin/sh", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Good ") == 2
