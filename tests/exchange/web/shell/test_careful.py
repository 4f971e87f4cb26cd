"""A template's mistake fails; an option that was not set does not."""

from __future__ import annotations

import pytest
from jinja2 import Environment, UndefinedError

from exchange.web.careful import Careful

ENVIRONMENT = Environment(undefined=Careful, autoescape=True)


@pytest.mark.parametrize(
    "template",
    [
        "{{ nope }}",
        "{% if nope %}{% endif %}",
        "{% for one in nope %}{% endfor %}",
        "{{ thing.nope }}",
        "{{ thing.nope.more }}",
        "{{ 'a' if nope == 'x' else 'b' }}",
    ],
)
def test_an_unknown_name_or_attribute_fails(template: str) -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string(template).render(thing=object())


@pytest.mark.parametrize(
    "template", ["{{ params.nope }}", "{{ params.a.b }}", "{% if params.nope %}x{% endif %}"]
)
def test_an_option_that_was_not_set_is_empty(template: str) -> None:
    assert ENVIRONMENT.from_string(template).render(params={}) == ""
