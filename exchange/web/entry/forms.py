"""The forms of this area."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovRadioInput, GovTextInput
from wtforms import HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from exchange.web.forms import PageForm

LONG_ENOUGH = (
    "At least 12 characters. Three random words are easy to remember and hard to guess. "
    "You never have to change it unless somebody else knows it."
)


class SignInForm(PageForm):
    """Name and password."""

    login = StringField(
        "E-mail address",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your e-mail address"), Length(max=320)],
    )
    password = PasswordField(
        "Password",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter your password"), Length(max=1000)],
    )


class CodeForm(PageForm):
    """A code of the authenticator app."""

    code = StringField(
        "Code",
        description="6 digits. The code changes every 30 seconds.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the code from your app"), Length(max=40)],
    )


class RecoveryForm(PageForm):
    """A recovery code."""

    code = StringField(
        "Recovery code",
        description="16 letters and digits. Each code works once.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter a recovery code"), Length(max=60)],
    )


class JoinForm(PageForm):
    """A first password."""

    password = PasswordField(
        "Choose a password",
        description=LONG_ENOUGH,
        widget=GovPasswordInput(),
        validators=[InputRequired("Choose a password"), Length(max=1000)],
    )


class SetUpForm(PageForm):
    """The first administrator."""

    name = StringField(
        "Your name",
        description="As colleagues know you. It stands beside what you do in the record.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your name"), Length(max=100)],
    )
    login = StringField(
        "Your e-mail address",
        description="You sign in with it.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your e-mail address"), Length(max=320)],
    )
    password = PasswordField(
        "Choose a password",
        description=LONG_ENOUGH,
        widget=GovPasswordInput(),
        validators=[InputRequired("Choose a password"), Length(max=1000)],
    )


class PasswordForm(PageForm):
    """Another password."""

    present = PasswordField("Your password now", widget=GovPasswordInput())
    password = PasswordField(
        "New password",
        description=LONG_ENOUGH,
        widget=GovPasswordInput(),
        validators=[InputRequired("Choose a new password"), Length(max=1000)],
    )


class ActForm(PageForm):
    """A button, and what it is about."""

    what = HiddenField()
    which = HiddenField()


class ChooseForm(PageForm):
    """In whose name, and in which role."""

    acting = RadioField(
        "Where do you want to work?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose one")],
    )
