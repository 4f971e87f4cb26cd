"""The proof that nobody needs this software to open a pack: the READ-ME's own commands, run."""

from __future__ import annotations

import re
from pathlib import Path

from demo.material.places import SALTMERE
from demo.stock import StockResult, open_with_stock_tools
from demo.town import Town, senx


def prove(town: Town, pack: Path) -> StockResult:
    """Open a pack with stock tools, by the recovery key that was printed for the safe.

    That the recovery stanza works is shown on the way: it is the recovery drill.
    """
    bench = town.folder / "stock-tools"
    bench.mkdir(mode=0o700, exist_ok=True)
    signers = bench / "allowed_signers"
    signers.write_text(
        senx("directory", "allowed-signers", "999001", "--directory", town.directory), "utf-8"
    )
    key = bench / "KEY.txt"
    key.touch(mode=0o600)
    key.write_text(_identity(town), "ascii")
    try:
        return open_with_stock_tools(pack, key, signers)
    finally:
        key.unlink()


def _identity(town: Town) -> str:
    for sheet in town.sheets.glob("*.general.txt"):
        found = re.search(r"AGE-SECRET-KEY-1[0-9A-Z]+", sheet.read_text("utf-8"))
        if found:  # the one classic key of the town
            return found[0] + "\n"
    raise FileNotFoundError(f"no recovery sheet of {SALTMERE.name}")


def report(result: StockResult) -> None:
    """Print what each line did, and which tools are not here."""
    print("\nOpened with stock tools, by the lines of READ-ME.txt:")
    for step in result.steps:
        print(f"  {step.outcome:<8} {step.command}")
        if step.said:
            print(f"           {step.said}")
    for tool, why in result.missing.items():
        print(f"  not here: {tool} ({why})")
    print(f"  {result.files_checked} files checked against the signed list", flush=True)
