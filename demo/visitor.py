"""A specialist without an account: follows a link, types the code, sends a report by HTTP.

What a browser without scripts would send, and nothing else of ours: the pages tell their own forms.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from http.client import HTTPResponse
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

from demo.mails import Mails

CODE = re.compile(r"^(\d{4} \d{4})$", re.MULTILINE)
_FORM = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
_WORDS = re.compile(r'id="words-1">([A-Z2-9 ]+)<')
_SECONDS = 90.0


class NothingCame(Exception):
    """What the story waits for did not come in time."""


class Visitor:
    """Somebody behind one link, in a browser of their own."""

    def __init__(self, address: str) -> None:
        """Follow nothing yet.

        :param address: the link as the mail has it.
        """
        parts = urlsplit(address)
        self._base, self._link = f"{parts.scheme}://{parts.netloc}", parts.path
        # A browser takes this very machine for safe, and so sends a cookie for safe places alone.
        policy = DefaultCookiePolicy(secure_protocols=("http", "https"))
        self._opener = build_opener(HTTPCookieProcessor(CookieJar(policy)))
        self._token = ""

    def come_in(self, mails: Mails, code_mail: str) -> None:
        """Ask for a code, wait for its mail, type it.

        :raises NothingCame: no code came.
        """
        self._post(self._link, {})
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            told = [CODE.search(one.text) for one in mails.all() if one.to == code_mail]
            found = [one[1] for one in told if one]
            if found:
                self._post(f"{self._link}/code", {"code": found[-1]})
                return
            time.sleep(0.1)
        raise NothingCame("the code of a link")

    def add(self, name: str, content: bytes) -> None:
        """Add a file, which is sealed while it streams in."""
        self._page("/report/files")
        more = {"X-Form-Token": self._token, "X-File-Name": quote(name)}
        self._open("/report/files/one", content, "PUT", more)

    def send(self, told: Mapping[str, str]) -> None:
        """Say what the report is, and send it."""
        self._page("/report/about")
        self._post("/report/about", {"form_token": self._token, "then": "on", **told})
        self._page("/report/send")
        self._post("/report/send", {"form_token": self._token})

    def words(self) -> str:
        """Wait for the signed receipt; return the words by which it is compared by telephone.

        :raises NothingCame: no receipt came.
        """
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            found = _WORDS.search(self._page("/report"))
            if found:
                return found[1]
            time.sleep(0.3)
        raise NothingCame("the receipt for a report")

    def _page(self, path: str) -> str:
        text = self._open(path)
        found = _FORM.search(text)
        self._token = found[1] if found else self._token
        return text

    def _post(self, path: str, told: Mapping[str, str]) -> str:
        return self._open(path, urlencode(told).encode(), "POST")

    def _open(
        self,
        path: str,
        data: bytes | None = None,
        method: str = "GET",
        more: Mapping[str, str] | None = None,
    ) -> str:
        where = self._base + path  # our own node's, as its link has it
        asked = Request(where, data=data, headers=dict(more or {}), method=method)  # noqa: S310
        if data is not None and method == "PUT":
            asked.add_header("Content-Type", "application/octet-stream")
        answer: HTTPResponse
        with self._opener.open(asked, timeout=_SECONDS) as answer:
            return answer.read().decode("utf-8", "replace")
