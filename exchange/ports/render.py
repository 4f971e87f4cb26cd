"""Readable copies of what is stored, for people: PDF made in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from schemas.strict_json import JsonValue

DOCUMENTS = (
    "transfer-summary",
    "profile",
    "class-sheet",
    "sen-support-plan",
    "annual-review",
    "ehc-request",
    "ehc-plan",
    "panel-decisions",
)
"""What can be made."""


class Renderer(Protocol):
    """Makes PDFs that people can read, print and have read out to them."""

    def render(self, document: str, data: Mapping[str, JsonValue]) -> bytes:
        """Return a PDF. Nothing of it, and nothing of the data, touches a disk.

        Every string is shown as it is: none is read as markup. What is missing, None or empty is
        left out. ``school`` (whose paper it is) and ``made`` (a day, in words) are common to all;
        ``exchange.services.readable`` makes the rest from records:

        - ``transfer-summary``: ``name, born, year_group, upn, provision, from, to, sent, alert``;
          ``sections``: each ``heading`` with ``paragraphs``, ``points`` (lists of strings),
          ``facts`` (pairs), ``table`` (``head``, ``rows``); ``documents``: each ``title, kind,
          author, date``; ``records``: each ``name`` and ``rows``, each with ``label, text`` and
          the rows ``below`` it.
        - ``profile``: ``name, year_group, written, alert, communication, hopes``; lists
          ``strengths, important, support, avoid, written_with``.
        - ``class-sheet``: ``groups``: each ``name`` and ``pupils``: each ``name, alert`` and
          lists ``helps, avoid``.
        - ``sen-support-plan``: ``name, year_group, written, author, agreed, next_review``; lists
          ``outcomes, provision, strategies, cycles, reviews, specialists``.
        - ``annual-review``: ``name, meeting, written, author, recommendation, parts``;
          ``sections`` as above; ``people``: each name, as whom, whether they came, advice.
        - ``ehc-request``: ``name, declared``; ``about`` (pairs); ``sections`` as above.
        - ``panel-decisions``: ``meeting``, ``members`` (list); ``cases``: each ``reference, name,
          school, outcome, reasons, conditions, present, by``.

        :param document: one of :data:`DOCUMENTS`.
        :raises exchange.errors.FormatError: ``document-not-rendered``: the data has not that form.
        """
