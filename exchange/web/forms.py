"""What every form of the pages is."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from govuk_frontend_wtf.wtforms_widgets import GovDateInput
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField

from exchange.errors import ExchangeError, sentence
from exchange.web import drafts
from exchange.web.words import advice


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form with its token; its errors stand in the summary and at the field.

    On a page that keeps drafts (:mod:`exchange.web.drafts`) it comes back as it was left. For
    that, its template begins with ``form.hidden_tag()``.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How the fields of a form are made."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Make a field; a form may name its choices as pairs of value and label."""
            told = unbound_field.kwargs
            if isinstance(told.get("choices"), list | tuple):
                told = {**told, "choices": [_choice(one) for one in told["choices"]]}
                kind, given = unbound_field.field_class, unbound_field.args
                unbound_field = UnboundField(kind, *given, name=unbound_field.name, **told)
            return super().bind_field(form, unbound_field, options)

    def __init__(self, formdata: Any = _Auto, **options: Any) -> None:
        self.draft_name = f"{type(self).__name__}{options.get('prefix') or ''}"
        if formdata is _Auto:
            typed = drafts.typed_before(self.draft_name)
            formdata = _Auto if typed is None else typed
        super().__init__(formdata=formdata, **options)
        for field in self._fields.values():
            # The widget takes three parts for granted; a browser sends what it is told to.
            if isinstance(field.widget, GovDateInput) and field.raw_data is not None:
                field.raw_data = [*field.raw_data, "", "", ""][:3]

    def hidden_tag(self, *fields: Any) -> Markup:
        """Return the hidden fields, and the name by which a draft finds this form again."""
        mark = Markup('<input type="hidden" name="{}" value="{}">')
        own: Markup = super().hidden_tag(*fields)
        return own + mark.format(drafts.MARK, self.draft_name)

    def refuse(self, error: ExchangeError, field: str | None = None) -> None:
        """Show an error of a service at a field, or above the form."""
        where: Any = self._fields.get(field or error.path.strip("/").split("/")[0])
        said = advice(error) or sentence(error)
        if where is None:
            self.form_errors.append(said)
        else:
            where.errors = [*where.errors, said]

    def summary(self) -> list[dict[str, str]]:
        """Return all errors as the error summary wants them: ``text`` and ``href``."""
        lines = [{"text": text, "href": "#main-content"} for text in self.form_errors]
        for name, field in self._fields.items():
            lines += [{"text": str(text), "href": f"#{field.id or name}"} for text in field.errors]
        return lines


def _choice(one: Any) -> Any:
    return SelectChoice(value=one[0], label=one[1]) if isinstance(one, tuple) else one
