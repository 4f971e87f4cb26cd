"""A Common Transfer File of 1,000 pupils, each with every block, against lxml alone.

Each run is a process of its own, so that what one leaves in memory is not the other's.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

MANY, FEW = 1_000, 100
MOST_GROWTH_MB = 10.0
"""More memory that ten times as many pupils may take."""
MOST_TIMES = 150.0
"""How many times as long as lxml alone the records may take: all is checked, nothing is lost."""
_NAMES = {"lxml": "lxml alone", "ours": "read into records", "write": "read, and written again"}


def run(folder: Path, rounds: int, divisor: int) -> int:
    """Print the table; return 1 if a promise is not kept."""
    many = MANY // divisor
    took: dict[str, float] = {}
    peaks: dict[tuple[str, int], float] = {}
    for count in (FEW // divisor, many):
        file = made(folder, count)
        for what in _NAMES:
            runs = [once(what, file, count) for _ in range(rounds)]
            took[what] = statistics.median(spent for spent, _ in runs)
            peaks[what, count] = max(peak for _, peak in runs)
    size = made(folder, many).stat().st_size / 1e6
    print(f"\ncommon transfer file, {many} pupils, {size:.0f} MB")
    for what, name in _NAMES.items():
        ratio = took[what] / took["lxml"]
        growth = peaks[what, many] - peaks[what, FEW // divisor]
        print(
            f"{name:36}{took[what]:10.2f} s{ratio:8.1f} x{peaks[what, many]:10.0f} MB"
            f"   {growth:+.1f} MB against a tenth of the pupils"
        )
    if divisor > 1:
        return 0
    broken = [
        f"{name}: {peaks[what, MANY] - peaks[what, FEW]:.0f} MB more"
        for what, name in _NAMES.items()
        if what != "lxml" and peaks[what, MANY] - peaks[what, FEW] > MOST_GROWTH_MB
    ]
    broken += [
        f"{_NAMES[what]}: {took[what] / took['lxml']:.0f} times lxml alone"
        for what in ("ours", "write")
        if took[what] / took["lxml"] > MOST_TIMES
    ]
    print("\n".join(broken))
    return 1 if broken else 0


def made(folder: Path, pupils: int) -> Path:
    """Return an invented file of so many pupils."""
    file = folder / f"ctf-{pupils}.xml"
    if not file.exists():
        _process("make", str(file), str(pupils))
    return file


def once(what: str, file: Path, pupils: int) -> tuple[float, float]:
    """Return seconds and peak megabytes of one run."""
    done, spent, peak = _process(what, str(file)).split()
    assert int(done) == pupils
    return float(spent), float(peak)


def _process(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.ctf_run", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
