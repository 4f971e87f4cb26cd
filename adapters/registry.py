"""The one visible table: every way in and out of this house, and every kind of document let in.

Nothing registers itself and nothing is found by name at run time: what is not in a table here
carries no pupil's data. Wiring chooses from these; the contract suites run over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from adapters.formats.pupils_ctf import CtfPupils
from adapters.inspector import KINDS
from adapters.transports.folder import FolderTransport
from adapters.transports.https import HttpsTransport
from adapters.transports.memory import MemoryTransport
from exchange.ports import Transport

TRANSPORTS: Mapping[str, type[Transport]] = MappingProxyType(
    {
        "https": HttpsTransport,
        "folder": FolderTransport,
        "memory": MemoryTransport,
    }
)
"""Name in a transfer's row -> how it goes; ``memory`` is for tests and rehearsals alone."""

PUPIL_FORMATS = MappingProxyType({"ctf": CtfPupils})
"""Name on the command line -> reader of pupils."""

DOCUMENT_KINDS = KINDS
"""First bytes -> what looks closer at a document."""

Kind = Literal["transport", "format", "document", "service"]
Direction = Literal["in", "out", "both"]


@dataclass(frozen=True, slots=True)
class Adapter:
    """One row of the table.

    :param made_of: module and name of what does it, as ``module:Name``.
    :param versions: of what it reads or writes.
    :param settings: which settings it needs; where none of them is set it is not in use.
    :param untried: what could not be tried where this was made; the page says it at length.
    """

    name: str
    kind: Kind
    direction: Direction
    about: str
    made_of: tuple[str, ...]
    versions: str = ""
    settings: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """Return its page in the documentation."""
        return f"docs/adapters/{self.name}.md"


ADAPTERS: tuple[Adapter, ...] = (
    Adapter(
        "https",
        "transport",
        "both",
        "Packs to and from another node, sealed, over TLS.",
        ("adapters.transports.https:HttpsTransport",),
        "delivery protocol 1",
        ("public_url", "listen"),
        ("the open internet: proxies, firewalls and certificates of real schools",),
    ),
    Adapter(
        "folder",
        "transport",
        "both",
        "Packs through a watched folder: a shared drive, a memory stick.",
        ("adapters.transports.folder:FolderTransport",),
        "delivery protocol 1",
        ("folders",),
        ("network drives of other systems (SMB, WebDAV) and their locks",),
    ),
    Adapter(
        "memory",
        "transport",
        "both",
        "Packs within one process, for tests and rehearsals.",
        ("adapters.transports.memory:MemoryTransport",),
        "delivery protocol 1",
    ),
    Adapter(
        "ctf",
        "format",
        "both",
        "Common Transfer Files: pupils, SEN history, attendance, attainment.",
        (
            "adapters.formats.pupils_ctf:CtfPupils",
            "adapters.formats.pupils_ctf_out:CtfExport",
            "adapters.formats.provision_today:held_on",
        ),
        "12 to 25 in, 12 to 25 out (25.0 by default)",
        (),
        ("a genuine file of any product", "the Department's own schema"),
    ),
    Adapter(
        "csv",
        "format",
        "both",
        "Tables in text, and lists that somebody pastes.",
        (
            "adapters.formats.mis.pupil_lists:PupilLists",
            "adapters.formats.csv_export:GuardedCsv",
        ),
        "RFC 4180 and what spreadsheets make of it; UTF-8, UTF-16, Windows-1252",
        (),
        ("a genuine export of any product",),
    ),
    Adapter(
        "xlsx",
        "format",
        "both",
        "Workbooks.",
        (
            "adapters.formats.mis.pupil_lists:PupilLists",
            "adapters.formats.xlsx_export:GuardedWorkbook",
        ),
        "Office Open XML (transitional)",
        (),
        ("Microsoft Excel itself", "a genuine export of any product"),
    ),
    Adapter(
        "gias",
        "format",
        "in",
        "The open register of schools.",
        ("adapters.formats.gias:read_register", "adapters.school_register:SchoolRegisterFile"),
        "columns of 2024 to 2026, by heading",
        (),
        ("the live download", "a whole register of today"),
    ),
    Adapter(
        "readable-pdf",
        "format",
        "out",
        "Summary, profile, support plan, class sheet and letters as PDF/UA.",
        ("adapters.readable:TypstRenderer",),
        "PDF 1.7, PDF/UA-1",
        (),
        ("a checker of PDF/UA", "a screen reader"),
    ),
    Adapter(
        "panel-pack",
        "format",
        "out",
        "Many papers as one tagged, numbered PDF.",
        ("adapters.papers:PaperMaker",),
        "PDF 1.7",
        (),
        ("a checker of PDF/UA", "a screen reader"),
    ),
    Adapter(
        "scanner",
        "document",
        "in",
        "Documents from outside: what they are, what hides in them, viruses.",
        ("adapters.inspector:ContentInspector", "adapters.scanner:ClamdScanner"),
        "PDF, DOCX, XLSX, PPTX, ODT, RTF, JPEG, PNG, text; clamd",
        ("scanner_socket",),
        ("scanners other than ClamAV",),
    ),
    Adapter(
        "mail",
        "service",
        "out",
        "Mails without a name in them: a link, a code, a date.",
        ("adapters.mailer:SmtpMailer",),
        "SMTP with STARTTLS or TLS",
        ("mail_host", "mail_from"),
        ("mail services of schools: their limits, filters and sign-in",),
    ),
    Adapter(
        "sign-in",
        "service",
        "in",
        "Somebody else says who a person is.",
        ("adapters.sign_in.oidc:OidcProvider",),
        "OpenID Connect 1.0",
        ("sign_in_file",),
        ("Microsoft's, Google's and the Department's providers",),
    ),
    Adapter(
        "directory",
        "service",
        "in",
        "The signed list of who takes part, and with which keys.",
        (
            "adapters.directory_file:InstalledDirectory",
            "adapters.directory_fetch:DirectoryFetch",
        ),
        "directory 1",
        ("directory_key",),
        ("a directory of thousands that others publish",),
    ),
)
"""Every adapter; each has a page that says what could not be tried (tests compare)."""
