"""Routes of the share face, joined with its door."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, send_from_directory

from exchange.faces.share import safety
from exchange.faces.share.agency import AgencyPages
from exchange.faces.share.agency_upload import AgencyUploads
from exchange.faces.share.coming_in import ComingIn
from exchange.faces.share.family import FamilyPages
from exchange.faces.share.pick_up import PickUpPages
from exchange.ports import Limits
from exchange.services.links.agency_desk import AgencyDesk
from exchange.services.links.door import Door

MAX_FORM = 128 * 1024
"""Most bytes of a form: ten thousand characters of four bytes, percent-encoded, and a little."""


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
    coming = ComingIn(door, floor_seconds)
    pick_up, family = PickUpPages(door), FamilyPages(door)
    desk = AgencyDesk(door, limits)
    agency = AgencyPages(door, desk)
    uploads = AgencyUploads(agency, desk)
    uploads.install(app)
    for rule, name, view, methods in (
        ("/", "home", coming.home, "GET"),
        ("/health", "health", _health, "GET"),
        ("/l/<token>", "link", coming.link, "GET"),
        ("/l/<token>", "ask", coming.ask, "POST"),
        ("/l/<token>/code", "code", coming.code, "GET"),
        ("/l/<token>/code", "enter", coming.enter, "POST"),
        ("/leave", "leave", coming.leave, "POST"),
        ("/left", "left", coming.left, "GET"),
        ("/pack", "pack", pick_up.page, "GET"),
        ("/pack/summary.pdf", "pack_pdf", pick_up.pdf, "GET"),
        ("/pack/documents/<number>", "pack_document", pick_up.document, "GET"),
        ("/pack/accept", "accept", pick_up.accept, "POST"),
        ("/pack/not-ours", "not_ours", pick_up.not_ours, "GET"),
        ("/pack/not-ours", "say_not_ours", pick_up.say_not_ours, "POST"),
        ("/family", "family", family.page, "GET"),
        ("/family/papers/<number>", "paper", family.paper, "GET"),
        ("/family/papers/<number>", "wish", family.wish, "POST"),
        ("/family/papers/<number>/file", "paper_file", family.file, "GET"),
        ("/family/views", "views", family.views, "GET"),
        ("/family/views", "say_views", family.say_views, "POST"),
        ("/family/correction", "correction", family.correction, "GET"),
        ("/family/correction", "say_correction", family.say_correction, "POST"),
        ("/report", "agency", agency.page, "GET"),
        ("/report/documents/<number>", "agency_document", agency.document, "GET"),
        ("/report/receipts/<name>", "agency_receipt", agency.receipt, "GET"),
        ("/report/files", "agency_files", uploads.page, "GET"),
        ("/report/files", "agency_add", uploads.add, "POST"),
        ("/report/files/one", "agency_put", uploads.put, "PUT"),
        ("/report/files/<upload>/remove", "agency_remove", uploads.remove, "POST"),
        ("/report/about", "agency_about", agency.about, "GET"),
        ("/report/about", "agency_say_about", agency.say_about, "POST"),
        ("/report/send", "agency_check", agency.check, "GET"),
        ("/report/send", "agency_send", agency.send, "POST"),
        ("/report/pass-on", "agency_pass", agency.pass_on, "GET"),
        ("/report/pass-on", "agency_say_pass", agency.say_pass_on, "POST"),
        ("/report/decline", "agency_decline", agency.decline, "GET"),
        ("/report/decline", "agency_say_decline", agency.say_decline, "POST"),
        ("/report/script.js", "agency_script", agency.script, "GET"),
    ):
        app.add_url_rule(rule, name, view, methods=[methods], provide_automatic_options=False)
    if assets is not None:
        folder = assets

        def asset(name: str) -> Response:
            answer = send_from_directory(folder, name, max_age=31_536_000)
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            return answer

        app.add_url_rule("/assets/<name>", "asset", asset, methods=["GET"])
    return app


def _health() -> Response:
    return Response("ok\n", content_type="text/plain; charset=utf-8")
