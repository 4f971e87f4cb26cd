"""What proves that somebody is the person of an account; all of it is sealed at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from keys.passkey import Passkey

Factor = Literal["password", "app", "recovery-code", "passkey", "provider"]


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """A passkey, and what its owner calls it."""

    passkey: Passkey
    name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """An account at a sign-in provider that is this person's."""

    provider: str
    issuer: str
    subject: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """The ways in which a person can sign in.

    :param password: Argon2id hash.
    :param totp: secret of the authenticator app; ``totp_step`` is the newest step used.
    :param recovery: hashes of the recovery codes that are left.
    :param handle: the random name that passkeys know the person by.
    """

    password: str | None = field(default=None, repr=False)
    totp: str | None = field(default=None, repr=False)
    totp_step: int | None = None
    recovery: tuple[str, ...] = field(default=(), repr=False)
    handle: str = field(default="", repr=False)
    passkeys: tuple[OwnPasskey, ...] = field(default=(), repr=False)
    links: tuple[Link, ...] = field(default=(), repr=False)

    @property
    def has_second_factor(self) -> bool:
        """Return whether there is anything but a password to show here."""
        return self.totp is not None or bool(self.passkeys)


NONE = Credentials()


def to_json(one: Credentials) -> dict[str, Any]:
    """Return credentials as they are kept."""
    return {
        "password": one.password,
        "totp": one.totp,
        "totp_step": one.totp_step,
        "recovery": list(one.recovery),
        "handle": one.handle,
        "passkeys": [_passkey_json(each) for each in one.passkeys],
        "links": [
            {
                "provider": each.provider,
                "issuer": each.issuer,
                "subject": each.subject,
                "at": each.linked_at.isoformat(),
            }
            for each in one.links
        ],
    }


def from_json(value: Mapping[str, Any]) -> Credentials:
    """Return credentials as they were kept; nothing kept is no credentials.

    :raises KeyError, TypeError, ValueError: they are damaged.
    """
    if not value:
        return NONE
    return Credentials(
        value["password"],
        value["totp"],
        value["totp_step"],
        tuple(value["recovery"]),
        value["handle"],
        tuple(_passkey(each) for each in value["passkeys"]),
        tuple(
            Link(
                each["provider"],
                each["issuer"],
                each["subject"],
                datetime.fromisoformat(each["at"]),
            )
            for each in value["links"]
        ),
    )


def _passkey_json(one: OwnPasskey) -> dict[str, Any]:
    return {
        "id": one.passkey.credential_id,
        "key": one.passkey.public_key,
        "count": one.passkey.sign_count,
        "backed_up": one.passkey.backed_up,
        "name": one.name,
        "at": one.made_at.isoformat(),
    }


def _passkey(value: Mapping[str, Any]) -> OwnPasskey:
    passkey = Passkey(value["id"], value["key"], value["count"], value["backed_up"])
    return OwnPasskey(passkey, value["name"], datetime.fromisoformat(value["at"]))
