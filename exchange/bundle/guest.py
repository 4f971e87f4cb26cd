"""Guest copies: a bundle of its own for one person, sealed by a generated passphrase alone.

It opens with the stock ``age`` tool. The passphrase has 98 bits and is told apart from the copy,
so that scrypt's work need not stretch it: it is kept at what a node can spare in memory. A
child-protection file is never a guest copy.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import replace

from exchange.bundle.contents import RecipientKeys
from exchange.errors import SealingError
from keys.age import ScryptRecipient
from keys.interfaces import Stanza
from schemas.recipient import InboxName
from schemas.statement import BundleKind

WORK_FACTOR = 15
"""32 MiB and a tenth of a second."""

STANZA = "scrypt"


def guest_keys(guest: str, passphrase: str) -> RecipientKeys:
    """Return whom a guest copy is sealed to.

    :param guest: name, role and organisation, on one line.
    """
    return RecipientKeys(
        org_id=str(uuid.uuid4()),
        inbox=InboxName.GENERAL,
        recipients=(ScryptRecipient(passphrase, WORK_FACTOR),),
        key_ids=(),
        guest=guest,
    )


def is_for_guest(recipients: Sequence[RecipientKeys]) -> bool:
    """Return whether any of them is a guest."""
    return any(each.guest is not None for each in recipients)


def check_guest(recipients: Sequence[RecipientKeys], kind: BundleKind) -> None:
    """Refuse what a guest copy is not.

    :raises SealingError: ``guest-not-alone``, ``guest-cp``.
    """
    classes = {key.key_class for each in recipients for key in each.recipients}
    if len(recipients) != 1 or len(recipients[0].recipients) != 1 or classes != {"passphrase"}:
        raise SealingError("guest-not-alone", "/recipients", "Make one copy for each guest.")
    if kind is BundleKind.CP_FILE:
        hint = "A child-protection file goes from lead to lead alone."
        raise SealingError("guest-cp", "/kind", hint)


def with_key_ids(
    recipients: Sequence[RecipientKeys], stanzas: Sequence[Stanza]
) -> Sequence[RecipientKeys]:
    """Return the recipients; a guest's key id is that of the stanza which the passphrase opens."""
    if not is_for_guest(recipients):
        return recipients
    return [replace(each, key_ids=(key_id(stanzas[0]),)) for each in recipients]


def key_id(stanza: Stanza) -> str:
    """Return ``SHA256:`` and the unpadded base64 of the SHA-256 of the stanza's first line."""
    line = " ".join(("->", stanza.type, *stanza.args))
    digest = hashlib.sha256(line.encode("ascii")).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")
