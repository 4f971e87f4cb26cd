"""Fetch the newest directory from where its operator publishes it.

The file is signed by a pinned key, and an older one is refused, so that the web server that hands
it out is trusted with nothing: it could at worst withhold news, and then the file expires.
"""

from __future__ import annotations

import time
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from adapters.directory_file import MAX_BYTES, InstalledDirectory
from exchange.errors import TransportError

_SECONDS = (10, 30)
_WHOLE_SECONDS = 300.0
_SIGNATURE_BYTES = 16 * 1024
_BLOCK = 64 * 1024
_PLAIN = {"Accept-Encoding": "identity"}


class DirectoryFetch:
    """Fetches ``<url>`` and ``<url>.sig`` and installs them if they are newer.

    :param url: ``https://...`` of the directory file.
    """

    def __init__(self, url: str, installed: InstalledDirectory) -> None:
        self._url = url
        self._installed = installed

    def refresh(self) -> int:
        """Install what is published now; return its version.

        :raises TransportError: ``directory-unreachable``, ``directory-too-large``.
        :raises Wrapped: it is not signed by the pinned key, has expired, or is older than ours.
        """
        signature = _get(f"{self._url}.sig", _SIGNATURE_BYTES)
        return self._installed.install(_get(self._url, MAX_BYTES), signature).version


def _get(url: str, limit: int) -> bytes:
    if not url.startswith("https://"):
        raise TransportError("directory-unreachable", "/directory_url", "Use an https address.")
    try:
        with requests.get(
            url, timeout=_SECONDS, stream=True, allow_redirects=False, headers=_PLAIN
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise TransportError("directory-unreachable", "/directory_url")
            return _read(answer.raw, limit, time.monotonic() + _WHOLE_SECONDS)
    except (requests.RequestException, HTTPError, OSError):
        # Its text holds the address and whatever the server said.
        raise TransportError("directory-unreachable", "/directory_url") from None


def _read(source: Any, limit: int, give_up: float) -> bytes:
    """Read what has come, as it comes: to wait for a whole block is to let a server trickle."""
    content = bytearray()
    while block := source.read1(_BLOCK):
        content += block
        if len(content) > limit:
            raise TransportError("directory-too-large", "/directory_url")
        if time.monotonic() > give_up:
            raise TransportError("directory-unreachable", "/directory_url")
    return bytes(content)
