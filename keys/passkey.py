"""A passkey as it is kept, and the site that it is bound to.

Apart from :mod:`keys.passkeys`, whose library takes its time and memory to load: most processes
only read accounts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """The site that a passkey is bound to, by the browser itself.

    :param rp_id: its host name, without port.
    :param origin: scheme, host and port, as the browser sends it.
    :param name: what the device shows.
    """

    rp_id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of a passkey: nothing of it is secret.

    :param credential_id: base64url; ``public_key`` likewise, COSE.
    :param sign_count: what the device counted when last seen; 0 where it does not count.
    :param backed_up: whether the device's maker keeps a copy.
    """

    credential_id: str
    public_key: str
    sign_count: int
    backed_up: bool

    @property
    def lookup(self) -> str:
        """Return what it is found by: a hash of its id."""
        return credential_lookup(self.credential_id)


def credential_lookup(credential_id: str) -> str:
    """Return what a passkey with this id is found by."""
    return hashlib.sha256(b"sen-passkey@v1\0" + credential_id.encode()).hexdigest()
