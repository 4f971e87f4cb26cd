"""Fields and small things that the forms of this area share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from govuk_frontend_wtf.wtforms_widgets import GovDateInput
from wtforms.fields import DateField, Field, HiddenField
from wtforms.fields.choices import SelectFieldBase
from wtforms.validators import InputRequired, Optional

from exchange.domain.access import Role
from exchange.services.edit_record import version_of
from exchange.services.reviews.keeping import review_of, today_of
from exchange.services.reviews.model import Review
from exchange.web.forms import PageForm
from exchange.web.here import inside, may, org_id
from exchange.web.pupils.child import Child, child_of
from exchange.web.words import day
from schemas.strict_json import JsonValue

EXAMPLE = "For example, 9 11 2026"


def day_field(label: str, missing: str = "", hint: str = EXAMPLE) -> Any:
    """Return a field for a day.

    :param missing: what is said where it is empty; empty: it may be.
    """
    needed = InputRequired(missing) if missing else Optional()
    return DateField(
        label, description=hint, widget=GovDateInput(), format="%d %m %Y", validators=[needed]
    )


def day_in(field: Field) -> date | None:
    """Return the day that was typed, or None."""
    return field.data if isinstance(field.data, date) else None


def today() -> date:
    """Return the legal day of now."""
    return today_of(inside())


def may_prepare() -> bool:
    """Return whether the person plans reviews and writes reports."""
    return may(Role.SENCO, Role.SEN_ADMINISTRATOR)


def held(review_id: str) -> tuple[Review, Child]:
    """Return a review and the head of its child's pages.

    :raises NotFound: ``item-unknown``, ``pupil-unknown``.
    """
    with inside().store.reading(org_id()) as unit:
        found = review_of(unit, review_id)
        return found, child_of(unit, found.pupil_id)


class SeenForm(PageForm):
    """A form that is not saved over what its writer has not seen.

    ``theirs`` is what somebody else saved meanwhile, as label and words; None: nobody did.
    """

    version = HiddenField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.theirs: list[tuple[str, str]] | None = None

    def overtaken(self, now: Mapping[str, Any], also: Sequence[str] = ()) -> bool:
        """Return whether somebody else saved something since the writer opened this form.

        The form shows it then, and may be saved again in full knowledge of it.

        :param now: field -> what stands there now; ``also`` what else the writer relies on.
        """
        stands: dict[str, JsonValue] = {name: _plain(value) for name, value in now.items()}
        version = version_of({"fields": stands, "also": [*also]})
        field = self._fields["version"]
        if request.method != "POST":
            if field.raw_data is None:  # a draft brings the version that it began from
                field.data = version
            return False
        seen, field.data = field.data, version
        typed = {name: _plain(self._fields[name].data) for name in now}
        if seen == version or (typed == stands and not also):
            return False
        told = ((self._fields[name], value) for name, value in now.items() if _plain(value))
        self.theirs = [(field.label.text, _words(field, value)) for field, value in told]
        return True


def _plain(value: Any) -> JsonValue:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return "" if value in (None, "None") else str(value).strip()  # "None": no radio was chosen


def _words(field: Field, value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    if not isinstance(field, SelectFieldBase):
        return str(value)
    labels = {str(one[0]): str(one[1]) for one in field.iter_choices()}
    chosen = value if isinstance(value, list | tuple) else [value]
    return "; ".join(labels.get(str(one), str(one)) for one in chosen)
