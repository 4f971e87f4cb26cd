"""Choices as pairs are what the library will take in future, too."""

from __future__ import annotations

import warnings

from flask import Flask
from wtforms.fields import RadioField, SelectField

from exchange.web.forms import PageForm


class Form(PageForm):
    """Two kinds of choices."""

    yes = RadioField("Yes?", choices=[("yes", "Yes, it is"), ("no", "No")])
    code = SelectField("Which?", choices=(("a", "One"), ("b", "Two")))


def test_pairs_are_choices_without_a_warning() -> None:
    app = Flask(__name__)
    app.secret_key = "test"
    with app.test_request_context(), warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        form = Form(meta={"csrf": False})
        told = [(one.value, one.label) for one in form.yes.iter_choices()]
        assert told == [("yes", "Yes, it is"), ("no", "No")]
        assert [one.value for one in form.code.iter_choices()] == ["a", "b"]
