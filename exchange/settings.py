"""The settings of one node: one frozen dataclass, parsed once from ``settings.json`` in its home.

An unknown or wrong setting stops the start with its field path; a node never runs on a guess.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from exchange.errors import SettingsError
from schemas.errors import SchemaError
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
    :param keep_days: days until a pack that nobody collected expires.
    """

    node_key: str = ""
    directory_key: str = ""
    directory_url: str = ""
    listen: str = "127.0.0.1:8443"
    public_url: str = ""
    allow_private_endpoints: bool = False
    folders: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    poll_seconds: float = 2.0
    keep_days: int = 90
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
    "keep_days": (int,),
    "max_document_bytes": (int,),
    "max_bundle_bytes": (int,),
}


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
    try:
        values = loads(raw)
    except SchemaError as error:
        raise SettingsError("setting-invalid", f"/{FILE_NAME}{error.path}", error.hint) from None
    return _checked(values)


def save(home: Home, settings: Settings) -> None:
    """Write the settings, durably, replacing the file in one step."""
    temporary = home.settings_file.with_suffix(".new")
    values = {one.name: getattr(settings, one.name) for one in fields(settings)}
    values["folders"] = dict(settings.folders)
    with temporary.open("wb") as out:
        out.write(dumps(values))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(home.settings_file)


def _checked(values: Any) -> Settings:
    if not isinstance(values, dict):
        raise SettingsError("setting-invalid", f"/{FILE_NAME}")
    for name, value in values.items():
        if name not in _TYPES:
            raise SettingsError("setting-unknown", f"/{name}", "Remove this setting.")
        wrong = isinstance(value, bool) and bool not in _TYPES[name]
        if wrong or not isinstance(value, _TYPES[name]):
            raise SettingsError("setting-invalid", f"/{name}")
    folders = values.get("folders", {})
    if not all(isinstance(path, str) and path for path in folders.values()):
        raise SettingsError("setting-invalid", "/folders")
    return Settings(**{**values, "folders": MappingProxyType(dict(folders))})
