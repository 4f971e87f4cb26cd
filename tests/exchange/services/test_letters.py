"""Letters: queued with what they tell about, sent to a real server, told to nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from string import Template

import pytest

from adapters.mailer import MailServer, SmtpMailer
from exchange.audit import NODE
from exchange.errors import AuditError, Conflict, NotFound, UsageError
from exchange.ports import Actor, AuditEntry, Limits
from exchange.services.inside import Inside
from exchange.services.letters import (
    FACTS,
    KEEP_DEAD,
    MOST_ATTEMPTS,
    Letter,
    LetterSender,
    compose,
    dead_letters,
    post_of,
    queue_letter,
    send_again,
    text_of,
)
from exchange.store.memory import MemoryBlobs
from exchange.store.sql import SqlStore
from tests.adapters.mail_sink import Sink, mail_sink, silent_server
from tests.exchange.services.town import Clock
from tests.exchange.store import support
from tests.exchange.store.support import ORG

ADMIN = Actor("Ada Admin", "organisation-administrator")
TO = "senco@elm.example"
LETTER = Letter("mail-test", TO, {"organisation": "Elm Grove Primary School"})
TEXTS = sorted(
    one.name.removesuffix(".txt")
    for one in (files("exchange.services") / "letter_texts").iterdir()
    if one.name.endswith(".txt") and not one.name.startswith("_")
)
LINK = "https://pages.example/join/" + "T0ken" * 9


@dataclass
class Office:
    """One organisation's post on a real database, and a real mail server."""

    inside: Inside
    clock: Clock
    database: Path
    port: int = 0

    def queue(self, letter: Letter = LETTER, org_id: str = ORG) -> str:
        with self.inside.store.unit(org_id) as unit:
            letter_id = queue_letter(unit, letter, self.clock.now())
            unit.audit.record(ADMIN, "person.invited", "account", letter_id)
            unit.commit()
        return letter_id

    def sender(self, port: int | None = None, seconds: float = 10) -> LetterSender:
        server = MailServer(
            "127.0.0.1", port or self.port, "none", "no-reply@town.example", seconds=seconds
        )
        return LetterSender(self.inside, SmtpMailer(server, self.clock), chance=lambda: 0.0)

    def go(self, sender: LetterSender, org_id: str = ORG) -> int:
        due = sender.due(org_id, 50)
        for one in due:
            sender.advance(org_id, one)
        return len(due)

    def said(self, action: str) -> list[AuditEntry]:
        with self.inside.store.reading(ORG) as unit:
            return [one for one in unit.audit.entries() if one.action == action]

    def on_disk(self, word: str) -> bool:
        found = self.database.parent.glob(self.database.name + "*")
        return any(word.encode() in one.read_bytes() for one in found)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = Clock()
    database = tmp_path / "node.db"
    engine = support.ready(database)
    vault = support.vault_in(tmp_path / "keyring")
    store = SqlStore(engine, vault, clock)
    store.host(ORG, support.ACTOR)

    def no_directory() -> None:
        raise AssertionError

    inside = Inside(store, MemoryBlobs(), vault, no_directory, clock, Limits())  # type: ignore[arg-type]
    yield Office(inside, clock, database)
    engine.dispose()


@pytest.fixture
def sink(office: Office) -> Iterator[Sink]:
    with mail_sink() as sink:
        office.port = sink.port
        yield sink


def test_a_letter_goes_out_once(office: Office, sink: Sink) -> None:
    letter_id = office.queue()
    assert office.go(office.sender()) == 1
    assert office.go(office.sender()) == 0
    (mail,) = sink.got
    assert mail["To"] == TO
    assert mail["Message-ID"].startswith(f"<{letter_id}@")
    assert "Elm Grove Primary School" in mail.get_content()
    (entry,) = office.said("letter.sent")
    assert (entry.object_id, entry.role) == (letter_id, "machine")
    assert post_of(office.inside, ORG) == post_of(office.inside, NODE)


def test_letters_of_the_node_itself(office: Office, sink: Sink) -> None:
    office.queue(org_id=NODE)
    assert office.go(office.sender()) == 0
    assert office.go(office.sender(), NODE) == 1
    assert len(sink.got) == 1


def test_no_letter_without_what_it_tells_about(office: Office, sink: Sink) -> None:
    with office.inside.store.unit(ORG) as unit:
        queue_letter(unit, LETTER)
        with pytest.raises(AuditError):
            unit.commit()
    with office.inside.store.unit(ORG) as unit:
        queue_letter(unit, LETTER)
    assert office.go(office.sender()) == 0


def test_address_and_facts_lie_sealed_and_are_gone_once_sent(office: Office, sink: Sink) -> None:
    facts = {"organisation": "Elm-MARKER", "link": LINK}
    office.queue(replace(LETTER, facts=facts))
    for word in (TO, "T0ken", "Elm-MARKER"):
        assert not office.on_disk(word)
    assert "T0ken" not in repr(replace(LETTER, facts=facts))
    assert TO not in repr(LETTER)
    office.go(office.sender())
    with office.inside.store.reading(ORG) as unit:
        assert unit.items.count("letter") == 0
    assert not office.on_disk("T0ken")


def test_a_busy_server_is_asked_again_ever_later(office: Office, sink: Sink) -> None:
    office.queue()
    sink.refuse_message = "451 later"
    sender, waits = office.sender(), []
    for _ in range(9):
        assert office.go(sender) == 1
        waited = 0
        while not sender.due(ORG, 1):
            office.clock.pass_(seconds=32)
            waited += 32
        waits.append(waited)
    assert waits == sorted(waits)
    assert waits[0] >= 60
    assert waits[-1] <= 2 * 3600 + 32
    assert post_of(office.inside, ORG).waiting == 1
    sink.refuse_message = ""
    office.go(sender)
    assert len(sink.got) == 1
    assert post_of(office.inside, ORG).waiting == 0


def test_after_days_it_is_given_up_and_shown(office: Office) -> None:
    letter_id = office.queue()
    began = office.clock.now()
    with silent_server() as port:
        sender = office.sender(port, seconds=0.2)
        for _ in range(MOST_ATTEMPTS):
            assert sender.due(ORG, 1)
            office.go(sender)
            office.clock.pass_(hours=2)
        assert not sender.due(ORG, 1)
    assert (office.clock.now() - began).days >= 3
    (dead,) = dead_letters(office.inside, ORG)
    assert (dead.letter_id, dead.to, dead.attempts) == (letter_id, TO, MOST_ATTEMPTS)
    assert dead.code in ("mail-timeout", "mail-unreachable")
    assert not office.on_disk(TO)
    assert len(office.said("letter.given-up")) == 1


def test_an_address_that_the_server_does_not_know(office: Office, sink: Sink) -> None:
    letter_id = office.queue()
    sink.refuse_recipient = "550 no such user"
    office.go(office.sender())
    (dead,) = dead_letters(office.inside, ORG)
    assert dead.code == "mail-address-refused"
    sink.refuse_recipient = ""
    send_again(office.inside, ORG, letter_id, ADMIN)
    with pytest.raises(Conflict):
        send_again(office.inside, ORG, letter_id, ADMIN)
    office.go(office.sender())
    assert len(sink.got) == 1
    assert dead_letters(office.inside, ORG) == []
    with pytest.raises(NotFound):
        send_again(office.inside, ORG, letter_id, ADMIN)


def test_what_was_given_up_is_not_kept_for_ever(office: Office, sink: Sink) -> None:
    office.queue()
    sink.refuse_recipient = "550 no such user"
    sender = office.sender()
    office.go(sender)
    office.clock.at += KEEP_DEAD
    office.go(sender)
    with office.inside.store.reading(ORG) as unit:
        assert unit.items.count("letter") == 0
    assert sink.got == []
    assert len(office.said("letter.dropped")) == 1


@pytest.mark.parametrize(
    ("letter", "code"),
    [
        (replace(LETTER, to="a@b.example\nBcc: c@d.example"), "mail-address-invalid"),
        (replace(LETTER, to="nobody"), "mail-address-invalid"),
        (replace(LETTER, template="../../errors"), "letter-unknown"),
        (replace(LETTER, template="_footer"), "letter-unknown"),
        (replace(LETTER, template="no-such-letter"), "letter-unknown"),
        (replace(LETTER, facts={}), "letter-fact-missing"),
        (replace(LETTER, facts={**LETTER.facts, "pupil": "Zuleika"}), "letter-fact-unknown"),
        (replace(LETTER, facts={"organisation": "Elm\nSee http"}), "letter-fact-invalid"),
        (replace(LETTER, facts={"organisation": "Elm http://evil.example"}), "letter-fact-invalid"),
        (replace(LETTER, facts={"organisation": "www.evil.example"}), "letter-fact-invalid"),
        (replace(LETTER, facts={"organisation": ""}), "letter-fact-invalid"),
        (replace(LETTER, facts={"organisation": "x" * 1001}), "letter-fact-invalid"),
    ],
)
def test_a_letter_that_may_not_be(office: Office, letter: Letter, code: str) -> None:
    with office.inside.store.unit(ORG) as unit, pytest.raises(UsageError) as caught:
        queue_letter(unit, letter)
    assert caught.value.code == code
    assert "Zuleika" not in f"{caught.value!r}{caught.value.path}{caught.value.hint}"


def test_a_fact_is_not_read_as_a_placeholder() -> None:
    _, body = compose(replace(LETTER, facts={"organisation": "Elm $link ${code} $$"}))
    assert "Elm $link ${code} $$" in body


ABOUT_SOMEBODY = re.compile(
    r"\b(pupil's|child's name|son|daughter|he|she|his|her|him|needs|diagnos\w*|sen support"
    r"|safeguarding|protection|plan|report|medical|autis\w*|adhd|dyslexi\w*)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("template", TEXTS)
def test_the_text_says_what_happened_and_where_never_about_whom(template: str) -> None:
    subject, body = text_of(template)
    used = set(Template(subject).get_identifiers()) | set(Template(body).get_identifiers())
    assert used <= FACTS, "a letter knows no fact about a pupil"
    assert Template(subject).is_valid()
    assert Template(body).is_valid()
    assert not {"link", "code", "day"} & set(Template(subject).get_identifiers())
    assert not {"link", "code"} <= used, "a code comes by another way than the link that it opens"
    assert ABOUT_SOMEBODY.search(subject + "\n" + body) is None
    assert 10 <= len(subject) <= 90
    assert subject.isascii()
    assert subject == subject.strip()
    assert "!" not in subject
    assert body.isascii()
    assert body.endswith("\n")
    for line in body.splitlines():
        assert len(line) <= 76
        if "$link" in line:
            assert line.strip() == "$link", "a link stands alone on its line"


@pytest.mark.parametrize("template", TEXTS)
def test_the_text_can_be_filled_in_and_sent(template: str, office: Office, sink: Sink) -> None:
    facts = dict.fromkeys(FACTS, "Elm Grove") | {"link": LINK}
    office.queue(Letter(template, TO, facts))
    office.go(office.sender())
    (mail,) = sink.got
    assert "$" not in mail["Subject"] + mail.get_content()
    assert "Sent for Elm Grove" in mail.get_content()
    if "$link" in text_of(template)[1]:
        assert LINK in mail.get_content()
        assert "by telephone" in mail.get_content()


def test_there_is_a_text_to_hold() -> None:
    assert TEXTS
