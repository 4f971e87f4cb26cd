"""What `make bench` runs: ``python -m tests.benchmarks [--quick] [--rounds N] [--folder DIR]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import boards, ctf, papers, schools, seal_open


def main() -> int:
    """Run every benchmark; return 1 if a promise of docs/bundle-format.md is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--quick", action="store_true", help="an eighth of the size, one round")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs")
    parser.add_argument("--folder", type=Path, help="where to work; needs some 8 GB")
    chosen = parser.parse_args()
    rounds = 1 if chosen.quick else chosen.rounds
    with tempfile.TemporaryDirectory(prefix="sen-bench-", dir=chosen.folder) as folder:
        divisor = 8 if chosen.quick else 1
        broken = [
            boards.run(Path(folder), divisor),
            ctf.run(Path(folder), rounds, divisor),
            papers.run(Path(folder), rounds, divisor),
            schools.run(Path(folder), rounds, divisor),
            seal_open.run(Path(folder), rounds, divisor),
        ]
        return max(broken)


if __name__ == "__main__":
    sys.exit(main())
