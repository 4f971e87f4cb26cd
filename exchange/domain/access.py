"""Roles: who people are to an organisation, and which documents each role may see.

Pure data and rules. Which page is open to which role stands in exchange.web.reach; what goes to
other organisations is another question, answered by exchange.domain.disclosure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.codes import code_set


class Role(StrEnum):
    """What a person is to one organisation, or to the node."""

    SENCO = "senco"
    SEN_ADMINISTRATOR = "sen-administrator"
    DSL = "dsl"
    HEAD = "head"
    TEACHER = "teacher"
    DESIGNATED_TEACHER = "designated-teacher"
    GOVERNOR = "governor"
    LA_CASEWORKER = "la-caseworker"
    PANEL_MEMBER = "panel-member"
    PRACTITIONER = "practitioner"
    ORGANISATION_ADMINISTRATOR = "organisation-administrator"
    NODE_ADMINISTRATOR = "node-administrator"


LABELS = {
    Role.SENCO: "SENCO",
    Role.SEN_ADMINISTRATOR: "SEN administrator",
    Role.DSL: "Designated safeguarding lead",
    Role.HEAD: "Head teacher",
    Role.TEACHER: "Class teacher or tutor",
    Role.DESIGNATED_TEACHER: "Designated teacher",
    Role.GOVERNOR: "Governor or inspector",
    Role.LA_CASEWORKER: "SEN caseworker",
    Role.PANEL_MEMBER: "Panel member",
    Role.PRACTITIONER: "Specialist or therapist",
    Role.ORGANISATION_ADMINISTRATOR: "Organisation administrator",
    Role.NODE_ADMINISTRATOR: "System administrator",
}
"""As pages name them."""

WITHOUT_PUPILS = frozenset(
    {Role.GOVERNOR, Role.ORGANISATION_ADMINISTRATOR, Role.NODE_ADMINISTRATOR}
)
"""Roles that see no pupil: counts at most."""

STAFF_TYPES = frozenset({"profile", "strategies", "communication-profile", "peep"})
"""Document types made to be read by those who teach the pupil."""

LOOKED_AFTER_TYPES = frozenset({"pep", "profile", "sen-support-plan", "ehc-plan", "strategies"})
_WHOLE_RECORD = frozenset({Role.SENCO, Role.SEN_ADMINISTRATOR, Role.HEAD, Role.LA_CASEWORKER})


def sees_pupils(roles: Collection[Role]) -> bool:
    """Return whether any of the roles sees pupils, and so wants a second factor."""
    return any(role not in WITHOUT_PUPILS for role in roles)


def may_see(role: Role, document_type: str, on: date) -> bool:
    """Return whether a role may see documents of a type in its own organisation.

    Child-protection types are the DSL's alone; the flag that one exists is also the SENCO's. A
    type that is not in force on the day counts as what it was or will be: papers outlive lists.
    """
    types = code_set("document-type")
    if document_type not in types:
        return False
    known = types.lookup(document_type, on, importing=True)
    if known.attributes.get("compartment") == "cp":
        return role is Role.DSL
    if document_type == "safeguarding-flag":
        return role in (Role.DSL, Role.SENCO, Role.HEAD)
    if role is Role.TEACHER:
        return document_type in STAFF_TYPES
    if role is Role.DESIGNATED_TEACHER:
        return document_type in LOOKED_AFTER_TYPES
    return role in _WHOLE_RECORD


def may_know(role: Role, document_type: str, on: date) -> bool:
    """Return whether a role may know that its organisation has something of a type of a pupil.

    That there is something of child protection is what the flag says, to who may see the flag.
    """
    types = code_set("document-type")
    known = types.lookup(document_type, on, importing=True) if document_type in types else None
    if known is not None and known.attributes.get("compartment") == "cp":
        return may_see(role, "safeguarding-flag", on)
    return may_see(role, document_type, on)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page.

    :param account_id: random; ``name`` is how the book calls the person.
    :param org_id: the organisation in whose name the person acts now; None: the node's own pages.
    :param roles: held there at this moment, cover included.
    :param chosen: the role that the person prefers to act in, where they hold several.
    :param strong: a second factor was shown since signing in.
    :param session_id: what :func:`exchange.services.people.sessions` knows the session by.
    """

    account_id: str
    name: str
    org_id: str | None
    roles: frozenset[Role]
    session_id: str
    chosen: Role | None = None
    strong: bool = False

    def acting_as(self, allowed: Collection[Role]) -> Role | None:
        """Return the role in which the person does something that ``allowed`` roles may do."""
        held = [role for role in Role if role in self.roles and role in allowed]
        if self.chosen in held:
            return self.chosen
        return held[0] if held else None
