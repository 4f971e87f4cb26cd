"""The settings of one node: one frozen dataclass, parsed once from ``settings.json`` in its home.

An unknown or wrong setting stops the start with its field path; a node never runs on a guess.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from exchange.errors import SettingsError
from keys.errors import KeysError
from keys.ssh_keys import SshPublicKey
from schemas.errors import SchemaError
from schemas.mail import is_mail_address
from schemas.strict_json import dumps, loads

FILE_NAME = "settings.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and what this node may do. Paths are relative to the home or absolute.

    :param node_key: file with the node key, outside the home; empty: a passphrase is asked for.
    :param directory_key: the pinned public key (SSH line) of the directory; empty: unpinned.
    :param directory_url: where newer directories are published; empty: installed by hand.
    :param listen: ``host:port`` of the delivery face.
    :param public_url: where partners reach the delivery face; empty: this node only sends.
    :param allow_private_endpoints: whether partners may be on private or loopback addresses.
    :param folders: watched folders, ``name -> path``.
    :param poll_seconds: longest pause of the worker between looks at what is due.
    :param scanner_socket: Unix socket of the virus scanner (clamd); empty: there is none, and
        documents are marked ``unscanned``.
    :param keep_days: days until a pack that nobody collected expires.
    :param pages_listen: ``host:port`` of the pages for signed-in people.
    :param pages_url: where people reach the pages; empty: this node has none.
    :param share_listen: ``host:port`` of the pages for people with a link and no account.
    :param share_url: where they reach these; empty: there are none.
    :param sign_in_file: who else may say who somebody is (docs/operations.md); outside the home.
    :param session_idle_minutes: after so long without a request a person is signed out.
    :param session_hours: after so long in any case.
    :param mail_host: the mail server that takes our messages; empty: none are sent.
    :param mail_tls: ``starttls``, ``tls`` (from the first byte) or ``none`` (loopback only).
    :param mail_from: the address that messages come from.
    :param mail_user: login name at the mail server; empty: it asks for none.
    :param mail_password_file: file whose first line is the password; outside the home.
    :param mail_ca_file: certificates to trust besides those of the machine; empty: none.
    """

    node_key: str = ""
    directory_key: str = ""
    directory_url: str = ""
    listen: str = "127.0.0.1:8443"
    public_url: str = ""
    allow_private_endpoints: bool = False
    folders: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    poll_seconds: float = 2.0
    scanner_socket: str = ""
    keep_days: int = 90
    pages_listen: str = "127.0.0.1:8080"
    pages_url: str = ""
    share_listen: str = "127.0.0.1:8081"
    share_url: str = ""
    sign_in_file: str = ""
    session_idle_minutes: int = 30
    session_hours: int = 12
    mail_host: str = ""
    mail_port: int = 587
    mail_tls: str = "starttls"
    mail_from: str = ""
    mail_user: str = ""
    mail_password_file: str = ""
    mail_ca_file: str = ""
    max_document_bytes: int = 512 * 1024 * 1024
    max_bundle_bytes: int = 4 * 1024 * 1024 * 1024


_TYPES: Mapping[str, tuple[type, ...]] = {
    "node_key": (str,),
    "directory_key": (str,),
    "directory_url": (str,),
    "listen": (str,),
    "public_url": (str,),
    "allow_private_endpoints": (bool,),
    "folders": (dict,),
    "poll_seconds": (int, float),
    "scanner_socket": (str,),
    "keep_days": (int,),
    "pages_listen": (str,),
    "pages_url": (str,),
    "share_listen": (str,),
    "share_url": (str,),
    "sign_in_file": (str,),
    "session_idle_minutes": (int,),
    "session_hours": (int,),
    "mail_host": (str,),
    "mail_port": (int,),
    "mail_tls": (str,),
    "mail_from": (str,),
    "mail_user": (str,),
    "mail_password_file": (str,),
    "mail_ca_file": (str,),
    "max_document_bytes": (int,),
    "max_bundle_bytes": (int,),
}


_LONGEST_POLL = 3600
_LONGEST_KEEP = 3660
_HIGHEST_PORT = 65535
_LONGEST_IDLE = 240
_LONGEST_SESSION = 24
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _is_address(text: str) -> bool:
    host, colon, port = text.rpartition(":")
    digits = port.isascii() and port.isdecimal() and 1 <= len(port) <= 5
    return bool(host and colon and digits) and 1 <= int(port) <= _HIGHEST_PORT


def _is_https(text: str) -> bool:
    if not text:
        return True
    try:
        parts = urlsplit(text)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_pages_url(text: str) -> bool:
    """Say whether people may be sent there: HTTPS, or this very machine."""
    if not text:
        return True
    try:
        parts = urlsplit(text)
        near = parts.scheme == "http" and parts.hostname in _LOOPBACK
        bare = not (parts.query or parts.fragment or parts.username or parts.path.strip("/"))
        return (parts.scheme == "https" or near) and bool(parts.hostname) and bare
    except ValueError:
        return False


def _is_host(text: str) -> bool:
    return all(one.isascii() and (one.isalnum() or one in ".-:") for one in text)


def _is_key_line(text: str) -> bool:
    if not text:
        return True
    try:
        SshPublicKey.from_line(text)
    except KeysError:
        return False
    return True


def _are_folders(folders: Mapping[str, Any]) -> bool:
    return all(name and isinstance(path, str) and path for name, path in folders.items())


_RULES: Mapping[str, Callable[[Any], bool]] = {
    "directory_key": _is_key_line,
    "listen": _is_address,
    "public_url": _is_https,
    "directory_url": _is_https,
    "folders": _are_folders,
    "poll_seconds": lambda seconds: 0 < seconds <= _LONGEST_POLL,
    "pages_listen": _is_address,
    "pages_url": _is_pages_url,
    "share_listen": _is_address,
    "share_url": _is_pages_url,
    "session_idle_minutes": lambda minutes: 1 <= minutes <= _LONGEST_IDLE,
    "session_hours": lambda hours: 1 <= hours <= _LONGEST_SESSION,
    "mail_host": _is_host,
    "mail_port": lambda port: 1 <= port <= _HIGHEST_PORT,
    "mail_tls": lambda how: how in ("starttls", "tls", "none"),
    "mail_from": lambda address: not address or is_mail_address(address),
    "keep_days": lambda days: 1 <= days <= _LONGEST_KEEP,
    "max_document_bytes": lambda size: size > 0,
    "max_bundle_bytes": lambda size: size > 0,
}
"""What a value of the right type must also be."""


@dataclass(frozen=True, slots=True)
class Home:
    """The data folder of one node, and the names of what lies in it."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """Return the settings file."""
        return self.root / FILE_NAME

    @property
    def database(self) -> Path:
        """Return the database file."""
        return self.root / "node.db"

    @property
    def blobs(self) -> Path:
        """Return the folder of sealed blobs."""
        return self.root / "blobs"

    @property
    def keyring(self) -> Path:
        """Return the folder of sealed private keys."""
        return self.root / "keys"

    @property
    def directory(self) -> Path:
        """Return the signed directory file; its signature lies beside it with ``.sig``."""
        return self.root / "directory.json"

    @property
    def schools(self) -> Path:
        """Return the index of the open register of schools; public data."""
        return self.root / "schools.db"

    @property
    def tls_certificate(self) -> Path:
        """Return the certificate of the delivery face."""
        return self.root / "tls" / "certificate.pem"

    @property
    def tls_key(self) -> Path:
        """Return the TLS key of the delivery face: the only key that the outward process holds."""
        return self.root / "tls" / "key.pem"

    @property
    def logs(self) -> Path:
        """Return the folder of logs (codes and ids only)."""
        return self.root / "logs"

    def scanner_socket(self, settings: Settings) -> Path | None:
        """Return the socket of the virus scanner, or None where there is none."""
        if not settings.scanner_socket:
            return None
        return self.root / settings.scanner_socket

    def node_key(self, settings: Settings) -> Path | None:
        """Return the file of the node key, or None where a passphrase is asked for."""
        if not settings.node_key:
            return None
        return (self.root / settings.node_key).resolve()


def load(home: Home) -> Settings:
    """Return the settings of a home.

    :raises SettingsError: ``home-missing``, ``setting-unknown``, ``setting-invalid``.
    """
    try:
        raw = home.settings_file.read_bytes()
    except FileNotFoundError:
        raise SettingsError(
            "home-missing", "/home", "Set this node up with `senx init --home DIR`."
        ) from None
    except OSError:
        raise SettingsError("setting-invalid", f"/{FILE_NAME}", "It cannot be read.") from None
    try:
        values = loads(raw)
    except SchemaError as error:
        raise SettingsError("setting-invalid", f"/{FILE_NAME}{error.path}", error.hint) from None
    return _checked(values)


def check(settings: Settings) -> None:
    """Refuse what :func:`load` would refuse, before anything is made by it.

    :raises SettingsError: ``setting-invalid``.
    """
    _checked(_values(settings))


def save(home: Home, settings: Settings) -> None:
    """Write the settings, durably, replacing the file in one step.

    :raises SettingsError: ``setting-invalid``: it could not be loaded again.
    """
    temporary = home.settings_file.with_suffix(".new")
    values = _values(settings)
    _checked(values)
    with temporary.open("wb") as out:
        out.write(dumps(values))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(home.settings_file)


def _values(settings: Settings) -> dict[str, Any]:
    values = {one.name: getattr(settings, one.name) for one in fields(settings)}
    return {**values, "folders": dict(settings.folders)}


def _checked(values: Any) -> Settings:
    if not isinstance(values, dict):
        raise SettingsError("setting-invalid", f"/{FILE_NAME}")
    for name, value in values.items():
        if name not in _TYPES:
            raise SettingsError("setting-unknown", f"/{name}", "Remove this setting.")
        wrong = isinstance(value, bool) and bool not in _TYPES[name]
        right = not wrong and isinstance(value, _TYPES[name])
        if not right or (name in _RULES and not _RULES[name](value)):
            raise SettingsError("setting-invalid", f"/{name}")
    folders = values.get("folders", {})
    return Settings(**{**values, "folders": MappingProxyType(dict(folders))})
