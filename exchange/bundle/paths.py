"""Which names a member may have: the same file on Windows, macOS and Linux, and nowhere else.

Names come from one small ASCII alphabet, so that no two names differ only by Unicode form, none
needs escaping in a manifest, a link or a shell, and none carries a person's name by accident: the
title that people read is in the statement. Everything that escapes a folder in some dialect
(``..``, absolute, drive, UNC, NTFS stream, device, trailing dot, empty) is outside the rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from exchange.errors import ContainerError

MAX_NAME = 120
"""Longest name in bytes: leaves a Windows path (260) room for the folder it is opened in."""

MAX_DEPTH = 4
"""Most components of one name."""

_COMPONENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_HINT = "Do not open this file with other tools either. Ask the sender to send it again."


def check_name(name: str, path: str = "") -> str:
    """Return ``name`` if it may be a member's name (docs/bundle-format.md, "Names").

    :param path: where the name stands, for the error; the name itself is never shown.
    :raises ContainerError: ``name-*``, the suffix says which rule it breaks.
    """
    broken = _first_broken_rule(name)
    if broken:
        raise ContainerError(f"name-{broken}", path, _HINT)
    return name


def _first_broken_rule(name: str) -> str | None:
    """Return the suffix of the error code, or None for a good name; most telling rule first."""
    if not name:
        return "empty"
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME:
        return "too-long"
    if "\\" in name:
        return "backslash"
    if name.startswith("/"):
        return "absolute"
    if _DRIVE.match(name):
        return "drive"
    if ":" in name:
        return "stream"
    components = name.split("/")
    if len(components) > MAX_DEPTH:
        return "too-deep"
    return next(filter(None, map(_broken_component, components)), None)


def _broken_component(component: str) -> str | None:
    """Return the rule that one component breaks, or None."""
    if not component:
        return "empty"
    if component in (".", ".."):
        return "parent"
    if component.endswith((".", " ")):
        return "trailing-dot"
    if not _COMPONENT.fullmatch(component):
        return "character"
    if _DEVICE.fullmatch(component.split(".", 1)[0]):
        return "device"
    return None


def check_names(names: Iterable[str], path: str = "/members") -> None:
    """Check every name and that all can live in one folder tree on any system.

    :raises ContainerError: ``name-*`` as :func:`check_name`; ``name-duplicate``: twice the same;
        ``name-collision``: the same but for case, or a file where another has a folder.
    """
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for index, name in enumerate(names):
        where = f"{path}/{index}"
        check_name(name, where)
        folded = name.casefold()
        if folded in files:
            code = "name-duplicate" if files[folded] == name else "name-collision"
            raise ContainerError(code, where, _HINT)
        files[folded] = name
        parts = name.split("/")[:-1]
        for end in range(1, len(parts) + 1):
            folder = "/".join(parts[:end])
            if folders.setdefault(folder.casefold(), folder) != folder:
                raise ContainerError("name-collision", where, _HINT)
    if files.keys() & folders.keys():
        raise ContainerError("name-collision", path, _HINT)


def safe_name(wish: str, taken: Iterable[str] = (), *, fallback: str = "document") -> str:
    """Return one good component that resembles ``wish`` (a file name) and collides with no other.

    :param taken: components in use already, in any case.
    :param fallback: the stem where nothing of ``wish`` can be kept.
    """
    plain = unicodedata.normalize("NFKD", wish).encode("ascii", "ignore").decode("ascii")
    stem, dot, suffix = plain.rpartition(".")
    if not dot or not stem or not re.fullmatch(r"[A-Za-z0-9]{1,10}", suffix):
        stem, suffix = plain, ""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")[:60].strip("-") or fallback
    if _DEVICE.fullmatch(stem):
        stem = f"{fallback}-{stem}"
    folded = {name.casefold() for name in taken}
    ending = f".{suffix.lower()}" if suffix else ""
    name, number = f"{stem}{ending}", 1
    while name.casefold() in folded:
        number += 1
        name = f"{stem}-{number}{ending}"
    return name
