"""Five organisations on loopback, set up with the commands that a person would type."""

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


DSL_PASSPHRASE = "safeguarding demo only"  # noqa: S105
_MOST_TYPED, _MOST_TOLD = 200, 2000


class CommandFailed(Exception):
    """A command of the demonstration ended with an error."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """One organisation and its node.

    :param classic: its age tool knows no post-quantum keys.
    :param has_pages: its people can sign in here.
    """

    place: Place
    home: Path
    port: int
    pages_port: int
    share_port: int
    classic: bool = False
    has_pages: bool = True

    @property
    def pages_url(self) -> str:
        """Where its people sign in. A browser takes this very machine for safe without TLS."""
        return f"http://localhost:{self.pages_port}" if self.has_pages else ""

    @property
    def share_url(self) -> str:
        """Where people with a link and no account come in, at the places that invite any."""
        invites = self.place in (places.PRIMARY, places.COUNCIL)
        return f"http://localhost:{self.share_port}" if invites else ""


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
    """A primary school, two secondaries, a therapy service, and the council with the directory."""

    def __init__(self, folder: Path, *, all_pages: bool = True) -> None:
        """Think of the town; nothing is made yet.

        :param all_pages: whether all have pages, or the primary school alone, to save time.
        """
        count = len(places.PLACES)
        ports = free_ports(3 * count + 1)
        self.folder = folder
        self.shared = folder / "shared-folder"
        self.sheets = folder / "recovery-sheets"
        self.directory = folder / "directory.json"
        self.dsl_words = folder / "safeguarding-leads-passphrase"
        self.citizens = [
            Citizen(
                place,
                folder / place.key,
                ports[at],
                ports[at + count],
                ports[at + 2 * count],
                classic=place is places.SALTMERE,
                has_pages=all_pages or place is places.PRIMARY,
            )
            for at, place in enumerate(places.PLACES)
        ]
        self.mail_port = ports[-1]

    def of(self, place: Place) -> Citizen:
        """Return the node of a place."""
        return next(one for one in self.citizens if one.place is place)

    def found(self) -> None:
        """Set the nodes up, side by side, and give each the same signed directory."""
        self.shared.mkdir(parents=True)
        self.dsl_words.write_text(DSL_PASSPHRASE + "\n", "utf-8")
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
            *("--pages-url", one.pages_url, "--pages-listen", f"{LOOPBACK}:{one.pages_port}"),
            *("--share-url", one.share_url, "--share-listen", f"{LOOPBACK}:{one.share_port}"),
            *("--mail-host", LOOPBACK, "--mail-port", str(self.mail_port), "--mail-tls", "none"),
            *("--mail-from", one.place.email("no-reply")),
            "--allow-private-endpoints",
        )
        senx(
            *("keygen", "--home", one.home, "--name", one.place.name),
            *("--recovery-sheets", self.sheets),
            *(("--dsl-passphrase-file", self.dsl_words) if one.place.urn else ()),
            *("--class", "classic" if one.classic else "hybrid"),
            *_numbers(one.place),
        )
        entry = self.folder / f"{one.place.key}.entry.json"
        senx("directory", "export", "--home", one.home, "-o", entry)

    def _install(self, one: Citizen) -> None:
        senx("directory", "install", "--home", one.home, self.directory)

    def open(self, processes: Processes) -> None:
        """Start the nodes and wait until their faces and pages answer."""
        for one in self.citizens:
            command = [*SENX, "serve", "--home", str(one.home)]
            ports = [one.port]
            ports += [one.pages_port] if one.pages_url else []
            ports += [one.share_port] if one.share_url else []
            processes.start(one.place.key, command, healthy=_healthy(*ports))
        processes.wait_until_healthy(180)


def _healthy(*ports: int) -> Callable[[], bool]:
    return lambda: all(port_open(port) for port in ports)


def _numbers(place: Place) -> Sequence[str]:
    if place.kind == "agency":
        return ("--kind", "agency", "--ukprn", place.ukprn or "")
    if place.urn is None or place.laestab is None:
        return ("--kind", "la", "--la", places.LA_CODE)
    return ("--kind", "school", "--urn", place.urn, "--laestab", place.laestab)
