"""The agency's pages: what is asked, what is shared, and sending the report; on a telephone too."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound, UsageError
from exchange.faces.share.agency_form import Typed, about_of, first_typed, typed_of, values_of
from exchange.faces.share.coming_in import require_own_form, visitor
from exchange.faces.share.pick_up import download
from exchange.services.links.agency_about import READERS, REGISTERS, types_on
from exchange.services.links.agency_desk import AgencyDesk
from exchange.services.links.door import Door, Visit
from exchange.services.links.model import Purpose

SCRIPT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class AgencyPages:
    """What somebody of an agency sees and says."""

    def __init__(self, door: Door, desk: AgencyDesk) -> None:
        self._door = door
        self._desk = desk

    def page(self) -> str:
        """Show what is asked, what is shared, and what was sent."""
        visit = self.visit()
        return render_template(
            "agency.html",
            view=self.view(visit),
            visit=visit,
            files=self._desk.files(visit),
            typed=self._typed(visit),
            done=request.args.get("done", ""),
        )

    def document(self, number: str) -> Response:
        """Hand out a document that was shared."""
        visit = self.visit()
        found = next(
            (one for one in self.view(visit)["documents"] if one["number"] == number), None
        )
        if found is None:
            raise NotFound("document-unknown")
        papers = self._door.papers(visit)
        media_type, size = papers.about(number)
        return download(papers, papers.read(number), media_type, str(found["file_name"]), size)

    def receipt(self, name: str) -> Response:
        """Hand out a signed receipt, as JSON, as its signature, or to be read."""
        visit = self.visit()
        share = self._door.share(visit)
        if not name.startswith("receipt-"):
            raise NotFound("document-unknown")
        media_type, size = share.about(name)
        return download(share, share.read(name), media_type, name, size)

    # What is said of the report.

    def about(self, error: ExchangeError | None = None, typed: Typed | None = None) -> Any:
        """Ask what the report is."""
        visit = self.visit()
        view = self.view(visit)
        told = typed or self._typed(visit) or first_typed(view)
        html = render_template(
            "agency_about.html",
            view=view,
            visit=visit,
            typed=told,
            types=types_on(self._today()),
            registers=REGISTERS,
            readers=READERS,
            error=error.hint if error else "",
            field=error.path.strip("/").split("/")[0] if error else "",
        )
        answer = Response(html, 422 if error else 200, content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = SCRIPT_POLICY
        return answer

    def say_about(self) -> Any:
        """Keep what was typed, whatever it is; go on once it is whole."""
        visit = self.visit()
        require_own_form(visit)
        typed = typed_of(request.form)
        self._desk.keep_draft(visit, values_of(typed))
        if request.form.get("then") == "later":
            return _to("agency", done="kept")
        if request.form.get("then") == "quietly":  # the script, while somebody types
            return Response(status=204)
        try:
            about_of(typed, self._today())
        except ExchangeError as error:
            return self.about(error, typed)
        return _to("agency_check")

    # Sending, passing on, declining.

    def check(self, error: str = "") -> Any:
        """Show once more what is to be sent."""
        visit = self.visit()
        typed = self._typed(visit) or Typed()
        try:
            about = about_of(typed, self._today())
        except ExchangeError:
            return _to("agency_about")
        html = render_template(
            "agency_check.html",
            view=self.view(visit),
            visit=visit,
            about=about,
            types=types_on(self._today()),
            readers=dict(READERS),
            registers=dict(REGISTERS),
            files=self._desk.files(visit),
            error=error,
            field="send",
        )
        return html, 422 if error else 200

    def send(self) -> Any:
        """Send it."""
        visit = self.visit()
        require_own_form(visit)
        try:
            about = about_of(self._typed(visit) or Typed(), self._today())
            self._desk.send(visit, about)
        except UsageError as error:
            return self.check(error.hint)
        return _to("agency", done="sent")

    def pass_on(self, error: ExchangeError | None = None) -> Any:
        """Ask which colleague is to answer."""
        visit = self.visit()
        html = render_template(
            "agency_pass.html",
            view=self.view(visit),
            visit=visit,
            typed=request.form,
            error=error.hint if error else "",
            field=error.path.strip("/") if error else "",
        )
        return html, 422 if error else 200

    def say_pass_on(self) -> Any:
        """Let the colleague have a link and a code of their own."""
        visit = self.visit()
        require_own_form(visit)
        keep = request.form.get("keep", "")
        try:
            if keep not in ("yes", "no"):
                raise UsageError("keep-missing", "/keep", "Say whether you go on, too.")
            self._desk.pass_on(visit, request.form, keep=keep == "yes")
        except UsageError as error:
            return self.pass_on(error)
        return _to("agency", done="passed")

    def decline(self, error: ExchangeError | None = None) -> Any:
        """Ask why they cannot help."""
        visit = self.visit()
        html = render_template(
            "agency_decline.html",
            view=self.view(visit),
            visit=visit,
            typed=request.form.get("reason", ""),
            error=error.hint if error else "",
            field="reason",
        )
        return html, 422 if error else 200

    def say_decline(self) -> Any:
        """Say that they cannot help."""
        visit = self.visit()
        require_own_form(visit)
        try:
            self._desk.decline(visit, request.form.get("reason", ""))
        except UsageError as error:
            return self.decline(error)
        return _to("agency", done="declined")

    def script(self) -> Response:
        """Hand out the script that shows progress and keeps what is typed."""
        text = (files("exchange.faces.share") / "agency.js").read_text("utf-8")
        answer = Response(text, content_type="text/javascript; charset=utf-8")
        answer.headers["Cache-Control"] = "public, max-age=300"
        return answer

    def visit(self) -> Visit:
        """Return who came in, by an agency's link.

        :raises NotFound: ``page-unknown``, ``visit-ended``, ``link-ended``.
        """
        found = visitor(self._door)
        if found.marks.purpose is not Purpose.AGENCY:
            raise NotFound("page-unknown")
        return found

    def view(self, visit: Visit) -> dict[str, Any]:
        """Return what the page shows."""
        with self._door.share(visit) as share:
            return share.view

    def _typed(self, visit: Visit) -> Typed | None:
        kept = self._desk.draft(visit)
        return typed_of(kept) if kept else None

    def _today(self) -> date:
        return london_day(self._door.clock.now())


def _to(endpoint: str, **values: Any) -> Any:
    return redirect(url_for(endpoint, **values), 303)
