"""The root of this room's errors: a code, a place and what to do next; never key material.

``KeysError``
├── ``KeyInvalid``          a key is malformed, low-order, non-canonical or of the wrong kind
├── ``SignatureInvalid``    a signature is malformed or does not verify
├── ``AgeError``            an age file cannot be read
│   ├── ``AgeHeaderInvalid``    the header is malformed
│   ├── ``AgeHeaderMacInvalid`` the header was altered
│   ├── ``AgeNoMatch``          none of our keys opens it
│   ├── ``AgePayloadInvalid``   the payload was altered or cut short
│   └── ``AgeArmorInvalid``     the text armour is malformed
├── ``PasskeyInvalid``      a passkey's answer does not prove who is there
├── ``KeyringError``        the keyring is locked, damaged, or has no such key
└── ``DirectoryError``      the trust directory is unsigned, rolled back, expired, or has no entry
"""

from __future__ import annotations


class KeysError(Exception):
    """Something about keys, signatures or encryption failed.

    :param code: stable, kebab-case; safe to log and to show.
    :param path: where (a field path, never a value or key material).
    :param hint: one sentence that tells a person what to do next.
    """

    default_code = "keys-error"
    default_hint = "Ask your administrator."

    def __init__(self, code: str | None = None, path: str = "", hint: str | None = None) -> None:
        self.code = code or self.default_code
        self.path = path
        self.hint = hint or self.default_hint
        super().__init__(f"{self.code} at {path}" if path else self.code)


class KeyInvalid(KeysError):
    """A key is malformed, weak or of the wrong kind."""

    default_code = "key-invalid"
    default_hint = "Make a new key with `senx keys rotate`."


class SignatureInvalid(KeysError):
    """A signature is malformed or does not verify."""

    default_code = "signature-invalid"
    default_hint = (
        "Do not use this file. Ask the sender, by a number you already know, to send it again."
    )


class AgeError(KeysError):
    """An encrypted file cannot be read."""

    default_code = "age-error"
    default_hint = "Ask the sender to send the file again."


class AgeHeaderInvalid(AgeError):
    """The header of an encrypted file is malformed."""

    default_code = "age-header-invalid"


class AgeHeaderMacInvalid(AgeError):
    """The header of an encrypted file was altered."""

    default_code = "age-header-mac-invalid"


class AgeNoMatch(AgeError):
    """None of our keys opens this file."""

    default_code = "age-no-match"
    default_hint = "The file was sealed to another key. Ask the sender to check who it is for."


class AgePayloadInvalid(AgeError):
    """The contents of an encrypted file were altered or cut short."""

    default_code = "age-payload-invalid"


class AgeArmorInvalid(AgeError):
    """The text armour of an encrypted file is malformed."""

    default_code = "age-armor-invalid"


class PasskeyInvalid(KeysError):
    """The passkey could not be checked."""

    default_code = "passkey-invalid"
    default_hint = "Try again. If it fails again, sign in another way and make a new passkey."


class KeyringError(KeysError):
    """The keyring is locked, damaged, or has no such key."""

    default_code = "keyring-error"


class DirectoryError(KeysError):
    """The trust directory is unsigned, rolled back, expired, or has no such entry."""

    default_code = "directory-error"
    default_hint = "Fetch the newest directory and try again."
