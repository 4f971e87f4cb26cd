"""A pack's summary as the renderer wants it."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.services.pack_sections import alert_of, sections_of
from exchange.services.summarise_pack import PackPage, PaperView
from exchange.web.words import day, plain
from schemas.strict_json import JsonValue


def printed(
    page: PackPage, papers: Sequence[PaperView], made: str, *, flag: bool
) -> dict[str, JsonValue]:
    """Return the data of ``transfer-summary``; empty parts are left out by the renderer.

    :param flag: whether the reader may see whom to ask about safeguarding.
    """
    summary = page.summary
    pupil = page.pupil
    sections: list[JsonValue] = [*(sections_of(summary, flag=flag) if summary else ())]
    return {
        "school": page.sender_name,
        "made": made,
        "name": summary.child.name if summary else "",
        "born": day(summary.child.born) if summary else "",
        "year_group": summary.child.year if summary else "",
        "upn": str(pupil.upn or "") if pupil else "",
        "provision": summary.provision if summary else "",
        "from": page.sender_name,
        "sent": day(page.issued),
        "alert": alert_of(summary.child) if summary else "",
        "sections": sections,
        "documents": [
            {
                "title": one.title or plain(one.type),
                "kind": plain(one.type),
                "author": one.author,
                "date": day(one.authored),
            }
            for one in papers
        ],
    }
