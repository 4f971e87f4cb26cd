"""Change an organisation's keys: a SENCO leaves, three years are over, something was lost.

Old keys still open what came before; signing keys stay good for a while, so that packs on their
way still verify. The new entry follows the old one and must reach the directory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from exchange.errors import SettingsError, Wrapped
from exchange.ports import Actor
from exchange.wiring.inner import Node
from exchange.wiring.setting_up import entry_file, entry_of
from keys.directory import DatedIdentifier, Organisation, SignedEntry, load_entry, standing
from keys.directory.entry import read_row
from keys.errors import KeysError
from keys.keyring import Profile
from schemas.strict_json import loads

What = Literal["signing", "general", "dsl"]
"""``signing``: the organisation's and the node's signing keys; else an inbox's operational key."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """One public key as the organisation's own entry has it.

    :param standing: ``valid``, ``expired``, ``retired``, ``not-yet-valid``, ``compromised``.
    """

    use: str
    kind: str
    key_id: str
    standing: str
    since: datetime
    until: datetime


def rotate(node: Node, org_id: str, what: What, actor: Actor, dsl: str | None = None) -> None:
    """Make a new key, write the organisation's next entry, and note both in the book.

    :param dsl: the DSL's passphrase, for the inbox ``dsl``.
    :raises Wrapped: ``inbox-unknown``, ``compartment-locked``, ``passphrase-wrong``.
    :raises SettingsError: ``entry-missing``.
    """
    now = node.inside.clock.now()
    previous = read_row(loads(entry_of(node, org_id)))
    try:
        if what == "signing":
            node.keyring.rotate_signing(org_id, now)
        else:
            node.keyring.rotate_operational(org_id, what, now, dsl_passphrase=dsl)
        entry = node.keyring.entry(org_id, _profile(previous), now, previous=previous)
    except KeysError as error:
        raise Wrapped.of(error) from None
    _replace(entry_file(node.home, org_id), entry)
    with node.store.unit(org_id) as unit:
        unit.audit.record(actor, "keys.rotated", "organisation", org_id, detail={"what": what})
        unit.commit()


def _profile(previous: SignedEntry) -> Profile:
    before = load_entry(previous.to_bytes())
    identifiers: tuple[DatedIdentifier, ...] = before.identifiers
    return Profile(
        before.name, before.kind, identifiers, before.endpoint, before.status, before.successor
    )


def _replace(path: Path, entry: SignedEntry) -> None:
    temporary = path.with_suffix(".new")
    try:
        temporary.write_bytes(entry.to_bytes())
        temporary.replace(path)
    except OSError:
        raise SettingsError("entry-unwritable", "/org", "Look at the data folder.") from None


def states(node: Node, org_id: str) -> list[KeyState]:
    """Return every key of the organisation with its standing now."""
    now = node.inside.clock.now()
    return list(_states(load_entry(entry_of(node, org_id)), now))


def _states(organisation: Organisation, now: datetime) -> Iterator[KeyState]:
    for use, keys in (("signing", organisation.signing_keys), ("node", organisation.node_keys)):
        for one in keys:
            yield KeyState(
                use, "ed25519", one.key_id, standing(one, now), one.valid_from, one.valid_until
            )
    for name, box in organisation.inboxes.items():
        for use, held in (("operational", box.operational), ("recovery", box.recovery)):
            for key in held:
                yield KeyState(
                    f"{name} {use}",
                    str(key.key_class),
                    key.key_id,
                    standing(key, now),
                    key.valid_from,
                    key.valid_until,
                )
