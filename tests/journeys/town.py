"""A small town on loopback: schools with real homes, keys, a pinned directory, and processes.

Homes are made in this process, through the same wiring as ``senx init`` and ``senx keygen``, for
speed. What is run (``serve``, ``send``, ``accept`` ...) is ``python -m exchange.cli`` in processes
of its own, over real TLS. Nothing here sleeps for a fixed time: it polls until a condition holds,
and says what it waited for when it does not.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from adapters.directory_file import InstalledDirectory
from exchange.ports import Actor
from exchange.settings import Home, Settings
from exchange.wiring import (
    NewNode,
    NewOrganisation,
    Node,
    add_organisation,
    entry_of,
    open_node,
    rotate,
    set_up,
)
from keys.directory import DatedIdentifier, DirectoryEditor
from keys.directory.entry import read_row
from keys.interfaces import KeyClass
from keys.ssh_keys import SshPrivateKey
from schemas.strict_json import loads
from tests.journeys.console import Console, Told
from tests.journeys.machine import LOOPBACK, free_ports, group_alive, processes, wait_for

TESTER = Actor("tester", "senco")
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "VIRTUAL_ENV", "PYTHONPATH")


@dataclass
class House:
    """One node of the town.

    :ivar extra: more environment for its processes.
    :ivar limit: run in each of its processes before the program (resource limits).
    :ivar began: how long the log was when the running process was started.
    """

    name: str
    root: Path
    port: int
    settings: Settings
    org_ids: list[str] = field(default_factory=list)
    numbers: list[dict[str, str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    limit: Callable[[], None] | None = None
    process: subprocess.Popen[bytes] | None = None
    began: int = 0
    nudged: float = 0.0
    console: Console | None = None
    _node: Node | None = None

    @property
    def log(self) -> Path:
        return self.root.with_suffix(".log")

    @property
    def org_id(self) -> str:
        return self.org_ids[0]

    @property
    def urn(self) -> str:
        return self.numbers[0]["urn"]

    @property
    def laestab(self) -> str:
        return self.numbers[0]["laestab"]

    @property
    def node(self) -> Node:
        """The node opened in this process, next to whatever else runs on its home."""
        if self._node is None:
            self._node = open_node(self.root)
        return self._node

    def forget(self) -> None:
        """Let the next look open the node anew."""
        self._node = None

    # -- commands

    def senx(self, *arguments: str | Path, code: int | None = 0, seconds: float = 120) -> Told:
        """Run ``senx`` on this home and return what it said; check its exit code."""
        told = self.run_senx([*map(str, arguments)], seconds)
        if code is not None:
            assert told.code == code, f"senx {arguments[0]}: {told}"
        return told

    def run_senx(self, arguments: Sequence[str], seconds: float) -> Told:
        process = self.start_senx(*arguments)
        try:
            out, err = process.communicate(timeout=seconds)
        finally:
            process.kill()
            process.wait()
        return Told(process.returncode, out.decode(), err.decode())

    def start_senx(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start ``senx`` and return at once."""
        return subprocess.Popen(
            [sys.executable, "-m", "exchange.cli", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**self._environment(), "SENX_HOME": str(self.root)},
            preexec_fn=self.limit,
            start_new_session=True,
        )

    def tell(self, *arguments: str | Path, code: int | None = 0) -> Told:
        """As :meth:`senx`, in the console's process."""
        if self.console is None:
            self.console = Console({**self._environment(), "SENX_HOME": str(self.root)})
        told = self.console.run([*map(str, arguments)])
        if code is not None:
            assert told.code == code, f"senx {arguments[0]}: {told}"
        return told

    def json(self, *arguments: str | Path) -> Any:
        """Tell a command with ``--json`` and return what it printed."""
        return self.tell(*arguments, "--json").json()

    def refusal(self, *arguments: str | Path, code: int) -> Mapping[str, str]:
        """Return the typed error that a command with ``--json`` ends with."""
        return self.tell(*arguments, "--json", code=code).error()

    # -- the running node

    def start(self, *, wait: bool = True, part: str = "both") -> None:
        """Start worker and face, in a process group of their own."""
        assert self.process is None or self.process.poll() is not None
        self.began = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "exchange.cli",
                    "serve",
                    "--home",
                    self.root,
                    "--part",
                    part,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                preexec_fn=self.limit,
                start_new_session=True,
            )
        if wait:
            self.wait_until_healthy(self.began)

    def start_face(self) -> None:
        """Start the delivery face alone: what comes in is taken, and nobody goes on with it."""
        self.start(wait=False, part="face")
        wait_for(f"{self.name}'s face; its log: {self.tail()}", self.face_answers)

    def wait_until_healthy(self, since: int = 0) -> None:
        """Wait until the face answers and the worker has said, after ``since``, that it works."""

        def healthy() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, f"{self.name} ended: {self.tail()}"
            with self.log.open("rb") as log:
                log.seek(since)
                working = b"worker started" in log.read()
            return working and self.face_answers()

        wait_for(f"{self.name} to be healthy; its log: {self.tail()}", healthy)

    def face_answers(self) -> bool:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        url = f"{self.settings.public_url}/v1/health"
        with suppress(OSError), urllib.request.urlopen(url, timeout=5, context=context) as answer:
            return bool(answer.status == 200)
        return False

    def kill(self) -> None:
        """SIGKILL the whole group: worker, face master and face worker, at one moment."""
        assert self.process is not None
        group = self.process.pid
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self.process.wait()
        wait_for(f"{self.name}'s group to be gone", lambda: not group_alive(group))

    def stop(self) -> int:
        """SIGTERM, as a service manager does; return the exit code."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(40)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        """Every process of the running node."""
        assert self.process is not None
        return [pid for pid, group in processes() if group == self.process.pid]

    def tail(self) -> str:
        if not self.log.exists():
            return "(none)"
        return self.log.read_text("utf-8", "replace")[-2000:]

    # -- looks from outside

    def count(self, statement: str) -> int:
        """Count rows through a connection of our own, which only reads."""
        uri = f"file:{self.root / 'node.db'}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=30)
        try:
            return int(connection.execute(statement).fetchone()[0])
        finally:
            connection.close()

    def states(self, side: str = "transfers") -> dict[str, int]:
        """How many rows of ``transfers`` or ``arrivals`` are in which state."""
        uri = f"file:{self.root / 'node.db'}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=30)
        try:
            rows = connection.execute(f"SELECT state, count(*) FROM {side} GROUP BY state")
            return dict(rows.fetchall())
        finally:
            connection.close()

    def nudge(self) -> None:
        """Make every transfer due now, as ``senx receipts --now`` does; twice a second at most.

        It writes: who did it without a pause would keep the node itself from writing.
        """
        if time.monotonic() - self.nudged < 0.5:
            return
        self.nudged = time.monotonic()
        now = datetime.now(UTC).replace(microsecond=0)
        for org_id in self.org_ids:
            with self.node.inside.store.unit(org_id) as unit:
                for one in unit.transfers.all():
                    if one.due_at is not None:
                        unit.transfers.schedule(one.bundle_id, now, 0)
                unit.commit()

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {**kept, **self.environment}


@dataclass
class Town:
    """Houses, and the directory that names them."""

    root: Path
    houses: dict[str, House] = field(default_factory=dict)
    key: SshPrivateKey = field(default_factory=SshPrivateKey.generate)
    editor: DirectoryEditor = field(default_factory=DirectoryEditor)
    temporary: Path = field(init=False)
    _urns: Iterator[int] = field(default_factory=lambda: iter(range(199001, 199999)))
    _establishments: Iterator[int] = field(default_factory=lambda: iter(range(8014001, 8014999)))

    def __post_init__(self) -> None:
        self.temporary = self.root / "tmp"
        self.temporary.mkdir(parents=True)

    def __getitem__(self, name: str) -> House:
        return self.houses[name]

    def settle(
        self,
        name: str,
        *,
        kind: str = "school",
        key_class: KeyClass = "hybrid",
        folders: Mapping[str, Path] = MappingProxyType({}),
        root: Path | None = None,
        poll_seconds: float = 0.1,
    ) -> House:
        """Make a node that hosts one organisation of the same name."""
        port = free_ports(1)[0]
        settings = Settings(
            directory_key=self.key.public.line,
            listen=f"{LOOPBACK}:{port}",
            public_url=f"https://{LOOPBACK}:{port}",
            allow_private_endpoints=True,
            folders={one: str(path) for one, path in folders.items()},
            poll_seconds=poll_seconds,
        )
        home = root or self.root / name
        set_up(home, NewNode(settings, self.root / f"{name}.node-key"))
        house = House(name, home, port, settings)
        house.environment["TMPDIR"] = str(self.temporary)
        self.houses[name] = house
        self.enrol(house, name, kind=kind, key_class=key_class)
        return house

    def enrol(
        self, house: House, name: str, *, kind: str = "school", key_class: KeyClass = "hybrid"
    ) -> str:
        """Make an organisation's keys on a node, and put it into the directory (not installed)."""
        numbers = {"urn": str(next(self._urns)), "laestab": str(next(self._establishments))}
        identifiers = tuple(DatedIdentifier(scheme, value) for scheme, value in numbers.items())
        new = NewOrganisation(f"{name.title()} School", kind, identifiers, key_class)
        org_id, _ = add_organisation(house.node, new, TESTER)
        house.forget()  # a vault knows the organisations that were there when it was unlocked
        house.org_ids.append(org_id)
        house.numbers.append(numbers)
        self.editor.put(read_row(loads(entry_of(house.node, org_id))), _now())
        return org_id

    def rotate(self, house: House) -> None:
        """Make a new key of the house's first inbox, and have it in everybody's directory."""
        rotate(house.node, house.org_id, "general", TESTER)
        house.forget()
        self.editor.put(read_row(loads(entry_of(house.node, house.org_id))), _now())
        self.publish()

    def publish(self) -> None:
        """Sign the directory's next version and install it everywhere."""
        data, signature = self.editor.sign(self.key, _now())
        (self.root / "directory.json").write_bytes(data)
        (self.root / "directory.json.sig").write_bytes(signature)
        for house in self.houses.values():
            pinned = house.settings.directory_key
            InstalledDirectory(Home(house.root).directory, pinned, _now).install(data, signature)

    def close(self) -> None:
        """End every process, however the test ended."""
        for house in self.houses.values():
            if house.console is not None:
                house.console.close()
            if house.process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(house.process.pid, signal.SIGKILL)
                house.process.wait()


@contextmanager
def town_in(root: Path) -> Iterator[Town]:
    """Yield an empty town and end its processes afterwards."""
    town = Town(root)
    try:
        yield town
    finally:
        town.close()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
