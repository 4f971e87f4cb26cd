"""An unlocked keyring: makes, rotates, restores and hands out organisations' keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keys.age import parse_identity
from keys.directory.codec import UUID_PATTERN
from keys.directory.entry import SignedEntry, read_entry, ruled, sign_entry
from keys.directory.model import Entry, Ruling
from keys.errors import KeyringError
from keys.interfaces import KeyClass
from keys.keyring import home, making
from keys.keyring.files import locked
from keys.keyring.home import NodeSecret, OrganisationFile
from keys.keyring.publishing import Profile, entry_signer, organisation_of
from keys.keyring.record import CompartmentKeys, OrganisationRecord, ValueKey
from keys.keyring.recovery import Escrow, RecoverySheet, open_escrow, seal_escrow
from keys.keyring.sealing import DEFAULT_LOG_N, check_new_passphrase, new_key
from keys.keyring.vault import CP, GENERAL, INBOX_COMPARTMENTS, KeyringVault, Tenant

KEY_LIFETIME = timedelta(days=3 * 365)
OVERLAP = timedelta(days=30)
"""How long a replaced signing key stays good: packs that it signed may still be on their way."""


@dataclass(frozen=True, slots=True)
class _NewCp:
    """The secrets of ``cp`` to be sealed anew, and by what."""

    keys: CompartmentKeys
    passphrase: str = field(repr=False)
    log_n: int


class Keyring:
    """The private keys of every organisation that this node hosts, unlocked.

    Only wiring imports this; services are handed :meth:`vault`. Each change is one durable file,
    made under a lock, so that two processes do not undo each other's. Besides the codes that are
    named, every method may raise ``KeyringError`` with ``keyring-damaged``,
    ``keyring-unwritable`` and ``organisation-unknown``.
    """

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder
        self._master = master

    def __repr__(self) -> str:
        return "<Keyring>"

    @classmethod
    def create(cls, folder: Path, secret: NodeSecret) -> Keyring:
        """Make an empty keyring.

        :raises KeyringError: ``keyring-exists``, ``passphrase-weak``.
        """
        return cls(folder, home.create_node_file(folder, secret))

    @classmethod
    def unlock(cls, folder: Path, secret: NodeSecret) -> Keyring:
        """Open the keyring of a folder.

        :raises KeyringError: ``passphrase-wrong``, ``node-key-wrong``, ``passphrase-needed``,
            ``node-key-needed``, ``keyring-missing``, ``keyring-too-new``.
        """
        return cls(folder, home.read_master(folder, secret))

    def reseal(self, secret: NodeSecret) -> None:
        """Change the node key or the passphrase; everything inside stays as it is.

        :raises KeyringError: ``passphrase-weak``.
        """
        with locked(self._folder):
            home.write_node_file(self._folder, self._master, secret)

    def organisations(self) -> tuple[str, ...]:
        """Return the org_ids whose keys are here."""
        return home.organisation_ids(self._folder)

    def vault(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> KeyringVault:
        """Return what the services of the inner process are handed: the keys as they are now."""
        tenants = [self._tenant(org_id) for org_id in self.organisations()]
        return KeyringVault(tenants, clock, node=making.node_keys(self._master))

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
        :param log_n: base-two logarithm of scrypt's N for it.
        :returns: the recovery sheets, one per inbox: print them now, they are kept nowhere.
        :raises KeyringError: ``organisation-exists``, ``org-id-invalid``, ``passphrase-weak``.
        """
        if not re.fullmatch(UUID_PATTERN, org_id):
            raise KeyringError("org-id-invalid", hint="Use a UUID in lower case.")
        dsl = dsl_passphrase is not None
        made = making.make_keys(
            org_id, _whole(now), dsl=dsl, key_class=key_class, lifetime=lifetime
        )
        self._add(made, dsl_passphrase, log_n)
        return made.sheets

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
            ``compartment-locked`` (``cp`` needs a new passphrase), ``passphrase-weak``.
        """
        escrows = {n: open_escrow(data, sheets) for n, data in home.read_escrow(lost).items()}
        made = making.recovered_keys(escrows, lost.stem, _whole(now), lifetime)
        self._add(made, dsl_passphrase, log_n)

    def rotate_signing(
        self,
        org_id: str,
        now: datetime,
        *,
        lifetime: timedelta = KEY_LIFETIME,
        overlap: timedelta = OVERLAP,
    ) -> None:
        """Make a new signing key and a new node key; the old ones retire after ``overlap``."""
        with locked(self._folder):
            content = self._read(org_id)
            record = making.with_new_signing(content.record, _whole(now), lifetime, overlap)
            self._write(replace(content, record=record))

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
            content = self._content(org_id, inbox)
            record, identity = making.with_new_operational(
                content.record, inbox, _whole(now), lifetime
            )
            self._write_secrets(
                replace(content, record=record),
                INBOX_COMPARTMENTS[inbox],
                lambda keys: keys.with_identity(identity),
                dsl_passphrase,
            )

    def rotate_recovery(
        self,
        org_id: str,
        inbox: str,
        now: datetime,
        *,
        dsl_passphrase: str | None = None,
        lifetime: timedelta = KEY_LIFETIME,
    ) -> RecoverySheet:
        """Make a new recovery key of an inbox, for a sheet that was lost or seen.

        :returns: the sheet to print now; the old one no longer opens the escrow, but still
            opens the packs that were sealed to it.
        :raises KeyringError: ``inbox-unknown``, ``compartment-locked``, ``passphrase-wrong``.
        """
        with locked(self._folder):
            content = self._content(org_id, inbox)
            record, sheet = making.with_new_recovery(content.record, inbox, _whole(now), lifetime)
            self._write_secrets(
                replace(content, record=record),
                INBOX_COMPARTMENTS[inbox],
                lambda keys: keys,
                dsl_passphrase,
            )
        return sheet

    def rotate_values(
        self, org_id: str, compartment: str = GENERAL, *, dsl_passphrase: str | None = None
    ) -> None:
        """Make a new key for the values of a compartment; older values still open.

        :raises KeyringError: ``compartment-unknown``, ``compartment-locked``,
            ``passphrase-wrong``.
        """
        if compartment not in (GENERAL, CP):
            raise KeyringError("compartment-unknown", f"{org_id}/{compartment}")
        with locked(self._folder):
            self._write_secrets(
                self._read(org_id),
                compartment,
                lambda keys: replace(keys, values=(*keys.values, ValueKey.new())),
                dsl_passphrase,
            )

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
            self._write(content, _NewCp(keys, new, log_n))

    def adopt_recovery(self, sheet: RecoverySheet, *, dsl_passphrase: str | None = None) -> None:
        """Take a recovery identity in, so that old packs open again in this keyring.

        For a disk that is lost: make the organisation's keys anew, then adopt its sheets.

        :raises KeyringError: ``inbox-unknown``, ``compartment-locked``, ``passphrase-wrong``.
        """
        with locked(self._folder):
            self._write_secrets(
                self._content(sheet.org_id, sheet.inbox),
                INBOX_COMPARTMENTS[sheet.inbox],
                lambda keys: keys.with_identity(sheet.identity, newest=False),
                dsl_passphrase,
            )

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
        at = _whole(now)
        record = self._read(org_id).record
        before = None if previous is None else read_entry(previous)
        organisation = organisation_of(record, profile, before, at)
        entry = Entry(
            ruled(organisation, Ruling(compromised=compromised or {})),
            1 if before is None else before.revision + 1,
            at,
            None if previous is None else previous.sha256,
        )
        return sign_entry(entry, entry_signer(record, before, at))

    def _tenant(self, org_id: str) -> Tenant:
        content = self._read(org_id)

        def unlock_cp(passphrase: str) -> CompartmentKeys:
            return home.open_cp(content.key, org_id, content.cp, passphrase)

        return Tenant(content.record, unlock_cp)

    def _read(self, org_id: str) -> OrganisationFile:
        return home.read_organisation(self._folder, self._master, org_id)

    def _content(self, org_id: str, inbox: str) -> OrganisationFile:
        content = self._read(org_id)
        if inbox not in content.record.inboxes:
            raise KeyringError("inbox-unknown", f"{org_id}/{inbox}")
        return content

    def _add(self, made: making.NewKeys, dsl_passphrase: str | None, log_n: int) -> None:
        org_id, cp = made.record.org_id, None
        if made.cp is not None:
            if dsl_passphrase is None:
                raise KeyringError("compartment-locked", f"{org_id}/cp")
            check_new_passphrase(dsl_passphrase)
            cp = _NewCp(made.cp, dsl_passphrase, log_n)
        with locked(self._folder):
            if home.organisation_path(self._folder, org_id).exists():
                raise KeyringError("organisation-exists", org_id)
            self._write(OrganisationFile(new_key(), made.record, None, {}), cp)

    def _write_secrets(
        self,
        content: OrganisationFile,
        compartment: str,
        change: Callable[[CompartmentKeys], CompartmentKeys],
        dsl_passphrase: str | None,
    ) -> None:
        """Write the file with the secrets of one compartment changed."""
        record = content.record
        if compartment == GENERAL:
            general = change(record.general)
            self._write(replace(content, record=replace(record, general=general)))
            return
        if content.cp is None:
            raise KeyringError("compartment-unknown", f"{record.org_id}/cp")
        if dsl_passphrase is None:
            raise KeyringError("compartment-locked", f"{record.org_id}/cp")
        keys = change(home.open_cp(content.key, record.org_id, content.cp, dsl_passphrase))
        self._write(content, _NewCp(keys, dsl_passphrase, content.cp.log_n))

    def _write(self, content: OrganisationFile, cp: _NewCp | None = None) -> None:
        """Write record, compartments and escrows; ``cp`` stays as it is where None is given."""
        record: OrganisationRecord = content.record
        org_id, boxes = record.org_id, record.inboxes
        escrow = dict(content.escrow)
        escrow["general"] = seal_escrow(Escrow(org_id, "general", record.general, boxes))
        sealed_cp = content.cp
        if cp is not None:
            blobs = parse_identity(cp.keys.blobs).recipient()
            record = replace(record, cp_recipient=str(blobs))
            sealed_cp = home.seal_cp(content.key, org_id, cp.keys, cp.passphrase, cp.log_n)
            escrow["dsl"] = seal_escrow(Escrow(org_id, "dsl", cp.keys, boxes))
        written = replace(content, record=record, cp=sealed_cp, escrow=escrow)
        home.write_organisation(self._folder, self._master, written)


def _whole(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)
