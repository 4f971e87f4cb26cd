"""``python -m demo``: the main jobs on invented data, on five nodes on this machine.

With ``--once`` it ends after what it shows: 0 if all of it came off, 1 if not.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from demo.assessment import Assessed, assess
from demo.board import ASHDYKE, Made, furnish, print_more
from demo.mails import Mails, Message, post_office
from demo.material import Material, make
from demo.material.places import COUNCIL, PRIMARY, SECONDARIES
from demo.processes import Processes, ended_by_signals
from demo.proof import prove, report
from demo.signing_in import make_accounts, show
from demo.story import Story
from demo.tables import size
from demo.town import DSL_PASSPHRASE, Town

_MARK = "made-by-the-demo"
_MAIL_SECONDS = 20.0
_ASSESSED = 1  # the second leaver has SEN support and no plan yet


def main() -> int:
    """Run the demonstration; return the exit code."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after what it shows")
    parser.add_argument("--data", type=Path, default=Path("demo-data"), help="folder to use anew")
    given = parser.parse_args()
    folder = _empty(given.data.resolve())
    began = time.monotonic()
    town = Town(folder, all_pages=not given.once)
    with (
        ended_by_signals(),
        post_office(folder / "mails", town.mail_port) as mails,
        Processes(folder / "logs") as nodes,
    ):
        material, more = _set_up(town, nodes)
        story = Story(town, nodes)
        good = _tell(story, town, material)
        child = material.pupils[_ASSESSED]
        assessed = assess(town, nodes, mails, story.reference(child), child)
        made = furnish(town, more)
        good = _await_mails(mails, made) and assessed.ok and good
        print(f"\n{time.monotonic() - began:.0f} seconds in all")
        if not given.once:
            _look_further(town)
            show(town.citizens)
            _show_links(town, made, assessed)
            _wait(nodes, mails)
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


def _set_up(town: Town, nodes: Processes) -> tuple[Material, Material]:
    """Set the nodes up while another process prints the leavers' documents."""
    print("Setting up five nodes: a primary, two secondaries, a council, a service", flush=True)
    with ProcessPoolExecutor(1) as printer:
        printing = printer.submit(make, town.folder / "material")
        printing_more = printer.submit(print_more, town.folder / "material-unsent")
        town.found()
        make_accounts(town)
        town.open(nodes)
        material, more = printing.result(), printing_more.result()
    print(f"Made {len(material.pupils)} leavers with {size(material.document_bytes)} of documents")
    return material, more


def _await_mails(mails: Mails, made: Made) -> bool:
    """Wait for the two messages with links; return whether both came."""
    end = time.monotonic() + _MAIL_SECONDS
    wanted = {made.pick_up, made.family}
    while time.monotonic() < end and not wanted <= {one.link for one in mails.all()}:
        time.sleep(0.1)
    came = wanted <= {one.link for one in mails.all()}
    print(
        f"\nSent by link: one pack to {ASHDYKE}, which has nothing of this, one page to a family."
    )
    print("Both messages came." if came else "Their messages did not come.", flush=True)
    return came


def _show_links(town: Town, made: Made, assessed: Assessed) -> None:
    print(f"\nThe safeguarding leads' own passphrase: {DSL_PASSPHRASE}")
    print("\nWhat waits: the council's caseworker under Cases, its panel member under Panel, the")
    print("therapists' specialist under Asked of us, the SENCOs under Leavers and Arrivals.")
    print("\nPages of people without an account; each asks for a code, which comes by mail:")
    print(f"  SENCO of {ASHDYKE}: {made.pick_up}")
    print(f"  A parent: {made.family}")
    print(f"  The psychologist, for a corrected report: {assessed.link}")
    print(f"Mail that the nodes send lies in {town.folder / 'mails'}; new messages show here:")


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
    print("but those in material/ and material-unsent/, which stand for the school's own). Look")
    print("further, for example:")
    for line in (
        f"senx pupils --home {primary}",
        f"senx outbox --home {primary}",
        *(f"senx inbox --home {town.of(one).home}" for one in (*SECONDARIES, COUNCIL)),
        f"senx audit verify --home {primary}",
    ):
        print(f"  .venv/bin/{line}")


def _wait(nodes: Processes, mails: Mails) -> None:
    """Stay up until Ctrl-C, tell of each new message, and say so if a node falls meanwhile."""
    mails.tell = _told
    print("\nThe nodes stay up. Ctrl-C ends them.", flush=True)
    try:
        while True:
            nodes.check()
            time.sleep(1)
    except KeyboardInterrupt:
        print("\nEnding the nodes.", flush=True)


def _told(mail: Message) -> None:
    print(f"  mail to {mail.to}: {mail.subject}\n    {mail.file}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
