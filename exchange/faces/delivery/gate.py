"""Who calls: RFC 9421 signatures judged before a byte of a body is read.

Only what the signature covers is believed. The address is this node's own, from its settings, and
not the ``Host`` field, so that a request to another node is none to this one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Request

from exchange.errors import SettingsError, Wrapped
from exchange.faces.problems import HttpRefusal, Unauthenticated
from exchange.ports import Clock, Store
from keys.errors import DirectoryError, KeysError
from keys.httpsig import MAX_SKEW, VerifiedRequest, verify_request
from keys.ssh_keys import SshPublicKey

KeyLookup = Callable[[str, datetime], tuple[str, SshPublicKey]]
"""(key id, instant) -> (org_id, public key valid then).

:raises keys.errors.KeysError: unknown, expired, retired or compromised.
:raises Wrapped: our own directory is missing or too old.
"""

_NONCE_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Caller:
    """The organisation that signed a request, and the digest that its body must have.

    :param content_sha256: 32 bytes; empty where the request has no body.
    """

    org_id: str
    content_sha256: bytes


class Gate:
    """Lets signed requests in, each of them once."""

    def __init__(self, lookup: KeyLookup, store: Store, clock: Clock, public_url: str) -> None:
        self._lookup = lookup
        self._store = store
        self._clock = clock
        self._base = _base_of(public_url)

    def admit(self, request: Request) -> Caller:
        """Return who signed a request that has no body.

        :raises Unauthenticated: unsigned, badly signed, too old, by an unknown key, or replayed.
        """
        return self._admit(request)

    def admit_with_body(self, request: Request) -> Caller:
        """Return who signed a request whose body is covered by its Content-Digest.

        :raises Unauthenticated: as :meth:`admit`; ``content-digest-missing``.
        """
        caller = self._admit(request)
        if not caller.content_sha256:
            raise Unauthenticated("content-digest-missing")
        return caller

    def _admit(self, request: Request) -> Caller:
        now = self._clock.now()
        owners: dict[str, str] = {}

        def find_key(key_id: str) -> SshPublicKey:
            try:
                owners[key_id], public = self._lookup(key_id, now)
            except Wrapped as error:  # the library that asks us would turn it into a bad signature
                raise DirectoryError(error.code) from None
            return public

        signed = self._verified(request, find_key, now)
        # Only now: an unsigned request must not be able to fill the memory of nonces.
        keep_until = signed.created + MAX_SKEW + _NONCE_MARGIN
        if not self._store.first_sight(signed.key_id, signed.nonce, now, keep_until):
            raise Unauthenticated("request-replayed", "", "Sign each request anew.")
        return Caller(owners[signed.key_id], signed.content_digest or b"")

    def _verified(
        self, request: Request, find_key: Callable[[str], SshPublicKey], now: datetime
    ) -> VerifiedRequest:
        query = request.query_string.decode("latin-1")
        url = self._base + request.path + (f"?{query}" if query else "")
        try:
            return verify_request(
                request.method, url, dict(request.headers), find_key=find_key, now=now
            )
        except DirectoryError as error:
            if error.code.startswith("directory-"):  # ours is too old to judge anybody by
                raise HttpRefusal(HTTPStatus.SERVICE_UNAVAILABLE, error.code) from None
            raise Unauthenticated(error.code) from None
        except KeysError as error:
            raise Unauthenticated(error.code, "", error.hint) from None


def _base_of(public_url: str) -> str:
    """Return the base URL without a default port or a slash at the end.

    :raises SettingsError: ``setting-invalid``.
    """
    try:
        parts = urlsplit(public_url)
        port = parts.port
    except ValueError:
        raise SettingsError("setting-invalid", "/public_url") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise SettingsError("setting-invalid", "/public_url")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port not in (None, 443 if parts.scheme == "https" else 80):
        host += f":{port}"
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"
