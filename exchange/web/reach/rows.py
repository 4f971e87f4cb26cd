"""What a row of the table of routes says, and the groups of roles that its rows name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from exchange.domain.access import Role


class Whose(StrEnum):
    """Whose rows a page shows."""

    NOBODY = "nobody"
    """No rows at all: open to anybody."""
    SELF = "self"
    """The person's own account."""
    ORGANISATION = "organisation"
    """The organisation in whose name the person acts; no other's."""
    NODE = "node"
    """The node's: organisations, keys, health; never a pupil."""


class Shows(StrEnum):
    """The most that a page shows of pupils and their documents."""

    NOTHING = "nothing"
    COUNTS = "counts"
    NAMES = "names"
    """Names of pupils, types and titles of documents."""
    STAFF = "staff"
    """What those who teach the pupil may read."""
    GENERAL = "general"
    """Contents, child protection excepted."""
    CP = "cp"
    """Child protection: the DSL's own area."""


@dataclass(frozen=True, slots=True)
class Row:
    """One page.

    :param roles: empty: anybody (``Whose.NOBODY``) or whoever is signed in (``Whose.SELF``).
    :param weak: open to a person who has not shown a second factor since signing in.
    :param quiet: asked by a script again and again: no sign that anybody is there.
    """

    path: str
    methods: tuple[str, ...]
    roles: frozenset[Role]
    whose: Whose
    shows: Shows
    weak: bool = False
    quiet: bool = False


_R = Role
PREPARES = frozenset({_R.SENCO, _R.SEN_ADMINISTRATOR})
TAKES_IN = PREPARES | {_R.LA_CASEWORKER}
"""Who files what comes by mail or on paper."""
SENDS = frozenset({_R.SENCO})
READS = frozenset({_R.SENCO, _R.SEN_ADMINISTRATOR, _R.HEAD})
TEACHES = frozenset({_R.TEACHER, _R.SENCO, _R.SEN_ADMINISTRATOR, _R.DESIGNATED_TEACHER})
CARES = frozenset({_R.DESIGNATED_TEACHER})
"""Who reads the PEP and the plans of looked-after children."""
PROTECTS = frozenset({_R.DSL})
DECIDES = frozenset({_R.HEAD})
COUNTS = frozenset({_R.GOVERNOR, _R.HEAD, _R.SENCO})
STAFFS = frozenset({_R.ORGANISATION_ADMINISTRATOR, _R.HEAD})
RUNS = frozenset({_R.NODE_ADMINISTRATOR})
AUDITS = frozenset({_R.HEAD, _R.SENCO, _R.DSL})
CASEWORK = frozenset({_R.LA_CASEWORKER})
PANEL = frozenset({_R.PANEL_MEMBER, _R.LA_CASEWORKER})
PRACTISES = frozenset({_R.PRACTITIONER})

GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")


def open_row(path: str, methods: tuple[str, ...] = GET) -> Row:
    """Return a page that is open to anybody and shows nobody's rows."""
    return Row(path, methods, frozenset(), Whose.NOBODY, Shows.NOTHING, weak=True)


def own_row(path: str, methods: tuple[str, ...] = GET, *, weak: bool = False) -> Row:
    """Return a page of the person's own account."""
    return Row(path, methods, frozenset(), Whose.SELF, Shows.NOTHING, weak=weak)


def org_row(
    path: str, methods: tuple[str, ...], roles: frozenset[Role], shows: Shows = Shows.GENERAL
) -> Row:
    """Return a page of the organisation in whose name the person acts."""
    return Row(path, methods, roles, Whose.ORGANISATION, shows)


def state_row(path: str, roles: frozenset[Role], shows: Shows) -> Row:
    """Return what a script of such a page asks, while the page is open, for how far it has come."""
    return Row(path, GET, roles, Whose.ORGANISATION, shows, quiet=True)


def node_row(path: str, methods: tuple[str, ...] = GET) -> Row:
    """Return a page of the node's administrators."""
    return Row(path, methods, RUNS, Whose.NODE, Shows.NOTHING)
