"""Fills in each form of a page otherwise than it stands there, as somebody might."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html
from lxml.html import FormElement, HtmlElement

from exchange.web.form_reader import ANEW

Told = dict[str, list[str]]
MARK = "_form"
NOT_TYPED = frozenset({"hidden", "password", "file", "submit", "button", "image", "reset"})
WORDS = {"date": "2026-01-02", "number": "7"}


@dataclass(frozen=True)
class Filled:
    """A form as it would be sent, with everything changed that can be.

    :param goes_to: the address that it is sent to; empty: the page's own.
    :param typed: how many fields there are to type into or to choose from.
    """

    mark: str
    goes_to: str
    told: Told
    typed: int


def fields_of(form: FormElement) -> Iterator[HtmlElement]:
    """Yield what a person types into or chooses from."""
    for one in form.iter("input", "select", "textarea"):
        kind = one.get("type", "text") if one.tag == "input" else one.tag
        if kind not in NOT_TYPED and one.get("name") and "disabled" not in one.attrib:
            yield one


def posting(page: str) -> list[FormElement]:
    """Return the forms of a page that post, whoever keeps what is typed into them."""
    return [one for one in html.fromstring(page).forms if one.method == "POST"]


def told_of(form: FormElement) -> Told:
    """Return what a browser would send."""
    told: Told = {}
    for name, value in form.form_values():
        if not name.endswith("csrf_token"):
            told.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return told


def filled_in(page: str) -> list[Filled]:
    """Fill in each form of a page that carries the name of a draft."""
    found = []
    for form in posting(page):
        marks = told_of(form).get(MARK)
        if not marks:
            continue
        typed = [one for one in fields_of(form) if ANEW not in one.attrib]
        for one in typed:
            _change(one, form)
        found.append(Filled(marks[0], form.action or "", told_of(form), len(typed)))
    return found


def _change(one: HtmlElement, form: FormElement) -> None:
    kind = one.get("type", "text") if one.tag == "input" else one.tag
    if kind == "checkbox":
        one.checked = not one.checked
    elif kind == "radio":
        group = [each for each in fields_of(form) if each.get("name") == one.get("name")]
        if one is group[0]:
            _choose_another(group)
    elif kind == "select":
        options = [each.get("value", each.text or "") for each in one.iter("option")]
        one.value = next((each for each in reversed(options) if each != one.value), one.value)
    elif kind == "textarea":
        one.value = 'Other <words> & more\nof "them"'
    else:
        one.value = WORDS.get(kind, "7")


def _choose_another(group: list[HtmlElement]) -> None:
    wanted = next((one for one in reversed(group) if "checked" not in one.attrib), group[0])
    for one in group:
        one.attrib.pop("checked", None)
    wanted.set("checked", "")
