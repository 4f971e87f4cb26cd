"""``python -m demo.material OUTDIR [--seed N] [--pupils N]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from demo.material import make
from demo.tables import Progress, size


def main(arguments: list[str] | None = None) -> int:
    """Make the material and say what was made; exit code 0, or 2 for a wrong argument."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.material",
        description="Make invented leavers: a CTF, real PDFs, JSON records, destinations.",
    )
    parser.add_argument("folder", type=Path, metavar="OUTDIR")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same bytes (default 1)")
    parser.add_argument("--pupils", type=int, default=30, help="how many (default 30)")
    given = parser.parse_args(arguments)
    with Progress("Making material", given.pupils) as progress:
        try:
            made = make(given.folder, given.seed, given.pupils, progress.at)
        except ValueError as error:
            parser.error(str(error))
    count = sum(len(each.documents) for each in made.pupils)
    print(
        f"{len(made.pupils)} invented pupils, {count} documents, {size(made.document_bytes)}, "
        f"in {made.folder}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
