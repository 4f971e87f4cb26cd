"""Nothing that a specialist sent is lost or taken for something else; and no link fills a disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NoReturn

import pytest

from exchange.errors import StoreError, UsageError, Wrapped
from exchange.services.advice import passing
from exchange.services.advice.asking import ask_again
from exchange.services.advice.filing import Confirmed, file_report, set_aside
from exchange.services.advice.model import MOST_LINKS, AdviceRequest, State
from exchange.services.advice.reports import Step
from exchange.services.links.agency_files import MOST_COLLEAGUES, MOST_SENDINGS
from exchange.services.links.model import LinkState
from exchange.services.links.revoke import revoke
from tests.exchange.services.advice.consulting import ABOUT, REPORT_PDF, Consulting
from tests.exchange.services.links.world import INVITER
from tests.exchange.services.town import PRIMARY, SENCO

COLLEAGUE = {"name": "Kim Vale", "role": "therapist", "mail": "kim@t.example", "phone": "01632"}
UNREADABLE = b"\x00\x01\xfe\xff" * 99


def counted(request: AdviceRequest) -> list[date]:
    """Return the days on which reports came that count as answers: they meet the clock."""
    return [one.at.date() for one in request.answers if one.what == "report"]


def test_what_was_sent_a_moment_before_a_new_link_is_taken(consulting: Consulting) -> None:
    """Its sender was told that it was sent; the asker only lost the link."""
    asked = consulting.asked()
    visit = consulting.visit(asked)
    consulting.add(visit)
    consulting.desk.send(visit, ABOUT)
    request_id = asked.request.request_id
    ask_again(
        consulting.inside, PRIMARY, request_id, SENCO, means=consulting.means, inviter=INVITER
    )
    consulting.work()
    assert [(one.step, len(one.files)) for one in consulting.reports()] == [(Step.WAITING, 1)]
    assert consulting.request(request_id).state is State.ANSWERED
    states = [consulting.link(one).state for one in consulting.request(request_id).links]
    assert states == [LinkState.REVOKED, LinkState.OPEN]


def test_what_was_sent_before_a_link_was_ended_by_hand_is_not(consulting: Consulting) -> None:
    """Somebody ended it because they no longer trust who holds it."""
    asked = consulting.asked()
    visit = consulting.visit(asked)
    consulting.add(visit)
    consulting.desk.send(visit, ABOUT)
    revoke(consulting.inside, PRIMARY, visit.link_id, SENCO)
    consulting.work()
    assert consulting.reports() == []


def test_what_was_said_while_the_directory_is_old_is_heard_when_it_is_renewed(
    consulting: Consulting,
) -> None:
    asked = consulting.asked()
    consulting.desk.decline(consulting.visit(asked), "Not in our area.")
    house = consulting.town.primary
    good = house.inside

    def expired() -> NoReturn:
        raise Wrapped("directory-expired", "/directory")

    house.inside = replace(good, directory=expired)
    consulting.work()
    assert consulting.request(asked.request.request_id).state is not State.DECLINED
    house.inside = good
    consulting.work()
    request = consulting.request(asked.request.request_id)
    assert (request.state, request.answers[-1].text) == (State.DECLINED, "Not in our area.")


def test_a_wrong_report_ends_no_clock(consulting: Consulting) -> None:
    asked = consulting.asked()
    report = consulting.sends(consulting.visit(asked))
    request_id = asked.request.request_id
    assert len(counted(consulting.request(request_id))) == 1
    set_aside(consulting.inside, PRIMARY, report.report_id, "Of another child.", SENCO)
    after = consulting.request(request_id)
    assert (after.state, counted(after)) == (State.OPENED, [])


def test_a_report_of_which_nothing_could_be_taken_ends_no_clock(consulting: Consulting) -> None:
    asked = consulting.asked()
    report = consulting.sends(consulting.visit(asked), content=UNREADABLE)
    assert report.step is Step.SET_ASIDE
    after = consulting.request(asked.request.request_id)
    assert (after.state, counted(after)) == (State.OPENED, [])


def test_the_day_is_that_of_the_report_that_counts(consulting: Consulting) -> None:
    """The first was wrong; the second came a week later, and its day meets the clock."""
    asked = consulting.asked()
    visit = consulting.visit(asked)
    wrong = consulting.sends(visit)
    consulting.town.clock.pass_(days=7)
    right = consulting.sends(consulting.come_in(asked.address, consulting.link_of(asked)))
    set_aside(consulting.inside, PRIMARY, wrong.report_id, "Of another child.", SENCO)
    after = consulting.request(asked.request.request_id)
    assert (after.state, counted(after)) == (State.ANSWERED, [right.came_at.date()])


def test_a_link_sends_so_often_and_no_more(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    for number in range(MOST_SENDINGS):
        consulting.add(visit, REPORT_PDF, f"report-{number}.pdf")
        consulting.desk.send(visit, ABOUT)
    consulting.add(visit)
    with pytest.raises(UsageError) as refused:
        consulting.desk.send(visit, ABOUT)
    assert refused.value.code == "sendings-too-many"
    assert len(consulting.items("link-answer")) == MOST_SENDINGS
    assert len(consulting.desk.files(visit)) == 1, "what was added is still there"


def test_a_link_names_so_many_colleagues_and_no_more(consulting: Consulting) -> None:
    visit = consulting.visit(consulting.asked())
    for _ in range(MOST_COLLEAGUES):
        consulting.desk.pass_on(visit, COLLEAGUE, keep=True)
    with pytest.raises(UsageError) as refused:
        consulting.desk.pass_on(visit, COLLEAGUE, keep=True)
    assert refused.value.code == "colleagues-too-many"


def test_a_chain_of_colleagues_ends_and_the_asker_is_told(consulting: Consulting) -> None:
    """Each colleague names the next; the last name gets no link, and somebody hears of it."""
    asked = consulting.asked()
    request_id, visit = asked.request.request_id, consulting.visit(asked)
    for number in range(MOST_LINKS + 1):
        consulting.desk.pass_on(visit, COLLEAGUE, keep=True)
        consulting.work()
        links = consulting.request(request_id).links
        assert len(links) == min(number + 2, MOST_LINKS)
        letters = [told["link"] for kind, _, told in consulting.letters() if kind == "link-agency"]
        visit = consulting.come_in(letters[-1], consulting.link(links[-1]))
    told = [kind for kind, _, _ in consulting.letters()]
    assert told.count("agency-not-passed") == 2
    assert consulting.items("advice-passing") == []


@pytest.mark.parametrize("code", ["item-changed", "store-busy"])
def test_a_colleague_waits_while_somebody_else_is_at_it(
    consulting: Consulting, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    asked, made = consulting.asked(), passing._make

    def busy(*given: object) -> None:
        monkeypatch.setattr(passing, "_make", made)
        raise StoreError(code)

    consulting.desk.pass_on(consulting.visit(asked), COLLEAGUE, keep=False)
    consulting.take()
    monkeypatch.setattr(passing, "_make", busy)
    passing.make_links(consulting.inside, PRIMARY, consulting.means)
    assert len(consulting.request(asked.request.request_id).links) == 1
    passing.make_links(consulting.inside, PRIMARY, consulting.means)
    assert len(consulting.request(asked.request.request_id).links) == 2


def test_a_correction_that_is_none_undoes_nothing(consulting: Consulting) -> None:
    """What was filed is an answer, whatever becomes of a later sending: nobody is reminded."""
    asked = consulting.asked(due_on=date(2026, 7, 3))
    request_id, visit = asked.request.request_id, consulting.visit(asked)
    first = consulting.sends(visit)
    told = Confirmed(first.pupil_id, looked=True)
    file_report(consulting.inside, PRIMARY, first.report_id, told, SENCO)
    assert consulting.sends(visit, UNREADABLE).step is Step.SET_ASIDE
    assert consulting.request(request_id).state is State.FILED
    later = consulting.sends(visit, REPORT_PDF + b"\n% corrected\n")
    assert consulting.request(request_id).state is State.ANSWERED
    set_aside(consulting.inside, PRIMARY, later.report_id, "Of another child.", SENCO)
    assert consulting.request(request_id).state is State.FILED
    consulting.town.clock.pass_(days=5)
    consulting.work()
    assert "agency-reminder" not in [kind for kind, _, _ in consulting.letters()]


def test_a_report_that_waits_is_an_answer_whatever_came_after_it(consulting: Consulting) -> None:
    asked = consulting.asked()
    request_id, visit = asked.request.request_id, consulting.visit(asked)
    first = consulting.sends(visit)
    assert consulting.sends(visit, UNREADABLE).step is Step.SET_ASIDE
    assert consulting.request(request_id).state is State.ANSWERED
    set_aside(consulting.inside, PRIMARY, first.report_id, "Of another child.", SENCO)
    assert consulting.request(request_id).state is State.OPENED
