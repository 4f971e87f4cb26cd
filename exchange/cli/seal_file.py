"""``senx seal``: a pack as a file, without a running node."""

from __future__ import annotations

import hashlib
import io
import secrets
import sys
import uuid
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import click

from exchange.bundle.contents import Particulars, RecipientKeys, Source
from exchange.bundle.recipients import recipient_keys_of
from exchange.bundle.sealing import hash_source, seal_to_path
from exchange.cli.options import home_option, json_option, node_of, org_of
from exchange.cli.output import emit, typed_errors
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Facts, Outcome, Purpose, Recipient, decide
from exchange.domain.identity import uuid7
from exchange.errors import (
    DecisionNeeded,
    DisclosureRefused,
    FormatError,
    UsageError,
    Wrapped,
)
from exchange.ports import Directory
from exchange.services.pack_contents import SUFFIX
from exchange.services.trust import find_organisation, recipient_keys
from exchange.services.weigh import type_of_record
from exchange.wiring import Node
from schemas.base import SubjectRecord, load_bytes, parse_schema_id
from schemas.errors import SchemaError
from schemas.pupil import Pupil
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
    for path, doc_type in _types(records, documents):
        for one in recipients:
            _require_allowed(node, doc_type, one, (kind, purpose, basis), path)
    sources += _document_sources(node, documents, about)
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
    if sys.stderr.isatty():
        click.echo(f"Sealing {sum(one.size for one in sources)} bytes ...", err=True)
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


def _document_sources(node: Node, documents: Sequence[str], subject: str) -> list[Source]:
    sources: list[Source] = []
    for number, given in enumerate(documents, start=1):
        doc_type, path = _split(given)
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


def _types(records: Sequence[Path], documents: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield field path and type of all that is decided about; who the pupil is always goes."""
    for number, file in enumerate(records):
        record = load_bytes(RECORDS, file.read_bytes())
        name = parse_schema_id(record.schema)[0].removeprefix("sen.")
        if not isinstance(record, Pupil):
            yield f"/record/{number}", type_of_record(name, record)
    for number, given in enumerate(documents, start=1):
        yield f"/document/{number}", _split(given)[0]


def _split(given: str) -> tuple[str, str]:
    doc_type, equals, path = given.partition("=")
    if not equals:
        raise UsageError("document-malformed", "/document", "Write TYPE=PATH.")
    return doc_type, path


def _require_allowed(
    node: Node, doc_type: str, to: str, what_for: tuple[str, str, str], path: str
) -> None:
    """Refuse what may not go, or not without a person's decision: those are kept at pupils only."""
    kind, purpose, basis = what_for
    cp = kind == BundleKind.CP_FILE.value
    found = find_organisation(node.directory(), to)
    try:
        decision = decide(
            Facts(type=doc_type),
            Recipient(org_id=found.org_id, kind=found.kind, inbox="dsl" if cp else "general"),
            Purpose(code=purpose, lawful_basis=basis, kind="cp-file" if cp else "transfer"),
            london_day(node.inside.clock.now()),
        )
    except SchemaError as error:
        raise Wrapped.of(error, path) from None
    if decision.outcome is Outcome.WITHHELD:
        hint = "See docs/disclosure.md; child-protection documents go apart: --kind cp-file."
        raise DisclosureRefused(decision.code, path, hint)
    if decision.outcome is Outcome.NEEDS_DECISION:
        hint = "Attach it to the pupil and record the decision; then use `senx send`."
        raise DecisionNeeded(path=path, hint=hint)
