"""Routes of the share face, joined with its door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, send_from_directory

from exchange.errors import NotFound
from exchange.faces.share import safety
from exchange.faces.share.agency import AgencyPages
from exchange.faces.share.agency_upload import AgencyUploads
from exchange.faces.share.coming_in import ComingIn
from exchange.faces.share.family import FamilyPages
from exchange.faces.share.pick_up import PickUpPages
from exchange.faces.share.reach import TABLE
from exchange.ports import Limits
from exchange.services.links.agency_desk import AgencyDesk
from exchange.services.links.door import Door

MAX_FORM = 128 * 1024
"""Most bytes of a form: ten thousand characters of four bytes, percent-encoded, and a little."""

Views = dict[str, Callable[..., Any]]
_LIMITS = Limits()


def create_app(
    door: Door,
    *,
    share_url: str,
    assets: Path | None = None,
    floor_seconds: float = 0.25,
    limits: Limits = _LIMITS,
) -> Flask:
    """Return the face.

    :param share_url: where people reach it; forms from elsewhere are refused.
    :param assets: folder of the built style sheet; None, or not built: pages are plain.
    :param limits: how large a file of an agency may be.
    :param floor_seconds: how long each question about a link takes at least, whatever the answer.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM, MAX_FORM_MEMORY_SIZE=MAX_FORM)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    parts = urlsplit(share_url)
    safety.install(app, f"{parts.scheme}://{parts.netloc}", assets)
    desk = AgencyDesk(door, limits)
    agency = AgencyPages(door, desk)
    uploads = AgencyUploads(agency, desk)
    uploads.install(app)
    views = {
        **_open(ComingIn(door, floor_seconds), assets),
        **_pick_up(PickUpPages(door)),
        **_family(FamilyPages(door)),
        **_agency(agency, uploads),
    }
    for name, row in TABLE.items():
        app.add_url_rule(
            row.path, name, views[name], methods=[row.method], provide_automatic_options=False
        )
    return app


def _open(coming: ComingIn, assets: Path | None) -> Views:
    return {
        "home": coming.home,
        "health": _health,
        "link": coming.link,
        "ask": coming.ask,
        "code": coming.code,
        "enter": coming.enter,
        "leave": coming.leave,
        "left": coming.left,
        "asset": _Assets(assets),
    }


def _pick_up(pages: PickUpPages) -> Views:
    return {
        "pack": pages.page,
        "pack_pdf": pages.pdf,
        "pack_document": pages.document,
        "accept": pages.accept,
        "not_ours": pages.not_ours,
        "say_not_ours": pages.say_not_ours,
    }


def _family(pages: FamilyPages) -> Views:
    return {
        "family": pages.page,
        "paper": pages.paper,
        "wish": pages.wish,
        "paper_file": pages.file,
        "views": pages.views,
        "say_views": pages.say_views,
        "correction": pages.correction,
        "say_correction": pages.say_correction,
    }


def _agency(pages: AgencyPages, uploads: AgencyUploads) -> Views:
    return {
        "agency": pages.page,
        "agency_document": pages.document,
        "agency_receipt": pages.receipt,
        "agency_files": uploads.page,
        "agency_add": uploads.add,
        "agency_put": uploads.put,
        "agency_remove": uploads.remove,
        "agency_about": pages.about,
        "agency_say_about": pages.say_about,
        "agency_check": pages.check,
        "agency_send": pages.send,
        "agency_pass": pages.pass_on,
        "agency_say_pass": pages.say_pass_on,
        "agency_decline": pages.decline,
        "agency_say_decline": pages.say_decline,
        "agency_script": pages.script,
    }


class _Assets:
    """Hands out what was built for the pages."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def __call__(self, name: str) -> Response:
        """Return one file.

        :raises NotFound: there is none, or nothing was built.
        """
        if self._folder is None:
            raise NotFound("page-unknown")
        answer = send_from_directory(self._folder, name, max_age=31_536_000)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def _health() -> Response:
    return Response("ok\n", content_type="text/plain; charset=utf-8")
