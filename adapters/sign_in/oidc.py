"""OpenID Connect: the authorization code flow with PKCE, state and nonce (exchange.ports.sign_in).

Held to OpenID Connect Core 1.0 (3.1.3.7), RFC 7636 (S256), RFC 9207 and RFC 9700: the code is
fetched with a proof that only this departure has, and the token must be signed by the provider's
own key, for this client, for this departure, now.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwt import Claims, JWTClaimsRegistry

from adapters.sign_in.discovery import TIMEOUT, Discovery, unreachable
from exchange.errors import Refused
from exchange.ports.people import Clock
from exchange.ports.sign_in import Departure, Identity, ProviderSettings, Return

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_LEEWAY_SECONDS = 90
_SECRET_LENGTH = 48
_LONGEST_SUBJECT = 255


class OidcProvider:
    """One provider (implements ``exchange.ports.sign_in.SignInProvider``)."""

    def __init__(self, settings: ProviderSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._discovery = Discovery(settings.issuer, clock)

    @property
    def settings(self) -> ProviderSettings:
        """Return how it is set up."""
        return self._settings

    def depart(self, redirect_uri: str) -> Departure:
        """Return where to send the browser, and what to remember.

        :raises TransportError: ``provider-unreachable``.
        :raises Refused: ``provider-wrong``.
        """
        state, nonce, verifier = (generate_token(_SECRET_LENGTH) for _ in range(3))
        more = {"nonce": nonce}
        if self._settings.request_acr:
            more["acr_values"] = self._settings.request_acr
        endpoint = self._discovery.endpoints().authorization
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                endpoint, state=state, code_verifier=verifier, **more
            )
        return Departure(url, state, nonce, verifier)

    def arrive(self, departure: Departure, redirect_uri: str, back: Return) -> Identity:
        """Return who came back.

        :raises Refused: ``sign-in-refused``, ``sign-in-mismatch``.
        :raises TransportError: ``provider-unreachable``.
        """
        if not hmac.compare_digest(departure.state.encode(), back.state.encode()):
            raise _mismatch("/state")
        endpoints = self._discovery.endpoints()
        said = back.issuer or (None if endpoints.names_issuer else self._settings.issuer)
        if said != self._settings.issuer and not self._settings.tenants:
            raise _mismatch("/iss")
        if back.error or not back.code:
            raise _refused()
        token = self._fetched(endpoints.token, redirect_uri, departure, back.code)
        claims = self._proven(token, departure.nonce)
        return self._identity(claims)

    def _client(self, redirect_uri: str) -> Any:
        return OAuth2Session(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret or None,
            scope=" ".join(self._settings.scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _fetched(self, url: str, redirect_uri: str, departure: Departure, code: str) -> str:
        """Return the ID token that the code stands for."""
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    url,
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=redirect_uri,
                    code_verifier=departure.verifier,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
        except OAuthError:
            raise _refused() from None
        except (requests.RequestException, ValueError, OSError, RecursionError):
            raise unreachable() from None
        found = token.get("id_token")
        if not isinstance(found, str):
            raise _mismatch("/id_token")
        return found

    def _proven(self, token: str, nonce: str) -> Claims:
        """Return the claims of a token that is signed by the provider, for us, for this nonce."""
        try:
            claims = self._decoded(token).claims
            self._registry(claims).validate(claims)
        except JoseError as error:
            raise _mismatch(f"/id_token/{getattr(error, 'claim', '') or 'signature'}") from None
        except (ValueError, TypeError, RecursionError):
            raise _mismatch("/id_token") from None
        given = claims.get("nonce")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
            raise _mismatch("/id_token/nonce")
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if several else self._settings.client_id) != (
            self._settings.client_id
        ):
            raise _mismatch("/id_token/azp")
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._discovery.keys(), algorithms=_ALGORITHMS)
        except (InvalidKeyIdError, ValueError):
            newest = self._discovery.keys(unknown_key=True)  # the provider changed its keys
            return jwt.decode(token, newest, algorithms=_ALGORITHMS)

    def _registry(self, claims: Claims) -> JWTClaimsRegistry:
        return JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer_of(claims)},
            aud={"essential": True, "value": self._settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True},
        )

    def _issuer_of(self, claims: Mapping[str, Any]) -> str:
        """Return the issuer that these claims must name."""
        if "{tenantid}" not in self._settings.issuer:
            return self._settings.issuer
        tenant = claims.get("tid")
        if not isinstance(tenant, str) or tenant not in self._settings.tenants:
            raise _mismatch("/id_token/tid")
        return self._settings.issuer.replace("{tenantid}", tenant)

    def _identity(self, claims: Claims) -> Identity:
        subject = claims["sub"]
        if not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise _mismatch("/id_token/sub")
        email = claims.get("email")
        trusted = self._settings.trusts_email and claims.get("email_verified") is True
        name = claims.get("name")
        return Identity(
            issuer=claims["iss"],
            subject=subject,
            email=email if trusted and isinstance(email, str) else "",
            name=name if isinstance(name, str) else "",
            multi_factor=self._shown_twice(claims),
        )

    def _shown_twice(self, claims: Mapping[str, Any]) -> bool:
        """Return whether a second factor was shown to the provider."""
        if self._settings.mfa == "enforced":
            return True
        if self._settings.mfa == "never":
            return False
        said = claims.get(self._settings.mfa)
        values = said if isinstance(said, list) else [said]
        return any(isinstance(one, str) and one in self._settings.mfa_values for one in values)


def _mismatch(path: str) -> Refused:
    hint = "Start signing in again, from this site's own page."
    return Refused("sign-in-mismatch", path, hint)


def _refused() -> Refused:
    return Refused("sign-in-refused", hint="Try again, or sign in another way.")
