"""Four organisations on loopback, set up with the commands that a person would type."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import console
from demo.material import places
from demo.material.places import Place
from demo.processes import LOOPBACK, Processes, free_ports, port_open

SENX = (sys.executable, "-m", "exchange.cli")


_MOST_TYPED, _MOST_TOLD = 200, 2000


class CommandFailed(Exception):
    """A command of the demonstration ended with an error."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """One organisation and its node.

    :param classic: its age tool knows no post-quantum keys.
    """

    place: Place
    home: Path
    port: int
    classic: bool = False


def senx(*arguments: str | Path, may_fail: bool = False) -> str:
    """Run one ``senx`` command and return what it prints.

    :raises CommandFailed: with what it said on standard error.
    """
    words = [str(one) for one in arguments]
    done = console.run(words)
    if done.code and not may_fail:
        told = (done.err or done.out)[-_MOST_TOLD:]
        typed = " ".join(words)[:_MOST_TYPED]
        raise CommandFailed(f"exit code {done.code}: senx {typed}\n{told}")
    return done.out


def senx_json(*arguments: str | Path) -> Any:
    """Run one ``senx`` command with ``--json`` and return the value."""
    return json.loads(senx(*arguments, "--json"))


class Town:
    """The primary school, two secondaries and the local authority, which runs the directory."""

    def __init__(self, folder: Path) -> None:
        ports = free_ports(len(places.PLACES))
        self.folder = folder
        self.shared = folder / "shared-folder"
        self.sheets = folder / "recovery-sheets"
        self.directory = folder / "directory.json"
        self.citizens = [
            Citizen(place, folder / place.key, port, classic=place is places.SALTMERE)
            for place, port in zip(places.PLACES, ports, strict=True)
        ]

    def of(self, place: Place) -> Citizen:
        """Return the node of a place."""
        return next(one for one in self.citizens if one.place is place)

    def found(self) -> None:
        """Set the nodes up, side by side, and give each the same signed directory."""
        self.shared.mkdir(parents=True)
        pin = senx("directory", "keygen", self.folder / "directory.key").strip()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: self._set_up(one, pin), self.citizens))
            entries = [self.folder / f"{one.place.key}.entry.json" for one in self.citizens]
            senx("directory", "add", self.directory, *entries, "--key", self._key)
            list(pool.map(self._install, self.citizens))

    @property
    def _key(self) -> Path:
        return self.folder / "directory.key"

    def _set_up(self, one: Citizen, pin: str) -> None:
        address = f"{LOOPBACK}:{one.port}"
        senx(
            *("init", "--home", one.home, "--listen", address),
            *("--public-url", f"https://{address}", "--directory-key", pin),
            *("--folder", f"stick={self.shared}", "--poll-seconds", "0.3"),
            "--allow-private-endpoints",
        )
        senx(
            *("keygen", "--home", one.home, "--name", one.place.name),
            *("--recovery-sheets", self.sheets),
            *("--class", "classic" if one.classic else "hybrid"),
            *_numbers(one.place),
        )
        entry = self.folder / f"{one.place.key}.entry.json"
        senx("directory", "export", "--home", one.home, "-o", entry)

    def _install(self, one: Citizen) -> None:
        senx("directory", "install", "--home", one.home, self.directory)

    def open(self, processes: Processes) -> None:
        """Start the nodes and wait until their delivery faces answer."""
        for one in self.citizens:
            command = [*SENX, "serve", "--home", str(one.home)]
            processes.start(one.place.key, command, healthy=_healthy(one.port))
        processes.wait_until_healthy(30)


def _healthy(port: int) -> Callable[[], bool]:
    return lambda: port_open(port)


def _numbers(place: Place) -> Sequence[str]:
    if place.urn is None or place.laestab is None:
        return ("--kind", "la", "--la", places.LA_CODE)
    return ("--kind", "school", "--urn", place.urn, "--laestab", place.laestab)
