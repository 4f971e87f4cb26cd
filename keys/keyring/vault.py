"""The vault: what an unlocked keyring hands to the services of the inner process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from keys.age import parse_recipient
from keys.directory.model import standing
from keys.errors import KeyringError
from keys.httpsig import HttpRequestSigner
from keys.interfaces import Compartment, Opener, Recipient, RequestSigner, Signer
from keys.keyring.handles import AgeOpener, NodeSigner, OrganisationSigner, UnlockedCompartment
from keys.keyring.record import CompartmentKeys, OrganisationRecord, OwnSigningKey

GENERAL, CP = "general", "cp"
NODE = "node"
"""Stands for the node itself where an organisation's id stands else: its own compartment."""

INBOX_COMPARTMENTS = {"general": GENERAL, "dsl": CP}


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation of an unlocked keyring.

    :param unlock_cp: opens the ``cp`` compartment with the DSL's passphrase.
    """

    record: OrganisationRecord
    unlock_cp: Callable[[str], CompartmentKeys] = field(repr=False)


class _Open:
    """An open compartment; its handles are made once, as reading a hybrid key takes a while."""

    def __init__(self, org_id: str, name: str, keys: CompartmentKeys) -> None:
        self.compartment = UnlockedCompartment(org_id, name, keys)
        self._keys = keys

    @cached_property
    def inbox(self) -> AgeOpener:
        return AgeOpener(self._keys.identities)


class KeyringVault:
    """Keys in use (implements ``keys.interfaces.Vault``).

    A view of the keyring as it was when the vault was made; after a rotation take a new one.
    ``general`` is open. ``cp`` of an organisation opens with its DSL's passphrase and closes again.
    """

    def __init__(
        self,
        tenants: Iterable[Tenant],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        node: CompartmentKeys | None = None,
    ) -> None:
        self._clock = clock
        self._tenants = {tenant.record.org_id: tenant for tenant in tenants}
        self._opened = {
            (org_id, GENERAL): _Open(org_id, GENERAL, tenant.record.general)
            for org_id, tenant in self._tenants.items()
        }
        self._node = None if node is None else _Open(NODE, GENERAL, node)

    def __repr__(self) -> str:
        return f"<KeyringVault {len(self._tenants)} organisations>"

    def organisations(self) -> Sequence[str]:
        """Return the org_ids whose keys are here."""
        return tuple(sorted(self._tenants))

    def signer(self, org_id: str, at: datetime) -> Signer:
        """Return the organisation's signer that is valid at ``at``; of several, the newest.

        :raises KeyringError: ``organisation-unknown``; ``key-expired``: none is valid.
        """
        return OrganisationSigner(org_id, _current(self._record(org_id).signing, at))

    def node_signer(self, org_id: str) -> Signer:
        """Return the node key's signer; good for ``collected`` receipts alone.

        :raises KeyringError: ``organisation-unknown``, ``key-expired``.
        """
        return NodeSigner(org_id, _current(self._record(org_id).node, self._clock()))

    def request_signer(self, org_id: str) -> RequestSigner:
        """Return what signs HTTP requests for the organisation, by its current signing key.

        :raises KeyringError: ``organisation-unknown``, ``key-expired``.
        """
        key = _current(self._record(org_id).signing, self._clock())
        return HttpRequestSigner(key.private, self._clock)

    def opener(self, org_id: str, inbox: str) -> Opener:
        """Return what opens packs sealed to ``inbox`` (``general``; ``dsl`` only if unlocked).

        :raises KeyringError: ``organisation-unknown``, ``inbox-unknown``, ``compartment-locked``.
        """
        if inbox not in self._record(org_id).inboxes:
            raise KeyringError("inbox-unknown", f"{org_id}/{inbox}")
        return self._open(org_id, INBOX_COMPARTMENTS[inbox]).inbox

    def compartment(self, org_id: str, name: str) -> Compartment:
        """Return the compartment ``general`` or ``cp``; of the node itself ``general`` alone.

        :raises KeyringError: ``organisation-unknown``, ``compartment-unknown``,
            ``compartment-locked``.
        """
        if (org_id, name) == (NODE, GENERAL) and self._node is not None:
            return self._node.compartment
        return self._open(org_id, name).compartment

    def recipient(self, org_id: str, name: str) -> Recipient:
        """Return the public recipient of a compartment's blobs; of a locked one too.

        :raises KeyringError: ``organisation-unknown``, ``compartment-unknown``.
        """
        if name == GENERAL:
            return self.compartment(org_id, GENERAL).recipient
        text = self._record(org_id).cp_recipient if name == CP else None
        if text is None:
            raise KeyringError("compartment-unknown", f"{org_id}/{name}")
        return parse_recipient(text)

    def unlock_cp(self, org_id: str, passphrase: str) -> None:
        """Open the ``cp`` compartment, on behalf of the DSL.

        :raises KeyringError: ``organisation-unknown``, ``compartment-unknown``,
            ``passphrase-wrong``.
        """
        self._record(org_id)
        self._opened[org_id, CP] = _Open(org_id, CP, self._tenants[org_id].unlock_cp(passphrase))

    def lock_cp(self, org_id: str) -> None:
        """Close the ``cp`` compartment again; what was handed out before stays usable."""
        self._opened.pop((org_id, CP), None)

    def _record(self, org_id: str) -> OrganisationRecord:
        tenant = self._tenants.get(org_id)
        if tenant is None:
            hint = "This node has no keys of that organisation. Make them with `senx keygen`."
            raise KeyringError("organisation-unknown", hint=hint)
        return tenant.record

    def _open(self, org_id: str, name: str) -> _Open:
        record = self._record(org_id)
        known = name == GENERAL or (name == CP and record.cp_recipient is not None)
        if not known:
            raise KeyringError("compartment-unknown", f"{org_id}/{name}")
        found = self._opened.get((org_id, name))
        if found is None:
            hint = "The designated safeguarding lead unlocks it with the DSL passphrase."
            raise KeyringError("compartment-locked", f"{org_id}/{name}", hint)
        return found


def _current(keys: Sequence[OwnSigningKey], at: datetime) -> OwnSigningKey:
    valid = [key for key in keys if standing(key.public_part(), at) == "valid"]
    if not valid:
        hint = "Make a new key with `senx keys rotate` and have the directory updated."
        raise KeyringError("key-expired", hint=hint)
    return max(valid, key=lambda key: key.valid_from)
