"""What templates do about a name that is not there: a wrong one fails, an unset option does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import ChainableUndefined
from jinja2.utils import missing

_FREE = frozenset({"caller", "null", "undefined", "successBanner"})
"""Names that the components' macros ask for without ever setting them."""


class Careful(ChainableUndefined):
    """Fails for an unknown variable or attribute; stays empty for a key that a mapping lacks.

    The components' macros ask their parameters, which are mappings, for every option there is;
    our own views hand over objects, of which a missing attribute is a mistake.
    """

    def _check(self) -> None:
        asked_of = self._undefined_obj
        optional = isinstance(asked_of, Mapping | str)
        if not optional and not (asked_of is missing and self._undefined_name in _FREE):
            self._fail_with_undefined_error()

    def __getattr__(self, name: str) -> Any:
        if name[:2] == name[-2:] == "__":
            raise AttributeError(name)
        self._check()
        return self

    def __getitem__(self, name: str) -> Any:
        self._check()
        return self

    def __str__(self) -> str:
        self._check()
        return ""

    def __bool__(self) -> bool:
        self._check()
        return False

    def __len__(self) -> int:
        self._check()
        return 0

    def __iter__(self) -> Iterator[Any]:
        self._check()
        yield from ()

    def __eq__(self, other: object) -> bool:
        self._check()
        return type(self) is type(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        self._check()
        return id(type(self))

    def __html__(self) -> str:
        return str(self)
