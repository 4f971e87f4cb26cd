"""Which advice the regulations want, whether what exists is enough, and asking a body for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import (
    GovDateInput,
    GovRadioInput,
    GovSelect,
    GovTextInput,
)
from wtforms.fields import DateField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from exchange.domain.access import may_see
from exchange.errors import ExchangeError, NotFound, UsageError
from exchange.services.advice import AdviceOrder, Body, ConsentGiven, ask_advice
from exchange.services.cases import Case
from exchange.services.cases.advice import (
    ASKS,
    CODES,
    Saying,
    Wanted,
    record_word,
    require_may_ask,
    wanted_for,
)
from exchange.services.cases.contents import papers_of
from exchange.services.cases.timing import had_on
from exchange.services.expect import school_of
from exchange.services.links.model import Channel
from exchange.web.agencies.asking import HOW
from exchange.web.agencies.whom import Joined, find_whom
from exchange.web.cases import shown
from exchange.web.cases.wording import ADVICE, SAYERS
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, role
from exchange.web.outsiders.asking import (
    contact_specs,
    fields_of,
    inviter,
    means,
    person_of,
    refuse,
    told,
)
from exchange.web.pupils.inputs import Spec, form_of
from exchange.web.words import plain
from keys.errors import KeysError
from schemas.advice import AdvicePurpose, ConsentHow
from schemas.codes import code_set

OTHER = "other"
_QUESTION = "What are the child's needs, what outcomes do you advise, and what provision?"


class WordForm(PageForm):
    """What one of the three says of one piece of advice."""

    document = SelectField("Which advice?", choices=[], widget=GovSelect(), validate_choice=False)
    title = StringField(
        "If it is not in the list: what it is",
        description="For example, the report of Dr Osei of May 2026.",
        widget=GovTextInput(),
        validators=[Optional(), Length(max=200)],
    )
    sayer = RadioField(
        "Who says so?",
        choices=list(SAYERS.items()),
        widget=GovRadioInput(),
        validators=[InputRequired("Choose who says so.")],
    )
    yes = RadioField(
        "Is it sufficient for the assessment?",
        choices=[("yes", "Yes, it is sufficient"), ("no", "No")],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose yes or no.")],
    )
    who = StringField(
        "Their name and role",
        widget=GovTextInput(),
        validators=[InputRequired("Fill in who says so."), Length(max=200)],
    )
    on = DateField(
        "When did they say so?",
        description="For example, 27 3 2026",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day.")],
    )


def advice(case: str) -> Any:
    """Show the checklist of reg 6, and what was said of each piece of advice."""
    found = shown.read(case)
    with inside().store.reading(org_id()) as unit:
        asked = shown.advice_of(unit, found)
        wanted = wanted_for(unit, found, asked)
    return render_template(
        "cases/advice.html",
        **shown.head(found),
        wanted=wanted,
        asked=asked,
        words=ADVICE,
        sayers=SAYERS,
        had={one.request_id: had_on(found, one) for one in asked},
        may_ask=found.state in ASKS and found.pupil_id is not None,
    )


def _wanted(found: Case, kind: str) -> Wanted:
    with inside().store.reading(org_id()) as unit:
        listed = wanted_for(unit, found, shown.advice_of(unit, found))
    one = next((each for each in listed if each.code == kind), None)
    if one is None:
        raise NotFound("advice-unknown")
    return one


def word(case: str, kind: str) -> Any:
    """Record what one of the three says of one piece of advice (reg 6(4))."""
    found, form = shown.read(case), WordForm()
    wanted = _wanted(found, kind)
    titles = {one.document_id: _titled(one) for one in wanted.documents}
    form.document.choices = shown.choices(
        [*titles.items(), (OTHER, "Another one, not in the list")]
    )
    if form.validate_on_submit():
        try:
            record_word(inside(), org_id(), case, _saying(form, kind, titles), actor())
        except UsageError as error:
            form.refuse(error)
        else:
            flash("It is recorded.")
            return redirect(url_for("cases.advice", case=case), 303)
    return render_template(
        "cases/word.html", **shown.head(found), form=form, wanted=wanted, sayers=SAYERS
    )


def _saying(form: WordForm, kind: str, titles: Mapping[str, str]) -> Saying:
    chosen = str(form.document.data or OTHER)
    return Saying(
        advice=kind,
        title=titles.get(chosen) or str(form.title.data or ""),
        document_id=chosen if chosen in titles else "",
        sayer=str(form.sayer.data),
        yes=form.yes.data == "yes",
        who=str(form.who.data),
        on=form.on.data,
    )


def _titled(one: Any) -> str:
    said = one.title or plain(one.type)
    return f"{said}, {one.authored:%B %Y}" if one.authored else said


def _specs(wanted: Wanted, joined: Joined | None) -> tuple[Spec, ...]:
    """Return what is asked; of one that has joined, nothing about link and code."""
    of_others = {"body", "joined", *(one.name for one in contact_specs(""))} if joined else set()
    named = tuple(one for one in _all_specs(wanted) if one.name not in of_others)
    mail = Spec("mail", "Mail address for reminders", "line", "A reminder names nobody.")
    return (*named, mail) if joined else named


def _all_specs(wanted: Wanted) -> tuple[Spec, ...]:
    types = next(one for one in code_set(CODES) if one.code == wanted.code).attributes["types"]
    listed = [str(one) for one in types] if isinstance(types, list) else []
    return (
        Spec("body", "Which service or organisation?", "line", needed=True),
        Spec(
            "joined",
            "Its number, if it has joined",
            "line",
            "Such as its ODS code or its URN. Then only they can open it. Otherwise they get a "
            "link and a code.",
        ),
        Spec("person", "Who is asked there?", "line", "Their name."),
        Spec("role", "Their role", "line"),
        Spec(
            "type",
            "What do you want from them?",
            "select",
            choices=lambda: [(one, plain(one)) for one in listed or ["other"]],
            needed=True,
        ),
        Spec("question", "What do you ask?", "prose", needed=True, rows=5),
        Spec("consent_by", "Who agreed that they are asked?", "line", needed=True),
        Spec("consent_on", "When did they agree?", "day", needed=True),
        Spec(
            "consent_how",
            "How did they agree?",
            "select",
            choices=lambda: HOW,
            needed=True,
        ),
        Spec("consent_note", "If it was not needed, why", "line"),
        *(
            Spec(one.name, one.label, one.kind, one.hint, one.choices, needed=False)
            for one in contact_specs("For example: rang the number on the council's own list.")
        ),
    )


def ask(case: str, kind: str) -> Any:
    """Ask a body for advice; its six weeks run from the day on which it has the request."""
    found = shown.read(case)
    wanted = _wanted(found, kind)
    require_may_ask(found, kind)
    if found.state not in ASKS or found.pupil_id is None:
        raise UsageError("case-state", "/state", "Decide to assess, and say whose case it is.")
    whom = find_whom()
    joined: Joined | None = whom["joined"]
    specs = _specs(wanted, joined)
    form = form_of(specs, {"question": _QUESTION, "channel": "read-out"}, "AskForm")
    with inside().store.reading(org_id()) as unit:
        papers = [one for one in papers_of(unit, found) if may_see(role(), one.type, shown.today())]
    chosen = list(request.form.getlist("shared"))
    if form.validate_on_submit():
        try:
            made = ask_advice(
                inside(),
                org_id(),
                _order(found, told(form, specs), chosen, joined),
                actor(),
                means=means(),
                inviter=inviter(),
            )
        except (ExchangeError, KeysError) as error:
            _refused(form, error)
        else:
            flash("The request is on its way. Their six weeks start when they have it.")
            if wanted.code and made.request_id:
                return redirect(url_for("cases.advice", case=case), 303)
    return render_template(
        "cases/ask.html",
        **shown.head(found),
        **whom,
        form=form,
        fields=fields_of(form, specs),
        wanted=wanted,
        papers=papers,
        chosen=chosen,
    )


def _refused(form: PageForm, error: ExchangeError | KeysError) -> None:
    if isinstance(error, ExchangeError):
        refuse(form, error)
    else:
        form.form_errors.append("They cannot be asked by a pack now. Leave their number empty.")


def _body(said: dict[str, Any], joined: Joined | None) -> Body:
    if joined is not None:
        named, role_there, mail = (said[one] or "" for one in ("person", "role", "mail"))
        return Body(joined.kind, joined.name, named, role_there, mail, org_id=joined.org_id)
    number = (said["joined"] or "").strip()
    org = school_of(inside(), number) if number else ""
    if number and not org:
        hint = "Nobody with this number has joined. Leave it empty to send a link."
        raise UsageError("destination-unknown", "/joined", hint)
    person = person_of(said, said["person"] or "", said["role"] or "")
    return Body(
        kind=inside().directory().get(org, inside().clock.now()).kind if org else "agency",
        name=said["body"] or "",
        person=person.name,
        role=person.role,
        mail=person.mail,
        phone=person.phone,
        channel=person.channel if said["channel"] else Channel.READ_OUT,
        code_mail=person.code_mail,
        confirmed=person.confirmed,
        org_id=org or None,
    )


def _order(
    found: Case, said: dict[str, Any], chosen: list[str], joined: Joined | None
) -> AdviceOrder:
    return AdviceOrder(
        pupil_id=str(found.pupil_id),
        body=_body(said, joined),
        question=said["question"] or "",
        wanted_type=said["type"] or "other",
        consent=ConsentGiven(
            given_by=said["consent_by"] or "",
            given=said["consent_on"],
            how=ConsentHow(said["consent_how"]),
            note=said["consent_note"] or "",
        ),
        purpose=AdvicePurpose.EHC_ASSESSMENT,
        shared=tuple(chosen),
        case_id=found.case_id,
    )
