"""What everyone else is handed: the shapes of signers, openers and compartments, never the keys.

Nothing of ours is imported here, so that ``keys.age`` and ``keys.sshsig`` can stand alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal, Protocol

KeyClass = Literal["hybrid", "classic"]
"""``hybrid``: ML-KEM-768 with X25519. ``classic``: X25519 alone, for partners with an old tool."""


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient stanza of an age header (age v1 specification, "Recipient stanza").

    :param type: the first argument, such as ``X25519`` or ``mlkem768x25519``.
    :param args: the further arguments, without the type.
    :param body: the decoded body bytes.
    """

    type: str
    args: tuple[str, ...]
    body: bytes


class Recipient(Protocol):
    """Somebody to whom a file is sealed; public."""

    @property
    def key_class(self) -> KeyClass | Literal["passphrase"]:
        """Return which class of key this is; one file never mixes classes."""

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return the stanzas that carry ``file_key`` (16 bytes) to this recipient."""


class Identity(Protocol):
    """Somebody who may open a file; secret."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key (16 bytes), or None where no stanza is ours.

        :raises keys.errors.AgeHeaderInvalid: a stanza of our type is malformed.
        """


class Signer(Protocol):
    """Signs in the name of one organisation or node (SSHSIG, Ed25519)."""

    @property
    def org_id(self) -> str:
        """Return the organisation (UUID) in whose name it signs."""

    @property
    def key_id(self) -> str:
        """Return the id of the public key: ``SHA256:`` and unpadded base64."""

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Return the armored SSHSIG of ``message`` in ``namespace``."""


class RequestSigner(Protocol):
    """Signs HTTP requests in the name of one organisation (RFC 9421)."""

    def sign_request(
        self, method: str, url: str, headers: Mapping[str, str], content_digest: str | None
    ) -> dict[str, str]:
        """Return all headers to send: ``headers`` plus Content-Digest, Signature-Input, Signature.

        :param content_digest: the RFC 9530 field value of the body, or None for an empty body.
        """


class SeekableSource(Protocol):
    """A readable, seekable stream of plaintext, each byte authenticated before it is returned."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to ``offset``."""

    def tell(self) -> int:
        """Return the position in bytes."""


class Opener(Protocol):
    """Opens files sealed to the keys of one inbox; handed to services, never fetched by them."""

    @property
    def key_ids(self) -> frozenset[str]:
        """Return the ids of the recipient keys (past ones too) that this opener holds."""

    def open(self, source: BinaryIO) -> SeekableSource:
        """Return the plaintext of the age file in ``source`` (seekable).

        :raises keys.errors.AgeError: not for us, altered or cut short.
        """


class Compartment(Protocol):
    """One compartment (``general`` or ``cp``) of an organisation's keys at rest."""

    @property
    def key_id(self) -> str:
        """Return the id of the compartment's value key, stored beside each sealed value."""

    @property
    def recipient(self) -> Recipient:
        """Return the public recipient to which blobs, and values from outside, are sealed."""

    @property
    def opener(self) -> Opener:
        """Return what opens blobs sealed to ``recipient``."""

    def seal_value(self, plain: bytes, context: str) -> bytes:
        """Return ``plain`` sealed; ``context`` (table/row/schema version) is authenticated."""

    def open_value(self, sealed: bytes, context: str) -> bytes:
        """Return the plain bytes.

        :raises keys.errors.KeyringError: ``value-damaged``: altered, or another row's value.
        """

    def tag(self, purpose: str, value: bytes) -> str:
        """Return a keyed look-up tag (HMAC-SHA-256, hex) of ``value``, separate per purpose."""


class Vault(Protocol):
    """What an unlocked keyring hands out for the organisations that a node hosts."""

    def organisations(self) -> Sequence[str]:
        """Return the org_ids whose keys are here."""

    def signer(self, org_id: str, at: datetime) -> Signer:
        """Return the organisation's signer that is valid at ``at``."""

    def node_signer(self, org_id: str) -> Signer:
        """Return the node key's signer; good for ``collected`` receipts alone."""

    def request_signer(self, org_id: str) -> RequestSigner:
        """Return what signs HTTP requests for the organisation."""

    def opener(self, org_id: str, inbox: str) -> Opener:
        """Return what opens packs sealed to ``inbox`` (``general``; ``dsl`` only if unlocked).

        :raises keys.errors.KeyringError: ``compartment-locked``.
        """

    def compartment(self, org_id: str, name: str) -> Compartment:
        """Return the compartment ``general`` or ``cp``.

        :raises keys.errors.KeyringError: ``compartment-locked``.
        """
