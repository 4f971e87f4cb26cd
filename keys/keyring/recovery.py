"""Recovery: a sheet of paper in the safe, and what it opens.

The recovery identity of an inbox is made with the other keys, printed once and kept nowhere. It
opens (1) every pack ever sealed to the inbox, and (2) the *escrow* of the compartment: its value,
look-up, blob and inbox keys, sealed to the recovery recipient beside the keyring, so that the data
at rest survives the loss of the node key. Signing keys are never in escrow.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from keys.age import decrypt, encrypt, parse_identity, parse_recipient
from keys.directory.codec import UUID_PATTERN, inbox_to_json
from keys.directory.model import Inbox
from keys.errors import AgeNoMatch, KeyringError, KeysError
from keys.interfaces import Opener
from keys.json_fields import Fields, instant_text
from keys.keyring.files import MAX_FILE, damaged
from keys.keyring.handles import AgeOpener
from keys.keyring.record import CompartmentKeys, Json, read_inboxes
from schemas import strict_json
from schemas.errors import SchemaError

_TITLE = "SEN EXCHANGE RECOVERY SHEET"
_WARNING = (
    "Whoever holds this sheet can read what was sent to this inbox. Keep it in the safe.\n"
    "It is not kept anywhere else and cannot be printed again."
)
_FIELDS = ("Organisation", "Inbox", "Made", "Key id", "Key")


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """What is printed once: the recovery identity of one inbox.

    :param identity: ``AGE-SECRET-KEY-...``; its checksum catches slips of the pen.
    """

    org_id: str
    inbox: str
    made: str
    key_id: str
    identity: str = field(repr=False)

    @classmethod
    def new(cls, org_id: str, inbox: str, made: datetime, identity: str) -> RecoverySheet:
        """Return the sheet of a new recovery identity."""
        key_id = parse_identity(identity).recipient().key_id
        return cls(org_id, inbox, instant_text(made), key_id, identity)

    def text(self) -> str:
        """Return the text to print."""
        values = (self.org_id, self.inbox, self.made, self.key_id, self.identity)
        lines = [f"{name + ':':14}{value}" for name, value in zip(_FIELDS, values, strict=True)]
        return "\n".join((_TITLE, "", *lines, "", _WARNING, ""))

    @classmethod
    def parse(cls, text: str) -> RecoverySheet:
        """Read a sheet that somebody typed or scanned; spaces and line ends are forgiven.

        :raises KeyringError: ``recovery-sheet-invalid``.
        """
        found = dict(re.findall(r"(?m)^\s*([A-Z][a-z]+(?: id)?):[ \t]*(\S+)[ \t\r]*$", text))
        try:
            org_id, inbox, made, key_id, identity = (found[name] for name in _FIELDS)
            holds = parse_identity(identity).recipient().key_id == key_id
        except (KeyError, KeysError):
            raise _invalid() from None
        if not holds or not re.fullmatch(UUID_PATTERN, org_id) or inbox not in ("general", "dsl"):
            raise _invalid()
        return cls(org_id, inbox, made, key_id, identity)

    def opener(self) -> Opener:
        """Return what opens packs sealed to the inbox, without any keyring: the recovery drill."""
        return AgeOpener((self.identity,))


@dataclass(frozen=True, slots=True)
class Escrow:
    """What a recovery key gives back of one compartment."""

    org_id: str
    inbox: str
    keys: CompartmentKeys
    inboxes: Mapping[str, Inbox]


def seal_escrow(escrow: Escrow) -> bytes:
    """Return the escrow as an age file to the inbox's recovery recipients in use."""
    recovery = escrow.inboxes[escrow.inbox].recovery
    recipients = [parse_recipient(key.recipient) for key in recovery if key.retired_at is None]
    content: Json = {
        "org_id": escrow.org_id,
        "inbox": escrow.inbox,
        "keys": escrow.keys.to_json(),
        "inboxes": {name: inbox_to_json(box) for name, box in escrow.inboxes.items()},
    }
    sealed = io.BytesIO()
    with encrypt(sealed, recipients) as sink:
        sink.write(strict_json.dumps(content))
    return sealed.getvalue()


def open_escrow(sealed: bytes, sheets: Sequence[RecoverySheet]) -> Escrow:
    """Return the escrow that one of the sheets opens.

    :raises KeyringError: ``recovery-sheet-wrong``; ``keyring-damaged``.
    """
    identities = [parse_identity(sheet.identity) for sheet in sheets]
    try:
        with decrypt(io.BytesIO(sealed), identities) as source:
            data = source.read(MAX_FILE + 1)
        fields = Fields(strict_json.loads(data, max_bytes=MAX_FILE), "", damaged)
        return Escrow(
            fields.text("org_id", UUID_PATTERN),
            fields.text("inbox"),
            CompartmentKeys.read(fields.child("keys")),
            MappingProxyType(dict(read_inboxes(fields.child("inboxes")))),
        )
    except AgeNoMatch:
        hint = "Use the sheet that was printed last for this organisation and inbox."
        raise KeyringError("recovery-sheet-wrong", hint=hint) from None
    except (KeysError, SchemaError):
        raise damaged("") from None


def _invalid() -> KeyringError:
    hint = "Type the sheet again, line by line; the last line of it is the key."
    return KeyringError("recovery-sheet-invalid", hint=hint)
