"""Who reaches what on the share face: the one table of its routes.

Each row names a page, its path, its method, and for which kind of link it opens. Routes are made
from here and nowhere else; a test walks every row with every kind of visitor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from exchange.services.links.model import Purpose


@dataclass(frozen=True, slots=True)
class Row:
    """One page.

    :param purpose: of the link by which one must have come in; None: anybody may ask.
    """

    path: str
    method: str
    purpose: Purpose | None


def _rows(purpose: Purpose | None, pages: Mapping[str, tuple[str, str]]) -> dict[str, Row]:
    return {name: Row(path, method, purpose) for name, (method, path) in pages.items()}


_OPEN = _rows(
    None,
    {
        "home": ("GET", "/"),
        "health": ("GET", "/health"),
        "link": ("GET", "/l/<token>"),
        "ask": ("POST", "/l/<token>"),
        "code": ("GET", "/l/<token>/code"),
        "enter": ("POST", "/l/<token>/code"),
        "leave": ("POST", "/leave"),
        "left": ("GET", "/left"),
        "asset": ("GET", "/assets/<name>"),
        "agency_script": ("GET", "/report/script.js"),
    },
)
_PICK_UP = _rows(
    Purpose.PICK_UP,
    {
        "pack": ("GET", "/pack"),
        "pack_pdf": ("GET", "/pack/summary.pdf"),
        "pack_document": ("GET", "/pack/documents/<number>"),
        "accept": ("POST", "/pack/accept"),
        "not_ours": ("GET", "/pack/not-ours"),
        "say_not_ours": ("POST", "/pack/not-ours"),
    },
)
_FAMILY = _rows(
    Purpose.FAMILY,
    {
        "family": ("GET", "/family"),
        "paper": ("GET", "/family/papers/<number>"),
        "wish": ("POST", "/family/papers/<number>"),
        "paper_file": ("GET", "/family/papers/<number>/file"),
        "views": ("GET", "/family/views"),
        "say_views": ("POST", "/family/views"),
        "correction": ("GET", "/family/correction"),
        "say_correction": ("POST", "/family/correction"),
    },
)
_AGENCY = _rows(
    Purpose.AGENCY,
    {
        "agency": ("GET", "/report"),
        "agency_document": ("GET", "/report/documents/<number>"),
        "agency_receipt": ("GET", "/report/receipts/<name>"),
        "agency_files": ("GET", "/report/files"),
        "agency_add": ("POST", "/report/files"),
        "agency_put": ("PUT", "/report/files/one"),
        "agency_remove": ("POST", "/report/files/<upload>/remove"),
        "agency_about": ("GET", "/report/about"),
        "agency_say_about": ("POST", "/report/about"),
        "agency_check": ("GET", "/report/send"),
        "agency_send": ("POST", "/report/send"),
        "agency_pass": ("GET", "/report/pass-on"),
        "agency_say_pass": ("POST", "/report/pass-on"),
        "agency_decline": ("GET", "/report/decline"),
        "agency_say_decline": ("POST", "/report/decline"),
    },
)

TABLE: Mapping[str, Row] = MappingProxyType({**_OPEN, **_PICK_UP, **_FAMILY, **_AGENCY})
"""endpoint -> its row. What ``agency_script`` hands out is the same for everybody."""
