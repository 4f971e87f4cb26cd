"""What of our records a CTF has no element for; a test holds the layout to it."""

from __future__ import annotations

from typing import Final

NOT_CARRIED: Final = frozenset(
    {
        "pupil/nhs_number",
        "pupil/nhs_number_reason",
        "pupil/upn_unknown",  # the reason for having no UPN is read and has no place to be written
        "pupil/home_authority",  # whose child: our own, as a CTF has no place for it
        "pupil/contacts/court_order",
        "pupil/contacts/arrangements",
        "sen/provision_history/ends",
        "sen/needs/notes",
        "sen/suspected_needs",
        "sen/written",
        "attendance/until",
    }
)
"""Field paths; what is not here goes both ways. Documents, plans, profiles and reports never do."""
