"""An organisation's private keys, sealed at rest: node key, organisation key, compartments.

Imported by wiring alone. Everyone else is handed a ``keys.interfaces.Vault``. Python cannot wipe
memory: what is unlocked stays in the process until it ends.
"""

from keys.keyring.files import create_node_key, read_node_key
from keys.keyring.home import NodeSecret
from keys.keyring.keyring import KEY_LIFETIME, OVERLAP, Keyring
from keys.keyring.publishing import Profile
from keys.keyring.recovery import RecoverySheet
from keys.keyring.vault import KeyringVault

__all__ = [
    "KEY_LIFETIME",
    "OVERLAP",
    "Keyring",
    "KeyringVault",
    "NodeSecret",
    "Profile",
    "RecoverySheet",
    "create_node_key",
    "read_node_key",
]
