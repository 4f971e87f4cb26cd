"""Look a node over: what of it wants a person, and what to do. It changes nothing."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from adapters.registry import ADAPTERS
from exchange.cli.options import home_option, json_option, node_of
from exchange.cli.output import listing, typed_errors
from exchange.errors import ExchangeError
from exchange.services.node_state import LITTLE_ROOM, Machine, organisation_states
from exchange.wiring import Node
from exchange.wiring.engine_room import NodeEngineRoom
from exchange.wiring.signing_in import providers_of
from schemas.strict_json import JsonValue

_COLUMNS = {"what": "What", "state": "State", "told": "What is there", "do": "What to do"}
_HALF_IS_FINE = frozenset({"https"})
"""A node without a public address only sends; where it would listen is set by default."""
_SICK = 3
_PATIENCE = 2.0
_SCANNER = {
    "none": ("look", "no scanner", "Set scanner_socket: docs/adapters/scanner.md."),
    "silent": ("bad", "does not answer", "Start clamd; until then no document is taken."),
    "answers": ("good", "answers", ""),
}
Row = dict[str, JsonValue]


@click.command("doctor")
@home_option
@click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@typed_errors
def doctor(home: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Look the node over, and say what wants a person; exit code 3 where something is wrong."""
    node = node_of(home, passphrase_file)
    found = list(_look(node))
    listing(found, _COLUMNS, as_json=as_json)
    if any(one["state"] == "bad" for one in found):
        sys.exit(_SICK)


def _look(node: Node) -> Iterator[Row]:
    room = NodeEngineRoom(node)
    yield from _machine(room.machine())
    yield from _addresses(node)
    yield _mail(node)
    yield _providers(node)
    yield from _adapters(node)
    now = node.inside.clock.now()
    for org in organisation_states(node.inside):
        ending = [key for key in room.keys(org.org_id) if key.ends_soon(now)]
        told = f"{len(ending)} end within 90 days" if ending else "good"
        yield _row(f"keys of {org.name}", not ending, told, "senx keys rotate", "look")
        stuck = org.held + org.stuck
        told = f"{org.held} arrivals held, {org.stuck} packs cannot leave"
        yield _row(f"packs of {org.name}", not stuck, told, "senx inbox, senx outbox", "look")
        told = f"{org.letters} wait, {org.dead_letters} given up"
        yield _row(f"mail of {org.name}", not org.dead_letters, told, "See them in the pages.")


def _machine(told: Machine) -> Iterator[Row]:
    runs = "runs" if told.worker_runs else "does not run"
    yield _row("worker", told.worker_runs, runs, "senx serve")
    free = f"{told.free // 2**20} MB free"
    yield _row("disk", told.free >= LITTLE_ROOM, free, "Make room.")
    state, scanner, do = _SCANNER[told.scanner]
    yield _row("virus scanner", state == "good", scanner, do, state)
    good = told.directory == "ok"
    yield _row("directory", good, told.directory, "senx directory install")


def _addresses(node: Node) -> Iterator[Row]:
    settings = node.settings
    for what, url, listen in (
        ("delivery face", settings.public_url, settings.listen),
        ("pages", settings.pages_url, settings.pages_listen),
        ("share face", settings.share_url, settings.share_listen),
    ):
        if url:
            good = _listens(listen)
            yield _row(what, good, "listens" if good else "nobody listens", "senx serve")


def _adapters(node: Node) -> Iterator[Row]:
    """Tell of each adapter that needs settings whether they are whole; of folders, where they lie.

    One of which no setting is set is not in use, and that is as good.
    """
    for adapter in ADAPTERS:
        given = [bool(getattr(node.settings, name)) for name in adapter.settings]
        if not adapter.settings:
            continue
        whole = all(given) or not any(given) or adapter.name in _HALF_IS_FINE
        told = "set up" if all(given) else "not in use" if whole else "half set up"
        missing = [name for name, one in zip(adapter.settings, given, strict=True) if not one]
        yield _row(f"adapter {adapter.name}", whole, told, f"Set {', '.join(missing)}.")
    for name, place in node.settings.folders.items():
        path = node.home.root / place
        good = path.is_dir() and os.access(path, os.R_OK | os.W_OK)
        told = "can be read and written" if good else "cannot be read and written"
        yield _row(f"folder {name}", good, told, "Make it, or correct folders in the settings.")


def _mail(node: Node) -> Row:
    if node.mailer is None:
        return _row("mail", False, "not set up", "Set mail_host: docs/pages.md.", "look")
    try:
        node.mailer.check()
    except ExchangeError as error:
        return _row("mail", False, error.code, error.hint)
    return _row("mail", True, "the server lets us in", "")


def _providers(node: Node) -> Row:
    try:
        found = providers_of(node.home, node.settings, node.inside.clock)
    except ExchangeError as error:
        return _row("sign-in providers", False, f"{error.code} {error.path}", error.hint)
    return _row("sign-in providers", True, ", ".join(sorted(found)) or "none", "")


def _listens(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104
    with suppress(OSError), socket.create_connection((host, int(port)), _PATIENCE):
        return True
    return False


def _row(what: str, good: bool, told: str, do: str, worse: str = "bad") -> Row:
    state = "good" if good else worse
    return {"what": what, "state": state, "told": told, "do": "" if good else do}
