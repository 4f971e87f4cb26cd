"""Signing in through another organisation's accounts (OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One provider, as this node's administrator set it up.

    :param code: stands in addresses (``microsoft``); ``label`` on the button.
    :param issuer: exactly as the provider names itself. ``{tenantid}`` in it (Microsoft, several
        tenants) is filled from the token's ``tid``, which must be one of ``tenants``.
    :param mfa: how a second factor is known: the token says so in ``amr`` or in ``acr``, or the
        administrator has made sure that the provider always demands it (``enforced``); ``never``:
        the person shows a second factor here.
    :param mfa_values: values of ``amr`` or ``acr`` that count.
    :param request_acr: asked for as ``acr_values``, where the provider knows them.
    :param trusts_email: whether a verified e-mail address may find an invitation. Never true for
        providers where a person can choose the address.
    """

    code: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    mfa: Literal["amr", "acr", "enforced", "never"] = "never"
    mfa_values: tuple[str, ...] = ()
    request_acr: str = ""
    tenants: tuple[str, ...] = ()
    trusts_email: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """What must be remembered while the person is away at the provider; secret but for the URL.

    :param url: where the browser is sent.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """What the browser brought back, as it stood in the address."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    issuer: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says that this is; a person is known by issuer and subject alone.

    :param email: only where the provider says that it is verified, and is trusted with that.
    :param multi_factor: whether a second factor was shown there.
    """

    issuer: str
    subject: str
    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    multi_factor: bool = False


class SignInProvider(Protocol):
    """One provider."""

    @property
    def settings(self) -> ProviderSettings:
        """Return how it is set up."""

    def depart(self, redirect_uri: str) -> Departure:
        """Return where to send the browser, and what to remember.

        :raises exchange.errors.TransportError: ``provider-unreachable``.
        :raises exchange.errors.Refused: ``provider-wrong``: it is not what is set up.
        """

    def arrive(self, departure: Departure, redirect_uri: str, back: Return) -> Identity:
        """Return who came back.

        :raises exchange.errors.Refused: ``sign-in-refused`` (the person or provider said no),
            ``sign-in-mismatch`` (state, issuer or token do not belong to this departure).
        :raises exchange.errors.TransportError: ``provider-unreachable``.
        """
