"""Behind the proxy that docs/pages.md shows, the pages know each browser by its real address."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from exchange.web.entry.steps import source_of

PAGE = Path(__file__).parents[2] / "docs" / "pages.md"
BROWSER, TYPED = "203.0.113.7", "198.51.100.1"


def sent_on(typed: dict[str, str]) -> dict[str, str]:
    """Return the headers that the proxy hands to the pages for a browser's own."""
    block = re.search(r"```nginx\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    told = {"$remote_addr": BROWSER, "$http_host": typed["Host"]}
    told["$proxy_add_x_forwarded_for"] = f"{typed.get('X-Forwarded-For', '')}, {BROWSER}"
    lines = re.findall(r"proxy_set_header\s+(\S+)\s+(\S+);", block[1])
    return typed | {name: told[value] for name, value in lines}


def test_the_address_is_the_browsers_own_whatever_it_typed() -> None:
    for typed in ({}, {"X-Forwarded-For": TYPED}, {"X-Forwarded-For": f"{TYPED}, 127.0.0.1"}):
        headers = sent_on({"Host": "senx.trust.example", **typed})
        near = {"REMOTE_ADDR": "127.0.0.1"}  # the proxy's, on this machine
        with Flask("pages").test_request_context(headers=headers, environ_overrides=near):
            assert source_of() == BROWSER, typed
