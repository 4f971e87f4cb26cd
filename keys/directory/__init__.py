"""The trust directory: organisations, keys, endpoints, validity and revocation.

First a file that a pinned key signs; behind ``get`` and ``find`` it can become a delegated tree
without its users noticing. Services are given no way to list everybody.
"""

from keys.directory.editor import DirectoryEditor
from keys.directory.entry import SignedEntry, load_entry, read_entry, sign_entry
from keys.directory.file import DIRECTORY_PRINCIPAL, LIFETIME, WARN_AFTER, FileDirectory
from keys.directory.judge import signing_key, verify_signature
from keys.directory.model import (
    NAMESPACE_BUNDLE,
    NAMESPACE_DIRECTORY,
    NAMESPACE_ENTRY,
    NAMESPACE_ENVELOPE,
    NAMESPACE_RECEIPT,
    DatedIdentifier,
    Endpoint,
    Entry,
    Inbox,
    Organisation,
    RecipientKey,
    Ruling,
    SigningKey,
    require_valid,
    signing_keys_at,
    standing,
)

__all__ = [
    "DIRECTORY_PRINCIPAL",
    "LIFETIME",
    "NAMESPACE_BUNDLE",
    "NAMESPACE_DIRECTORY",
    "NAMESPACE_ENTRY",
    "NAMESPACE_ENVELOPE",
    "NAMESPACE_RECEIPT",
    "WARN_AFTER",
    "DatedIdentifier",
    "DirectoryEditor",
    "Endpoint",
    "Entry",
    "FileDirectory",
    "Inbox",
    "Organisation",
    "RecipientKey",
    "Ruling",
    "SignedEntry",
    "SigningKey",
    "load_entry",
    "read_entry",
    "require_valid",
    "sign_entry",
    "signing_key",
    "signing_keys_at",
    "standing",
    "verify_signature",
]
