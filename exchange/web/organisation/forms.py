"""The forms of this area."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovDateInput,
    GovRadioInput,
    GovTextInput,
)
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from exchange.domain.access import LABELS, Role
from exchange.web.forms import PageForm

_LOOKS_AFTER = {
    Role.ORGANISATION_ADMINISTRATOR: "Looks after this list of people. Sees no pupil.",
}
_SCHOOL = {
    Role.SENCO: "Builds, sends, receives and accepts. Never sees child protection files.",
    Role.SEN_ADMINISTRATOR: "Prepares and files. Cannot send.",
    Role.DSL: "Child protection files, safeguarding flags and protected moves.",
    Role.HEAD: "Approves exceptions. Opens records in an emergency, with a reason.",
    Role.TEACHER: "Sees the class sheet.",
    Role.DESIGNATED_TEACHER: "Sees the plans of looked-after children, and the class sheet.",
    Role.GOVERNOR: "Sees counts and dates without names.",
}
_PRACTICE = {
    Role.PRACTITIONER: "Reads what schools and councils ask of your service, and answers.",
}
_COUNCIL = {
    Role.LA_CASEWORKER: "Works on cases: dates, advice, decisions, plans, panel packs.",
    Role.PANEL_MEMBER: "Reads the packs of the panel meetings that they sit in, and nothing else.",
    Role.SENCO: "Asks schools for a child's records, and accepts the packs that come.",
} | _PRACTICE
_BY_KIND = {
    "school": _SCHOOL,
    "college": _SCHOOL,
    "la": _COUNCIL,
    "agency": _PRACTICE,
    "health": _PRACTICE,
}

REASONS = {
    "lost": "They lost their phone or computer",
    "stolen": "It was stolen",
    "replaced": "They have a new one",
    "does-not-work": "It does not work any more",
    "left-behind": "Somebody else has it now",
}


def about_roles(kind: str | None) -> dict[Role, str]:
    """Return the roles that an organisation gives, and what each is for.

    :param kind: as the directory has it; one that gives none of its own has all to choose from.
    """
    own = _BY_KIND.get(kind or "", _COUNCIL | _SCHOOL) | _LOOKS_AFTER
    return {role: own[role] for role in Role if role in own}


def role_choices(kind: str | None, held: tuple[Role, ...] = ()) -> list[tuple[str, str]]:
    """Return the roles to choose from; one that is held already is among them."""
    about = about_roles(kind)
    return [
        (role.value, f"{LABELS[role]}. {about.get(role, '')}".strip())
        for role in Role
        if role in about or role in held
    ]


class InviteForm(PageForm):
    """Somebody new."""

    name = StringField(
        "Name",
        description="As colleagues know them. It stands beside what they do in the record.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the person's name"), Length(max=100)],
    )
    login = StringField(
        "E-mail address",
        description="Their own address at work, not a shared one. The invitation goes there.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter their e-mail address"), Length(max=320)],
    )
    roles = SelectMultipleField(
        "Roles",
        description="One person may have several.",
        widget=GovCheckboxesInput(),
        validators=[InputRequired("Choose at least one role")],
    )


class RolesForm(PageForm):
    """The roles of somebody; ``seen``: those that they had when the page was shown."""

    roles = SelectMultipleField("Roles", widget=GovCheckboxesInput())
    seen = HiddenField()


class CoverForm(PageForm):
    """A role for a while."""

    role = RadioField(
        "Whose work do they cover?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose a role")],
    )
    until = DateField(
        "Last day",
        format=["%d %m %Y"],
        description="For example, 19 12 2026. The role ends by itself after this day.",
        widget=GovDateInput(),
        validators=[InputRequired("Enter the last day of the cover")],
    )


class ReasonForm(PageForm):
    """Why a second step is removed."""

    reason = RadioField(
        "Why?",
        widget=GovRadioInput(),
        choices=dict(REASONS),
        validators=[InputRequired("Choose why")],
    )
