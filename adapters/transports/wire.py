"""One HTTPS exchange with a partner's endpoint: where it may connect, whom it believes, how long.

The endpoint's URL comes from the trust directory, which others write: a URL that resolves to our
own network must not turn this node into somebody's key to it (SSRF). So the address is judged
where the socket is made, and no second look-up can answer otherwise (DNS rebinding). Redirects,
proxies from the environment, cookies and compression are not there to be turned off.
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from urllib3 import connection

from adapters.transports.addresses import IpAddress, parse_address, reachable
from adapters.transports.failures import (
    damaged,
    foreign_errors_wrapped,
    invalid_endpoint,
    unexpected_certificate,
)
from exchange.errors import TransportError, TransportRefused

CONNECT_SECONDS = 20.0
READ_SECONDS = 60.0
SLOWEST_BYTES_PER_SECOND = 16 * 1024
CHECKED_BYTES_PER_SECOND = 4 * 1024 * 1024
ANSWER_LIMIT = 1024 * 1024

_BLOCK = 256 * 1024
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9a-fA-F:.]{2,45}")
_PATH = re.compile(r"[A-Za-z0-9._~/-]*")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, unjudged.

    :param media_type: of the Content-Type, lower case, without parameters.
    """

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Peer:
    """A partner's endpoint.

    :param base: ``https://host[:port][/prefix]`` without a slash at the end.
    :param tls_sha256: SHA-256 (hex) of the certificate's DER, or None to trust the system's CAs.
    :param allow_private: whether private and loopback addresses may be connected to; loopback
        then also by plain ``http``.
    """

    base: str
    host: str
    port: int
    secure: bool
    tls_sha256: str | None
    allow_private: bool

    @classmethod
    def of(cls, url: str, tls_sha256: str | None, allow_private: bool) -> Peer:
        """Read an endpoint of the directory.

        :raises TransportRefused: ``endpoint-invalid``: not a plain https URL.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise invalid_endpoint() from None
        host = parts.hostname or ""
        plain = parts.scheme == "http" and allow_private
        odd = parts.username is not None or parts.query or parts.fragment or "?" in url
        if odd or not (_HOST.fullmatch(host) and _PATH.fullmatch(parts.path)):
            raise invalid_endpoint()
        if not (parts.scheme == "https" or plain) or port == 0:
            raise invalid_endpoint()
        if tls_sha256 is not None and not _FINGERPRINT.fullmatch(tls_sha256):
            raise invalid_endpoint()
        default = 80 if plain else 443
        # As the Host field will say it (RFC 9110, 4.2.3), for both sides sign and check it.
        authority = f"[{host}]" if ":" in host else host
        if port not in (None, default):
            authority += f":{port}"
        base = f"{parts.scheme}://{authority}{parts.path.rstrip('/')}"
        return cls(base, host, port or default, not plain, tls_sha256, allow_private)

    def exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | BinaryIO | None = None,
        size: int = 0,
    ) -> Answer:
        """Send one request and return the answer, both within time and size limits.

        :param path: below ``base``, with its query.
        :param body: bytes, or a file of which the next ``size`` bytes are sent.
        :raises TransportError: ``peer-unreachable``, ``peer-timeout``, ``tls-failed``,
            ``answer-too-large``.
        :raises TransportRefused: ``private-endpoint``, ``tls-certificate-unexpected``,
            ``parcel-damaged``: the file holds more or fewer bytes.
        """
        seconds = 2 * READ_SECONDS + size / SLOWEST_BYTES_PER_SECOND
        with foreign_errors_wrapped(), self._connected() as line, _watched(line, seconds):
            if body is not None:
                headers = {**headers, "Content-Length": str(size)}
            source: bytes | Iterator[bytes] | None
            source = body if body is None or isinstance(body, bytes) else _exactly(body, size)
            # A refusal may come, and the line be closed, while we still send: it is read then.
            with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
                line.request(
                    method,
                    self._prefix + path,
                    body=source,
                    headers=headers,
                    preload_content=False,
                    decode_content=False,
                )
            # It may have to check and sync what we sent before it answers.
            if line.sock is not None:
                line.sock.settimeout(READ_SECONDS + size / CHECKED_BYTES_PER_SECOND)
            return _read(line.getresponse())

    @property
    def _prefix(self) -> str:
        return urlsplit(self.base).path

    @contextmanager
    def _connected(self) -> Iterator[connection.HTTPConnection]:
        line = self._line()
        try:
            line.connect()
            self._check_certificate(line)
            yield line
        finally:
            line.close()

    def _line(self) -> connection.HTTPConnection:
        if not self.secure:
            return _PlainLine(self.host, self.port, timeout=CONNECT_SECONDS, blocksize=_BLOCK)
        line = _SecureLine(
            self.host,
            self.port,
            timeout=CONNECT_SECONDS,
            blocksize=_BLOCK,
            ssl_context=_tls(pinned=self.tls_sha256 is not None),
            cert_reqs=ssl.CERT_NONE if self.tls_sha256 else ssl.CERT_REQUIRED,
            assert_fingerprint=self.tls_sha256,
        )
        line.allow_private = self.allow_private
        return line

    def _check_certificate(self, line: connection.HTTPConnection) -> None:
        """Compare the pin ourselves as well: nothing is sent on the word of one keyword alone."""
        if self.tls_sha256 is None:
            return
        presented = None
        if isinstance(line.sock, ssl.SSLSocket):
            presented = line.sock.getpeercert(binary_form=True)
        if presented is None or hashlib.sha256(presented).hexdigest() != self.tls_sha256:
            raise unexpected_certificate()


def _exactly(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the next ``size`` bytes; a pack that shrank or grew is damaged."""
    left = size
    while left:
        part = file.read(min(left, _BLOCK))
        if not part:
            raise damaged()
        left -= len(part)
        if not left and file.read(1):
            raise damaged()
        yield part


class _VettedLine(connection.HTTPConnection):
    """A connection that judges each address in the very call that connects to it."""

    allow_private = False

    def may_reach(self, address: IpAddress) -> bool:
        """Return whether this line may be connected to ``address``."""
        return reachable(address, self.allow_private)

    def _new_conn(self) -> socket.socket:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        allowed = [one for one in found if self.may_reach(parse_address(str(one[4][0])))]
        if not allowed:
            raise TransportRefused(
                "private-endpoint",
                "/endpoint",
                "The endpoint lies in a private network. Allow it in the settings only if it is"
                " a partner in your own network.",
            )
        failure: OSError | None = None
        for family, kind, protocol, _, target in allowed:
            line = socket.socket(family, kind, protocol)
            try:
                line.settimeout(CONNECT_SECONDS)
                line.connect(target)
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                line.close()
                failure = error
            else:
                return line
        raise failure or OSError()


class _SecureLine(_VettedLine, connection.HTTPSConnection):
    pass


class _PlainLine(_VettedLine):
    """Plain HTTP, for a demonstration on one machine: loopback and nothing else."""

    def may_reach(self, address: IpAddress) -> bool:
        """Return whether ``address`` is this machine."""
        return address.is_loopback


def _tls(*, pinned: bool) -> ssl.SSLContext:
    """Return a client context: the system's CAs and host name, or (pinned) the pin alone."""
    if not pinned:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _read(response: Any) -> Answer:
    """Read the answer up to the limit; the watch bounds the time."""
    body = bytearray()
    while chunk := response.read(min(_BLOCK, ANSWER_LIMIT + 1 - len(body))):
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise TransportError("answer-too-large", "/endpoint")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Answer(response.status, media_type, bytes(body))


@contextmanager
def _watched(line: connection.HTTPConnection, seconds: float) -> Iterator[None]:
    """Cut the line when the whole exchange takes too long, however busily it trickles."""
    begun = time.monotonic()
    held = line.sock  # the line itself lets go of it once an answer has begun

    def cut() -> None:
        with suppress(OSError, ValueError):
            if held is not None:
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
        in_time = time.monotonic() - begun < seconds
    except Exception:
        if time.monotonic() - begun < seconds:
            raise
        in_time = False
    finally:
        timer.cancel()
    if not in_time:  # what we cut off may look complete
        raise TransportError("peer-timeout", "/endpoint")
