"""The sign-in providers that the settings name, read from a file of their own.

It holds secrets, so it lies outside of the data folder, beside the node key. A list of objects,
each with the fields of :class:`exchange.ports.sign_in.ProviderSettings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args, get_type_hints

from exchange.errors import SettingsError
from exchange.ports import Clock
from exchange.ports.sign_in import ProviderSettings, SignInProvider
from exchange.settings import Home, Settings
from schemas.errors import SchemaError
from schemas.strict_json import loads

_NAMES = frozenset(one.name for one in fields(ProviderSettings))
_NEEDED = ("code", "label", "issuer", "client_id")
_LISTS = frozenset({"scopes", "mfa_values", "tenants"})
_MFA = get_args(get_type_hints(ProviderSettings)["mfa"])
_MOST = 20


def providers_of(home: Home, settings: Settings, clock: Clock) -> Mapping[str, SignInProvider]:
    """Return the providers by their codes; none where the settings name no file.

    :raises SettingsError: ``setting-invalid``: with the field, never with what stands in it.
    """
    if not settings.sign_in_file:
        return {}
    # Imported where it is needed: most commands sign nobody in.
    from adapters.sign_in.oidc import OidcProvider

    read = [_provider(one, at) for at, one in enumerate(_read(home, settings))]
    if len({one.code for one in read}) != len(read):
        raise _invalid("/code", "Give each provider a code of its own.")
    return {one.code: OidcProvider(one, clock) for one in read}


def _read(home: Home, settings: Settings) -> list[Any]:
    try:
        value = loads((home.root / settings.sign_in_file).read_bytes())
    except (OSError, SchemaError):
        raise _invalid("", "It cannot be read as JSON.") from None
    if not isinstance(value, list) or len(value) > _MOST:
        raise _invalid("", "Write a list of providers.")
    return value


def _provider(value: Any, at: int) -> ProviderSettings:
    if not isinstance(value, dict):
        raise _invalid(f"/{at}", "Write an object for each provider.")
    for name in _NEEDED:
        if not value.get(name):
            raise _invalid(f"/{at}/{name}", "It is missing.")
    for name, one in value.items():
        if name not in _NAMES:
            raise _invalid(f"/{at}", "A field is unknown: see docs/operations.md.")
        if not _is_right(name, one):
            raise _invalid(f"/{at}/{name}", "It is not of the right kind.")
    if not value["issuer"].startswith("https://") and "127.0.0.1" not in value["issuer"]:
        raise _invalid(f"/{at}/issuer", "A provider is reached by https.")
    told: dict[str, Any] = {
        name: tuple(one) if name in _LISTS else one for name, one in value.items()
    }
    return ProviderSettings(**told)


def _is_right(name: str, value: Any) -> bool:
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if name == "trusts_email":
        return isinstance(value, bool)
    if name == "code":
        return isinstance(value, str) and value.isascii() and value.isalnum()
    return isinstance(value, str) and (name != "mfa" or value in _MFA)


def _invalid(path: str, hint: str) -> SettingsError:
    return SettingsError("setting-invalid", f"/sign_in_file{path}", hint)
