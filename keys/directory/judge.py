"""Whether a signature speaks for an organisation at a proven time."""

from __future__ import annotations

from datetime import datetime

from keys.directory.model import Organisation, SigningKey, require_valid
from keys.errors import DirectoryError
from keys.sshsig import read_signature, verify


def signing_key(
    organisation: Organisation, key_id: str, at: datetime, *, node: bool = False
) -> SigningKey:
    """Return one of the organisation's keys, good at ``at``.

    :raises DirectoryError: ``key-unknown``: the organisation has no such key in this role.
    :raises KeyInvalid: ``key-expired``, ``key-not-yet-valid``, ``key-retired``,
        ``key-compromised``.
    """
    for key in organisation.node_keys if node else organisation.signing_keys:
        if key.key_id == key_id:
            require_valid(key, at)
            return key
    raise DirectoryError("key-unknown", organisation.org_id)


def verify_signature(
    organisation: Organisation,
    message: bytes,
    signature: bytes,
    namespace: str,
    at: datetime,
    *,
    node: bool = False,
) -> SigningKey:
    """Return the organisation's key that signed ``message``, if it was good at ``at``.

    :param at: proven time, never the signer's own word.
    :param node: expect the node key (``collected`` receipts) in place of an organisation key.
    :raises SignatureInvalid: malformed, wrong namespace, not this message.
    :raises DirectoryError: ``key-unknown``.
    :raises KeyInvalid: the key was not good at ``at``; its code says why.
    """
    read = read_signature(signature)
    key = signing_key(organisation, read.public.key_id, at, node=node)
    verify(message, signature, namespace, organisation.allowed_signers(node=node), at)
    return key
