"""Send a request, hand it in, or take it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from flask import Response, flash, redirect, render_template, request, url_for

from exchange.errors import Conflict, ExchangeError, NotFound
from exchange.ports.papers import PackMaker
from exchange.services.ehc_request.following import follow
from exchange.services.ehc_request.gone import untold
from exchange.services.ehc_request.handing_in import (
    Tools,
    correct_handed_in,
    enter_handed_in,
    make_papers,
    zipped,
)
from exchange.services.ehc_request.model import HandedIn
from exchange.services.ehc_request.requester import words_of
from exchange.services.ehc_request.sending import send_request, withdraw_request, words_next
from exchange.web.here import actor, inside, org_id, parts
from exchange.web.pupils.desk import boxes_of, status_of
from exchange.web.pupils.inputs import Spec, answers, form_of
from exchange.web.requests.checking import again_of, seen_of
from exchange.web.requests.head import Desk, desk_of, today

_POST = Spec(
    "post",
    "As what do you send it?",
    "line",
    "Your post, as the council shall read it. Such as: SENCO.",
    needed=True,
)
_HANDED = (
    Spec(
        "on",
        "On which day was it submitted?",
        "day",
        "The clocks run from the first time.",
        needed=True,
    ),
    Spec("how", "How?", "line", "Such as: the council's portal; by hand.", needed=True),
    Spec("reference", "The council's reference", "line"),
)
_CORRECT = "correct"
_WHICH = Spec(
    "which",
    "What do you enter?",
    "select",
    choices=lambda: [
        ("more", "More evidence was handed in"),
        (_CORRECT, "The first day was wrong: this is the right one"),
    ],
    needed=True,
)
_WHY = Spec("why", "Why is the request taken back?", "prose", needed=True)


def _words(desk: Desk) -> str:
    """Return what is declared with what goes next."""
    with inside().store.reading(org_id()) as unit:
        status = words_next(unit, desk.file, desk.council, today())
    return words_of(status, desk.file.record)


def send(ehc: str) -> Any:
    """Declare, and send to a council that has joined."""
    desk = desk_of(ehc)
    if desk.over or not desk.council.joined:
        return redirect(url_for("requests.page", ehc=ehc))
    seen = seen_of(desk)
    form = form_of((_POST,), {"post": "SENCO"}, "SendRequestForm")
    if form.validate_on_submit():
        mark = request.form.get("seen", "")
        try:
            sent = send_request(inside(), org_id(), ehc, form["post"].data, mark, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            told = "The request is on its way to the council"
            flash(told if sent.outcome == "queued" else "The council has exactly this already")
            return redirect(url_for("requests.page", ehc=ehc))
    html = render_template(
        "requests/send.html",
        **desk.shared(
            seen=seen,
            again="" if seen.changed else again_of(desk),
            form=form,
            fields=boxes_of(form, (_POST,)),
            words=_words(desk),
            looked_at=request.values.get("seen") or seen.mark,
        ),
    )
    return html, status_of(form)


def download(ehc: str) -> Any:
    """Declare, and hand out index and numbered files: a school can always hand them in itself."""
    desk = desk_of(ehc)
    if not desk.may_hand_in:
        return redirect(url_for("requests.page", ehc=ehc))
    seen = seen_of(desk)
    form = form_of((_POST,), {"post": "SENCO"}, "DownloadForm")
    if form.validate_on_submit():
        try:
            return _zip(ehc, form["post"].data)
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
    html = render_template(
        "requests/download.html",
        **desk.shared(
            seen=seen,
            form=form,
            fields=boxes_of(form, (_POST,)),
            words=_words(desk),
            looked_at=request.values.get("seen") or seen.mark,
        ),
    )
    return html, status_of(form)


def _zip(ehc: str, post: str) -> Response:
    renderer = parts().renderer
    maker = cast("PackMaker | None", parts().more.get("papers"))
    if renderer is None or maker is None:
        raise Conflict("papers-missing", "/papers", "This system makes no files. Ask for help.")
    mark = request.form.get("seen", "")
    made = make_papers(inside(), org_id(), ehc, Tools(maker, renderer), post, mark, actor())
    answer = Response(_flowing(zipped(made.parts)), content_type="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="ehc-request.zip"'
    return answer


def _flowing(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Leave out empty blocks: to some servers they are the end."""
    for block in blocks:
        if block:
            yield block


def handed_in(ehc: str) -> Any:
    """Enter on which day and how a request was submitted."""
    desk = desk_of(ehc)
    if not desk.may_hand_in:
        return redirect(url_for("requests.page", ehc=ehc))
    specs = (_WHICH, *_HANDED) if desk.file.handed_in else _HANDED
    form = form_of(specs, {}, "HandedInForm")
    if form.validate_on_submit():
        told = answers(form, specs)
        handed = HandedIn(on=told["on"], how=told["how"], reference=told["reference"] or "")
        enter = correct_handed_in if told.get("which") == _CORRECT else enter_handed_in
        try:
            enter(inside(), org_id(), ehc, handed, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            runs = "from it" if _reached(desk_of(ehc)) == handed.on else "on from the first day"
            flash(f"The day was entered. The clocks run {runs}")
            return redirect(url_for("requests.page", ehc=ehc))
    html = render_template(
        "requests/handed_in.html",
        **desk.shared(form=form, fields=boxes_of(form, specs), reached=_reached(desk)),
    )
    return html, status_of(form)


def _reached(desk: Desk) -> date | None:
    with inside().store.reading(org_id()) as unit:
        return follow(unit, desk.file, today()).reached


def withdraw(ehc: str) -> Any:
    """Take a request back, with the reason."""
    desk = desk_of(ehc)
    if desk.over:
        return redirect(url_for("requests.page", ehc=ehc))
    specs = (_WHY, _POST) if desk.file.bundles and not desk.left else (_WHY,)
    form = form_of(specs, {"post": "SENCO"}, "WithdrawForm")
    if form.validate_on_submit():
        told = answers(form, specs)
        try:
            gone = withdraw_request(
                inside(), org_id(), ehc, told["why"], told.get("post") or "SENCO", actor()
            )
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The request was taken back" + (". Tell the council" if untold(gone) else ""))
            return redirect(url_for("requests.page", ehc=ehc))
    html = render_template(
        "requests/withdraw.html", **desk.shared(form=form, fields=boxes_of(form, specs))
    )
    return html, status_of(form)
