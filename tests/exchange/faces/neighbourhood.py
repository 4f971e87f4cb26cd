"""Two organisations, a directory that names them, and packs that go between: all of it real."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psutil

from adapters.transports.https import HttpsTransport
from exchange.bundle import editions
from exchange.bundle.zipwriter import ZipWriter
from exchange.ports import Actor, Parcel, SignedReceipt, StoredReceipt
from exchange.store.blobs import LocalBlobs
from exchange.store.engine import open_engine
from exchange.store.migrate import upgrade
from exchange.store.sql import SqlStore
from keys.age import generate_identity, parse_identity
from keys.directory import (
    DirectoryEditor,
    Endpoint,
    Entry,
    Inbox,
    Organisation,
    RecipientKey,
    SigningKey,
    sign_entry,
)
from keys.httpsig import HttpRequestSigner
from keys.ssh_keys import SshPrivateKey
from keys.sshsig import sign
from keys.tls import TlsCertificate, make_certificate
from schemas.base import dump_bytes
from schemas.envelope import Envelope
from schemas.recipient import InboxName, Recipient

TESTER = Actor("tester", "machine")


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def uuid7() -> str:
    """Return a new UUIDv7 (RFC 9562, 5.7)."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return str(UUID(int=number & ~(0x3 << 62) | 0x2 << 62))


@dataclass(frozen=True)
class Party:
    """One organisation with its signing key."""

    name: str
    org_id: str = field(default_factory=lambda: str(uuid4()))
    signing: SshPrivateKey = field(default_factory=SshPrivateKey.generate)
    node: SshPrivateKey = field(default_factory=SshPrivateKey.generate)
    operational: RecipientKey = field(default_factory=lambda: recipient_key())
    recovery: RecipientKey = field(default_factory=lambda: recipient_key())

    @property
    def key_id(self) -> str:
        return self.signing.public.key_id

    def sign(self, message: bytes, namespace: str) -> bytes:
        return sign(self.signing, message, namespace)

    def organisation(self, endpoint: Endpoint | None) -> Organisation:
        box = Inbox((self.operational,), (self.recovery,))
        return Organisation(
            org_id=self.org_id,
            name=self.name,
            kind="school",
            identifiers=(),
            status="open",
            successor=None,
            endpoint=endpoint,
            signing_keys=(SigningKey(self.signing.public, *window()),),
            node_keys=(SigningKey(self.node.public, *window()),),
            inboxes={"general": box},
        )


def window() -> tuple[datetime, datetime]:
    return now() - timedelta(days=1), now() + timedelta(days=365)


def recipient_key() -> RecipientKey:
    recipient = parse_identity(generate_identity("classic")).recipient()
    return RecipientKey(str(recipient), recipient.key_id, "classic", *window())


@dataclass(frozen=True)
class Pack:
    """A whole bundle file, with what announces it."""

    content: bytes
    parcel: Parcel

    @property
    def stream(self) -> io.BytesIO:
        return io.BytesIO(self.content)


def make_pack(
    sender: Party,
    recipients: Sequence[Party],
    *,
    bundle_id: str | None = None,
    size: int = 2000,
    signed_by: Party | None = None,
) -> Pack:
    """Return a pack whose outside is genuine; its payload is random, for nobody here opens it."""
    payload, identity = os.urandom(size), bundle_id or uuid7()
    readme, index = editions.current_files()
    envelope = dump_bytes(
        Envelope(
            id=identity,
            sender=sender.org_id,
            recipients=tuple(_named(one) for one in recipients),
            inbox=InboxName.GENERAL,
            issued=now(),
            payload_size=len(payload),
            payload_sha256=hashlib.sha256(payload).hexdigest(),
            statement_sha256="00" * 32,
            readme_sha256=hashlib.sha256(readme).hexdigest(),
            index_sha256=hashlib.sha256(index).hexdigest(),
        )
    )
    signature = (signed_by or sender).sign(envelope, "sen-envelope@v1")
    members = {
        editions.README_NAME: readme,
        editions.INDEX_NAME: index,
        "payload.age": payload,
        "envelope.json": envelope,
        "envelope.json.sig": signature,
    }
    content = container(members)
    parcel = Parcel(
        bundle_id=identity,
        sender=sender.org_id,
        recipient=recipients[0].org_id,
        envelope=envelope,
        envelope_signature=signature,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return Pack(content, parcel)


def container(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    writer = ZipWriter(out)
    for name, content in members.items():
        writer.add(name, content)
    writer.finish()
    return out.getvalue()


def _named(party: Party) -> Recipient:
    keys = (party.operational.key_id, party.recovery.key_id)
    return Recipient(org_id=party.org_id, inbox=InboxName.GENERAL, keys=keys)


def write_directory(home: Path, parties: Sequence[Party], endpoints: dict[str, Endpoint]) -> None:
    """Sign a directory that knows ``parties`` and write it, unpinned, into ``home``."""
    editor = DirectoryEditor()
    for party in parties:
        entry = Entry(party.organisation(endpoints.get(party.org_id)), 1, now())
        editor.put(sign_entry(entry, party), now())
    data, signature = editor.sign(SshPrivateKey.generate(), now())
    (home / "directory.json").write_bytes(data)
    (home / "directory.json.sig").write_bytes(signature)


@dataclass
class Node:
    """A delivery face as a process of its own, and its store as this process sees it."""

    home: Path
    host: Party
    url: str
    tls: TlsCertificate
    store: SqlStore
    blobs: LocalBlobs
    log: Path
    pid: int

    def peak_memory(self) -> int:
        """Return the most bytes that the serving process ever held in memory."""
        (worker,) = psutil.Process(self.pid).children()
        status = Path(f"/proc/{worker.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.url, self.tls.sha256)

    def transport(
        self,
        party: Party,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        allow_private: bool = True,
    ) -> HttpsTransport:
        signer = HttpRequestSigner(party.signing, clock)
        return HttpsTransport(self.endpoint, signer, allow_private=allow_private)

    def received(self, parcel: Parcel) -> bytes | None:
        """Return the stored bytes of an arrival that is complete, or None."""
        with self.store.unit(parcel.recipient) as unit:
            arrival = unit.arrivals.find(parcel.sender, parcel.bundle_id)
        if arrival is None or arrival.state == "queued":
            return None
        with self.blobs.open(parcel.recipient, arrival.blob) as file:
            return file.read()

    def actions(self, action: str) -> int:
        """Return how often the book says that ``action`` was done."""
        with self.store.unit(self.host.org_id) as unit:
            found = [one for one in unit.audit.entries() if one.action == action]
        return sum(one.outcome == "done" for one in found)

    def files(self) -> list[Path]:
        return [one for one in (self.home / "blobs").rglob("*") if one.is_file()]

    def issue(self, parcel: Parcel, seq: int, receipt: SignedReceipt) -> None:
        """Put a receipt where the face finds it, as the inner worker does."""
        row = StoredReceipt(
            bundle_id=parcel.bundle_id,
            counterparty=parcel.sender,
            direction="issued",
            seq=seq,
            kind="collected",
            content=receipt.content,
            signature=receipt.signature,
            at=now(),
        )
        with self.store.unit(parcel.recipient) as unit:
            unit.receipts.append(row)
            unit.audit.record(TESTER, "receipt.issued", "arrival", parcel.bundle_id)
            unit.commit()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_node(home: Path, host: Party, others: Sequence[Party]) -> Iterator[Node]:
    """Start a face for ``host`` with TLS on loopback; stop it at the end."""
    (home / "tls").mkdir(parents=True)
    tls = make_certificate(["127.0.0.1", "localhost"], now())
    (home / "tls" / "certificate.pem").write_bytes(tls.certificate)
    (home / "tls" / "key.pem").write_bytes(tls.private_key)
    write_directory(home, [host, *others], {})
    engine = open_engine(home / "node.db")
    upgrade(engine)
    store = SqlStore(engine, None)
    store.host(host.org_id, TESTER)
    port, log = free_port(), home / "face.log"
    url = f"https://127.0.0.1:{port}"
    module = "tests.exchange.faces.face_process"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(home), f"127.0.0.1:{port}", url],
            stdout=out,
            stderr=out,
            cwd=Path(__file__).parents[3],
        )
    try:
        _wait_for(port, process, log)
        yield Node(home, host, url, tls, store, LocalBlobs(home / "blobs"), log, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        engine.dispose()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(log.read_text())
