"""Getting in: signing in and out, joining, the first set-up, and a person's own account."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.entry import factors, joining, own, passkeys, providers, signing_in
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "entry.sign_in": signing_in.sign_in,
        "entry.code": signing_in.code,
        "entry.recovery": signing_in.recovery,
        "entry.sign_out": signing_in.sign_out,
        "entry.passkey_options": passkeys.options,
        "entry.passkey": passkeys.finish,
        "entry.provider": providers.depart,
        "entry.returned": providers.returned,
        "entry.join": joining.join,
        "entry.set_up": joining.set_up,
        "entry.check_list": joining.check_list,
        "entry.account": own.account,
        "entry.password": own.password,
        "entry.sessions": own.sessions,
        "entry.choose": own.choose,
        "entry.second_factor": factors.second_factor,
        "entry.totp": factors.totp,
        "entry.totp_picture": factors.totp_picture,
        "entry.passkey_new_options": factors.passkey_options,
        "entry.passkey_new": factors.passkey_new,
        "entry.factor_remove": factors.remove,
        "entry.recovery_codes": factors.recovery_codes,
    }
