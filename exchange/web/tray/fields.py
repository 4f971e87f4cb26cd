"""A line that is kept exactly as it was written."""

from __future__ import annotations

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.validators import ValidationError

from exchange.errors import UsageError
from exchange.services.tray.file_upload import check_line


class ExactField(StringField):  # type: ignore[misc]
    """One line; no space is taken off it, and what could hide or reverse text is refused."""

    widget = GovTextInput()

    def __init__(self, label: str, hint: str = "", **options: Any) -> None:
        super().__init__(label, description=hint, **options)

    def pre_validate(self, form: Any) -> None:
        """Refuse what cannot go into a pack.

        :raises ValidationError: with what to do.
        """
        try:
            check_line(self.data or "", f"/{self.name}")
        except UsageError as error:
            raise ValidationError(error.hint) from None
