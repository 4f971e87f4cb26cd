"""The door: codes, sessions, and what a link gives away before somebody came in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.errors import Conflict, NotFound, TrustError
from exchange.services.links.codes import codes_to_read
from exchange.services.links.door import CodeLate, CodesTooSoon, CodesUsedUp, CodeWrong
from exchange.services.links.model import ANSWER, CODE, SESSION, WRONG_CODES, LinkState
from exchange.services.links.revoke import revoke
from exchange.services.links.visiting import CodeUsed
from exchange.services.people.standing import restore_organisation, suspend_organisation
from keys.links import LinkSecret
from tests.exchange.services.links.world import BY_MAIL, World
from tests.exchange.services.town import PRIMARY, SENCO


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def test_link_opens_the_share_after_its_code(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    assert world.view(visit)["name"] == "Anna Oak"
    assert world.door.visit(visit.cookie).link_id == made.link.link_id


def test_only_a_hash_of_the_token_is_kept(world: World) -> None:
    made = world.sent()
    token = made.token
    world.come_in(made.address, made.link)
    raw = LinkSecret.from_text(token)._secret
    with world.inside.store.reading(PRIMARY) as unit:
        kept = repr(
            [one for kind in ("link", SESSION, CODE, ANSWER) for one in unit.items.all(kind)]
        )
        kept += repr(list(unit.transfers.all())) + repr(list(unit.audit.entries()))
    # The one place is the message that is still to be sent, and that is sealed.
    assert token not in kept
    assert token[:12] not in kept
    assert [facts["link"] for _, _, facts in world.letters()] == [made.address]
    for name in world.town.primary.blob_names():
        content = world.inside.blobs.open(PRIMARY, name).read()
        assert token.encode() not in content
        assert raw not in content


def test_a_code_works_once(world: World) -> None:
    made = world.sent()
    token = made.token
    world.door.ask(token)
    code = world.code(made.link.link_id)
    world.door.enter(token, f" {code[:4]}-{code[4:]} ")
    with pytest.raises(CodeUsed):
        world.door.enter(token, code)
    world.town.clock.pass_(seconds=31)
    world.door.ask(token)  # a new one makes the old one no better
    with pytest.raises(CodeUsed):
        world.door.enter(token, code)
    world.door.enter(token, world.code(made.link.link_id))


def test_a_code_that_was_used_is_no_guess(world: World) -> None:
    """Whoever presses the button twice has typed nothing wrong; all else counts as ever."""
    made = world.sent()
    token = made.token
    world.door.ask(token)
    code = world.code(made.link.link_id)
    world.door.enter(token, code)
    for _ in range(WRONG_CODES):
        with pytest.raises(CodeUsed):
            world.door.enter(token, code)
    assert world.link(made.link.link_id).marks.wrong == 0
    for number in range(1, WRONG_CODES + 1):
        with pytest.raises(NotFound if number == WRONG_CODES else CodeWrong):
            world.door.enter(token, wrong(code))
    with pytest.raises(NotFound):
        world.door.enter(token, code)


def test_a_new_code_replaces_the_one_before(world: World) -> None:
    made = world.sent()
    token = made.token
    world.door.ask(token)
    first = world.code(made.link.link_id)
    world.town.clock.pass_(seconds=31)
    world.door.ask(token)
    second = world.code(made.link.link_id)
    with pytest.raises(CodeWrong):
        world.door.enter(token, first)
    world.door.enter(token, second)


def test_a_code_is_old_after_a_quarter_of_an_hour(world: World) -> None:
    made = world.sent()
    token = made.token
    world.door.ask(token)
    code = world.code(made.link.link_id)
    world.town.clock.pass_(minutes=15)
    with pytest.raises(CodeLate):
        world.door.enter(token, code)
    world.take()
    assert world.items(CODE) == []


def test_another_links_code_is_wrong(world: World) -> None:
    one, two = world.sent(0), world.sent(1)
    for made in (one, two):
        world.door.ask(made.token)
    with pytest.raises(CodeWrong):
        world.door.enter(two.token, world.code(one.link.link_id))


def test_eleven_wrong_codes_lock_the_link_for_good_and_tell_the_inviter(world: World) -> None:
    made = world.sent()
    token = made.token
    for number in range(1, WRONG_CODES + 1):
        if number % 3 == 1:  # new codes in between do not count anew
            world.town.clock.pass_(seconds=31)
            world.door.ask(token)
        code = world.code(made.link.link_id)
        with pytest.raises(NotFound if number == WRONG_CODES else CodeWrong):
            world.door.enter(token, wrong(code))
    assert world.link(made.link.link_id).state is LinkState.LOCKED
    for guess in (code, wrong(code)):
        with pytest.raises(NotFound) as caught:
            world.door.enter(token, guess)
        assert caught.value.code == "link-ended"
    with pytest.raises(NotFound):
        world.door.ask(token)
    world.take()
    told = [(template, to) for template, to, _ in world.letters() if template == "link-locked"]
    assert told == [("link-locked", "jo@elm.example")]
    assert world.town.primary.transfer(made.bundle_id).attention == "link-locked"
    world.take()
    assert len(world.letters()) == 2  # the link itself, and once that it is locked


def test_guesses_without_a_code_lock_it_too(world: World) -> None:
    made = world.sent()
    token = made.token
    for number in range(1, WRONG_CODES + 1):
        with pytest.raises(NotFound if number == WRONG_CODES else CodeWrong):
            world.door.enter(token, "00000000")


def test_locking_ends_the_visits_under_way(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    for _ in range(WRONG_CODES):
        with pytest.raises((CodeWrong, NotFound)):
            world.door.enter(made.token, "00000000")
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)


def test_an_unknown_link_and_an_ended_one_are_answered_alike(world: World) -> None:
    made = world.sent()
    revoke(world.inside, PRIMARY, made.link.link_id, SENCO)
    said = set()
    for token in (made.token, LinkSecret.new().token, "", "x" * 43, "../../etc"):
        for ask in (lambda t=token: world.door.ask(t), lambda t=token: world.door.enter(t, "1")):
            with pytest.raises(NotFound) as caught:
                ask()
            said.add((caught.value.code, caught.value.path, caught.value.hint))
    assert len(said) == 1


def test_a_revoked_link_ends_the_visit_and_its_share_is_gone(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    blob = visit.marks.blob
    revoke(world.inside, PRIMARY, made.link.link_id, SENCO)
    assert not world.inside.blobs.exists(PRIMARY, blob)
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)
    with pytest.raises(NotFound):
        world.door.answer(visit, "accepted", {})
    with pytest.raises(NotFound):
        world.door.share(visit)


def test_a_link_ends_with_its_time(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    world.town.clock.pass_(days=30)
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)
    with pytest.raises(NotFound):
        world.door.ask(made.token)
    world.take()
    assert world.link(made.link.link_id).state is LinkState.ENDED
    assert world.town.primary.transfer(made.bundle_id).attention == "link-ended"
    assert not world.inside.blobs.exists(PRIMARY, visit.marks.pack_blob)
    assert not world.inside.blobs.exists(PRIMARY, visit.marks.blob)


def test_a_visit_ends_when_idle_and_when_long(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    for _ in range(30):
        world.town.clock.pass_(minutes=16)
        if _ == 29:
            with pytest.raises(NotFound):
                world.door.visit(visit.cookie)
            break
        world.door.visit(visit.cookie)
    again = world.come_in(made.address, made.link)
    world.town.clock.pass_(minutes=20)
    with pytest.raises(NotFound) as caught:
        world.door.visit(again.cookie)
    assert caught.value.code == "visit-ended"
    world.town.clock.pass_(hours=8)
    world.take()
    assert world.items(SESSION) == []


def test_leaving_ends_the_visit(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    world.door.leave(visit)
    world.door.leave(visit)
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)


def test_a_cookie_of_two_links_is_none(world: World) -> None:
    one, two = world.sent(0), world.sent(1)
    first, second = world.come_in(one.address, one.link), world.come_in(two.address, two.link)
    mixed = f"{first.secret.token}.{second.key.token}"
    for cookie in (mixed, first.secret.token, f"{first.secret.token}.", "", ".", "a.b.c"):
        with pytest.raises(NotFound):
            world.door.visit(cookie)


def test_a_share_opens_for_its_own_link_alone(world: World) -> None:
    one, two = world.sent(0), world.sent(1)
    first, second = world.come_in(one.address, one.link), world.come_in(two.address, two.link)
    crossed = replace(first, marks=second.marks)
    with pytest.raises(TrustError):
        world.door.share(crossed)
    with pytest.raises(TrustError):
        world.door.pack(crossed)


def test_a_suspended_organisations_links_open_nothing(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    suspend_organisation(world.inside, PRIMARY, SENCO)
    for ask in (
        lambda: world.door.visit(visit.cookie),
        lambda: world.door.ask(made.token),
        lambda: world.door.enter(made.token, "1"),
    ):
        with pytest.raises(NotFound) as caught:
            ask()
        assert caught.value.code == "link-ended"
    restore_organisation(world.inside, PRIMARY, SENCO)
    assert world.door.visit(visit.cookie).link_id == made.link.link_id


def test_codes_cannot_be_asked_for_without_end(world: World) -> None:
    made = world.sent()
    token = made.token
    world.door.ask(token)
    for passed, left in ((0, 30), (12, 18), (17, 1)):
        world.town.clock.pass_(seconds=passed)
        with pytest.raises(CodesTooSoon) as caught:
            world.door.ask(token)
        assert caught.value.seconds == left
    for _ in range(59):
        world.town.clock.pass_(seconds=31)
        world.door.ask(token)
    for passed in (0, 24 * 60 * 60):
        world.town.clock.pass_(seconds=passed)
        with pytest.raises(CodesUsedUp):
            world.door.ask(token)


def test_who_reads_codes_out_sees_that_one_was_used(world: World) -> None:
    made = world.sent()
    link = made.link.link_id
    assert codes_to_read(world.inside, PRIMARY, link) == []
    world.door.ask(made.token)
    (shown,) = codes_to_read(world.inside, PRIMARY, link)
    assert not shown.is_used
    with pytest.raises(CodeWrong):
        world.door.enter(made.token, wrong(shown.code))
    assert codes_to_read(world.inside, PRIMARY, link) == [shown]
    world.door.enter(made.token, shown.code)
    (used,) = codes_to_read(world.inside, PRIMARY, link)
    assert (used.is_used, used.code, used.until) == (True, "", shown.until)
    world.town.clock.pass_(seconds=31)
    world.door.ask(made.token)
    (new,) = codes_to_read(world.inside, PRIMARY, link)
    assert not new.is_used
    assert new.code != shown.code


def test_a_code_goes_by_mail_to_the_confirmed_address_alone(world: World) -> None:
    made = world.sent(person=BY_MAIL)
    world.door.ask(made.token)
    world.take()
    letters = {template: (to, facts) for template, to, facts in world.letters()}
    to, facts = letters["link-code"]
    assert to == "office@hill.example"
    assert letters["link-pick-up"][0] == "ravi@hill.example"
    assert "code" not in letters["link-pick-up"][1]
    assert world.items(CODE) == []
    world.door.enter(made.token, facts["code"])


def test_no_letter_names_the_pupil(world: World) -> None:
    made = world.sent()
    world.come_in(made.address, made.link)
    world.take()
    told = repr(world.letters())
    assert "Anna" not in told
    assert "Oak" not in told


def test_the_pack_is_answered_once(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    world.door.answer(visit, "accepted", {}, last=True)
    with pytest.raises(Conflict):
        world.door.answer(visit, "not-ours", {}, last=True)
