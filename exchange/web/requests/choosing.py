"""Check boxes for documents and records, within a form that keeps drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput
from wtforms import HiddenField, SelectMultipleField

from exchange.web.forms import PageForm
from exchange.web.pupils.boxes import ProseField

Boxes = Sequence[tuple[str, str]]


class _Ticked(SelectMultipleField):  # type: ignore[misc]
    """Some of many; what is not among the choices any more is left out."""

    data: Any
    widget = GovCheckboxesInput()

    def pre_validate(self, form: Any) -> None:
        """Leave out what was taken away meanwhile."""
        known = {value for value, _ in self.choices}
        self.data = [one for one in self.data or () if one in known]


def form_with_boxes(
    groups: Mapping[str, tuple[str, Boxes]],
    values: Mapping[str, Any],
    prose: tuple[str, str] | None = None,
    name: str = "PapersForm",
) -> PageForm:
    """Return a form with a group of boxes for each name.

    :param groups: name -> legend and boxes.
    :param prose: label and hint of a text ``text`` above the boxes.
    """
    fields: dict[str, Any] = {"version": HiddenField()}
    if prose is not None:
        fields["text"] = ProseField(label=prose[0], description=prose[1])
    for field, (legend, boxes) in groups.items():
        fields[field] = _Ticked(legend, choices=list(boxes))
    kind = type(name, (PageForm,), fields)
    form: PageForm = kind(data=dict(values))
    return form


def legend(text: str) -> dict[str, Any]:
    """Return what the template hands to a group of boxes."""
    return {"fieldset": {"legend": {"text": text, "classes": "govuk-fieldset__legend--m"}}}
