"""Passkeys (WebAuthn): making one, and signing in with one.

A passkey is kept by the person's device, which asks for a finger, face or PIN each time: user
verification is demanded, so one passkey is two factors. Nobody is named when signing in (the
device offers what it has), so that asking tells a stranger nothing about who has an account.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from keys.errors import PasskeyInvalid
from keys.passkey import Passkey, Site, credential_lookup

__all__ = [
    "Passkey",
    "Site",
    "claimed_credential",
    "credential_lookup",
    "new_challenge",
    "new_handle",
    "proven",
    "registered",
    "registration_options",
    "sign_in_options",
]

_CHALLENGE_BYTES = 32
_TIMEOUT_MS = 5 * 60 * 1000
_LARGEST_RESPONSE = 64 * 1024

# What the library lets through of a response that is not what it says.
_WRONG = (
    WebAuthnException,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)


def new_challenge() -> str:
    """Return a fresh challenge, base64url; good for one ceremony."""
    return bytes_to_base64url(secrets.token_bytes(_CHALLENGE_BYTES))


def new_handle() -> str:
    """Return a random user handle, base64url; it says nothing about the person."""
    return bytes_to_base64url(secrets.token_bytes(_CHALLENGE_BYTES))


def registration_options(
    site: Site, challenge: str, handle: str, name: str, shown: str, existing: Sequence[str]
) -> str:
    """Return the JSON that the browser's ``credentials.create()`` wants.

    :param name: the sign-in name; ``shown``: the person's name.
    :param existing: ids of passkeys that the person has: a device makes no second one.
    """
    return options_to_json(
        webauthn.generate_registration_options(
            rp_id=site.rp_id,
            rp_name=site.name,
            user_id=base64url_to_bytes(handle),
            user_name=name,
            user_display_name=shown,
            challenge=base64url_to_bytes(challenge),
            timeout=_TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in existing
            ],
        )
    )


def registered(site: Site, challenge: str, response: str) -> Passkey:
    """Return the passkey that the browser made.

    :raises PasskeyInvalid: not for this site or challenge, not signed, person not verified.
    """
    _check_size(response)
    try:
        made = webauthn.verify_registration_response(
            credential=response,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _WRONG:
        raise PasskeyInvalid from None
    return Passkey(
        bytes_to_base64url(made.credential_id),
        bytes_to_base64url(made.credential_public_key),
        made.sign_count,
        made.credential_backed_up,
    )


def sign_in_options(site: Site, challenge: str) -> str:
    """Return the JSON that the browser's ``credentials.get()`` wants; it names no passkey."""
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=site.rp_id,
            challenge=base64url_to_bytes(challenge),
            timeout=_TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def claimed_credential(response: str) -> str:
    """Return the id of the passkey that a response says it is from; nothing is proven yet.

    :raises PasskeyInvalid: it is no such response.
    """
    return bytes_to_base64url(_parsed(response).raw_id)


def proven(site: Site, challenge: str, passkey: Passkey, handle: str, response: str) -> Passkey:
    """Return the passkey as it is after this use.

    :param handle: of the account that the passkey belongs to.
    :raises PasskeyInvalid: not for this site, challenge or account, the signature is wrong, the
        person was not verified, or the counter went back (a copy of the passkey is about).
    """
    credential = _parsed(response)
    named = credential.response.user_handle
    if named is not None and bytes_to_base64url(named) != handle:
        raise PasskeyInvalid
    try:
        shown = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _WRONG:
        raise PasskeyInvalid from None
    if bytes_to_base64url(shown.credential_id) != passkey.credential_id:
        raise PasskeyInvalid
    return Passkey(
        passkey.credential_id,
        passkey.public_key,
        shown.new_sign_count,
        shown.credential_backed_up,
    )


def _parsed(response: str) -> Any:
    _check_size(response)
    try:
        return webauthn.helpers.parse_authentication_credential_json(response)
    except _WRONG:
        raise PasskeyInvalid from None


def _check_size(response: str) -> None:
    if len(response) > _LARGEST_RESPONSE:
        raise PasskeyInvalid
