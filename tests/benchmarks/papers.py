"""A panel pack of 500 pages against ``qpdf --pages`` alone, over the same papers in one run.

qpdf puts the pages behind one another, and no more: no front, no index, no numbers on the pages,
no bookmarks, and of the structure trees nothing that fits together. What ours does beyond that is
the price that this measures, with the processes that it starts. Peak memory is the sum over a
program and all that it started, looked at every few milliseconds.
"""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import psutil
import typst

PAGES = 500
_PAPERS = 25
MOST_TIMES = 25.0
"""How many times as long as qpdf alone the pack may take."""
MOST_MB = 600.0
_EVERY = 0.005
_OURS = """
import sys
from pathlib import Path
from adapters.papers import PaperMaker
from exchange.ports.papers import Front, GridRow, Paper
paths = [Path(one) for one in sys.argv[2:]]
papers = [
    Paper(f"Report {one.stem}", "Report", "Dr Rowe", "1 May 2026", "application/pdf",
          (lambda one=one: one.open("rb")))
    for one in paths
]
grid = [GridRow(f"Point {number}", ("Found",), papers=(number,)) for number in range(5)]
front = Front("Panel pack", "Council", "1 May 2026", grid=grid)
pack = PaperMaker().pack(front, papers)
Path(sys.argv[1]).write_bytes(pack.data.read())
"""


def run(folder: Path, rounds: int, divisor: int) -> int:
    """Print the table; return 1 if a promise is not kept."""
    program = shutil.which("qpdf")
    papers, pages = _papers(folder, PAGES // divisor)
    size = sum(one.stat().st_size for one in papers) / 1e6
    print(f"\npanel pack, {len(papers)} papers, {pages} pages, {size:.1f} MB, half of them tagged")
    if program is None:
        print("no qpdf on this machine: nothing to compare with")
        return 0
    out, ours = folder / "alone.pdf", folder / "pack.pdf"
    given = [str(one) for one in papers]
    took: dict[str, list[float]] = {"alone": [], "pack": []}
    peak: dict[str, list[float]] = {"alone": [], "pack": []}
    for _ in range(rounds):
        for name, command in (
            ("alone", [program, "--empty", "--pages", *given, "--", str(out)]),
            ("pack", [sys.executable, "-c", _OURS, str(ours), *given]),
        ):
            seconds, megabytes = _watched(command)
            took[name].append(seconds)
            peak[name].append(megabytes)
    with pikepdf.open(ours) as pdf:
        print(f"{'pages of the pack, with its front':36}{len(pdf.pages):10}")
    alone, packed = (statistics.median(took[one]) for one in ("alone", "pack"))
    print(f"{'qpdf --pages alone':36}{alone:10.2f} s{max(peak['alone']):10.0f} MB")
    print(f"{'panel pack':36}{packed:10.2f} s{max(peak['pack']):10.0f} MB{packed / alone:8.1f} x")
    if divisor > 1:
        return 0
    broken = [f"pack: {packed / alone:.1f} times qpdf alone"] * (packed / alone > MOST_TIMES)
    broken += [f"pack: {max(peak['pack']):.0f} MB"] * (max(peak["pack"]) > MOST_MB)
    print("\n".join(broken))
    return 1 if broken else 0


def _papers(folder: Path, pages: int) -> tuple[Sequence[Path], int]:
    """Write papers with text, tables and headings: half with their structure, half without."""
    made, count = [], 0
    for number in range(_PAPERS):
        text = f'#set document(title: "R")\n#set text(lang: "en")\n= Report {number}\n'
        for part in range(max(1, pages // _PAPERS)):
            text += f"== Part {part}\n#lorem(330)\n- one\n- two\n"
            text += "#table(columns: 3, table.header[Test][Score][Rank], [A], [72], [3])\n"
            text += "#pagebreak(weak: true)\n"
        data: bytes = typst.compile({"main.typ": text.encode()}, format="pdf")
        if number % 2:
            data = _untagged(data)
        path = folder / f"paper-{number:02}.pdf"
        path.write_bytes(data)
        with pikepdf.open(io.BytesIO(data)) as pdf:
            count += len(pdf.pages)
        made.append(path)
    return made, count


def _untagged(document: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        del pdf.Root.StructTreeRoot
        for page in pdf.pages:
            if "/StructParents" in page.obj:
                del page.obj["/StructParents"]
        pdf.save(out)
    return out.getvalue()


def _watched(command: Sequence[str]) -> tuple[float, float]:
    """Return how long a program took, and the most memory that it and its children held."""
    most = 0.0
    began = time.perf_counter()
    with subprocess.Popen(command) as process:
        over = threading.Event()

        def watch() -> None:
            nonlocal most
            top = psutil.Process(process.pid)
            while not over.wait(_EVERY):
                try:
                    family = [top, *top.children(recursive=True)]
                    most = max(most, sum(one.memory_info().rss for one in family) / 1e6)
                except psutil.Error:
                    continue

        looking = threading.Thread(target=watch, daemon=True)
        looking.start()
        code = process.wait()
        took = time.perf_counter() - began
        over.set()
        looking.join()
    if code:
        raise RuntimeError(command[0])
    return took, most
