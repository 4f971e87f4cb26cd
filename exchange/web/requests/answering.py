"""The head's word about a request, and the council's answer where it came by letter."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import ExchangeError, NotFound, Wrapped
from exchange.services.ehc_request.answers import Letter, enter_answer
from exchange.services.ehc_request.approving import ask_head, head_decides
from exchange.services.ehc_request.following import follow
from exchange.services.query import answer_question
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.described import fixed
from exchange.web.pupils.desk import boxes_of, status_of
from exchange.web.pupils.inputs import Spec, answers, form_of, refuse_at
from exchange.web.requests.checking import seen_of
from exchange.web.requests.head import desk_of, today
from schemas.ehc_decision import Decided

_WORDS = Spec(
    "words",
    "What shall the head teacher look at?",
    "prose",
    "Until the answer, the request does not go.",
)
_DECIDE = (
    Spec(
        "yes",
        "May the request go?",
        "radio",
        choices=fixed(("yes", "Yes"), ("no", "No, not like this")),
        needed=True,
    ),
    Spec("note", "Why not, or what else?", "prose", "A no says why."),
)
_WHAT = {
    "assess-yes": "They will assess",
    "assess-no": "They will not assess",
    "plan-yes": "They will issue a plan",
    "plan-no": "They will not issue a plan",
    "issued": "The final plan is issued",
    "not-ours": "Not our child",
}
_ANSWER = (
    Spec(
        "what",
        "What did the council decide?",
        "radio",
        choices=lambda: [*_WHAT.items()],
        needed=True,
    ),
    Spec("decided", "On which day was it decided?", "day", "As the letter says.", needed=True),
    Spec("told", "On which day was the family told?", "day"),
    Spec("reference", "The council's reference", "line"),
    Spec("reasons", "What reasons does it give?", "prose", "A no has reasons."),
)


def ask(ehc: str) -> Any:
    """Ask the head whether a request may go."""
    desk = desk_of(ehc)
    if desk.over:
        return redirect(url_for("requests.page", ehc=ehc))
    form = form_of((_WORDS,), {}, "AskHeadForm")
    if form.validate_on_submit():
        try:
            ask_head(inside(), org_id(), ehc, form["words"].data or "", actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The head teacher was asked")
            return redirect(url_for("requests.page", ehc=ehc))
    html = render_template(
        "requests/ask.html", **desk.shared(form=form, fields=boxes_of(form, (_WORDS,)))
    )
    return html, status_of(form)


def decide(ehc: str) -> Any:
    """Let the head say yes or no."""
    desk = desk_of(ehc)
    approval = desk.file.approval
    if desk.over or approval is None or approval.state != "waiting":
        return redirect(url_for("requests.page", ehc=ehc))
    form = form_of(_DECIDE, {}, "DecideForm")
    if form.validate_on_submit():
        told, mark = answers(form, _DECIDE), request.form.get("seen", "")
        yes, note = told["yes"] == "yes", told["note"] or ""
        try:
            head_decides(inside(), org_id(), ehc, yes, note, mark, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("Your answer was kept")
            return redirect(url_for("requests.page", ehc=ehc))
    seen = seen_of(desk)
    html = render_template(
        "requests/decide.html",
        **desk.shared(
            form=form,
            fields=boxes_of(form, _DECIDE),
            seen=seen,
            looked_at=request.form.get("seen") or seen.mark,
        ),
    )
    return html, status_of(form)


_REPLY = Spec("text", "What do you answer?", "prose", needed=True, rows=6)


def reply(ehc: str) -> Any:
    """Answer what the council asks about a request, the oldest question first."""
    desk = desk_of(ehc)
    with inside().store.reading(org_id()) as unit:
        steps = follow(unit, desk.file, today()).steps
    said = [one for step in steps for one in step.said]
    open_ = [one for one in said if one.direction == "received" and one.state == "open"]
    if not open_:
        return redirect(url_for("requests.page", ehc=ehc))
    form = form_of((_REPLY,), {}, "ReplyForm")
    if form.validate_on_submit():
        wanted = request.form.get("message", "")
        if wanted not in {one.message_id for one in open_}:
            form.form_errors.append("Somebody answered it meanwhile. Look at the request again.")
        else:
            try:
                answer_question(inside(), org_id(), wanted, form["text"].data, actor())
            except NotFound:
                raise
            except ExchangeError as error:
                refuse_at(form, "text", error.hint)
            else:
                flash("The answer is on its way")
                return redirect(url_for("requests.page", ehc=ehc))
    html = render_template(
        "requests/reply.html",
        **desk.shared(form=form, fields=boxes_of(form, (_REPLY,)), asked=open_[0]),
    )
    return html, status_of(form)


def answer(ehc: str) -> Any:
    """Enter what the council decided, as its letter says."""
    desk = desk_of(ehc)
    if not desk.may_be_answered:
        return redirect(url_for("requests.page", ehc=ehc))
    form = form_of(_ANSWER, {}, "AnswerForm")
    if form.validate_on_submit():
        told = answers(form, _ANSWER)
        if told["what"].endswith("-no") and not told["reasons"]:
            refuse_at(form, "reasons", "Write the reasons that the letter gives")
        else:
            try:
                enter_answer(inside(), org_id(), ehc, _letter(told), actor())
            except (NotFound, Wrapped):
                raise
            except ExchangeError as error:
                form.refuse(error)
            else:
                flash("The council's answer was entered")
                return redirect(url_for("requests.page", ehc=ehc))
    html = render_template(
        "requests/answer.html", **desk.shared(form=form, fields=boxes_of(form, _ANSWER))
    )
    return html, status_of(form)


def _letter(told: dict[str, Any]) -> Letter:
    what, _, how = told["what"].partition("-")
    if told["what"] == "not-ours":
        what, how = "not-ours", ""
    return Letter(
        what=Decided(what),
        decided=told["decided"],
        yes={"yes": True, "no": False}.get(how),
        told=told["told"],
        reference=told["reference"] or "",
        reasons=told["reasons"] or "",
    )
