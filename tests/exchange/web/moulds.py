"""Homes of organisations, made once a session as ``senx init`` and ``senx keygen`` make them.

Most of what a new home costs is stretching a passphrase, making keys, and migrating an empty
database; many sites are made of the same few places. A site gets a copy of each home, and with it
what a node elsewhere would have of its own: an address, and an entry signed for it.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from exchange.ports import Actor
from exchange.settings import Home, Settings, save
from exchange.wiring import NewNode, NewOrganisation, Node, add_organisation, open_node, set_up
from exchange.wiring.setting_up import entry_file
from keys.directory import DatedIdentifier, Endpoint
from keys.keyring import Profile
from keys.tls import certificate_sha256

_MAKER = Actor("Ada Admin", "node-administrator")
_folder = tempfile.TemporaryDirectory(prefix="senx-moulds-")
_ADDRESS = Settings(
    listen="127.0.0.1:1", public_url="https://127.0.0.1:1", allow_private_endpoints=True
)


@dataclass(frozen=True, slots=True)
class Mould:
    """A home that nobody works in, and the organisation whose home it is."""

    root: Path
    org_id: str
    new: NewOrganisation

    @property
    def node_key(self) -> Path:
        return self.root.with_suffix(".node-key")

    def copied(self, root: Path, settings: Settings, now: datetime) -> Node:
        """Return a node in a copy of the home that is reached as ``settings`` say."""
        shutil.copytree(self.root, root)
        node_key = root.with_suffix(".node-key").resolve()
        shutil.copy2(self.node_key, node_key)
        save(Home(root.resolve()), replace(settings, node_key=str(node_key)))
        node = open_node(root)
        pin = certificate_sha256(node.home.tls_certificate.read_bytes())
        profile = Profile(
            self.new.name,
            self.new.kind,
            self.new.identifiers,
            Endpoint(settings.public_url, pin),
        )
        entry = node.keyring.entry(self.org_id, profile, now)
        entry_file(node.home, self.org_id).write_bytes(entry.to_bytes())
        return node


@cache
def mould(name: str, kind: str, identifiers: tuple[DatedIdentifier, ...], dsl: str | None) -> Mould:
    """Return the home of an organisation; made when it is first asked for."""
    root = Path(_folder.name) / name.replace(" ", "-")
    new = NewOrganisation(name, kind, identifiers, "classic", dsl)
    made = Mould(root, "", new)
    home = set_up(root, NewNode(_ADDRESS, made.node_key))
    node = open_node(home.root)
    org_id, _ = add_organisation(node, new, _MAKER)
    node.engine.dispose()  # what its database holds lies in one file from now on
    return replace(made, org_id=org_id)
