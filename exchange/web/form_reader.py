"""Reads the forms of one of our own pages: which fields stand in them, and in what state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

ANEW = "data-anew"
"""At a field that counts for what was shown then; its value names the hidden field with that."""
_BUTTONS = frozenset({"submit", "button", "image", "reset"})
_NOT_KEPT = frozenset({"password", "file"})
Attributes = list[tuple[str, str | None]]


@dataclass(slots=True)
class Control:
    """A field, or an option of one.

    :param value: as it stands in the page; ``choices``: of a select, or of all radios of a name.
    :param nth: its place among the fields of this name that are typed into.
    :param start: of its tag in the page; ``end``: behind it; ``body_end``: of what it encloses.
    """

    tag: str
    kind: str
    name: str
    value: str
    given: Attributes
    start: int
    end: int
    nth: int = 0
    body_end: int = 0
    label: str = ""
    legend: str = ""
    choices: list[str] = field(default_factory=list)
    options: list[Control] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Return how a person finds it: by the question, or by what stands at a tick."""
        if self.kind == "radio" or (self.kind != "checkbox" and not self.label):
            return self.legend or self.label
        return self.label or self.legend

    def has(self, attribute: str) -> bool:
        """Return whether its tag carries an attribute."""
        return any(name == attribute for name, _ in self.given)


@dataclass(slots=True)
class Drawn:
    """A form as it stands in a page."""

    hidden: dict[str, list[str]] = field(default_factory=dict)
    controls: list[Control] = field(default_factory=list)
    buttons: set[str] = field(default_factory=set)


def read_forms(html: str) -> Sequence[Drawn]:
    """Return the forms of a page that post."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        lines = html.split("\n")
        self._lines = [0, *accumulate(len(line) + 1 for line in lines)]
        self._forms: list[Drawn] = []
        self._form: Drawn | None = None
        self._open: Control | None = None
        self._option: Control | None = None
        self._legends: list[str] = []
        self._labels: dict[str, str] = {}
        self._heard: list[str] | None = None
        self._label_of = ""

    def finished(self) -> list[Drawn]:
        """Return what was read, each field with its label and its place among its like."""
        for form in self._forms:
            seen: dict[str, int] = {}
            radios: dict[str, list[str]] = {}
            for one in form.controls:
                one.label = self._labels.get(dict(one.given).get("id") or "", "")
                if one.kind == "radio":
                    one.choices = radios.setdefault(one.name, [])
                    one.choices.append(one.value)
                elif one.kind != "checkbox":
                    one.nth = seen.get(one.name, 0)
                    seen[one.name] = one.nth + 1
        return self._forms

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = dict(attrs)
        if tag == "form":
            self._form = Drawn() if (given.get("method") or "").lower() == "post" else None
            self._forms += [self._form] if self._form else []
        elif tag == "fieldset":
            self._legends.append("")
        elif tag in ("label", "legend"):
            self._heard, self._label_of = [], given.get("for") or ""
        elif tag in ("input", "select", "textarea", "button") and self._form is not None:
            self._field(self._form, tag, attrs)
        elif tag == "option" and self._open is not None:
            self._option = self._made(tag, "option", attrs)
            self._open.options.append(self._option)

    def _field(self, form: Drawn, tag: str, attrs: Attributes) -> None:
        given = dict(attrs)
        kind = (given.get("type") or "text").lower() if tag == "input" else tag
        name = given.get("name") or ""
        if kind in _BUTTONS:
            form.buttons.add(name)
        elif kind == "hidden":
            form.hidden.setdefault(name, []).append(given.get("value") or "")
        elif name and kind not in _NOT_KEPT and "disabled" not in given:
            made = self._made(tag, kind, attrs)
            form.controls.append(made)
            self._open = made if tag in ("select", "textarea") else None

    def _made(self, tag: str, kind: str, attrs: Attributes) -> Control:
        given = dict(attrs)
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        end = start + len(self.get_starttag_text() or "")
        plain = "on" if kind in ("checkbox", "radio") else ""
        value = given.get("value", plain) or ""
        legend = next((one for one in reversed(self._legends) if one), "")
        made = Control(tag, kind, given.get("name") or "", value, attrs, start, end)
        made.legend = legend
        return made

    def handle_data(self, data: str) -> None:
        if self._heard is not None:
            self._heard.append(data)
        if self._option is not None and not any(n == "value" for n, _ in self._option.given):
            self._option.value += data.strip()
        elif self._open is not None and self._open.kind == "textarea":
            self._open.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "fieldset" and self._legends:
            self._legends.pop()
        elif tag in ("label", "legend") and self._heard is not None:
            self._name(tag, " ".join("".join(self._heard).split()))
        elif tag == "option":
            self._option = None
        elif tag in ("select", "textarea") and self._open is not None:
            self._close(self._open)

    def _name(self, tag: str, text: str) -> None:
        self._heard = None
        if tag == "legend" and self._legends:
            self._legends[-1] = text
        elif tag == "label":
            self._labels[self._label_of] = text

    def _close(self, control: Control) -> None:
        line, column = self.getpos()
        control.body_end = self._lines[line - 1] + column
        control.choices = [one.value for one in control.options]
        if control.kind == "textarea" and control.value.startswith(("\n", "\r\n")):
            control.value = control.value.removeprefix("\r").removeprefix("\n")
        self._open = self._option = None
