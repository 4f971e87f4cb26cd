"""A person at a browser without scripts: follows links by their words, fills in forms, sends them.

    walker = Walker("http://localhost:8080")
    walker.go("/sign-in")
    walker.click("Leavers")
    walker.fill(forename="Ada").press("Save and continue")

Whatever is not on the page cannot be clicked, so a journey holds the pages to having it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from lxml import html
from lxml.html import FormElement, HtmlElement
from requests.cookies import RequestsCookieJar

_REFRESH = re.compile(r"\d+;\s*url=(.+)", re.IGNORECASE)


class _Jar(RequestsCookieJar):
    """Sends cookies marked secure to this machine without TLS, as browsers do."""

    def set_cookie(self, cookie: Any, *more: Any, **named: Any) -> Any:
        assert cookie.secure, "every cookie of ours is for TLS alone"
        cookie = copy(cookie)
        cookie.secure = False
        return RequestsCookieJar.set_cookie(self, cookie, *more, **named)


class Walker:
    """One person at one browser."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.cookies = _Jar()
        self.answer: requests.Response
        self.page: HtmlElement
        self._given: dict[str, Any] = {}
        self._files: list[tuple[str, tuple[str, bytes, str]]] = []
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return str(self.answer.url)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def text(self) -> str:
        """Return the words of the page."""
        return " ".join(self.page.text_content().split())

    @property
    def heading(self) -> str:
        found = self.page.xpath("//h1")
        return " ".join(found[0].text_content().split()) if found else ""

    @property
    def title(self) -> str:
        return str(self.page.findtext(".//title") or "")

    def go(self, where: str) -> Walker:
        """Open an address."""
        return self._took(self.session.get(urljoin(self.base, where), timeout=60))

    def click(self, words: str) -> Walker:
        """Follow the first link with these words."""
        for link in self.page.xpath("//a[@href]"):
            if words in " ".join(link.text_content().split()):
                return self.go(urljoin(self.url, link.get("href")))
        raise AssertionError(f"no link {words!r} on {self.path}: {self.text[:900]}")

    def fill(self, **fields: Any) -> Walker:
        """Fill in fields by their names; lists are ticks."""
        self._given.update(fields)
        return self

    def label(self, words: str, value: Any) -> Walker:
        """Fill in the field whose label has these words."""
        for one in self.page.xpath("//label[@for]"):
            if words in " ".join(one.text_content().split()):
                field = self.page.get_element_by_id(one.get("for"))
                name = field.get("name")
                if len(self.page.xpath("//input[@type='text' and @name=$name]", name=name)) > 1:
                    self._given.setdefault(name, []).append(value)  # day, month and year
                else:
                    self._given[name] = value
                return self
        raise AssertionError(f"no label {words!r} on {self.path}: {self.text[:900]}")

    def tick(self, words: str) -> Walker:
        """Tick the box, or choose the button, whose label has these words."""
        for one in self.page.xpath("//label[@for]"):
            if words in " ".join(one.text_content().split()):
                field = self.page.get_element_by_id(one.get("for"))
                name, value = field.get("name"), field.get("value", "on")
                if field.get("type") == "checkbox":
                    self._given.setdefault(name, [])
                    self._given[name].append(value)
                else:
                    self._given[name] = value
                return self
        raise AssertionError(f"nothing to tick {words!r} on {self.path}: {self.text[:900]}")

    def choose_file(self, field: str, name: str, content: bytes, media_type: str) -> Walker:
        """Choose a file; again for more."""
        self._files.append((field, (name, content, media_type)))
        return self

    def press(self, words: str) -> Walker:
        """Send the form that has a button with these words."""
        for form in self.page.forms:
            for button in form.xpath(".//button | .//input[@type='submit']"):
                if words in " ".join(button.text_content().split()) or words == button.get("value"):
                    return self._send(form, button)
        raise AssertionError(f"no button {words!r} on {self.path}: {self.text[:900]}")

    def _send(self, form: FormElement, button: HtmlElement) -> Walker:
        values: list[tuple[str, Any]] = []
        for name, value in form.fields.items():
            if name in self._given or value is None or _is_file(form, name):
                continue
            many = value if not isinstance(value, str) else [value]
            values += [(name, one) for one in many]
        for name, value in self._given.items():
            many = value if isinstance(value, list) else [value]
            values += [(name, one) for one in many]
        if button.get("name"):
            values.append((button.get("name"), button.get("value", "")))
        where = urljoin(self.url, button.get("formaction") or form.get("action") or self.url)
        headers = {"Referer": self.url, "Origin": self.base}
        files, self._files, self._given = self._files, [], {}
        if (form.get("method") or "get").lower() == "get":
            return self._took(self.session.get(where, params=values, timeout=60))
        more: dict[str, Any] = {"files": files} if files else {}
        if form.get("enctype") == "multipart/form-data" and not files:
            more = {"files": [("", ("", b""))]}
        answer = self.session.post(where, data=values, headers=headers, timeout=120, **more)
        return self._took(answer)

    def _took(self, answer: requests.Response) -> Walker:
        for _ in range(5):
            self.answer = answer
            assert answer.status_code < 500, f"{answer.status_code} at {self.path}"
            if "text/html" in answer.headers.get("Content-Type", ""):
                self.page = html.document_fromstring(answer.content)
                self.seen.append(f"{self.path} | {self.title}")
            refresh = _REFRESH.match(answer.headers.get("Refresh", ""))
            if refresh is None or answer.headers["Refresh"].startswith(("2", "5")):
                return self
            answer = self.session.get(urljoin(self.url, refresh[1]), timeout=60)
        return self

    def errors(self) -> Iterator[str]:
        """Yield what the summary of errors says."""
        for one in self.page.xpath("//*[contains(@class, 'govuk-error-summary')]//li"):
            yield " ".join(one.text_content().split())


def _is_file(form: FormElement, name: str) -> bool:
    return bool(form.xpath(f".//input[@type='file' and @name='{name}']"))
