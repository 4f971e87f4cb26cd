"""File what lies in the tray by hand; a report of a kind that specialists write is matched first.

It is not filed on one sign alone: where too little in it agrees with the child, or something
differs, a person has to look, and to say by what in it they know whose it is. Put on the child's
own page, it came there by somebody who said whose it is: that is one sign, as a link of theirs is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exchange.domain.disclosure import Mark
from exchange.ports import Actor, UnitOfWork
from exchange.services.advice.matching import Match, match_of_files, require_match
from exchange.services.inside import Inside
from exchange.services.links.agency_about import TYPES
from exchange.services.record_disclosure import audience_of
from exchange.services.tray.file_upload import Filed, Filing, file_upload
from exchange.services.tray.upload import Upload, open_upload

MATCHED = frozenset(TYPES) - {"other"}
"""Types that are filed only with a child they were matched with."""


def match_by_hand(
    inside: Inside, unit: UnitOfWork, upload: Upload, pupil_id: str, type_: str
) -> Match | None:
    """Return what agrees with a child and what differs; None: nobody need say more.

    :raises NotFound: ``pupil-unknown``.
    """
    if type_ not in MATCHED:
        return None
    named = [(upload.upload_id, upload.file_name)]
    match = match_of_files(inside, unit, named, pupil_id, asked=upload.pupil_id == pupil_id)
    return None if match.is_clear else match


def file_by_hand(
    inside: Inside,
    org_id: str,
    upload_id: str,
    filing: Filing,
    actor: Actor,
    *,
    compared: Sequence[str] = (),
    looked: bool = False,
    not_for: Sequence[str] = (),
) -> Filed:
    """File an upload as a person says; for whom it is not holds from the first moment on.

    :param compared: by what in it they know whose it is (``matching.COMPARED``).
    :param looked: they looked at it, and it is about this child.
    :param not_for: who may not have it: roles, kinds of organisation, ``family``.
    :raises ExchangeError: as ``tray.file_upload`` and ``matching.require_match`` say.
    """
    now = inside.clock.now()
    marks = tuple(
        Mark(audience_of(inside, whom), actor.name, actor.role, now)
        for whom in dict.fromkeys(not_for)
    )
    filing = replace(filing, said=replace(filing.said, marks=(*filing.said.marks, *marks)))
    with inside.store.reading(org_id) as unit:
        upload = open_upload(unit, upload_id)
        match = match_by_hand(inside, unit, upload, filing.pupil_id, filing.type)
    if match is not None:
        require_match(match, compared, looked=looked)
    return file_upload(inside, org_id, upload_id, filing, actor)
