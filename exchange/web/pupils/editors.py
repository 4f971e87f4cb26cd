"""The records that have an editor, in one visible table."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.pupils.described import RecordPage
from exchange.web.pupils.writing_known import ATTAINMENT, CONTACTS
from exchange.web.pupils.writing_move import ATTENDANCE, EHC, TRANSITION
from exchange.web.pupils.writing_sen import PLAN, PROFILE, REGISTER

PAGES: Mapping[str, RecordPage] = {
    one.slot: one
    for one in (REGISTER, PLAN, PROFILE, CONTACTS, TRANSITION, ATTENDANCE, ATTAINMENT, EHC)
}
"""slot -> page, in the order in which a pupil's page lists them."""
