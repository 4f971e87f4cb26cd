"""The composition root of the inner process, and the only importer of ``keys.keyring``.

What is joined here is handed on as Protocols; nothing else in the house can fetch a key.
"""

from exchange.wiring.inner import Node, assemble, open_node
from exchange.wiring.renewal import KeyStamp, key_stamp, renewed
from exchange.wiring.rotating import KeyState, What, rotate, states
from exchange.wiring.setting_up import (
    NewNode,
    NewOrganisation,
    add_organisation,
    entry_of,
    make_directory_key,
    read_directory_key,
    set_up,
)

__all__ = [
    "KeyStamp",
    "KeyState",
    "NewNode",
    "NewOrganisation",
    "Node",
    "What",
    "add_organisation",
    "assemble",
    "entry_of",
    "key_stamp",
    "make_directory_key",
    "open_node",
    "read_directory_key",
    "renewed",
    "rotate",
    "set_up",
    "states",
]
