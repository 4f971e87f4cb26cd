"""The agency's desk behind the door: files sealed as they come, a draft that nobody loses, sending.

It runs in the outward process. A file's bytes are sealed to the organisation's public key while
they stream in; what was filled in, and the files' names, are sealed to the link itself, so that
its holder finds them again and nobody else reads them, the organisation included, until they are
sent. What is sent is vouched for by the link, with the digest of each file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from exchange.domain.clocks import london_day
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Limits, UnitOfWork
from exchange.ports.items import Item
from exchange.services.links.agency_about import About, check_about
from exchange.services.links.agency_files import (
    KIND,
    MOST_FILES,
    SENT,
    blobs_of,
    count_colleague,
    count_sending,
    files_of,
)
from exchange.services.links.agency_receiving import (
    FACE,
    LONGEST_NAME,
    AgencyReceiving,
    count_of,
    too_many,
)
from exchange.services.links.answers_of import DECLINED, PASSED_ON, REPORT
from exchange.services.links.door import Door
from exchange.services.links.link_drafts import LinkDrafts, own, while_it_changes
from exchange.services.links.visiting import Visit
from schemas.mail import is_mail_address
from schemas.strict_json import JsonValue

LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class AgencyFile:
    """A file that was uploaded and not sent yet."""

    upload_id: str
    name: str
    size: int
    sha256: str


class AgencyDesk:
    """What somebody of an agency may do behind the door."""

    def __init__(self, door: Door, limits: Limits) -> None:
        self._door = door
        self._limits = limits
        self._drafts = LinkDrafts(door)

    @property
    def most_bytes(self) -> int:
        """Return the most bytes of one file."""
        return self._limits.document_bytes

    def receiving(self, visit: Visit) -> AgencyReceiving:
        """Begin to take one file in.

        :raises Refused: ``files-too-many``.
        :raises NotFound: ``link-ended``.
        """
        with self._door.store.reading(visit.org_id) as unit:
            if count_of(unit, visit) >= MOST_FILES:
                raise too_many()
        return AgencyReceiving(self._door, visit, self._limits)

    def files(self, visit: Visit) -> list[AgencyFile]:
        """Return what was uploaded and not sent yet, oldest first."""

        def look() -> list[AgencyFile]:
            with self._door.store.reading(visit.org_id) as unit:
                found = list(files_of(unit, visit.link_id))
            return [self._file(visit, one) for one in found]

        return while_it_changes(look)

    def remove(self, visit: Visit, upload_id: str) -> None:
        """Take a file back; one of another link is none.

        :raises NotFound: ``file-unknown``.
        """
        with self._door.store.unit(visit.org_id) as unit:
            found = [one for one in files_of(unit, visit.link_id) if one.item_id == upload_id]
            if not found:
                raise NotFound("file-unknown", "/file")
            unit.items.remove(KIND, upload_id)
            unit.audit.record(FACE, "agency.file-removed", "link", visit.link_id)
            unit.commit()
        self._delete(visit, blobs_of(found[0]))

    def draft(self, visit: Visit) -> dict[str, JsonValue]:
        """Return what was filled in and not sent yet."""
        return self._drafts.read(visit)

    def keep_draft(self, visit: Visit, values: Mapping[str, JsonValue]) -> None:
        """Keep what was filled in, sealed to the link itself.

        :raises UsageError: ``text-too-long``.
        :raises NotFound: ``link-ended``.
        """
        self._drafts.keep(visit, values)

    def send(self, visit: Visit, about: About) -> None:
        """Send the files with what is said of them; the draft is kept for a corrected version.

        :raises UsageError: ``file-missing``, ``sendings-too-many``; as ``check_about`` says.
        :raises NotFound: ``link-ended``.
        """
        self._door.require_open(visit)
        check_about(about, london_day(self._door.clock.now()))
        files = self.files(visit)
        if not files:
            raise UsageError("file-missing", "/files", "Add the report first.")
        listed: list[JsonValue] = [
            {"upload": one.upload_id, "name": one.name, "size": one.size, "sha256": one.sha256}
            for one in files
        ]

        def beside(unit: UnitOfWork) -> None:
            count_sending(unit, visit.link_id, self._door.clock.now())
            there = {one.item_id: one for one in files_of(unit, visit.link_id)}
            for one in files:
                if one.upload_id not in there:
                    raise Conflict("sent-already", "/files", "It was sent already.")
                found = replace(there[one.upload_id], state=SENT, content=None)
                unit.items.update(replace(found, updated_at=self._door.clock.now()))

        self._door.answer(visit, REPORT, {"about": about.as_json(), "files": listed}, beside=beside)

    def decline(self, visit: Visit, reason: str) -> None:
        """Say that the body cannot help, and why; nothing can be said after it.

        :raises UsageError: ``reason-missing``, ``text-too-long``.
        """
        told = _text(reason, "/reason")
        if not told:
            raise UsageError("reason-missing", "/reason", "Say why, in a few words.")
        self._door.answer(visit, DECLINED, {"reason": told}, last=True)

    def pass_on(self, visit: Visit, colleague: Mapping[str, str], *, keep: bool) -> None:
        """Name the colleague who is to answer; they get a link and a code of their own.

        :param colleague: ``name``, ``role``, ``mail``, ``phone``.
        :param keep: whether this link goes on beside theirs.
        :raises UsageError: ``name-unclear``, ``mail-unclear``, ``phone-missing``,
            ``colleagues-too-many``.
        """
        told = {name: colleague.get(name, "").strip() for name in ("name", "role", "mail", "phone")}
        check_colleague(told)
        answer: dict[str, JsonValue] = {**told, "keep": keep}

        def beside(unit: UnitOfWork) -> None:
            count_colleague(unit, visit.link_id, self._door.clock.now())

        self._door.answer(visit, PASSED_ON, answer, last=not keep, beside=beside)

    def _file(self, visit: Visit, item: Item) -> AgencyFile:
        label = own(self._door, visit, str((item.clear.get("blobs") or [""])[0]))  # type: ignore[index]
        size = label.get("size")
        return AgencyFile(
            upload_id=item.item_id,
            name=str(label.get("name", "")),
            size=size if isinstance(size, int) else 0,
            sha256=str(label.get("sha256", "")),
        )

    def _delete(self, visit: Visit, names: Sequence[str]) -> None:
        for name in names:
            self._door.blobs.delete(visit.org_id, name)


def check_colleague(told: Mapping[str, str]) -> None:
    """Refuse somebody who cannot be reached.

    :raises UsageError: ``name-unclear``, ``mail-unclear``, ``phone-missing``.
    """
    for name in ("name", "role"):
        text = told[name]
        if not text or len(text) > LONGEST_NAME or not text.isprintable():
            raise UsageError("name-unclear", f"/{name}", "Write it on one line.")
    if not is_mail_address(told["mail"]):
        raise UsageError("mail-unclear", "/mail", "Write one address, as name@service.nhs.uk.")
    phone = told["phone"]
    if not phone or len(phone) > 40 or not phone.isprintable():
        raise UsageError("phone-missing", "/phone", "Write the number at which they are rung.")


def _text(text: str, path: str) -> str:
    told = text.replace("\r\n", "\n").strip()
    if len(told) > LONGEST_TEXT:
        raise UsageError("text-too-long", path, f"Use at most {LONGEST_TEXT:,} characters.")
    return told
