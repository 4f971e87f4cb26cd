"""seal, verify, open: packs as files, without a running node."""

from __future__ import annotations

import hashlib
import io
import secrets
import shutil
import uuid
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import click

from exchange.bundle.contents import Particulars, RecipientKeys, Source
from exchange.bundle.opening import OpenedBundle, open_bundle
from exchange.bundle.outer import Outer, read_outer, verify_outer
from exchange.bundle.recipients import recipient_keys_of
from exchange.bundle.sealing import hash_source, seal_to_path
from exchange.cli.directory import load_file
from exchange.cli.options import home_option, json_option, node_of, org_of
from exchange.cli.output import emit, table, typed_errors
from exchange.domain.disclosure import decide
from exchange.domain.identity import uuid7
from exchange.errors import Conflict, DisclosureRefused, FormatError, UsageError, Wrapped
from exchange.ports import Directory
from exchange.services.pack_contents import SUFFIX
from exchange.services.trust import find_organisation, organisation, recipient_keys, sender_keys
from exchange.wiring import Node
from schemas.base import SubjectRecord, load_bytes, parse_schema_id
from schemas.errors import SchemaError
from schemas.records import RECORDS
from schemas.statement import BundleKind, FileRole
from schemas.strict_json import JsonValue

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEEP = timedelta(days=90)
_BLOCK = 1024 * 1024


@click.command("seal")
@home_option
@click.option("--passphrase-file", type=_FILE)
@click.option("--org", help="Which organisation sends, where the home has several.")
@click.option("--to", "recipients", multiple=True, required=True, help="Any identifier.")
@click.option("--record", "records", multiple=True, required=True, type=_FILE, help="JSON record.")
@click.option("--document", "documents", multiple=True, metavar="TYPE=PATH")
@click.option(
    "--kind",
    type=click.Choice([one.value for one in BundleKind]),
    default=BundleKind.TRANSFER.value,
    show_default=True,
)
@click.option("--purpose", default="phase-transfer", show_default=True)
@click.option("--basis", default="public-task", show_default=True)
@click.option("--subject", help="The pupil's reference (UUID); default: that of the first record.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@json_option
@typed_errors
def seal(
    home: Path,
    passphrase_file: Path | None,
    org: str | None,
    recipients: tuple[str, ...],
    records: tuple[Path, ...],
    documents: tuple[str, ...],
    kind: str,
    purpose: str,
    basis: str,
    subject: str | None,
    output: Path,
    as_json: bool,
) -> None:
    """Seal records and documents of one pupil into a pack for one or more organisations."""
    node = node_of(home, passphrase_file)
    now = node.inside.clock.now()
    directory = node.directory()
    sources = _record_sources(records)
    about = subject or sources[0].subject
    inbox = "dsl" if kind == BundleKind.CP_FILE.value else "general"
    sources += _document_sources(node, documents, about, kind, inbox)
    particulars = Particulars(
        id=uuid7(now, secrets.token_bytes(10)),
        release_id=str(uuid.uuid4()),
        kind=BundleKind(kind),
        subject=about,
        purpose=purpose,
        lawful_basis=basis,
        issued=now,
        expires=now + _KEEP,
        directory_version=directory.version,
        directory_sha256=directory.sha256,
    )
    to = [_recipient(directory, one, inbox, now) for one in recipients]
    signer = node.vault.signer(org_of(node, org), now)
    made = seal_to_path(output, particulars, sources, to, signer)
    told: dict[str, JsonValue] = {
        "bundle": particulars.id,
        "file": str(output),
        "size": made.size,
        "payload_sha256": made.envelope.payload_sha256,
        "files": len(sources),
    }
    if as_json:
        emit(told)
    else:
        click.echo(f"Sealed {len(sources)} files, {made.size} bytes: {output}")


def _recipient(directory: Directory, given: str, inbox: str, now: datetime) -> RecipientKeys:
    found = find_organisation(directory, given)
    keys = recipient_keys(found, inbox, now)
    return recipient_keys_of(found.org_id, inbox, [(key.recipient, key.key_id) for key in keys])


def _record_sources(files: Sequence[Path]) -> list[Source]:
    """Read records strictly: what a reader would refuse is not sealed."""
    sources: list[Source] = []
    for number, file in enumerate(files):
        content = file.read_bytes()
        try:
            record = load_bytes(RECORDS, content)
        except SchemaError as error:
            raise Wrapped.of(error, f"/record/{number}") from None
        if not isinstance(record, SubjectRecord):
            raise FormatError("record-kind", f"/record/{number}", "Give a record about a pupil.")
        name = parse_schema_id(record.schema)[0].removeprefix("sen.")
        if any(one.path.endswith(f"/{name}.json") for one in sources):
            name = f"{name}-{number + 1}"
        sources.append(
            Source(
                id=str(uuid.uuid4()),
                path=f"data/records/{name}.json",
                role=FileRole.RECORD,
                type=record.schema,
                media_type="application/json",
                subject=record.subject,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                crc32=zlib.crc32(content),
                open=partial(io.BytesIO, content),
            )
        )
    return sources


def _document_sources(
    node: Node, documents: Sequence[str], subject: str, kind: str, inbox: str
) -> list[Source]:
    sources: list[Source] = []
    for number, given in enumerate(documents, start=1):
        doc_type, equals, path = given.partition("=")
        if not equals:
            raise UsageError("document-malformed", "/document", "Write TYPE=PATH.")
        _require_allowed(node, doc_type, kind, inbox, f"/document/{number}")
        file = Path(path)
        media_type = node.inspector.inspect(file).media_type
        digests = hash_source(file)
        suffix = SUFFIX.get(media_type, "bin")
        sources.append(
            Source(
                id=str(uuid.uuid4()),
                path=f"data/documents/{number:03d}-{doc_type}.{suffix}",
                role=FileRole.DOCUMENT,
                type=doc_type,
                media_type=media_type,
                subject=subject,
                size=digests.size,
                sha256=digests.sha256,
                crc32=digests.crc32,
                open=partial(_raw, file),
            )
        )
    return sources


def _raw(file: Path) -> io.FileIO:
    return io.FileIO(file)


def _require_allowed(node: Node, doc_type: str, kind: str, inbox: str, path: str) -> None:
    try:
        decision = decide(
            doc_type,
            "cp-file" if kind == BundleKind.CP_FILE.value else "transfer",
            "dsl" if inbox == "dsl" else "general",
            node.inside.clock.now().date(),
        )
    except SchemaError as error:
        raise Wrapped.of(error, path) from None
    if not decision.allowed:
        hint = "Child-protection documents go in a pack of their own: --kind cp-file."
        raise DisclosureRefused(decision.code, path, hint)


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
            opened.verify_contents(RECORDS)
            written = _extract(opened, outdir)
    if as_json:
        emit({"folder": str(outdir), "files": written})
    else:
        click.echo(f"Wrote {len(written)} files to {outdir}.")
        click.echo("They are not sealed any more: delete them when you are done.")


def _extract(opened: OpenedBundle, outdir: Path) -> list[JsonValue]:
    """Write every file of the statement; where one fails, nothing stays."""
    outdir.parent.mkdir(parents=True, exist_ok=True)
    half = outdir.with_name(f".{outdir.name}.{secrets.token_hex(4)}.part")
    half.mkdir(mode=0o700)
    try:
        for one in opened.statement.files:
            place = half / one.path
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with opened.open_file(one) as source, place.open("xb") as out:
                shutil.copyfileobj(source, out, _BLOCK)
        (half / "statement.json").write_bytes(opened.statement_bytes)
        (half / "statement.json.sig").write_bytes(opened.statement_signature)
        if outdir.exists():
            outdir.rmdir()
        half.rename(outdir)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return [one.path for one in opened.statement.files]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
