"""``python -m demo``: the main job on invented data, on four nodes on this machine.

With ``--once`` it ends after the table: 0 if every pack was accepted, 1 if not.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from demo.material import Material, make
from demo.material.places import PRIMARY, SECONDARIES
from demo.processes import Processes, ended_by_signals
from demo.proof import prove, report
from demo.story import Story
from demo.tables import size
from demo.town import Town

_MARK = "made-by-the-demo"


def main() -> int:
    """Run the demonstration; return the exit code."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the table")
    parser.add_argument("--data", type=Path, default=Path("demo-data"), help="folder to use anew")
    given = parser.parse_args()
    folder = _empty(given.data.resolve())
    began = time.monotonic()
    with ended_by_signals(), Processes(folder / "logs") as nodes:
        town = Town(folder)
        material = _set_up(town, nodes)
        good = _tell(Story(town, nodes), town, material)
        print(f"\n{time.monotonic() - began:.0f} seconds in all")
        if not given.once:
            _look_further(town)
            _wait(nodes)
    return 0 if good else 1


def _empty(folder: Path) -> Path:
    """Make the folder anew; only one that an earlier demonstration made is ever removed."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            sys.exit(f"{folder} holds something else. Name another folder with --data.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / _MARK).touch()
    (folder / "logs").mkdir()
    return folder


def _set_up(town: Town, nodes: Processes) -> Material:
    """Set the nodes up while another process prints the leavers' documents."""
    print("Setting up four nodes: a primary, two secondaries, a local authority", flush=True)
    with ProcessPoolExecutor(1) as printer:
        printing = printer.submit(make, town.folder / "material")
        town.found()
        town.open(nodes)
        material = printing.result()
    print(f"Made {len(material.pupils)} leavers with {size(material.document_bytes)} of documents")
    return material


def _tell(story: Story, town: Town, material: Material) -> bool:
    story.take_in(material)
    story.send(material)
    rows = story.watch()
    story.show(rows)
    good = bool(rows) and all(row["state"] in ("accepted", "imported") for row in rows)
    pack = story.folder_pack(rows)
    if pack is not None:
        result = prove(town, pack)
        report(result)
        good = good and result.ok
    return good


def _look_further(town: Town) -> None:
    primary = town.of(PRIMARY).home
    print(f"\nThe data lies in {town.folder} (sealed; the names of pupils are in none of its files")
    print("but those in material/, which stand for the school's own). Look further, for example:")
    for line in (
        f"senx pupils --home {primary}",
        f"senx outbox --home {primary}",
        *(f"senx inbox --home {town.of(one).home}" for one in SECONDARIES),
        f"senx audit verify --home {primary}",
    ):
        print(f"  .venv/bin/{line}")
    print("\nThe nodes stay up. Ctrl-C ends them.", flush=True)


def _wait(nodes: Processes) -> None:
    """Stay up until Ctrl-C, and say so if a node falls meanwhile."""
    try:
        while True:
            nodes.check()
            time.sleep(1)
    except KeyboardInterrupt:
        print("\nEnding the nodes.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
