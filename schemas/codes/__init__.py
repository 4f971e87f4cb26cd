"""Dated code sets: the lists of codes that school data uses, kept as replaceable data files.

A file ``data/<name>.json`` holds one set: its name, title, version, source and codes, each with
a label and, where it applies, the first day (``since``) and last day (``until``) in force.
``import_only`` codes are history: read when records come in, never offered or written anew.
``check`` marks what nobody has compared with its source yet. Whatever else a code carries
(a document type's shelf life, a need's broad area) is in :attr:`Code.attributes`.

A code that was used again for something else has one entry per period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from schemas.errors import CodeSetError
from schemas.strict_json import JsonValue, loads

_OWN_FIELDS = frozenset({"code", "label", "since", "until", "import_only", "check"})


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a set.

    :ivar code: as it is written in data.
    :ivar label: as a person reads it.
    :ivar since: first day in force; ``None`` for "as long as records reach".
    :ivar until: last day in force; ``None`` for "still".
    :ivar import_only: historic: may be read from others, must not be written anew.
    :ivar check: not yet compared with its source.
    :ivar attributes: what else the data file says of it.
    """

    code: str
    label: str
    since: date | None = None
    until: date | None = None
    import_only: bool = False
    check: bool = False
    attributes: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)

    def in_force(self, on: date) -> bool:
        """Tell whether the code was in force on that day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One list of codes, with where it comes from."""

    name: str
    title: str
    version: str
    source: str
    entries: tuple[Code, ...]
    _by_code: Mapping[str, tuple[Code, ...]] = field(repr=False, compare=False, hash=False)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Code]:
        return iter(self.entries)

    def lookup(
        self, code: str, on: date | None = None, *, importing: bool = False, path: str = ""
    ) -> Code:
        """Find a code.

        :param on: the day on which it must have been in force; ``None`` asks for any day.
        :param importing: accept historic codes, whatever the day, because somebody else wrote
            them; among several periods of one code the one in force is preferred.
        :param path: field path for the error.
        :raises CodeSetError: ``code-unknown`` (in no version of the list), ``code-import-only``,
            ``code-not-yet`` or ``code-expired`` (not in force on that day).
        """
        found = self._by_code.get(code)
        if not found:
            raise CodeSetError("code-unknown", path, self._hint())
        in_force = [entry for entry in found if on is None or entry.in_force(on)]
        if importing:
            return (in_force or list(found))[-1]
        usable = [entry for entry in in_force if not entry.import_only]
        if usable:
            return usable[-1]
        if all(entry.import_only for entry in found):
            raise CodeSetError("code-import-only", path, self._hint())
        early = on is not None and all(entry.since and on < entry.since for entry in found)
        raise CodeSetError("code-not-yet" if early else "code-expired", path, self._hint())

    def current(self, on: date) -> tuple[Code, ...]:
        """Return what may be chosen on that day, in the order of the list."""
        return tuple(e for e in self.entries if not e.import_only and e.in_force(on))

    def _hint(self) -> str:
        return f"Choose a code from the current list: {self.title}."


@cache
def code_set(name: str) -> CodeSet:
    """Load the set of that name, such as ``sen-provision``.

    :raises CodeSetError: ``code-set-unknown`` where there is no such set.
    """
    if name not in code_set_names():
        raise CodeSetError("code-set-unknown", hint="Use one of the names in schemas/codes/data.")
    return _read(resources.files(__name__).joinpath("data", f"{name}.json").read_bytes())


@cache
def code_set_names() -> tuple[str, ...]:
    """Return the names of all sets, sorted."""
    files = resources.files(__name__).joinpath("data").iterdir()
    return tuple(sorted(f.name[:-5] for f in files if f.name.endswith(".json")))


def _read(data: bytes) -> CodeSet:
    content: Any = loads(data)
    entries = tuple(_read_code(entry) for entry in content["codes"])
    by_code: dict[str, tuple[Code, ...]] = {}
    for entry in entries:
        by_code[entry.code] = (*by_code.get(entry.code, ()), entry)
    return CodeSet(
        name=content["name"],
        title=content["title"],
        version=content["version"],
        source=content["source"],
        entries=entries,
        _by_code=MappingProxyType(by_code),
    )


def _read_code(entry: Mapping[str, Any]) -> Code:
    return Code(
        code=entry["code"],
        label=entry["label"],
        since=_day(entry.get("since")),
        until=_day(entry.get("until")),
        import_only=entry.get("import_only", False),
        check=entry.get("check", False),
        attributes=MappingProxyType({k: v for k, v in entry.items() if k not in _OWN_FIELDS}),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
