"""The family's pages: what is to be sent and to whom, and what they want to say about it."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from exchange.errors import Conflict, NotFound
from exchange.faces.share.agency import SCRIPT_POLICY
from exchange.faces.share.coming_in import require_own_form, visitor
from exchange.faces.share.family_typed import FamilyTyped, Typed
from exchange.faces.share.pick_up import download
from exchange.services.links.answers_of import SAID
from exchange.services.links.door import Door, Visit
from exchange.services.links.model import Purpose
from schemas.strict_json import JsonValue

LONGEST = 10_000
LONGEST_REASON = 9_000
"""A reason goes with the paper's name as one text, which has to stay within the longest."""


class FamilyPages:
    """What one member of a family sees and says."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._typed = FamilyTyped(door)

    def page(self) -> str:
        """Show what is to be sent, and what became of it."""
        visit = self._visit()
        told = request.args.get("told", "")
        return render_template("family.html", view=self._view(visit), visit=visit, told=told)

    def paper(self, number: str) -> Response:
        """Ask what they want of one paper."""
        visit = self._visit()
        return self._paper_page(visit, number, self._typed.kept(visit, f"paper-{number}"))

    def wish(self, number: str) -> Response:
        """Take what they want of one paper."""
        form = f"paper-{number}"
        visit, typed = self._saying(form)
        if typed.quietly:
            return self._keep(visit, form, typed)
        try:
            paper = _paper(self._view(visit), number)
        except NotFound:
            raise Conflict("paper-gone", "/paper", _GONE) from None
        wants = typed["wants"]
        if wants not in ("agrees", "refuses"):
            return self._paper_page(visit, number, typed, "Choose one of the answers")
        if typed.is_longer("why", LONGEST_REASON):
            return self._paper_page(visit, number, typed, _at_most(LONGEST_REASON), "why")
        told: dict[str, JsonValue] = {"wishes": {str(paper["ref"]): wants}}
        if typed["why"]:
            told["correction"] = f"{paper['kind']}: {typed['why']}"
        return self._say(visit, form, told)

    def file(self, number: str) -> Response:
        """Hand out a document that staff let this person open."""
        visit = self._visit()
        paper = _paper(self._view(visit), number)
        name = str(paper["member"])
        if not name:
            raise NotFound("document-unknown")
        share = self._door.share(visit)
        media_type, size = share.about(name)
        return download(share, share.read(name), media_type, str(paper["file_name"]), size)

    def views(self) -> Response:
        """Ask for their own words."""
        visit = self._visit()
        return self._views_page(visit, self._typed.kept(visit, "views"))

    def say_views(self) -> Response:
        """Take their own words, and whether these may be sent on."""
        visit, typed = self._saying("views")
        if typed.quietly:
            return self._keep(visit, "views", typed)
        if not typed["views"]:
            return self._views_page(visit, typed, "Write what you want to say")
        if typed.is_longer("views", LONGEST):
            return self._views_page(visit, typed, _at_most(LONGEST))
        if typed["may_send"] not in ("yes", "no"):
            words = "Say whether your words may be sent on"
            return self._views_page(visit, typed, words, "may_send")
        told: dict[str, JsonValue] = {
            "views": typed["views"],
            "may_send": typed["may_send"] == "yes",
        }
        return self._say(visit, "views", told)

    def correction(self) -> Response:
        """Ask what is wrong."""
        visit = self._visit()
        return self._correction_page(visit, self._typed.kept(visit, "correction"))

    def say_correction(self) -> Response:
        """Take what they say is wrong."""
        visit, typed = self._saying("correction")
        if typed.quietly:
            return self._keep(visit, "correction", typed)
        if not typed["correction"]:
            words = "Write what is wrong, and what would be right"
            return self._correction_page(visit, typed, words)
        if typed.is_longer("correction", LONGEST):
            return self._correction_page(visit, typed, _at_most(LONGEST))
        if self._view(visit).get("asks_no_more"):
            return self._correction_page(visit, typed, _ENOUGH)
        return self._say(visit, "correction", {"correction": typed["correction"]})

    # The pages that have a form.

    def _paper_page(
        self, visit: Visit, number: str, typed: Typed, error: str = "", field: str = "wants"
    ) -> Response:
        view = self._view(visit)
        paper = _paper(view, number)
        return _form("paper.html", visit, typed, error, field, view=view, paper=paper)

    def _views_page(
        self, visit: Visit, typed: Typed, error: str = "", field: str = "views"
    ) -> Response:
        return _form("views.html", visit, typed, error, field, view=self._view(visit))

    def _correction_page(self, visit: Visit, typed: Typed, error: str = "") -> Response:
        return _form("correction.html", visit, typed, error, "correction", view=self._view(visit))

    # Saying something.

    def _saying(self, form: str) -> tuple[Visit, Typed]:
        """Return who says something, and what; if their visit is over, it is kept for them.

        :raises NotFound: ``visit-ended``, ``link-ended``.
        """
        typed = Typed.sent()
        try:
            visit = self._visit()
        except NotFound as error:
            if error.code == "visit-ended" and self._typed.park(form, typed):
                raise NotFound("visit-ended", "/link", _KEPT) from None
            raise
        require_own_form(visit)
        return visit, typed

    def _keep(self, visit: Visit, form: str, typed: Typed) -> Response:
        """Keep what is typed while it is typed: the script asks for it."""
        self._typed.keep(visit, form, typed)
        return Response(status=204)

    def _say(self, visit: Visit, form: str, told: dict[str, JsonValue]) -> Response:
        self._door.answer(visit, SAID, told)
        self._typed.forget(visit, form)
        return redirect(url_for("family", told=1), 303)  # type: ignore[return-value]

    def _visit(self) -> Visit:
        found = visitor(self._door)
        if found.marks.purpose is not Purpose.FAMILY:
            raise NotFound("page-unknown")
        return found

    def _view(self, visit: Visit) -> dict[str, Any]:
        with self._door.share(visit) as share:
            return share.view


_KEPT = (
    "What you typed is kept. Open your link again and ask for a new code: "
    "it stands where you typed it."
)


_ENOUGH = "The school has many of your questions to answer first. Ring it about this one"


def _form(
    template: str, visit: Visit, typed: Typed, error: str, field: str, **more: Any
) -> Response:
    html = render_template(
        template, visit=visit, typed=typed, error=error, field=field, most=LONGEST_REASON, **more
    )
    answer = Response(html, 422 if error else 200, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = SCRIPT_POLICY
    return answer


def _paper(view: dict[str, Any], number: str) -> dict[str, Any]:
    for one in view["papers"]:
        if one["number"] == number:
            return dict(one)
    raise NotFound("document-unknown")


_GONE = "This paper is not on your page any more. Nothing was sent. Open your page again."


def _at_most(longest: int) -> str:
    return f"Use at most {longest:,} characters"
