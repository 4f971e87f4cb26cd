"""Which mail addresses this service sends to: the plain ones, as RFC 5321 spells them in ASCII.

Quoted local parts, comments, address literals and names of hosts without a dot are not taken:
no school uses them, and each has been a way to smuggle something past a mail server.
"""

from __future__ import annotations

import re

LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST_LOCAL = 64


def is_mail_address(text: str) -> bool:
    """Say whether a message can be sent to ``text``."""
    local, at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and len(text) <= LONGEST
        and len(local) <= _LONGEST_LOCAL
        and _LOCAL.fullmatch(local) is not None
        and not local.startswith("-")
        and len(labels) > 1
        and all(_LABEL.fullmatch(one) for one in labels)
        and not labels[-1].isdecimal()
    )
