"""Puts what was kept of a form back into the page: also into fields that a template draws by hand.

It works on the page as it is about to be sent, so that no template and no field can be forgotten.

- What a page shows to be read (hidden marks of what was seen, of which version) stays the page's
  own. So does an answer that speaks of it ("I have looked"): its template marks it ``data-anew``,
  and it comes back only where the hidden field that this names says what it said then.
- What could not be put back is named: nobody is told that it is here again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from exchange.web.form_reader import ANEW, Control, Drawn, read_forms

Kept = Mapping[str, Sequence[str]]
"""What was kept of a form: the values by the name of their field, in their order."""
_OTHER = "An answer that this page does not ask for just now"


@dataclass(frozen=True, slots=True)
class Refilled:
    """A page with what was kept in its place.

    :param lost: what must be chosen or typed again, by its label.
    :param changed: what the page shows is not what it showed when this was typed.
    """

    html: str
    lost: tuple[str, ...] = ()
    changed: bool = False


@dataclass(slots=True)
class _Work:
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    shown: set[tuple[str, str]] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)


def refill(html: str, kept: Mapping[str, Kept], mark: str, own: frozenset[str]) -> Refilled:
    """Return a page with what was kept of its forms.

    :param kept: by the name of the form.
    :param mark: the hidden field that carries a form's name; ``own``: hidden fields that are of
        the browser alone, and are not compared.
    """
    forms, work, changed = read_forms(html), _Work(), False
    for name, fields in kept.items():
        form = _form_of(forms, name, fields, mark)
        if form is None:
            work.lost.append(_OTHER)
            continue
        for control in form.controls:
            if _is_free(control, form, fields):
                _put_back(control, fields, work)
        work.lost += _lost(form, fields, work.shown)
        changed = changed or _hidden(form, fields, own | {mark}) is False
    return Refilled(_edited(html, work.edits), tuple(dict.fromkeys(work.lost)), changed)


def _form_of(forms: Sequence[Drawn], name: str, fields: Kept, mark: str) -> Drawn | None:
    """Return the form of that name; of several, the one about what was kept, if it is there."""
    named = [one for one in forms if name in one.hidden.get(mark, ())]
    if len(named) < 2:
        return named[0] if named else None
    alike = [one for one in named if _hidden(one, fields, frozenset({mark}))]
    return alike[0] if alike else None


def _hidden(form: Drawn, fields: Kept, but: frozenset[str]) -> bool:
    """Return whether the hidden fields of a form say what they said when it was kept."""
    return all(
        list(fields[name]) == values
        for name, values in form.hidden.items()
        if name in fields and name not in but
    )


def _is_free(control: Control, form: Drawn, fields: Kept) -> bool:
    """Return whether a field may come back as it was, whatever the page shows now."""
    told = dict(control.given)
    if ANEW not in told:
        return True
    shown = form.hidden.get(told[ANEW] or "")
    return shown is not None and shown == list(fields.get(told[ANEW] or "", ()))


def _put_back(control: Control, fields: Kept, work: _Work) -> None:
    values = fields.get(control.name)
    if control.kind == "checkbox":
        wanted = values is not None and control.value in values
        if wanted:
            work.shown.add((control.name, control.value))
        _switch(control, "checked", wanted, work)
    elif values is None or control.nth >= len(values):
        return
    elif control.kind == "radio":
        if control.value == values[0]:
            work.shown.add((control.name, control.value))
        if values[0] in control.choices:
            _switch(control, "checked", control.value == values[0], work)
    elif control.kind == "select":
        _choose(control, values[control.nth], work)
    else:
        _write(control, values[control.nth], work)


def _switch(control: Control, attribute: str, on: bool, work: _Work) -> None:
    if control.has(attribute) is on:
        return
    given = [one for one in control.given if one[0] != attribute]
    made = _tag(control.tag, [*given, (attribute, None)] if on else given)
    work.edits.append((control.start, control.end, made))


def _choose(control: Control, value: str, work: _Work) -> None:
    if value not in control.choices:
        return
    work.shown.add((control.name, value))
    at = control.choices.index(value)
    for number, option in enumerate(control.options):
        _switch(option, "selected", number == at, work)


def _write(control: Control, value: str, work: _Work) -> None:
    work.shown.add((control.name, value))
    if _lines(control.value) == _lines(value):
        return
    if control.kind == "textarea":
        dropped = "\n" if _lines(value).startswith("\n") else ""  # a browser drops the first one
        work.edits.append((control.end, control.body_end, dropped + escape(value)))
        return
    given = [one for one in control.given if one[0] != "value"]
    work.edits.append((control.start, control.end, _tag(control.tag, [*given, ("value", value)])))


def _lost(form: Drawn, fields: Kept, shown: set[tuple[str, str]]) -> Iterator[str]:
    """Yield what was kept and is not shown, by the label of its field."""
    labels = {one.name: one.title for one in reversed(form.controls)}
    for name, values in fields.items():
        if name in form.hidden or name in form.buttons:
            continue
        if any(value.strip() and (name, value) not in shown for value in values):
            yield labels.get(name) or _OTHER


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _tag(name: str, given: Sequence[tuple[str, str | None]]) -> str:
    told = (f" {one}" if value is None else f' {one}="{escape(value)}"' for one, value in given)
    return f"<{name}{''.join(told)}>"


def _edited(html: str, edits: Sequence[tuple[int, int, str]]) -> str:
    for start, end, made in sorted(edits, reverse=True):
        html = html[:start] + made + html[end:]
    return html
