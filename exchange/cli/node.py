"""Set a node up, make its organisations' keys, run it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from exchange.cli.options import actor_of, first_line, home_option, json_option, node_of
from exchange.cli.output import emit, typed_errors
from exchange.cli.serving import PARTS, run
from exchange.errors import UsageError
from exchange.settings import Settings
from exchange.wiring import NewNode, NewOrganisation, add_organisation, set_up
from keys.directory import DatedIdentifier
from schemas.identifiers import LaCode, Laestab, OdsCode, Ukprn, Urn
from schemas.strict_json import JsonValue

_SHEETS_AT_MOST = 64 * 1024
_PARSERS = {"urn": Urn, "laestab": Laestab, "ukprn": Ukprn, "ods": OdsCode, "la": LaCode}


@click.command()
@home_option
@click.option(
    "--node-key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the node key, outside the home (default: beside it, HOME.node-key).",
)
@click.option("--passphrase", "ask", is_flag=True, help="Use a passphrase instead of a key file.")
@click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--listen", default="127.0.0.1:8443", show_default=True, help="host:port to serve.")
@click.option(
    "--public-url", default="", help="Where partners reach this node; empty: it only sends."
)
@click.option("--directory-key", default="", help="Public key of the directory, to be pinned.")
@click.option("--directory-url", default="", help="Where newer directories are published.")
@click.option(
    "--allow-private-endpoints", is_flag=True, help="Partners may be on private or loopback hosts."
)
@click.option("--folder", "folders", multiple=True, metavar="NAME=PATH", help="A folder to watch.")
@click.option("--pages-listen", default="127.0.0.1:8080", show_default=True)
@click.option("--pages-url", default="", help="Where people reach the pages; empty: none.")
@click.option("--share-listen", default="127.0.0.1:8081", show_default=True)
@click.option("--share-url", default="", help="Where people with a link reach theirs; empty: none.")
@click.option("--mail-host", default="", help="Server that takes our mail; empty: none is sent.")
@click.option("--mail-port", type=int, default=587, show_default=True)
@click.option(
    "--mail-tls",
    type=click.Choice(["starttls", "tls", "none"]),
    default="starttls",
    show_default=True,
    help="none: only where that server is this machine.",
)
@click.option("--mail-from", default="", help="Address that our mail comes from.")
@click.option("--poll-seconds", type=float, default=2.0, show_default=True)
@typed_errors
def init(
    home: Path,
    node_key: Path | None,
    ask: bool,
    passphrase_file: Path | None,
    listen: str,
    public_url: str,
    directory_key: str,
    directory_url: str,
    allow_private_endpoints: bool,
    folders: tuple[str, ...],
    poll_seconds: float,
    **more: Any,
) -> None:
    """Make the data folder of a new node."""
    settings = Settings(
        listen=listen,
        public_url=public_url,
        directory_key=directory_key,
        directory_url=directory_url,
        allow_private_endpoints=allow_private_endpoints,
        folders=MappingProxyType(dict(_pair(one) for one in folders)),
        poll_seconds=poll_seconds,
        **more,
    )
    passphrase = first_line(passphrase_file)
    if ask and passphrase is None:
        passphrase = click.prompt("New passphrase", hide_input=True, confirmation_prompt=True)
    key = None
    if passphrase is None:
        key = node_key or home.resolve().with_name(home.resolve().name + ".node-key")
    made = set_up(home, NewNode(settings, key, passphrase))
    click.echo(f"Made {made.root}")
    if key is not None:
        click.echo(f"Node key: {key}. Back it up apart from the data; without it all is lost.")
    if not directory_key:
        click.echo("Directory unpinned: pin its key with --directory-key before real use.")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise UsageError("pair-malformed", "/folder", "Write NAME=PATH.")
    return name, str(Path(value).resolve())


@click.command()
@home_option
@click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="Name of the organisation, as its partners know it.")
@click.option(
    "--kind",
    type=click.Choice(["school", "la", "agency", "trust", "health"]),
    default="school",
    show_default=True,
)
@click.option("--urn", help="Unique reference number (GIAS).")
@click.option("--laestab", help="DfE number: LA and establishment, 123/4567.")
@click.option("--ukprn", help="UK provider reference number.")
@click.option("--ods", help="ODS code (NHS).")
@click.option("--la", help="LA code, of a local authority itself.")
@click.option(
    "--class",
    "key_class",
    type=click.Choice(["hybrid", "classic"]),
    default="hybrid",
    show_default=True,
    help="classic: for partners whose age tool knows no post-quantum keys.",
)
@click.option(
    "--dsl-passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="First line: the safeguarding lead's own passphrase; makes the DSL's inbox.",
)
@click.option(
    "--recovery-sheets",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the recovery sheets, to be printed and then deleted.",
    required=True,
)
@json_option
@typed_errors
def keygen(
    home: Path,
    passphrase_file: Path | None,
    name: str,
    kind: str,
    key_class: str,
    dsl_passphrase_file: Path | None,
    recovery_sheets: Path,
    as_json: bool,
    **numbers: str | None,
) -> None:
    """Make the keys of an organisation, which this node then hosts."""
    node = node_of(home, passphrase_file)
    new = NewOrganisation(
        name=name,
        kind=kind,
        identifiers=tuple(_identifiers(numbers)),
        key_class="classic" if key_class == "classic" else "hybrid",
        dsl_passphrase=first_line(dsl_passphrase_file),
    )
    _require_room(recovery_sheets)  # before there are keys: their sheets are kept nowhere else
    org_id, sheets = add_organisation(node, new, actor_of(None, "node-administrator"))
    written: list[JsonValue] = []
    for sheet in sheets:
        place = recovery_sheets / f"{org_id}.{sheet.inbox}.txt"
        place.touch(mode=0o600, exist_ok=False)
        place.write_text(sheet.text(), "utf-8")
        written.append(str(place))
    if as_json:
        emit({"org_id": org_id, "recovery_sheets": written})
        return
    click.echo(f"{name}: {org_id}")
    click.echo("Print each recovery sheet, lock it in the safe, and delete the file:")
    for one in written:
        click.echo(f"  {one}")
    click.echo("Next: `senx directory export`, and hand the entry to whoever runs the directory.")


def _require_room(folder: Path) -> None:
    """Refuse a folder into which the sheets could not be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_SHEETS_AT_MOST))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError:
        hint = "Name a folder that can be written. No keys were made."
        raise UsageError("recovery-sheets-unwritable", "/recovery_sheets", hint) from None


def _identifiers(numbers: dict[str, str | None]) -> list[DatedIdentifier]:
    return [
        DatedIdentifier(scheme, _PARSERS[scheme].parse(value, path=f"/{scheme}").value)
        for scheme, value in numbers.items()
        if value
    ]


@click.command()
@home_option
@click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--part",
    type=click.Choice(["both", *PARTS]),
    default="both",
    show_default=True,
    help="Run one part alone, as a service of its own; both: all of them.",
)
@typed_errors
def serve(home: Path, passphrase_file: Path | None, part: str) -> None:
    """Run the node: the worker here, faces and pages as processes of their own."""
    run(home, passphrase_file, part)
