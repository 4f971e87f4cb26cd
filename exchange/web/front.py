"""The pages that are open to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, send_from_directory

from exchange.errors import NotFound
from exchange.web import assets
from exchange.web.here import parts
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "front.home": home,
        "front.help": help_,
        "front.accessibility": accessibility,
        "front.privacy": privacy,
        "front.health": health,
        "front.asset": asset,
    }


def home() -> str:
    """Show where to go from here."""
    return render_template("front/home.html")


def help_() -> str:
    """Show what this service is, and whom to ask."""
    return render_template("front/help.html")


def accessibility() -> str:
    """Show the accessibility statement."""
    return render_template("front/accessibility.html")


def privacy() -> str:
    """Show what is kept about whom."""
    return render_template("front/privacy.html")


def health() -> Response:
    """Say that the pages run, to anybody, and no more."""
    return Response('{"status":"ok"}', content_type="application/json")


def asset(name: str) -> Any:
    """Serve a built file: its name holds its hash, so browsers may keep it."""
    if name not in assets.names().values():
        raise NotFound("asset-unknown")
    folder = parts().assets or assets.BUILT
    answer = send_from_directory(folder, name, max_age=31_536_000)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
