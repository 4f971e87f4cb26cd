"""A small invented town: organisations with real keys, real services, stores in memory.

Nothing here is mocked. Keys are made once a session by a real keyring; each test gets fresh
stores, blobs, directory and clock. Packs move by the memory transport that ships, and
:meth:`Town.carry` is the road: it brings what lies in the pigeonholes to the recipient's arrival
desk, and receipts back.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from adapters.inspector import ContentInspector
from adapters.transports.memory import MemoryTransport, Pigeonholes
from exchange.bundle.outer import read_outer
from exchange.ports import (
    Actor,
    Arrival,
    AuditEntry,
    Destination,
    Limits,
    StoredPupil,
    Transfer,
    Transport,
    WatchedFolder,
)
from exchange.services.accept import accept
from exchange.services.arrive import ArrivalDesk
from exchange.services.attach import Attached, NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.services.deliver import Deliverer
from exchange.services.inside import Inside
from exchange.services.keep_pupil import add_pupil
from exchange.services.queue_bundle import Order
from exchange.services.receive import Receiver
from exchange.services.send import Sent, send
from exchange.store.memory import MemoryBlobs, MemoryStore
from exchange.worker import Worker
from keys.directory import (
    DatedIdentifier,
    DirectoryEditor,
    Endpoint,
    FileDirectory,
    Organisation,
    Ruling,
)
from keys.keyring import Keyring, KeyringVault, NodeSecret, Profile
from keys.ssh_keys import SshPrivateKey
from schemas.identifiers import Upn, upn_check_letter
from schemas.pupil import Names, Pupil

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
SENCO = Actor("Jo Brown", "senco")
HEAD = Actor("Ada Head", "head")
DSL_PASSPHRASE = "safeguarding lead passphrase"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
UPNS = tuple(
    f"{upn_check_letter(digits)}{digits}" for digits in (f"80120001500{n}" for n in range(1, 9))
)


def uuid(number: int) -> str:
    """Return an organisation id that a reader of a failure recognises."""
    return f"{number:08d}-0000-4000-8000-{number:012d}"


PRIMARY, SECONDARY, OTHER, COUNCIL = (uuid(number) for number in (1, 2, 3, 4))
PROFILES: Mapping[str, Profile] = {
    PRIMARY: Profile(
        "Elm Grove Primary School",
        "school",
        (DatedIdentifier("urn", "999001"), DatedIdentifier("laestab", "8202001")),
        Endpoint("https://elm.example"),
    ),
    SECONDARY: Profile(
        "Riverside Academy",
        "school",
        (DatedIdentifier("urn", "999002"), DatedIdentifier("laestab", "8204002")),
        Endpoint("https://river.example"),
    ),
    OTHER: Profile(
        "Riverside Academy North",
        "school",
        (DatedIdentifier("urn", "999003"), DatedIdentifier("laestab", "8204003")),
        Endpoint("https://north.example"),
    ),
    COUNCIL: Profile(
        "Larkshire Council",
        "la",
        (DatedIdentifier("la", "820"),),
        Endpoint("https://larkshire.example"),
    ),
}


@dataclass
class Clock:
    """The present time, which stands still until a test moves it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> datetime:
        self.at += timedelta(**time)
        return self.at


def make_keys(folder: Path) -> Keyring:
    """Make the keys of the whole town in one keyring; classic ones, for their speed."""
    keyring = Keyring.create(folder, NodeSecret(node_key=bytes(range(32))))
    for org_id in PROFILES:
        dsl = DSL_PASSPHRASE if org_id in (PRIMARY, SECONDARY) else None
        keyring.add_organisation(org_id, NOW, dsl_passphrase=dsl, key_class="classic", log_n=10)
    return keyring


@dataclass
class Shared:
    """What towns of one set of keys share, for speed; the clock is that of the newest town."""

    keyring: Keyring
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.vault = self.keyring.vault(lambda: self.clock.now())
        self.entries = [
            self.keyring.entry(org_id, profile, NOW) for org_id, profile in PROFILES.items()
        ]


@cache
def shared_by(keys: Path) -> Shared:
    """Unlock a set of keys once."""
    return Shared(Keyring.unlock(keys, NodeSecret(node_key=bytes(range(32)))))


@dataclass
class House:
    """One organisation's inner process, and its desk for arrivals as the face has it."""

    org_id: str
    inside: Inside
    store: MemoryStore
    blobs: MemoryBlobs
    desk: ArrivalDesk
    town: Town

    def __post_init__(self) -> None:
        self.join()

    def join(self) -> None:
        """Take the town's present keys into the inner process."""
        self.inside = replace(self.inside, vault=self.town.vault)
        self.deliverer = Deliverer(self.inside, self.town, chance=lambda: 0.0)
        self.receiver = Receiver(self.inside, self.town.folders, chance=lambda: 0.0)

    @property
    def vault(self) -> KeyringVault:
        return self.town.vault

    def transfer(self, bundle_id: str) -> Transfer:
        with self.store.reading(self.org_id) as unit:
            return unit.transfers.get(bundle_id)

    def transfers(self) -> list[Transfer]:
        with self.store.reading(self.org_id) as unit:
            return list(unit.transfers.all())

    def arrival(self, bundle_id: str, sender: str = PRIMARY) -> Arrival:
        with self.store.reading(self.org_id) as unit:
            found = unit.arrivals.find(sender, bundle_id)
        assert found is not None
        return found

    def arrivals(self) -> list[Arrival]:
        with self.store.reading(self.org_id) as unit:
            return list(unit.arrivals.all())

    def pupil(self, pupil_id: str) -> StoredPupil:
        with self.store.reading(self.org_id) as unit:
            return unit.pupils.get(pupil_id)

    def pupils(self) -> list[StoredPupil]:
        with self.store.reading(self.org_id) as unit:
            return list(unit.pupils.all())

    def book(self) -> list[AuditEntry]:
        with self.store.reading(self.org_id) as unit:
            return list(unit.audit.entries())

    def said(self, action: str, outcome: str = "done") -> list[AuditEntry]:
        return [one for one in self.book() if (one.action, one.outcome) == (action, outcome)]

    def snapshot(self) -> tuple[object, ...]:
        """Return all that there is here, to see that something left nothing behind."""
        return self.transfers(), self.arrivals(), self.pupils(), self.book(), self.blob_names()

    def but_for_the_book(self) -> tuple[object, ...]:
        """Return all that a refusal may not change; the book has its line of it."""
        return self.transfers(), self.arrivals(), self.pupils(), self.blob_names()

    def blob_names(self) -> list[str]:
        return sorted(self.blobs.names(self.org_id))

    def advance(self, bundle_id: str) -> Transfer:
        """Let the worker do one step of a transfer."""
        self.deliverer.advance(self.org_id, bundle_id)
        return self.transfer(bundle_id)

    def take_in(self, bundle_id: str, sender: str = PRIMARY, steps: int = 3) -> Arrival:
        """Let the worker go on with an arrival."""
        for _ in range(steps):
            self.receiver.advance(self.org_id, sender, bundle_id)
        return self.arrival(bundle_id, sender)

    def worker(self, **parts: object) -> Worker:
        told = {"deliverer": self.deliverer, "receiver": self.receiver, "collectors": []} | parts
        return Worker(self.inside, **told)  # type: ignore[arg-type]


@dataclass
class Town:
    """All houses, the directory that they share, the clock, and the road between them."""

    keys: Path
    clock: Clock = field(default_factory=Clock)
    holes: Pigeonholes = field(default_factory=Pigeonholes)
    limits: Limits = field(default_factory=Limits)
    folders: dict[str, WatchedFolder] = field(default_factory=dict)
    houses: dict[str, House] = field(default_factory=dict)
    _directory: FileDirectory | None = None
    _key: SshPrivateKey = field(default_factory=SshPrivateKey.generate)

    def __post_init__(self) -> None:
        shared = shared_by(self.keys)
        shared.clock = self.clock
        for org_id in PROFILES:
            shared.vault.lock_cp(org_id)
        self.keyring, self.vault = shared.keyring, shared.vault
        self.editor = DirectoryEditor()
        for entry in shared.entries:
            self.editor.put(entry, NOW)

    def enrol(self, org_id: str, **changes: object) -> None:
        """Publish an organisation's entry as its keyring has it, with changes of the profile."""
        profile = replace(PROFILES[org_id], **changes)  # type: ignore[arg-type]
        before = self.editor.previous(org_id)
        entry = self.keyring.entry(org_id, profile, self.clock.now(), before)
        self.editor.put(entry, self.clock.now())
        self._directory = None

    def rule(self, org_id: str, ruling: Ruling) -> None:
        """Let the directory itself say something of an organisation."""
        self.editor.rule(org_id, ruling)
        self._directory = None

    def reload_keys(self) -> None:
        """Let every house hold the keys as the keyring has them now."""
        self.vault = self.keyring.vault(self.clock.now)
        for house in self.houses.values():
            house.join()

    def directory(self) -> FileDirectory:
        """Return the directory; whoever runs it signs it anew every few days."""
        now = self.clock.now()
        if self._directory is None or now - self._directory.issued > timedelta(days=7):
            data, signature = self.editor.sign(self._key, now)
            self._directory = FileDirectory.load(data, signature, self._key.public, 0, now)
        return self._directory

    def organisation(self, org_id: str) -> Organisation:
        return self.directory().get(org_id, self.clock.now())

    def house(self, org_id: str) -> House:
        """Return an organisation's house; built when it is first asked for."""
        if org_id not in self.houses:
            self.houses[org_id] = self._build(org_id)
        return self.houses[org_id]

    @property
    def primary(self) -> House:
        return self.house(PRIMARY)

    @property
    def secondary(self) -> House:
        return self.house(SECONDARY)

    @property
    def other(self) -> House:
        return self.house(OTHER)

    @property
    def council(self) -> House:
        return self.house(COUNCIL)

    def of(self, sender: str, recipient: Organisation, transport: str, target: str) -> Transport:
        """Return the one transport of this town (exchange.ports.Transports)."""
        return MemoryTransport(self.holes)

    def _build(self, org_id: str) -> House:
        store, blobs = MemoryStore(self.clock), MemoryBlobs()
        store.host(org_id, HEAD)
        inside = Inside(store, blobs, self.vault, self.directory, self.clock, self.limits)
        desk = ArrivalDesk(store.outward(), blobs, self.directory, self.clock, self.limits)
        return House(org_id, inside, store, blobs, desk, self)

    def carry(self) -> None:
        """Bring each pack to its recipient's desk, and each receipt to where it is asked for."""
        for (recipient, sender, bundle_id), content in list(self.holes.packs.items()):
            house = self.house(recipient)
            deliver(house, content)
            signed = house.desk.receipts(sender, recipient, bundle_id, 0)
            self.holes.signed[recipient, sender, bundle_id] = list(signed)

    def settle(self, rounds: int = 6) -> None:
        """Let all workers go round, and the road carry, until everything came to rest."""
        for _ in range(rounds):
            for house in list(self.houses.values()):
                for one in house.transfers():
                    house.advance(one.bundle_id)
            self.carry()
            for house in list(self.houses.values()):
                for arrival in house.arrivals():
                    house.receiver.advance(house.org_id, arrival.sender, arrival.bundle_id)
            self.carry()
            self.clock.pass_(seconds=30)

    # What people do.

    def leaver(self, number: int = 0, **changes: object) -> str:
        """Add an invented pupil at the primary school; return the reference."""
        return add_pupil(self.primary.inside, PRIMARY, pupil_record(number, **changes), SENCO)

    def attach(self, pupil_id: str, content: bytes = PDF, type_: str = "ep-report") -> Attached:
        """Attach a document at the primary school."""
        place = self.keys.parent / f"paper-{len(list(self.keys.parent.iterdir()))}.pdf"
        place.write_bytes(content)
        new = NewDocument(place, type_, "Dr A. Invented", date(2026, 5, 1))
        try:
            return attach(self.primary.inside, ContentInspector(), PRIMARY, pupil_id, new, SENCO)
        finally:
            place.unlink()

    def choose(self, pupil_id: str, to: str = SECONDARY) -> Destination:
        """Choose a destination by its id and confirm it by its name."""
        return choose_destination(
            self.primary.inside, PRIMARY, pupil_id, to, PROFILES[to].name, SENCO
        )

    def send(self, pupil_id: str, *, update: bool = False, **order: object) -> Sent:
        """Send a pupil's pack from the primary school."""
        told = Order(**order)  # type: ignore[arg-type]
        return send(self.primary.inside, PRIMARY, pupil_id, told, SENCO, update=update)

    def ready(self, number: int = 0, to: str = SECONDARY) -> str:
        """Return a pupil with a document and a destination."""
        pupil_id = self.leaver(number)
        self.attach(pupil_id)
        self.choose(pupil_id, to)
        return pupil_id

    def sent(self, number: int = 0, to: str = SECONDARY) -> str:
        """Return the id of a pack that is queued."""
        return self.send(self.ready(number, to)).transfer.bundle_id

    def accepted(self, number: int = 0) -> str:
        """Return the id of a pack that the secondary school accepted, as both ends know."""
        bundle_id = self.sent(number)
        self.settle()
        accept(self.secondary.inside, SECONDARY, bundle_id, SENCO)
        self.settle()
        return bundle_id

    def packed(self, number: int = 0, to: str = SECONDARY) -> tuple[str, bytes]:
        """Return a pack's id and sealed bytes, still at its sender."""
        bundle_id = self.sent(number, to)
        blob = self.primary.transfer(bundle_id).blob
        with self.primary.blobs.open(PRIMARY, blob) as source:
            return bundle_id, source.read()


def pupil_record(number: int = 0, **changes: object) -> Pupil:
    """Return an invented pupil's record."""
    told: dict[str, object] = {
        "subject": f"{number:08x}-5555-4555-8555-555555555555",
        "names": Names(surname="Oak", forename=f"Ann{'abcdefgh'[number]}"),
        "date_of_birth": date(2015, 3, 9 + number),
        "sex": "F",
        "upn": Upn.parse(UPNS[number]),
    }
    return Pupil(**(told | changes))  # type: ignore[arg-type]


def deliver(house: House, content: bytes, signer: str | None = None) -> bool:
    """Hand a pack to a house's desk as the delivery face does; return whether it was new."""
    outer = read_outer(io.BytesIO(content))
    sender = signer or outer.envelope.sender
    said = house.desk.announce(
        sender, house.org_id, outer.envelope_bytes, outer.signature, len(content)
    )
    if said.already_here:
        return False
    expected = house.desk.begin(sender, house.org_id, sender, said.bundle_id)
    with house.desk.writer(expected) as writer:
        writer.file.write(content)
        return house.desk.complete(expected, writer)


def copied_keys(keys: Path, into: Path) -> Path:
    """Return a copy of the town's keys that a test may rotate."""
    return Path(shutil.copytree(keys, into / "keyring"))
