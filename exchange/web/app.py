"""The pages as a WSGI application."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from exchange.web import bound, drafts, errors, frame, gate, headers, meanwhile, uploads, words
from exchange.web.areas import AREAS
from exchange.web.careful import Careful
from exchange.web.here import KEY
from exchange.web.parts import Parts
from exchange.web.pupils import said
from exchange.web.routes import prepare, routes

FORM_COOKIE = "__Host-senx-form"
LARGEST_FORM = 2 * 1024 * 1024
"""Bytes of a form without files; uploads read their streams themselves."""


def create_app(parts: Parts) -> Flask:
    """Return the pages."""
    app = Flask("exchange.web", static_folder=None, template_folder=None)
    app.extensions[KEY] = parts
    app.config.update(
        SECRET_KEY=parts.secret,
        SESSION_COOKIE_NAME=FORM_COOKIE,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
    )
    _templates(app)
    prepare(app)
    gate.install(app)
    uploads.install(app)
    bound.install(app)
    CSRFProtect(app)
    meanwhile.install(app)
    WTFormsHelpers(app)
    headers.install(app)
    errors.install(app)
    words.install(app)
    said.install(app)
    frame.install(app)
    drafts.install(app)
    for area in AREAS:
        routes(app, area())
    return app


def _templates(app: Flask) -> None:
    app.jinja_options = {
        "loader": ChoiceLoader(
            [
                PackageLoader("exchange.web"),
                PrefixLoader(
                    {
                        "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                        "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                    }
                ),
            ]
        ),
    }
    app.jinja_env.undefined = Careful
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
