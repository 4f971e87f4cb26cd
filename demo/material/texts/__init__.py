"""The words: one TOML file for each type of need, with templates such as ``{name}``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def _read(name: str) -> dict[str, Any]:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def need_text(code: str) -> dict[str, Any]:
    """Return the texts for a SEN type code, or for ``NONE`` (nothing identified)."""
    return _read(f"{code.lower()}.toml")


def conditions() -> dict[str, Any]:
    """Return the texts of the healthcare plans, by condition."""
    return _read("_conditions.toml")


def suspicions() -> dict[str, Any]:
    """Return the texts of suspected needs: what was noticed, tried and should come next."""
    return _read("_suspicions.toml")
