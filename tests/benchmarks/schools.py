"""Taking a register of the country's size in, against reading its CSV alone; and searching it.

Both readings run in this process, in turn, over one invented file as large as the real one. The
searches are what people type; each counts with its lookalikes and successors, as a page shows it.
"""

from __future__ import annotations

import csv
import random
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from adapters.formats.gias import read_links, read_register
from adapters.school_register import SchoolRegisterFile
from exchange.ports.schools import RegisterSource
from exchange.services.find_school import find_schools
from tests.adapters.gias_files import HEADER, links

ROWS = 50_000
_WIDTH = 140
_SEED = 20_260_901
MOST_TIMES = 10.0
"""How many times as long as reading the CSV alone the import may take."""
MOST_MS = 50.0
"""Milliseconds within which 95 of 100 searches answer."""
_SAINTS = [
    "Mary's",
    "John's",
    "Peter's",
    "Paul's",
    "Anne's",
    "Joseph's",
    "James",
    "Michael's",
    "Thomas's",
    "Mark's",
]
_PLACES = [
    "Oak",
    "Elm",
    "Larch",
    "Mill",
    "Bridge",
    "Abbey",
    "Castle",
    "Station",
    "Church",
    "High",
    "West",
    "North",
    "Park",
]
_ENDS = ("field", "wood", "ham", "ton", "bury", "ford", "hill", "side", "dale", "worth")
_KINDS = ("Primary School", "Academy", "C of E Primary School", "High School", "School", "PRU")


def run(folder: Path, rounds: int, divisor: int) -> int:
    """Print the table; return 1 if a promise is not kept."""
    rows = ROWS // divisor
    register_file, links_file = _made(folder, rows)
    register = SchoolRegisterFile(folder / "schools.db")
    alone: list[float] = []
    taken: list[float] = []
    for _ in range(rounds):
        alone.append(_seconds(lambda: _read_alone(register_file)))
        taken.append(_seconds(lambda: _take(register, register_file, links_file)))
    ratio = statistics.median(taken) / statistics.median(alone)
    size = register_file.stat().st_size / 1e6
    print(f"\nschool register, {rows} rows, {size:.0f} MB")
    print(f"{'csv alone':36}{statistics.median(alone):10.2f} s")
    print(f"{'import, indexed and durable':36}{statistics.median(taken):10.2f} s{ratio:8.2f} x")
    slow = _searches(register, statistics.median(alone))
    if divisor > 1:
        return 0
    broken = [f"import: {ratio:.1f} times the CSV alone"] * (ratio > MOST_TIMES)
    broken += [f"search: {slow:.0f} ms"] * (slow > MOST_MS)
    print("\n".join(broken))
    return 1 if broken else 0


def _searches(register: SchoolRegisterFile, alone: float) -> float:
    """Print how long searches take; return the 95th percentile in milliseconds."""
    chance = random.Random(_SEED)
    texts = ["school", "primary", "st", "st marys", "st mary's primary school", "oakfield", "s"]
    texts += [_name(chance) for _ in range(100)]
    texts += [f"{_name(chance)} {_town(chance)}" for _ in range(50)]
    texts += [str(100_000 + chance.randrange(20_000)) for _ in range(20)]
    texts += ["820/2345", "LK1 2AB", "nothing of the kind"]
    took = sorted(_seconds(lambda text=text: find_schools(register, text)) for text in texts)  # type: ignore[misc]
    p95 = took[int(len(took) * 0.95)] * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{f'{len(took)} searches, median':36}{statistics.median(took) * 1000:10.1f} ms"
        f"   95th {p95:.1f} ms   worst {took[-1] * 1000:.1f} ms"
        f"   {alone * 1000 / p95:.0f} searches in the time of csv alone"
    )
    print(f"{'peak memory of this process':36}{peak:10.0f} MB")
    return p95


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _read_alone(file: Path) -> int:
    with file.open(encoding="cp1252", newline="") as source:
        return sum(1 for _ in csv.reader(source))


def _take(register: SchoolRegisterFile, file: Path, links_file: Path) -> None:
    with file.open("rb") as rows, links_file.open("rb") as ends:
        read, after = read_register(rows), read_links(ends)
        source = RegisterSource(read.rows, read.sha256, after.rows, after.sha256)
        register.replace(source, datetime.now(UTC).replace(microsecond=0))


def _made(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write an invented register of many schools, a third of them closed, and its links."""
    chance = random.Random(_SEED)
    place = {name: at for at, name in enumerate(HEADER)}
    filler = [f"{'filler value':.{n % 11}}" for n in range(_WIDTH - len(HEADER))]
    register_file, links_file = folder / "register.csv", folder / "links.csv"
    pairs = []
    with register_file.open("w", encoding="cp1252", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*HEADER, *(f"Other{n} (name)" for n in range(len(filler)))])
        for number in range(rows):
            closed = number % 3 == 0
            row = [""] * len(HEADER)
            row[place["URN"]] = str(100_000 + number)
            row[place["EstablishmentName"]] = _name(chance)
            row[place["LA (code)"]] = str(200 + number % 150)
            row[place["LA (name)"]] = f"Invented Council {number % 150}"
            row[place["EstablishmentNumber"]] = str(1000 + number % 9000)
            row[place["EstablishmentStatus (code)"]] = "2" if closed else "1"
            row[place["CloseDate"]] = "31-08-2019" if closed else ""
            row[place["PhaseOfEducation (code)"]] = str(number % 8)
            row[place["UKPRN"]] = str(10_000_000 + number)
            row[place["Town"]] = _town(chance)
            row[place["Postcode"]] = f"LK{number % 90 + 1} {number % 10}AB"
            writer.writerow([*row, *filler])
            if closed:
                pairs.append((100_000 + number, 100_000 + number + 1, "Successor"))
    links_file.write_bytes(links(*pairs))
    return register_file, links_file


def _name(chance: random.Random) -> str:
    saint = chance.random() < 0.3
    first = f"St {chance.choice(_SAINTS)}" if saint else _town(chance)
    return f"{first} {chance.choice(_KINDS)}"


def _town(chance: random.Random) -> str:
    return chance.choice(_PLACES) + chance.choice(_ENDS)
