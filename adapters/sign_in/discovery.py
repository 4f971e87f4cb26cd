"""What a provider says of itself: its endpoints and its signing keys, fetched and kept a while."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from exchange.errors import Refused, TransportError
from exchange.ports.people import Clock

WELL_KNOWN = "/.well-known/openid-configuration"
TIMEOUT = (5.0, 10.0)
_KEEP = timedelta(hours=1)
_KEYS_AGAIN = timedelta(minutes=1)
_LARGEST = 256 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is asked."""

    issuer: str
    authorization: str
    token: str
    keys: str
    names_issuer: bool
    """Whether it adds ``iss`` to its answers (RFC 9207)."""


def unreachable() -> TransportError:
    """Return the error for a provider that does not answer."""
    hint = "Your sign-in provider does not answer. Try again in a few minutes."
    return TransportError("provider-unreachable", hint=hint)


def wrong(path: str) -> Refused:
    """Return the error for a provider that is not what was set up."""
    return Refused("provider-wrong", path, "Ask your administrator to check its settings.")


class Discovery:
    """The metadata and keys of one provider."""

    def __init__(self, issuer: str, clock: Clock) -> None:
        self._issuer = issuer
        self._clock = clock
        self._lock = threading.Lock()
        self._endpoints: tuple[datetime, Endpoints] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def endpoints(self) -> Endpoints:
        """Return where the provider is asked.

        :raises TransportError: ``provider-unreachable``.
        :raises Refused: ``provider-wrong``: it names another issuer, or asks for plain HTTP.
        """
        with self._lock:
            kept = self._endpoints
        if kept is not None and self._clock.now() - kept[0] < _KEEP:
            return kept[1]
        # A template is what Microsoft publishes for "any organisation's tenant".
        address = self._issuer.replace("{tenantid}", "organizations")
        found = self._read(get_json(_checked(address.rstrip("/") + WELL_KNOWN, "/issuer")))
        with self._lock:
            self._endpoints = (self._clock.now(), found)
        return found

    def keys(self, *, unknown_key: bool = False) -> KeySet:
        """Return the keys that tokens are signed with.

        :param unknown_key: a token names a key that is not among those kept: ask again, but not
            more than once a minute, whatever is thrown at us.
        """
        now = self._clock.now()
        with self._lock:
            kept = self._keys
        if kept is not None and now - kept[0] < (_KEYS_AGAIN if unknown_key else _KEEP):
            return kept[1]
        try:
            found = KeySet.import_key_set(get_json(self.endpoints().keys))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError):
            raise wrong("/jwks_uri") from None
        with self._lock:
            self._keys = (now, found)
        return found

    def _read(self, said: Mapping[str, Any]) -> Endpoints:
        if said.get("issuer") != self._issuer:
            raise wrong("/issuer")
        return Endpoints(
            self._issuer,
            _checked(said.get("authorization_endpoint"), "/authorization_endpoint"),
            _checked(said.get("token_endpoint"), "/token_endpoint"),
            _checked(said.get("jwks_uri"), "/jwks_uri"),
            said.get("authorization_response_iss_parameter_supported") is True,
        )


def get_json(url: str) -> dict[str, Any]:
    """Return the JSON object at an address; no redirects, a limited size.

    :raises TransportError: ``provider-unreachable``.
    """
    try:
        with requests.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                raise unreachable()
            # One more than allowed: whoever sends too much is noticed, not read to the end.
            body = answer.raw.read(_LARGEST + 1, decode_content=True)
    except (requests.RequestException, OSError):
        raise unreachable() from None
    return parsed(body)


def parsed(body: bytes) -> dict[str, Any]:
    """Return a body that is a JSON object of reasonable size.

    :raises TransportError: ``provider-unreachable``.
    """
    if len(body) > _LARGEST:
        raise unreachable()
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise unreachable() from None
    if not isinstance(value, dict):
        raise unreachable()
    return value


def _checked(url: Any, path: str) -> str:
    """Return an address that is HTTPS, or on this very machine (tests, a local bridge)."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        parts = None
    if parts is None or not parts.hostname or parts.username or parts.fragment:
        raise wrong(path)
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not local:
        raise wrong(path)
    return str(url)
