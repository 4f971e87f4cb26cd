"""Recipient keys from their published text."""

from __future__ import annotations

from collections.abc import Iterable

from exchange.bundle.contents import RecipientKeys
from exchange.bundle.failures import sealing
from keys.age import parse_recipient
from schemas.recipient import InboxName


def recipient_keys_of(
    org_id: str, inbox: str, published: Iterable[tuple[str, str]]
) -> RecipientKeys:
    """Return whom to seal to.

    :param published: text (``age1...``) and key id of each operational and recovery key.
    :raises SealingError: a key is malformed.
    """
    keys = tuple(published)
    with sealing("/recipients"):
        recipients = tuple(parse_recipient(text) for text, _ in keys)
    return RecipientKeys(
        org_id=org_id,
        inbox=InboxName(inbox),
        recipients=recipients,
        key_ids=tuple(key_id for _, key_id in keys),
    )
