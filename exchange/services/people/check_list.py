"""What a new node still lacks before the first school can use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.inside import Inside
from exchange.services.people.account import all_accounts, get_account
from keys.errors import KeysError


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do.

    :param code: what; ``endpoint``: the page on which it is done, or nothing.
    :param needed: whether nobody can begin without it.
    """

    code: str
    done: bool
    endpoint: str = ""
    needed: bool = True


def tasks(
    inside: Inside, account_id: str, has_scanner: bool, more: Mapping[str, Any]
) -> Sequence[Task]:
    """Return the tasks in the order in which they are best done.

    :param account_id: of the administrator who looks.
    :param more: collaborators of the pages: ``providers``, ``mail``.
    """
    hosted = inside.store.organisations()
    with inside.store.reading(NODE) as unit:
        own = get_account(unit, account_id).credentials
        posts = [post for one in all_accounts(unit) for post in one.posts]
    led = {one.org_id for one in posts if one.role is Role.ORGANISATION_ADMINISTRATOR}
    seconds = sum(1 for one in posts if one.role is Role.NODE_ADMINISTRATOR)
    keys = set(inside.vault.organisations())
    return (
        Task("second-step", own.has_second_factor, "entry.account"),
        Task("organisation", bool(hosted), "node.organisations"),
        Task("keys", bool(hosted) and set(hosted) <= keys, "node.keys"),
        Task("directory", bool(hosted) and _are_listed(inside, hosted), "node.organisations"),
        Task("organisation-administrator", bool(hosted) and set(hosted) <= led, "node.people"),
        Task("mail", bool(more.get("mail")), "node.mail", needed=False),
        Task("scanner", has_scanner, "node.health", needed=False),
        Task("providers", bool(more.get("providers")), "node.settings", needed=False),
        Task("second-administrator", seconds > 1, "node.people", needed=False),
    )


def _are_listed(inside: Inside, hosted: Sequence[str]) -> bool:
    try:
        directory = inside.directory()
        for one in hosted:
            directory.get(one, inside.clock.now())
    except KeysError:
        return False
    return True
