"""What is asked of somebody who gets a link, on every page that makes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exchange.audit import NODE
from exchange.errors import ExchangeError
from exchange.services.links.model import Channel, Inviter, Person
from exchange.services.links.pick_up import Means
from exchange.services.people.account import get_account
from exchange.services.twins import DOUBTED
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, parts, visitor
from exchange.web.pupils.inputs import Spec, answers, drawn, refuse_at
from exchange.web.words import plain

CHANNELS = (
    (Channel.READ_OUT.value, "I read it out to them by telephone"),
    (Channel.MAIL.value, "By mail, to another address that I have confirmed"),
)


def contact_specs(confirm_hint: str) -> tuple[Spec, ...]:
    """Return the questions about link and code."""
    return (
        Spec("mail", "Mail address for the link", "line", "The link goes here.", needed=True),
        Spec(
            "channel",
            "How do they get the code?",
            "radio",
            "The code opens the link. It never goes with the link.",
            choices=lambda: CHANNELS,
            needed=True,
        ),
        Spec("phone", "Telephone number", "line", "Where you ring them to read the code out."),
        Spec("code_mail", "Mail address for the code", "line", "Only if the code goes by mail."),
        Spec("confirmed", "How did you confirm that?", "line", confirm_hint, needed=True),
    )


def person_of(told: Mapping[str, Any], name: str, role: str) -> Person:
    """Return who gets the link, as it was filled in."""
    mail = told["channel"] == Channel.MAIL.value
    return Person(
        name=name,
        role=role,
        mail=told["mail"] or "",
        phone=told["phone"] or "",
        channel=Channel.MAIL if mail else Channel.READ_OUT,
        code_mail=told["code_mail"] or "",
        confirmed=told["confirmed"] or "",
    )


def inviter() -> Inviter:
    """Return who sends the link: the person at the page."""
    with inside().store.reading(NODE) as unit:
        mail = get_account(unit, visitor().account_id).login
    who = actor()
    return Inviter(who.name, who.role, mail)


def means() -> Means:
    """Return what this node has for people outside."""
    return Means(str(parts().more.get("share_url", "")), parts().renderer)


def fields_of(form: PageForm, specs: Sequence[Spec]) -> list[tuple[Any, dict[str, Any]]]:
    """Return each field with how it is drawn."""
    return [(form[one.name], drawn(one)) for one in specs]


def told(form: PageForm, specs: Sequence[Spec]) -> dict[str, Any]:
    """Return what was filled in; what a person chose that was not offered is nothing."""
    found = answers(form, specs)
    for one in specs:
        if one.kind in ("radio", "select") and one.choices is not None:
            offered = {value for value, _ in one.choices()}
            if found[one.name] not in offered:
                found[one.name] = None
    return found


def refuse(form: PageForm, error: ExchangeError) -> None:
    """Show what a service refused, at its field or above the form."""
    name = error.path.strip("/").split("/")[0]
    if error.code == DOUBTED:  # its hint names documents by their ids: the page shows where to look
        form.form_errors.append(plain(error.code))
    elif name in form._fields:
        refuse_at(form, name, error.hint)
    else:
        form.refuse(error)
