"""Form fields made from a description of one: what it is called, and what kind of answer it wants.

Records have dozens of fields; each is described once (exchange.web.pupils.described) and drawn,
read and filled here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from exchange.web.forms import PageForm
from exchange.web.pupils.boxes import (
    DayField,
    LineField,
    LinesField,
    NumberField,
    NumbersField,
    PeopleField,
    PhonesField,
    ProseField,
)

Kind = Literal[
    "line", "prose", "lines", "people", "phones", "day", "radio", "select", "number", "numbers"
]
_NOT_RECORDED = "-"
"""The value of the button that says so: the buttons of a group leave an empty one out."""
Choices = Callable[[], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Spec:
    """One field.

    :param name: the attribute of the record; ``author-name`` is ``name`` of the part ``author``.
    :param kind: ``lines``: one item a line; ``people``: "name, role" a line.
    :param needed: whether it must be answered; the others are labelled optional.
    :param depends: another answer decides whether it must be: the label says neither.
    """

    name: str
    label: str
    kind: Kind
    hint: str = ""
    choices: Choices | None = None
    needed: bool = False
    rows: int = 4
    width: str = ""
    depends: bool = False

    @property
    def text(self) -> str:
        """Return the label as it is shown."""
        return self.label if self.needed or self.depends else f"{self.label} (optional)"

    @property
    def asked(self) -> str:
        """Return the label within a sentence."""
        return self.label[:1].lower() + self.label[1:].rstrip("?")


def form_of(
    specs: Sequence[Spec], values: Mapping[str, Any] | None = None, name: str = "RecordForm"
) -> PageForm:
    """Return a form with these fields, filled with ``values`` where nothing was sent.

    :param name: tells it from other forms of the same page.
    """
    told = values or {}
    fields: dict[str, Any] = {
        _attribute(one.name): _field(one, told.get(one.name)) for one in specs
    }
    kind = type(name, (PageForm,), {**fields, "version": HiddenField(name="version")})
    filled = {_attribute(name): value for name, value in told.items()}
    form: PageForm = kind(data=filled)
    return form


def answers(form: PageForm, specs: Sequence[Spec]) -> dict[str, Any]:
    """Return what was answered, by the name of the field; None for nothing."""
    return {one.name: form[_attribute(one.name)].data for one in specs}


def refuse_at(form: PageForm, name: str, sentence: str) -> None:
    """Show a sentence at a field, or above the form where it has no such field."""
    field = form._fields.get(_attribute(name))
    if field is None:
        form.form_errors.append(sentence)
    elif sentence not in field.errors:
        field.errors = [*field.errors, sentence]


def _attribute(name: str) -> str:
    return name.replace("-", "__")


class _Needed:
    """A validator: there must be an answer."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec

    def __call__(self, form: Any, field: Any) -> None:
        if field.errors:
            return
        if field.data is None or field.data in ((), ""):
            if self._spec.label.endswith("?"):
                raise ValidationError(f"Answer the question: {self._spec.label}")
            verb = "Choose" if self._spec.kind in ("radio", "select") else "Enter"
            raise ValidationError(f"{verb} {self._spec.asked}")


def _coerce(value: Any) -> str | None:
    return None if value in (None, "", _NOT_RECORDED) else str(value)


class _Radio(RadioField):  # type: ignore[misc]
    """One of a few."""

    widget = GovRadioInput()


class _Select(SelectField):  # type: ignore[misc]
    """One of many."""

    widget = GovSelect()


def _field(spec: Spec, value: Any) -> Any:
    told: dict[str, Any] = {
        "label": spec.text,
        "description": spec.hint,
        "name": spec.name,
        "id": f"{spec.name}-day" if spec.kind == "day" else spec.name,
        "validators": [_Needed(spec)] if spec.needed else [],
    }
    if spec.kind in ("radio", "select"):
        return _chosen(spec, told, value)
    kinds: dict[str, Any] = {
        "line": LineField,
        "prose": ProseField,
        "lines": LinesField,
        "people": PeopleField,
        "phones": PhonesField,
        "day": DayField,
        "number": NumberField,
        "numbers": NumbersField,
    }
    return kinds[spec.kind](**told)


def _chosen(spec: Spec, told: dict[str, Any], value: Any) -> Any:
    pairs = list(spec.choices() if spec.choices else ())
    if value is not None and str(value) not in dict(pairs):
        pairs.append((str(value), f"{value} (not in use any more)"))  # what was written stays
    if spec.kind == "select":
        pairs.insert(0, ("", "Choose one"))
    elif not (spec.needed or spec.depends):
        pairs.append((_NOT_RECORDED, "Not recorded"))
    listed = [SelectChoice(value=value, label=label) for value, label in pairs]
    kind = _Select if spec.kind == "select" else _Radio
    return kind(choices=listed, coerce=_coerce, validate_choice=False, **told)


def drawn(spec: Spec) -> dict[str, Any]:
    """Return what the template hands to the field: size and the look of its label."""
    label = {"classes": "govuk-label--s"}
    legend = {"classes": "govuk-fieldset__legend--s", "text": spec.text}
    if spec.kind == "day":  # the summary leads to its first box
        return {"id": f"{spec.name}-boxes", "fieldset": {"legend": legend}}
    if spec.kind == "radio":
        return {"fieldset": {"legend": legend}}
    if spec.kind in ("prose", "lines", "people", "phones"):
        return {"label": label, "rows": spec.rows}
    width = spec.width or ("govuk-input--width-5" if spec.kind == "number" else "")
    return {"label": label, **({"classes": width} if width else {})}
