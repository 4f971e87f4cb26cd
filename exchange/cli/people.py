"""People who sign in: the first administrator, invitations, who there is, suspending."""

from __future__ import annotations

import click

from exchange.cli.options import Session, acting, looking, org_of
from exchange.cli.output import emit, listing
from exchange.domain.access import Role
from exchange.errors import NotFound, SettingsError
from exchange.ports import Actor
from exchange.services.people.invite import first_link, invite
from exchange.services.people.looking_after import By
from exchange.services.people.manage import (
    Person,
    people_of,
    restore_person,
    suspend_person,
)
from schemas.strict_json import JsonValue

_COLUMNS = {"name": "Name", "login": "Mail address", "roles": "Roles", "state": "State"}
_NOBODY = "-"
"""The command line is nobody's account, so nobody is kept from acting on their own."""

of_node = click.option("--node", "of_node", is_flag=True, help="Of the node, not of a school.")


@click.group("people")
def people() -> None:
    """People who sign in to the pages."""


@people.command("invite-administrator")
@click.option("--again", is_flag=True, help="Although there is one: where nobody can sign in.")
@acting
def invite_administrator(session: Session, again: bool) -> None:
    """Print the link by which the first administrator of this node signs up; good for a day."""
    link = first_link(session.inside, _pages(session), again=again)
    if session.as_json:
        emit({"link": link})
        return
    click.echo("Open this in the browser of the person who will run the node. It works once:")
    click.echo(f"  {link}")


@people.command("invite")
@click.argument("login", metavar="MAIL")
@click.option("--name", required=True, help="Name, as the audit book will have it.")
@click.option(
    "--post", "roles", multiple=True, required=True, type=click.Choice([one.value for one in Role])
)
@of_node
@acting
def invite_person(
    session: Session, login: str, name: str, roles: tuple[str, ...], of_node: bool
) -> None:
    """Invite somebody by mail; print the link, too, where it is theirs alone."""
    where = None if of_node else session.org_id
    made = invite(
        session.inside,
        where,
        name,
        login,
        [Role(one) for one in roles],
        _actor(session),
        _pages(session),
    )
    link = f"{_pages(session)}/join/{made.token}" if made.token else ""
    if session.as_json:
        emit({"account": made.account.account_id, "link": link})
        return
    click.echo(f"Invited {made.account.login}")
    if link:
        click.echo(f"  {link}")


@people.command("list")
@of_node
@looking
def list_people(session: Session, of_node: bool) -> None:
    """List the people of an organisation."""
    found = people_of(session.inside, None if of_node else session.org_id)
    listing([_row(one) for one in found], _COLUMNS, as_json=session.as_json)


@people.command("suspend")
@click.argument("login", metavar="MAIL")
@of_node
@acting
def suspend(session: Session, login: str, of_node: bool) -> None:
    """Let a person in no longer, from this moment on; their open sessions end."""
    account_id = _account(session, login, of_node)
    suspend_person(session.inside, None, account_id, By(_NOBODY, _actor(session)))
    click.echo("Suspended.")


@people.command("restore")
@click.argument("login", metavar="MAIL")
@of_node
@acting
def restore(session: Session, login: str, of_node: bool) -> None:
    """Let a suspended person in again."""
    account_id = _account(session, login, of_node)
    restore_person(session.inside, None, account_id, By(_NOBODY, _actor(session)))
    click.echo("Restored.")


def _actor(session: Session) -> Actor:
    """Return who acts: whoever may use the machine administers it, whatever else they are."""
    return Actor(session.actor.name, Role.NODE_ADMINISTRATOR.value)


def _account(session: Session, login: str, of_node: bool) -> str:
    where = None if of_node else org_of(session.node, session.wanted)
    wanted = login.strip().casefold()
    for one in people_of(session.inside, where):
        if one.login == wanted:
            return one.account_id
    raise NotFound("person-unknown", "/login", "See `senx people list`.")


def _row(one: Person) -> dict[str, JsonValue]:
    covers = [f"{each.role.value} (cover)" for each in one.covers]
    return {
        "account": one.account_id,
        "name": one.name,
        "login": one.login,
        "roles": ", ".join([*(each.value for each in one.roles), *covers]),
        "state": one.state,
    }


def _pages(session: Session) -> str:
    url = session.node.settings.pages_url.rstrip("/")
    if not url:
        raise SettingsError("setting-invalid", "/pages_url", "Say where people reach the pages.")
    return url
