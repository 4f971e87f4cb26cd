"""The trust directory: made and signed by whoever runs it, installed by everybody else."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from adapters.directory_file import InstalledDirectory
from exchange.cli.options import Session, home_option, json_option, looking
from exchange.cli.output import listing, typed_errors
from exchange.domain.clocks import london_day
from exchange.errors import Conflict, FormatError, UsageError, Wrapped
from exchange.settings import Home, load
from keys.directory import (
    DirectoryEditor,
    FileDirectory,
    Organisation,
    SignedEntry,
    standing,
)
from keys.directory.entry import read_row
from keys.directory.file import read_file
from keys.errors import KeysError
from keys.ssh_keys import SshPublicKey
from keys.sshsig import write_allowed_signers
from schemas.errors import SchemaError
from schemas.strict_json import JsonValue, loads

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)
_COLUMNS = {
    "name": "Name",
    "kind": "Kind",
    "status": "Status",
    "numbers": "Numbers",
    "keys": "Keys",
    "org_id": "Reference",
}


@click.group()
def directory() -> None:
    """Who is who, and by which keys."""


@directory.command()
@click.argument("key_file", type=_NEW)
@typed_errors
def keygen(key_file: Path) -> None:
    """Make the key that signs a directory; print its public half, for others to pin."""
    from exchange.wiring import make_directory_key  # here: most commands make no key

    click.echo(make_directory_key(key_file))


@directory.command()
@click.argument("directory_file", type=_NEW)
@click.argument("entries", nargs=-1, required=True, type=_FILE)
@click.option("--key", "key_file", required=True, type=_FILE, help="The directory's private key.")
@click.option("--reenrol", is_flag=True, help="Vouch for the new keys of one that lost its own.")
@typed_errors
def add(directory_file: Path, entries: tuple[Path, ...], key_file: Path, reenrol: bool) -> None:
    """Add or update entries in a directory file, and sign its next version."""
    from exchange.wiring import read_directory_key

    key = read_directory_key(key_file)
    now = _now()
    try:
        editor = _editor(directory_file, key.public)
        for entry in entries:
            added = editor.put(_entry(entry), now, reenrolment=reenrol)
            click.echo(f"{added.name}: {added.org_id}")
        data, signature = editor.sign(key, now)
    except KeysError as error:
        raise Wrapped.of(error) from None
    _put(directory_file, data, signature)
    click.echo(f"Signed version {editor.version}: {directory_file}")


def _editor(file: Path, key: SshPublicKey) -> DirectoryEditor:
    """Return an editor of a file that this key signed, however long ago: its operator renews it."""
    if not file.exists():
        return DirectoryEditor()
    data, signed = file.read_bytes(), file.with_name(file.name + ".sig")
    issued = read_file(data).issued
    FileDirectory.load(data, signed.read_bytes() if signed.exists() else None, key, 0, issued)
    return DirectoryEditor.of(data)


def _put(file: Path, data: bytes, signature: bytes) -> None:
    _replace(file.with_name(file.name + ".sig"), signature)
    _replace(file, data)


def _entry(file: Path) -> SignedEntry:
    try:
        return read_row(loads(file.read_bytes()))
    except SchemaError as error:
        raise FormatError("entry-malformed", error.path, error.hint) from None


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


@directory.command()
@click.argument("directory_file", type=_FILE)
@click.option("--key", "key_file", required=True, type=_FILE, help="The directory's private key.")
@typed_errors
def renew(directory_file: Path, key_file: Path) -> None:
    """Sign the same entries as a new version: a directory lives for fourteen days."""
    from exchange.wiring import read_directory_key

    key = read_directory_key(key_file)
    now = _now()
    try:
        editor = _editor(directory_file, key.public)
        data, signature = editor.sign(key, now)
    except KeysError as error:
        raise Wrapped.of(error) from None
    _put(directory_file, data, signature)
    click.echo(f"Signed version {editor.version}: {directory_file}")


@directory.command()
@click.option("-o", "--output", type=_NEW, help="File to write; standard output by default.")
@looking
def export(session: Session, output: Path | None) -> None:
    """Write this organisation's own signed entry, to be added to a directory."""
    from exchange.wiring import entry_of

    data = entry_of(session.node, session.org_id)
    if output is None:
        click.echo(data.decode(), nl=False)
        return
    if output.exists():
        raise Conflict("file-exists", "/output", "Name another file.")
    output.write_bytes(data)


@directory.command()
@home_option
@click.argument("directory_file", type=_FILE)
@typed_errors
def install(home: Path, directory_file: Path) -> None:
    """Check a directory file and make it this node's directory."""
    signature = directory_file.with_name(directory_file.name + ".sig")
    installed = _installed(home).install(
        directory_file.read_bytes(), signature.read_bytes() if signature.exists() else None
    )
    _warn(installed)
    click.echo(f"Installed version {installed.version}, good until {installed.expires:%d %B %Y}.")


@directory.command()
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), envvar="SENX_HOME")
@click.option("--directory", "directory_file", type=_FILE, help="A directory file instead.")
@click.argument("identifiers", nargs=-1, required=True)
@json_option
@typed_errors
def show(
    home: Path | None, directory_file: Path | None, identifiers: tuple[str, ...], as_json: bool
) -> None:
    """Show organisations by URN, DfE number, UKPRN, ODS code, LA code or id."""
    found = _given(home, directory_file)
    _warn(found)
    try:
        rows = [_row(found.find(one)) for one in identifiers]
    except KeysError as error:
        raise Wrapped.of(error) from None
    columns = {
        "name": "Name",
        "kind": "Kind",
        "status": "Status",
        "numbers": "Numbers",
        "keys": "Keys",
        "org_id": "Reference",
    }
    listing(rows, columns, as_json=as_json)


@directory.command("allowed-signers")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), envvar="SENX_HOME")
@click.option("--directory", "directory_file", type=_FILE, help="A directory file instead.")
@click.argument("identifiers", nargs=-1, required=True)
@typed_errors
def allowed_signers(
    home: Path | None, directory_file: Path | None, identifiers: tuple[str, ...]
) -> None:
    """Print an allowed_signers file, with which stock ``ssh-keygen -Y verify`` checks packs."""
    found = _given(home, directory_file)
    for one in identifiers:
        for signer in found.find(one).allowed_signers():
            click.echo(write_allowed_signers([signer]).rstrip("\n"))


def _installed(home: Path) -> InstalledDirectory:
    place = Home(home.resolve())
    return InstalledDirectory(place.directory, load(place).directory_key, _now)


def _given(home: Path | None, directory_file: Path | None) -> FileDirectory:
    if directory_file is not None:
        return load_file(directory_file)
    if home is None:
        raise UsageError("directory-needed", "/directory", "Give --home or --directory.")
    return _installed(home)()


def load_file(file: Path, pinned: SshPublicKey | None = None) -> FileDirectory:
    """Return a directory file that a person named; its signature lies beside it.

    :raises Wrapped: it is damaged, expired or not signed by ``pinned``.
    """
    signature = file.with_name(file.name + ".sig")
    try:
        return FileDirectory.load(
            file.read_bytes(),
            signature.read_bytes() if signature.exists() else None,
            pinned,
            0,
            _now(),
        )
    except KeysError as error:
        raise Wrapped.of(error) from None


def _warn(found: FileDirectory) -> None:
    warning = found.warning(_now())
    if warning:
        click.echo(warning.replace("-", " "), err=True)


def _row(found: Organisation) -> dict[str, JsonValue]:
    now = _now()
    classes = {
        key.key_class
        for box in found.inboxes.values()
        for key in box.operational
        if standing(key, now) == "valid"
    }
    return {
        "org_id": found.org_id,
        "name": found.name,
        "kind": found.kind,
        "status": found.status,
        "numbers": " ".join(
            f"{one.scheme}:{one.value}"
            for one in found.identifiers
            if one.holds_on(london_day(now))
        ),
        "keys": " ".join(sorted(classes)) or "none valid",
        "inboxes": [*sorted(found.inboxes)],
        "endpoint": found.endpoint.url if found.endpoint else None,
    }


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
