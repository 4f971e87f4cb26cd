"""An error's page says what happened and what to do, carries its code, and tells no value."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from werkzeug.exceptions import Forbidden, Gone, RequestEntityTooLarge, TooManyRequests

from exchange.errors import (
    Conflict,
    DecisionNeeded,
    FormatError,
    NotFound,
    Refused,
    StorageFull,
    UsageError,
)
from tests.exchange.web.site import BASE, Site

SECRET = "Zaphiraline Quennell"


@pytest.fixture
def app(site: Site) -> Flask:
    return site["primary"].app


def page(app: Flask, error: Exception, accept: str = "text/html") -> tuple[int, str]:
    """Return status and body of what a person sees of an error."""
    with app.test_request_context("/help", base_url=BASE, headers={"Accept": accept}):
        answer = app.make_response(app.handle_user_exception(error))
        return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("pupil-unknown"), 404),
        (Conflict("item-changed"), 409),
        (UsageError("usage"), 400),
        (FormatError("format-invalid"), 422),
        (Refused("refused"), 422),
        (StorageFull(), 507),
        (Forbidden(), 403),
        (Gone(), 410),
        (RequestEntityTooLarge(), 413),
        (TooManyRequests(), 429),
        (RuntimeError(SECRET), 500),
    ],
)
def test_each_has_a_page_with_a_way_out(app: Flask, error: Exception, status: int) -> None:
    found, body = page(app, error)
    assert found == status
    assert body.count("<h1") == 1
    assert 'href="/"' in body
    assert SECRET not in body


def test_what_is_not_there_and_what_is_not_yours_look_alike(app: Flask) -> None:
    bodies = {page(app, NotFound(code))[1] for code in ("pupil-unknown", "bundle-unknown", "x")}
    assert len(bodies) == 1


def test_the_code_is_shown_and_the_advice_is_for_a_page(app: Flask) -> None:
    _, body = page(app, DecisionNeeded.about([("a reference", "head")]))
    assert "decision-needed" in body
    assert "Somebody must decide about a document first." in body
    assert "senx" not in body


def test_a_script_gets_the_code(app: Flask) -> None:
    status, body = page(app, Conflict("item-changed"), "application/json")
    assert status == 409
    assert '"code":"item-changed"' in body.replace(" ", "")


def test_a_fault_is_logged_by_kind_and_line_and_nothing_else(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        page(app, ValueError(SECRET))
    assert "fault kind=ValueError" in caplog.text
    assert SECRET not in caplog.text


def test_an_expired_form_says_that_nothing_was_changed(site: Site) -> None:
    client = site["primary"].client()
    answer = client.raw.post("/sign-in", data={"login": "x"}, base_url=BASE)
    assert answer.status_code == 400
    assert "open for too long" in answer.text
    assert "Nothing was changed" in answer.text
