"""An unlocked keyring: makes, rotates, restores and hands out an organisation's keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from keys.age import parse_identity
from keys.directory.codec import UUID_PATTERN
from keys.directory.entry import SignedEntry, read_entry, ruled, sign_entry
from keys.directory.model import Entry, Inbox, Ruling
from keys.errors import KeyringError
from keys.interfaces import KeyClass
from keys.keyring import home
from keys.keyring.files import locked
from keys.keyring.home import NodeSecret, OrganisationFile
from keys.keyring.publishing import Profile, entry_signer, organisation_of
from keys.keyring.record import (
    CompartmentKeys,
    OrganisationRecord,
    OwnSigningKey,
    ValueKey,
    new_recipient,
    retired,
)
from keys.keyring.recovery import Escrow, RecoverySheet, open_escrow, seal_escrow
from keys.keyring.sealing import DEFAULT_LOG_N, check_new_passphrase, new_key
from keys.keyring.vault import INBOX_COMPARTMENTS, KeyringVault, Tenant

KEY_LIFETIME = timedelta(days=3 * 365)
OVERLAP = timedelta(days=30)
"""How long a replaced signing key stays good: packs that it signed may still be on their way."""
CLOCK_ALLOWANCE = timedelta(minutes=5)
"""New keys are valid from a little before now: a receiver's clock may be slow."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Dsl:
    """What a change of ``cp`` needs and gives."""

    keys: CompartmentKeys
    passphrase: str = field(repr=False)
    log_n: int = DEFAULT_LOG_N


class Keyring:
    """The private keys of every organisation that this node hosts, unlocked.

    Only wiring imports this; services are handed :meth:`vault`.
    """

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder
        self._master = master

    def __repr__(self) -> str:
        return "<Keyring>"

    @classmethod
    def create(cls, folder: Path, secret: NodeSecret) -> Keyring:
        """Make an empty keyring.

        :raises KeyringError: ``keyring-exists``, ``passphrase-weak``, ``keyring-unwritable``.
        """
        return cls(folder, home.create_node_file(folder, secret))

    @classmethod
    def unlock(cls, folder: Path, secret: NodeSecret) -> Keyring:
        """Open the keyring of a folder.

        :raises KeyringError: ``passphrase-wrong``, ``node-key-wrong``, ``passphrase-needed``,
            ``node-key-needed``, ``keyring-missing``, ``keyring-damaged``, ``keyring-too-new``.
        """
        return cls(folder, home.read_master(folder, secret))

    def reseal(self, secret: NodeSecret) -> None:
        """Change the node key or the passphrase; everything inside stays as it is."""
        with locked(self._folder):
            home.write_node_file(self._folder, self._master, secret)

    def organisations(self) -> tuple[str, ...]:
        """Return the org_ids whose keys are here."""
        return home.organisation_ids(self._folder)

    def vault(self, clock: Clock = lambda: datetime.now(UTC)) -> KeyringVault:
        """Return what the services of the inner process are handed.

        :raises KeyringError: ``keyring-damaged``.
        """
        return KeyringVault([self._tenant(org_id) for org_id in self.organisations()], clock)

    def add_organisation(
        self,
        org_id: str,
        now: datetime,
        *,
        dsl_passphrase: str | None = None,
        key_class: KeyClass = "hybrid",
        lifetime: timedelta = KEY_LIFETIME,
        log_n: int = DEFAULT_LOG_N,
    ) -> tuple[RecoverySheet, ...]:
        """Make all keys of an organisation.

        :param dsl_passphrase: makes the DSL's inbox and the ``cp`` compartment, which only it
            opens; None for an organisation that has no safeguarding lead.
        :returns: the recovery sheets, one per inbox: print them now, they are kept nowhere.
        :raises KeyringError: ``organisation-exists``, ``org-id-invalid``, ``passphrase-weak``,
            ``keyring-unwritable``.
        """
        if not re.fullmatch(UUID_PATTERN, org_id):
            raise KeyringError("org-id-invalid", hint="Use a UUID in lower case.")
        if dsl_passphrase is not None:
            check_new_passphrase(dsl_passphrase)
        start = _whole(now) - CLOCK_ALLOWANCE
        sheets: list[RecoverySheet] = []
        inboxes: dict[str, Inbox] = {}
        secrets: dict[str, CompartmentKeys] = {}
        for inbox in ("general",) if dsl_passphrase is None else ("general", "dsl"):
            operational, public = new_recipient(key_class, start, lifetime)
            recovery, public_recovery = new_recipient(key_class, start, lifetime)
            inboxes[inbox] = Inbox((public,), (public_recovery,))
            secrets[inbox] = CompartmentKeys.new(operational)
            sheets.append(RecoverySheet.new(org_id, inbox, _whole(now), recovery))
        record = OrganisationRecord(
            org_id,
            (OwnSigningKey.new(start, lifetime),),
            (OwnSigningKey.new(start, lifetime),),
            MappingProxyType(inboxes),
            secrets["general"],
            None,
        )
        dsl = None
        if dsl_passphrase is not None:
            dsl = _Dsl(secrets["dsl"], dsl_passphrase, log_n)
        with locked(self._folder):
            if home.organisation_path(self._folder, org_id).exists():
                raise KeyringError("organisation-exists", org_id)
            self._write(OrganisationFile(new_key(), record, None, {}), record, dsl)
        return tuple(sheets)

    def rotate_signing(
        self,
        org_id: str,
        now: datetime,
        *,
        lifetime: timedelta = KEY_LIFETIME,
        overlap: timedelta = OVERLAP,
    ) -> None:
        """Make a new signing key and a new node key; the old ones retire after ``overlap``."""
        at = _whole(now)

        def change(record: OrganisationRecord) -> OrganisationRecord:
            fresh = (OwnSigningKey.new(at, lifetime), OwnSigningKey.new(at, lifetime))
            return replace(
                record,
                signing=(*_retire(record.signing, at + overlap), fresh[0]),
                node=(*_retire(record.node, at + overlap), fresh[1]),
            )

        self._change(org_id, change)

    def rotate_operational(
        self,
        org_id: str,
        inbox: str,
        now: datetime,
        *,
        dsl_passphrase: str | None = None,
        lifetime: timedelta = KEY_LIFETIME,
    ) -> None:
        """Make a new operational key of an inbox; the old ones still open what came before.

        :param dsl_passphrase: needed for the inbox ``dsl``.
        :raises KeyringError: ``inbox-unknown``, ``compartment-locked``, ``passphrase-wrong``.
        """
        with locked(self._folder):
            content = self._read(org_id)
            box = content.record.inboxes.get(inbox)
            if box is None:
                raise KeyringError("inbox-unknown", f"{org_id}/{inbox}")
            kind = box.operational[-1].key_class
            identity, public = new_recipient(kind, _whole(now), lifetime)
            operational = (*retired(box.operational, _whole(now)), public)
            boxes = {**content.record.inboxes, inbox: Inbox(operational, box.recovery)}
            record = replace(content.record, inboxes=MappingProxyType(boxes))
            self._add_identity(content, record, inbox, identity, dsl_passphrase)

    def rotate_values(self, org_id: str) -> None:
        """Make a new key for the values of ``general``; older values still open."""

        def change(record: OrganisationRecord) -> OrganisationRecord:
            keys = replace(record.general, values=(*record.general.values, ValueKey.new()))
            return replace(record, general=keys)

        self._change(org_id, change)

    def change_dsl_passphrase(
        self, org_id: str, old: str, new: str, log_n: int = DEFAULT_LOG_N
    ) -> None:
        """Seal ``cp`` under another passphrase.

        :raises KeyringError: ``passphrase-wrong``, ``passphrase-weak``, ``compartment-unknown``.
        """
        check_new_passphrase(new)
        with locked(self._folder):
            content = self._read(org_id)
            keys = home.open_cp(content.key, org_id, content.cp, old)
            self._write(content, content.record, _Dsl(keys, new, log_n))

    def adopt_recovery(self, sheet: RecoverySheet, *, dsl_passphrase: str | None = None) -> None:
        """Take a recovery identity in, so that old packs open again in this keyring.

        For a disk that is lost: make the organisation's keys anew, then adopt its sheets.

        :raises KeyringError: ``inbox-unknown``, ``compartment-locked``, ``passphrase-wrong``.
        """
        with locked(self._folder):
            content = self._read(sheet.org_id)
            self._add_identity(content, content.record, sheet.inbox, sheet.identity, dsl_passphrase)

    def recover_organisation(
        self,
        lost: Path,
        sheets: Sequence[RecoverySheet],
        now: datetime,
        *,
        dsl_passphrase: str | None = None,
        lifetime: timedelta = KEY_LIFETIME,
        log_n: int = DEFAULT_LOG_N,
    ) -> None:
        """Take an organisation over from a keyring whose node key is lost.

        Value, look-up, blob and inbox keys come back from escrow; the data at rest opens again.
        Signing keys do not: new ones are made, and the directory must enrol them.

        :param lost: the organisation's file in the old keyring.
        :param sheets: the sheet of every inbox that the organisation has.
        :raises KeyringError: ``recovery-sheet-wrong``, ``organisation-exists``,
            ``compartment-locked`` (the DSL's inbox needs a new passphrase), ``keyring-damaged``.
        """
        found = {name: open_escrow(data, sheets) for name, data in home.read_escrow(lost).items()}
        if "general" not in found:
            raise KeyringError("keyring-damaged")
        general = found["general"]
        if any(each.org_id != lost.stem for each in found.values()):
            raise KeyringError("recovery-sheet-wrong")
        start = _whole(now) - CLOCK_ALLOWANCE
        dsl = None
        if "dsl" in found:
            if dsl_passphrase is None:
                raise KeyringError("compartment-locked", f"{general.org_id}/cp")
            check_new_passphrase(dsl_passphrase)
            dsl = _Dsl(found["dsl"].keys, dsl_passphrase, log_n)
        record = OrganisationRecord(
            general.org_id,
            (OwnSigningKey.new(start, lifetime),),
            (OwnSigningKey.new(start, lifetime),),
            general.inboxes,
            general.keys,
            None,
        )
        with locked(self._folder):
            if home.organisation_path(self._folder, general.org_id).exists():
                raise KeyringError("organisation-exists", general.org_id)
            self._write(OrganisationFile(new_key(), record, None, {}), record, dsl)

    def entry(
        self,
        org_id: str,
        profile: Profile,
        now: datetime,
        previous: SignedEntry | None = None,
        compromised: Mapping[str, datetime] | None = None,
    ) -> SignedEntry:
        """Return the organisation's own directory entry, signed.

        :param previous: the entry that it follows. Keys that stand there and are not here any
            more (lost with a disk) are carried over as retired.
        :param compromised: ids of keys that somebody else may have, and since when.
        :raises KeyringError: ``key-expired``: no signing key is valid.
        :raises DirectoryError: ``entry-malformed``: the profile is wrong; its path says where.
        """
        record = self._read(org_id).record
        before = None if previous is None else read_entry(previous)
        organisation = ruled(
            organisation_of(record, profile, before, _whole(now)),
            Ruling(compromised=compromised or {}),
        )
        entry = Entry(
            organisation,
            1 if before is None else before.revision + 1,
            _whole(now),
            None if previous is None else previous.sha256,
        )
        return sign_entry(entry, entry_signer(record, before, _whole(now)))

    # --- inside --------------------------------------------------------------------------------

    def _tenant(self, org_id: str) -> Tenant:
        content = self._read(org_id)

        def unlock_cp(passphrase: str) -> CompartmentKeys:
            return home.open_cp(content.key, org_id, content.cp, passphrase)

        return Tenant(content.record, unlock_cp)

    def _read(self, org_id: str) -> OrganisationFile:
        return home.read_organisation(self._folder, self._master, org_id)

    def _change(
        self, org_id: str, change: Callable[[OrganisationRecord], OrganisationRecord]
    ) -> None:
        with locked(self._folder):
            content = self._read(org_id)
            self._write(content, change(content.record), None)

    def _add_identity(
        self,
        content: OrganisationFile,
        record: OrganisationRecord,
        inbox: str,
        identity: str,
        dsl_passphrase: str | None,
    ) -> None:
        if inbox not in record.inboxes:
            raise KeyringError("inbox-unknown", f"{record.org_id}/{inbox}")
        if INBOX_COMPARTMENTS[inbox] == "general":
            general = record.general.with_identity(identity)
            self._write(content, replace(record, general=general), None)
            return
        if dsl_passphrase is None or content.cp is None:
            raise KeyringError("compartment-locked", f"{record.org_id}/cp")
        keys = home.open_cp(content.key, record.org_id, content.cp, dsl_passphrase)
        dsl = _Dsl(keys.with_identity(identity), dsl_passphrase, content.cp.log_n)
        self._write(content, record, dsl)

    def _write(
        self, content: OrganisationFile, record: OrganisationRecord, dsl: _Dsl | None
    ) -> None:
        """Write record, compartments and escrows; ``cp`` stays as it is where ``dsl`` is None."""
        escrow: dict[str, bytes] = dict(content.escrow)
        org_id, boxes = record.org_id, record.inboxes
        escrow["general"] = seal_escrow(Escrow(org_id, "general", record.general, boxes))
        cp = content.cp
        if dsl is not None:
            blobs = parse_identity(dsl.keys.blobs).recipient()
            record = replace(record, cp_recipient=str(blobs))
            cp = home.seal_cp(content.key, org_id, dsl.keys, dsl.passphrase, dsl.log_n)
            escrow["dsl"] = seal_escrow(Escrow(org_id, "dsl", dsl.keys, boxes))
        home.write_organisation(
            self._folder, self._master, OrganisationFile(content.key, record, cp, escrow)
        )


def _whole(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)


def _retire(keys: Sequence[OwnSigningKey], at: datetime) -> tuple[OwnSigningKey, ...]:
    return tuple(
        key if key.retired_at is not None else replace(key, retired_at=min(at, key.valid_until))
        for key in keys
    )
