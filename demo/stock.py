"""Opens a bundle as its READ-ME says, with nothing of ours: unzip, ssh-keygen, age, sha256sum.

The commands are the lines of the LINUX section of the published READ-ME, run as they are printed;
only the words in capitals get their meaning. Where a tool is missing or too old the line is not
run and the result says so. What was opened lies in a private folder that is deleted at the end.
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from exchange.bundle.editions import README_NAME, current_files
from schemas.identifiers import OrgId

TOOLS = ("unzip", "ssh-keygen", "age", "sha256sum", "grep")
SECTION = "LINUX"
POST_QUANTUM_KEY = b"AGE-SECRET-KEY-PQ-1"
AGE_WITH_POST_QUANTUM = (1, 3)


class Outcome(StrEnum):
    """What became of one line of the READ-ME."""

    OK = "ok"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the READ-ME, with what came of it.

    :ivar said: what the tool printed, in one line, or why the line was not run.
    """

    command: str
    outcome: Outcome
    said: str


@dataclass(frozen=True, slots=True)
class StockResult:
    """All lines in order, and the tools that cannot be used here with the reason."""

    steps: tuple[Step, ...]
    missing: Mapping[str, str]
    files_checked: int = 0

    @property
    def ok(self) -> bool:
        """Whether no line failed and at least one was run."""
        outcomes = {step.outcome for step in self.steps}
        return Outcome.OK in outcomes and Outcome.FAILED not in outcomes

    @property
    def complete(self) -> bool:
        """Whether every line was run and succeeded."""
        return bool(self.steps) and all(step.outcome is Outcome.OK for step in self.steps)


class NotPublished(Exception):
    """The bundle's READ-ME is not the published one: its commands must not be run."""


def readme_commands(readme: str, section: str = SECTION) -> list[str]:
    """Return the command lines of a section: those set in by four spaces."""
    found: list[str] = []
    inside = False
    for line in readme.splitlines():
        if re.fullmatch(r"[A-Z][A-Z, ()a-z]+", line) and not line.startswith(" "):
            inside = line == section
        elif inside and line.startswith("    "):
            found.append(line.strip())
    return found


def open_with_stock_tools(
    bundle: Path, identity: Path, allowed_signers: Path, *, seconds: float = 120
) -> StockResult:
    """Run the READ-ME's commands on a bundle.

    :param identity: age key file of a recipient.
    :param allowed_signers: OpenSSH's file of the directory's signing keys.
    :param seconds: how long one line may take.
    :raises NotPublished: the bundle brings other instructions than those published.
    :raises OSError, zipfile.BadZipFile: the files cannot be read.
    """
    published = current_files()[0]
    with zipfile.ZipFile(bundle) as outer:
        if outer.read(README_NAME) != published:
            raise NotPublished
        sender = OrgId.parse(json.loads(outer.read("envelope.json"))["sender"])
    with tempfile.TemporaryDirectory(prefix="stock-") as name:
        bench = _Bench(Path(name), str(sender), seconds)
        bench.lay_out(bundle, identity, allowed_signers)
        for line in readme_commands(published.decode()):
            bench.run(line)
        return bench.result()


@dataclass(slots=True)
class _Bench:
    """The folder in which the lines are typed, one after the other."""

    folder: Path
    sender: str
    seconds: float
    missing: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    files_checked: int = 0
    inside: str = "."

    def lay_out(self, bundle: Path, identity: Path, allowed_signers: Path) -> None:
        """Put the three files where the READ-ME expects them, and see which tools are there."""
        for source, name in (
            (bundle, "PACK.zip"),
            (identity, "KEY.txt"),
            (allowed_signers, "SIGNERS"),
        ):
            shutil.copyfile(source, self.folder / name)
        (self.folder / "KEY.txt").chmod(stat.S_IRUSR | stat.S_IWUSR)
        self.missing = {
            tool: f"{tool} is not installed here" for tool in TOOLS if shutil.which(tool) is None
        }
        if "age" not in self.missing and POST_QUANTUM_KEY in identity.read_bytes():
            version = age_version()
            if version and version < AGE_WITH_POST_QUANTUM:
                old = ".".join(map(str, version))
                self.missing["age"] = f"age {old} is older than 1.3, which this key needs"

    def run(self, line: str) -> None:
        """Type one line; ``cd`` is remembered, what cannot be run is said."""
        command = re.sub(r"\bSENDER\b", self.sender, line)
        lacking = [
            tool for tool in self.missing if re.search(rf"(^|[\s(]){re.escape(tool)} ", line)
        ]
        if lacking:
            self._note(line, Outcome.NOT_RUN, self.missing[lacking[0]])
        elif absent := self._absent(line):
            self._note(line, Outcome.NOT_RUN, f"needs {absent}, which an earlier line makes")
        elif line.startswith("cd "):
            self.inside = line.removeprefix("cd ")
            self._note(line, Outcome.OK, "")
        else:
            self._type(line, command)

    def _absent(self, line: str) -> str | None:
        """Return a file or folder that the line reads and no earlier line has made."""
        made_here = set(re.findall(r"-o (\S+)", line))
        words: list[str] = re.findall(
            r"(?:pack|bag)/[\w.-]+|bag\.zip|[\w-]*manifest-\w+\.txt", line
        )
        if line.startswith("cd "):
            words.append("bag/manifest-sha256.txt")
        for word in words:
            if word not in made_here and not (self.folder / self.inside / word).exists():
                return word
        return None

    def _type(self, line: str, command: str) -> None:
        try:
            done = subprocess.run(
                ["/bin/sh", "-c", command],
                cwd=self.folder / self.inside,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self._note(line, Outcome.FAILED, f"took longer than {self.seconds:.0f} s")
            return
        printed = done.stdout.decode("utf-8", "replace").strip().splitlines()
        good = done.returncode == 0
        if command.startswith("ssh-keygen") and good:
            good = any(text.startswith("Good ") and self.sender in text for text in printed)
        if command.startswith("sha256sum -c"):
            self.files_checked = sum(text.endswith(": OK") for text in printed)
            printed.append(f"{self.files_checked} files OK")
        said = (printed[-1] if good else printed[0]) if printed else ""
        self._note(line, Outcome.OK if good else Outcome.FAILED, _short(said))

    def _note(self, line: str, outcome: Outcome, said: str) -> None:
        self.steps.append(Step(line, outcome, said))

    def result(self) -> StockResult:
        """Return what came of it."""
        return StockResult(tuple(self.steps), self.missing, self.files_checked)


def age_version() -> tuple[int, ...] | None:
    """Return the version of the ``age`` on the path, or None where it does not say."""
    done = subprocess.run(["age", "--version"], capture_output=True, text=True, check=False)
    numbers = re.match(r"v?(\d+)\.(\d+)", done.stdout.strip())
    return tuple(int(number) for number in numbers.groups()) if numbers else None


def _short(said: str) -> str:
    """Shorten what a tool said: the envelope, printed by grep, is one long line."""
    if said.startswith("{"):
        return "found in envelope.json"
    return said if len(said) <= 160 else said[:159] + "…"
