"""``senx verify`` and ``senx open``: packs as files, without a running node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exchange.bundle.extracting import extract
from exchange.bundle.opening import OpenedBundle, open_bundle
from exchange.bundle.outer import Outer, read_outer, verify_outer
from exchange.cli.directory import load_file
from exchange.cli.options import home_option, json_option, node_of, org_of
from exchange.cli.output import emit, table, typed_errors
from exchange.cli.progress import bytes_read
from exchange.errors import Conflict, UsageError
from exchange.ports import Directory
from exchange.services.trust import organisation, sender_keys
from schemas.records import RECORDS
from schemas.strict_json import JsonValue

if TYPE_CHECKING:
    from exchange.wiring import Node

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEEP = timedelta(days=90)
_BLOCK = 1024 * 1024


@click.command("verify")
@click.argument("bundle", type=_FILE)
@click.option("--directory", "directory_file", type=_FILE, help="Directory file to judge by.")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), envvar="SENX_HOME")
@click.option("--passphrase-file", type=_FILE)
@click.option("--org", help="Which organisation opens, where the home has several.")
@json_option
@typed_errors
def verify(
    bundle: Path,
    directory_file: Path | None,
    home: Path | None,
    passphrase_file: Path | None,
    org: str | None,
    as_json: bool,
) -> None:
    """Check a pack: its outside with a directory, its inside too with --home. 0 if all holds."""
    node = node_of(home, passphrase_file) if home else None
    directory = _directory(directory_file, node)
    with bundle.open("rb") as source:
        outer = read_outer(source)
        verify_outer(outer, sender_keys(directory), _now())
        told = _outside(outer, directory)
        if node is not None:
            with _opened(node, org, outer, directory) as opened:
                opened.verify_contents(RECORDS)
                told |= _inside(opened)
    if as_json:
        emit(told)
    else:
        _print(told, opened=node is not None)


def _directory(file: Path | None, node: Node | None) -> Directory:
    if file is not None:
        found = load_file(file)
    elif node is not None:
        found = node.directory()
    else:
        raise UsageError("directory-needed", "/directory", "Give --directory or --home.")
    if not found.pinned:
        click.echo("directory unpinned", err=True)
    return found


@contextmanager
def _opened(
    node: Node, org: str | None, outer: Outer, directory: Directory
) -> Iterator[OpenedBundle]:
    inbox = outer.envelope.inbox
    me = org_of(node, org)
    yield open_bundle(
        outer,
        opener=node.vault.opener(me, inbox.value),
        find_signers=sender_keys(directory),
        me=me,
        inbox=inbox,
        at=_now(),
    )


def _outside(outer: Outer, directory: Directory) -> dict[str, JsonValue]:
    envelope, now = outer.envelope, _now()
    names: list[JsonValue] = []
    for one in envelope.recipients:
        names.append(f"{organisation(directory, one.org_id, now).name} ({one.org_id})")
    sender = organisation(directory, envelope.sender, now)
    return {
        "bundle": envelope.id,
        "sender": f"{sender.name} ({sender.org_id})",
        "recipients": names,
        "inbox": envelope.inbox.value,
        "payload_size": envelope.payload_size,
        "payload_sha256": envelope.payload_sha256,
        "contents": "not checked (no key)",
    }


def _inside(opened: OpenedBundle) -> dict[str, JsonValue]:
    statement = opened.statement
    return {
        "contents": "checked",
        "kind": statement.kind.value,
        "purpose": statement.purpose,
        "lawful_basis": statement.lawful_basis,
        "subject": statement.subject,
        "files": [
            {"path": one.path, "type": one.type, "size": one.size, "sha256": one.sha256}
            for one in statement.files
        ],
    }


def _print(told: dict[str, JsonValue], *, opened: bool) -> None:
    recipients = told["recipients"]
    click.echo(f"Pack        {told['bundle']}")
    click.echo(f"Sender      {told['sender']}")
    for one in recipients if isinstance(recipients, list) else []:
        click.echo(f"Recipient   {one}")
    click.echo(f"Size        {told['payload_size']} bytes sealed")
    if not opened:
        click.echo("contents not checked (no key)")
        return
    click.echo(f"Purpose     {told['purpose']}, basis {told['lawful_basis']}")
    files = told["files"]
    rows = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    table(["File", "Type", "Bytes"], [(one["path"], one["type"], one["size"]) for one in rows])
    click.echo("Everything that was checked holds.")


@click.command("open")
@click.argument("bundle", type=_FILE)
@home_option
@click.option("--passphrase-file", type=_FILE)
@click.option("--org", help="Which organisation opens, where the home has several.")
@click.option("--directory", "directory_file", type=_FILE, help="Directory file to judge by.")
@click.option(
    "-C",
    "outdir",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="New folder for the contents.",
)
@json_option
@typed_errors
def open_(
    bundle: Path,
    home: Path,
    passphrase_file: Path | None,
    org: str | None,
    directory_file: Path | None,
    outdir: Path,
    as_json: bool,
) -> None:
    """Check a pack wholly, then write its contents, unsealed, into a new folder."""
    node = node_of(home, passphrase_file)
    directory = _directory(directory_file, node)
    if outdir.exists() and any(outdir.iterdir()):
        raise Conflict("folder-not-empty", "/outdir", "Name a new or empty folder.")
    with bundle.open("rb") as source:
        outer = read_outer(source)
        verify_outer(outer, sender_keys(directory), _now())
        with _opened(node, org, outer, directory) as opened:
            for _ in opened.records(RECORDS):
                pass
            extract(opened, outdir, bytes_read("Opening", outer.envelope.payload_size))
            written: list[JsonValue] = [one.path for one in opened.statement.files]
    if as_json:
        emit({"folder": str(outdir), "files": written})
    else:
        click.echo(f"Wrote {len(written)} files to {outdir}.")
        click.echo("They are not sealed any more: delete them when you are done.")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
