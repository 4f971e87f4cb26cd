"""Pages that need no sign-in, and signing in."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import BOTH, GET, POST, Row, node_row, open_row, own_row

_FRONT: Mapping[str, Row] = {
    "front.home": open_row("/"),
    "front.help": open_row("/help"),
    "front.accessibility": open_row("/accessibility"),
    "front.privacy": open_row("/privacy"),
    "front.health": open_row("/health"),
    "front.asset": open_row("/assets/<path:name>"),
}

_ENTRY: Mapping[str, Row] = {
    "entry.sign_in": open_row("/sign-in", BOTH),
    "entry.code": open_row("/sign-in/code", BOTH),
    "entry.recovery": open_row("/sign-in/recovery-code", BOTH),
    "entry.passkey_options": open_row("/sign-in/passkey/options", POST),
    "entry.passkey": open_row("/sign-in/passkey", POST),
    "entry.provider": open_row("/sign-in/with/<provider>", POST),
    "entry.returned": open_row("/sign-in/from/<provider>"),
    "entry.sign_out": own_row("/sign-out", POST, weak=True),
    "entry.join": open_row("/join/<token>", BOTH),
    "entry.set_up": open_row("/set-up/<token>", BOTH),
    "entry.account": own_row("/account"),
    "entry.second_factor": own_row("/account/second-factor", BOTH, weak=True),
    "entry.totp": own_row("/account/authenticator-app", BOTH, weak=True),
    "entry.totp_picture": own_row("/account/authenticator-app/picture", GET, weak=True),
    "entry.passkey_new_options": own_row("/account/passkeys/options", POST, weak=True),
    "entry.passkey_new": own_row("/account/passkeys", POST, weak=True),
    "entry.recovery_codes": own_row("/account/recovery-codes", BOTH),
    "entry.password": own_row("/account/password", BOTH),
    "entry.sessions": own_row("/account/sessions", BOTH),
    "entry.factor_remove": own_row("/account/second-factor/remove", POST),
    "entry.choose": own_row("/account/acting", BOTH, weak=True),
    "entry.check_list": node_row("/set-up"),
}

_SHELL: Mapping[str, Row] = {
    "drafts.save": own_row("/drafts/<path:key>", ("POST",), weak=False),
    "drafts.drop": own_row("/drafts-drop/<path:key>", ("POST",), weak=False),
}

ROWS: Mapping[str, Row] = {**_FRONT, **_ENTRY, **_SHELL}
