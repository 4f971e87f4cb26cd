"""Seal and open, durably, against the chains of stock tools that a careful person would type.

Each program runs as a process of its own, start-up included, alternating in one run with warm
input; medians are compared. Peak memory is that of the largest process of each, and never shows
less than what this program itself holds when it starts them (some 43 MB).
"""

from __future__ import annotations

import os
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from exchange.bundle.limits import GIB, MIB
from keys import age
from tests.benchmarks import ours
from tests.exchange.bundle.parties import OLD_TOOLS

ROOT = Path(__file__).parents[2]
RSS_LIMIT = 100 * MIB


@dataclass
class Runner:
    """One program: a shell command, what to remove before it, and what it took."""

    name: str
    command: str
    remove: tuple[str, ...]
    seconds: list[float] = field(default_factory=list)
    peak: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def run(self, folder: Path) -> None:
        for name in self.remove:
            shutil.rmtree(folder / name, ignore_errors=True)
            (folder / name).unlink(missing_ok=True)
        for name in self.remove:
            if name.startswith("made-"):
                (folder / name).mkdir()
        _settle(folder)
        started = time.perf_counter()
        process = subprocess.Popen(["/bin/sh", "-ec", self.command], cwd=folder, env=_environment())
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds.append(time.perf_counter() - started)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{self.name} ended with {process.returncode}")
        self.peak = max(self.peak, usage.ru_maxrss * 1024)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}


def _settle(folder: Path) -> None:
    """Bring what others left to the disk, and every input into the cache."""
    os.sync()
    buffer = bytearray(MIB)
    for path in [*(folder / "in").iterdir(), *folder.glob("ours.zip"), *folder.glob("chain.*")]:
        with path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def _python(what: str) -> str:
    module = ["-m", "tests.benchmarks.ours", what, "."]
    return shlex.join([sys.executable, *module])


def _fill(folder: Path, count: int, size: int) -> None:
    (folder / "in").mkdir()
    block = os.urandom(4 * MIB)
    for number in range(count):
        with (folder / "in" / f"{number:04d}.pdf").open("wb") as file:
            left = size
            while left:
                left -= file.write(block[:left])


GPG = "gpg --batch --quiet --homedir gpg --trust-model always"


def _script(*lines: str) -> str:
    return "\n".join(lines)


def _sealers(folder: Path) -> list[Runner]:
    recipients = " ".join(f"-r {key}" for key in OLD_TOOLS.recipients)
    chain = _script(
        "(cd in && sha256sum *) > sums",
        f"tar -cf - sums in | age {recipients} -o chain.age",
        "sync chain.age .",
    )
    gpg = _script(
        f"tar -cf - in | {GPG} --compress-algo none -r bench -s -e -o chain.gpg",
        "sync chain.gpg .",
    )
    runners = [
        Runner("ours, digests known", _python("seal-known"), ("ours.zip",)),
        Runner("ours, from paths", _python("seal"), ("ours.zip",)),
        Runner("sha256sum + tar + age + sync", chain, ("chain.age",)),
    ]
    if _gpg(folder):
        runners.append(Runner("tar + gpg sign, encrypt + sync", gpg, ("chain.gpg",)))
    return runners


def _openers(folder: Path) -> list[Runner]:
    (folder / "key.txt").write_text("\n".join(_secrets()) + "\n")
    chain = _script(
        "age -d -i key.txt chain.age | tar -C made-age -xf -",
        "(cd made-age/in && sha256sum --quiet -c ../sums)",
        "find made-age -exec sync {} +",
    )
    gpg = _script(
        f"{GPG} -d chain.gpg 2>/dev/null | tar -C made-gpg -xf -",
        "find made-gpg -exec sync {} +",
    )
    runners = [
        Runner("ours, verified wholly", _python("open"), ("out",)),
        Runner("age -d + tar + sha256sum + sync", chain, ("made-age",)),
    ]
    if (folder / "chain.gpg").exists():
        runners.append(Runner("gpg verify, decrypt + tar + sync", gpg, ("made-gpg",)))
    return runners


def _secrets() -> list[str]:
    return [age.identity_from_seed("classic", OLD_TOOLS.seed(use)) for use in ("op", "rec")]


def _gpg(folder: Path) -> bool:
    """Make a key of its own in the folder; False where there is no gpg."""
    if not shutil.which("gpg"):
        return False
    home = folder / "gpg"
    home.mkdir(mode=0o700)
    base = ["gpg", "--batch", "--quiet", "--homedir", str(home), "--passphrase", ""]
    subprocess.run([*base, "--quick-gen-key", "bench", "future-default"], check=True)
    return True


def _compare(title: str, runners: list[Runner], folder: Path, rounds: int) -> dict[str, float]:
    """Run them in turn, print a table, return each median."""
    for number in range(rounds):
        for runner in runners[number % len(runners) :] + runners[: number % len(runners)]:
            runner.run(folder)
    chain = next(runner for runner in runners if "age" in runner.name)
    print(f"\n{title}\n{'':36}{'median s':>10}{'ratio':>8}{'peak MB':>9}   each")
    for runner in runners:
        each = " ".join(f"{seconds:.2f}" for seconds in runner.seconds)
        ratio = runner.median / chain.median
        print(f"{runner.name:36}{runner.median:10.2f}{ratio:8.2f}{runner.peak / 1e6:9.0f}   {each}")
    return {runner.name: runner.median / chain.median for runner in runners} | {
        "peak": max(runner.peak for runner in runners if runner.name.startswith("ours"))
    }


def _one_size(title: str, folder: Path, rounds: int, count: int, size: int) -> list[str]:
    folder.mkdir()
    _fill(folder, count, size)
    ours.list_digests(folder)
    broken: list[str] = []
    steps: list[tuple[str, Callable[[Path], list[Runner]]]] = [
        ("seal", _sealers),
        ("open", _openers),
    ]
    try:
        for what, make in steps:
            found = _compare(f"{what} {title}", make(folder), folder, rounds)
            slow = [n for n, r in found.items() if n.startswith("ours") and r > 1]
            broken += [f"{what} {title}: {name} is slower than the age chain" for name in slow]
            if found["peak"] > RSS_LIMIT:
                broken.append(f"{what} {title}: more than 100 MB of memory")
    finally:
        if (folder / "gpg").exists():
            kill = ["gpgconf", "--homedir", str(folder / "gpg"), "--kill", "gpg-agent"]
            subprocess.run(kill, check=False)
        shutil.rmtree(folder)
    return broken


def run(folder: Path, rounds: int, divisor: int) -> int:
    """Print the tables; return 1 if we are slower than the age chain, or need too much memory."""
    missing = [tool for tool in ("age", "tar", "sha256sum") if not shutil.which(tool)]
    if missing:
        print(f"not here: {', '.join(missing)}; nothing to compare with")
        return 0
    if not shutil.which("gpg"):
        print("gpg is not here; it is left out")
    broken = []
    for title, count, size in [
        ("512 MB in 400 files", 400, 512_000_000 // 400),
        ("one file of 1 GiB", 1, GIB),
    ]:
        shown = title if divisor == 1 else f"{title}, an eighth of it"
        broken += _one_size(shown, folder / f"n{count}", rounds, count, size // divisor)
    if divisor > 1:
        print("\nToo small to judge by: at this size Python's start-up counts for much.")
        return 0
    print("\n" + ("\n".join(broken) if broken else "Every promise is kept."))
    return 1 if broken else 0
