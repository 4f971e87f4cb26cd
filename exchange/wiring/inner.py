"""Join keys, store, adapters and use cases into one node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from adapters.bank_holidays import PackagedHolidays
from adapters.cleaner import DocumentCleaner
from adapters.directory_file import InstalledDirectory
from adapters.inspector import ContentInspector
from adapters.readable import TypstRenderer
from adapters.school_register import SchoolRegisterFile
from adapters.texts import DocumentTexts
from exchange.domain.clocks import london_day
from exchange.errors import TransportRefused, Wrapped
from exchange.ports import (
    Actor,
    Cleaner,
    Clock,
    Inspector,
    Limits,
    PupilReader,
    Scanner,
    Transport,
)
from exchange.ports.imports import ListReader
from exchange.ports.mail import Mailer
from exchange.ports.render import Renderer
from exchange.services.arrive import ArrivalDesk
from exchange.services.collect_folder import FolderCollector
from exchange.services.deliver import Deliverer
from exchange.services.inside import Inside
from exchange.services.receive import Receiver
from exchange.settings import Home, Settings, load
from exchange.store.blobs import LocalBlobs
from exchange.store.clock import SystemClock
from exchange.store.engine import open_engine
from exchange.store.migrate import upgrade
from exchange.store.sql import SqlStore
from exchange.wiring.mailing import mailer_of
from exchange.worker import Worker
from keys.directory import Organisation
from keys.errors import KeysError
from keys.interfaces import Vault
from keys.keyring import Keyring, KeyringVault, NodeSecret, read_node_key


@dataclass(frozen=True, slots=True)
class Node:
    """One node with its keys unlocked."""

    home: Home
    settings: Settings
    keyring: Keyring
    vault: KeyringVault
    inside: Inside
    directory: InstalledDirectory
    inspector: Inspector
    scanner: Scanner | None
    cleaner: Cleaner
    ctf: Callable[[str | None], PupilReader]
    renderer: Renderer
    mailer: Mailer | None
    store: SqlStore
    engine: Engine
    blobs: LocalBlobs

    def lists(self) -> ListReader:
        """Return what reads lists of pupils of any kind."""
        # Imported where it is needed: few commands read lists.
        from adapters.formats.mis.pupil_lists import PupilLists

        return PupilLists(self.ctf, today=lambda: london_day(self.inside.clock.now()))

    def worker(self, current: Callable[[], bool] = lambda: True) -> Worker:
        """Return the worker of this node.

        :param current: whether these keys are still those of the keyring.
        """
        # Imported where it is needed: most commands start no worker, and people wait for them.
        from adapters.transports.folder import Folder
        from exchange.wiring.chores import chores_of, errands_of

        folders = {name: Folder(name, Path(path)) for name, path in self.settings.folders.items()}
        transports = TransportTable(self.settings, self.vault)
        desk = ArrivalDesk(
            self.inside.store,
            self.inside.blobs,
            self.directory,
            self.inside.clock,
            self.inside.limits,
            Actor("worker", "machine"),
        )
        return Worker(
            self.inside,
            Deliverer(self.inside, transports),
            Receiver(self.inside, folders),
            [
                FolderCollector(self.inside.store, desk, one, self.directory)
                for one in folders.values()
            ],
            errands_of(self.inside, self.settings, self.directory, self.engine, self.blobs),
            chores_of(
                self.inside,
                self.mailer,
                self.inspector,
                self.scanner,
                self.cleaner,
                self.renderer,
            ),
            current,
        )


class TransportTable:
    """Which transport carries a transfer (exchange.ports.Transports)."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._settings = settings
        self._vault = vault

    def of(self, sender: str, recipient: Organisation, transport: str, target: str) -> Transport:
        """Return the transport.

        :raises TransportRefused: ``no-endpoint``, ``folder-unknown``, ``transport-unknown``.
        """
        if transport == "folder":
            return self._folder(target)
        if transport != "https":
            raise TransportRefused("transport-unknown", "/transport")
        if recipient.endpoint is None:
            raise TransportRefused(
                "no-endpoint", "/to", "It has no delivery address. Send by folder instead."
            )
        from adapters.transports.https import HttpsTransport  # here: most commands send nothing

        return HttpsTransport(
            recipient.endpoint,
            self._vault.request_signer(sender),
            allow_private=self._settings.allow_private_endpoints,
        )

    def _folder(self, name: str) -> Transport:
        path = self._settings.folders.get(name)
        if path is None:
            raise TransportRefused("folder-unknown", "/folder", "Name it in the settings.")
        from adapters.transports.folder import FolderTransport

        return FolderTransport(Path(path))


def open_node(
    root: Path, passphrase: str | None = None, ask: Callable[[], str] | None = None
) -> Node:
    """Open a node's home with its keys.

    :param ask: asks a person for the passphrase, where there is no key file and none was given.
    :raises SettingsError: ``home-missing``, or a setting is wrong.
    :raises Wrapped: the node key or passphrase is wrong or missing.
    """
    home = Home(root.resolve())
    settings = load(home)
    try:
        keyring = Keyring.unlock(home.keyring, _secret(home, settings, passphrase, ask))
        vault = keyring.vault()
    except KeysError as error:
        raise Wrapped.of(error) from None
    return assemble(home, settings, keyring, vault, SystemClock())


def _scanner(socket: Path | None) -> Scanner | None:
    if socket is None:
        return None
    from adapters.scanner import ClamdScanner  # here: it brings a reader of PDFs along

    return ClamdScanner(socket)


def _ctf(clock: Clock, no_upn: str | None) -> PupilReader:
    from adapters.formats.pupils_ctf import CtfPupils  # here: it brings a reader of XML along

    return CtfPupils(no_upn, lambda: london_day(clock.now()))


def assemble(
    home: Home, settings: Settings, keyring: Keyring, vault: KeyringVault, clock: Clock
) -> Node:
    """Join the parts of an unlocked node."""
    engine = open_engine(home.database)
    upgrade(engine)
    store = SqlStore(engine, vault, clock)
    directory = InstalledDirectory(home.directory, settings.directory_key, clock.now)
    limits = Limits(
        document_bytes=settings.max_document_bytes, bundle_bytes=settings.max_bundle_bytes
    )
    blobs = LocalBlobs(home.blobs)
    inspector = ContentInspector(limits)
    register = SchoolRegisterFile(home.schools)
    inside = Inside(
        store,
        blobs,
        vault,
        directory,
        clock,
        limits,
        register,
        DocumentTexts(),
        PackagedHolidays(),
    )
    return Node(
        home=home,
        settings=settings,
        keyring=keyring,
        vault=vault,
        inside=inside,
        directory=directory,
        inspector=inspector,
        scanner=_scanner(home.scanner_socket(settings)),
        cleaner=DocumentCleaner(inspector),
        ctf=partial(_ctf, clock),
        renderer=TypstRenderer(),
        mailer=mailer_of(home, settings, clock),
        store=store,
        engine=engine,
        blobs=blobs,
    )


def _secret(
    home: Home, settings: Settings, passphrase: str | None, ask: Callable[[], str] | None
) -> NodeSecret:
    key_file = home.node_key(settings)
    if key_file is not None:
        return NodeSecret(node_key=read_node_key(key_file))
    if passphrase is None and ask is not None:
        passphrase = ask()
    return NodeSecret(passphrase=passphrase)
