"""The provider of oidc-provider-mock, made to hold clients to PKCE (RFC 7636) as real ones do."""

from __future__ import annotations

from typing import Any

import oidc_provider_mock._app as mock
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from oidc_provider_mock.__main__ import run

_CHALLENGES: dict[str, str] = {}


class Strict(mock.AuthorizationCodeGrant):
    """Gives a token only to whoever has the verifier of the departure."""

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = request.payload.data
        assert asked["code_challenge_method"] == "S256"
        _CHALLENGES[code] = asked["code_challenge"]
        super().save_authorization_code(code, request)

    def query_authorization_code(self, code: str, client: Any) -> Any:
        verifier = self.request.form.get("code_verifier", "")
        if create_s256_code_challenge(verifier) != _CHALLENGES.get(code):
            return None
        return super().query_authorization_code(code, client)


if __name__ == "__main__":
    mock.AuthorizationCodeGrant = Strict  # type: ignore[misc]
    run()
