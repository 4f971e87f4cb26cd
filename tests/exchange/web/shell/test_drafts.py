"""What somebody typed is kept for them alone, sealed, and ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer

from exchange.domain.access import Role
from exchange.errors import UsageError
from exchange.services import drafts
from exchange.services.people.session import end_session, open_session
from exchange.services.people.standing import restore_organisation, suspend_organisation
from exchange.services.people.visitors import lapsed_visitor
from exchange.services.tidy import remove_what_is_over
from exchange.web.app import create_app
from exchange.web.gate import COOKIE
from exchange.wiring.pages import parts_of
from tests.exchange.web.site import ADMIN, BASE, Place, Site

PAGE, FORM = "/pupils/new", "NewPupil"
MARKER = "Zaphiraline Quennell"


@pytest.fixture
def place(site: Site) -> Place:
    return site["primary"]


def keep(place: Place, account: str, *fields: tuple[str, str], form: str = FORM) -> None:
    drafts.keep_draft(place.node.inside, place.org_id, account, PAGE, form, fields)


def found(place: Place, account: str, form: str = FORM) -> dict[str, str] | None:
    draft = drafts.draft_of(place.node.inside, place.org_id, account, PAGE, form)
    return None if draft is None else dict(draft.fields)


def test_it_comes_back_as_it_was_left_and_the_newest_counts(place: Place) -> None:
    keep(place, "a", ("forename", "Ada"), ("notes", "line one\r\nline two"))
    keep(place, "a", ("forename", "Ada M"), ("notes", ""))
    assert found(place, "a") == {"forename": "Ada M", "notes": ""}


def test_nobody_else_gets_it_and_no_other_form(place: Place) -> None:
    keep(place, "one", ("x", "1"))
    assert found(place, "two") is None
    assert found(place, "one", form="Other") is None


def test_two_forms_of_one_page_do_not_disturb_each_other(place: Place) -> None:
    keep(place, "b", ("x", "1"))
    keep(place, "b", ("y", "2"), form="Other")
    assert found(place, "b") == {"x": "1"}
    assert found(place, "b", form="Other") == {"y": "2"}


def test_a_page_keeps_no_more_forms_than_it_may_have(place: Place) -> None:
    for number in range(drafts.MOST_FORMS):
        keep(place, "greedy", ("text", str(number)), form=f"Form{number}")
    with pytest.raises(UsageError, match="draft-too-large"):
        keep(place, "greedy", ("text", "more"), form="OneMore")
    keep(place, "greedy", ("text", "again"), form="Form0")
    assert found(place, "greedy", "Form0") == {"text": "again"}


def test_forgetting_it_leaves_nothing(place: Place) -> None:
    keep(place, "c", ("x", "1"))
    drafts.forget_draft(place.node.inside, place.org_id, "c", PAGE)
    drafts.forget_draft(place.node.inside, place.org_id, "c", PAGE)
    assert found(place, "c") is None


def test_too_much_is_refused_and_what_was_kept_stays(place: Place) -> None:
    keep(place, "d", ("x", "1"))
    with pytest.raises(UsageError, match="draft-too-large"):
        keep(place, "d", ("x", "y" * drafts.LARGEST))
    assert found(place, "d") == {"x": "1"}


def test_it_ends_by_itself(place: Place) -> None:
    keep(place, "e", ("x", "1"))
    inside = place.node.inside

    class Later:
        def now(self):  # type: ignore[no-untyped-def]
            return inside.clock.now() + drafts.LIFE + timedelta(minutes=1)

    later = replace(inside, clock=Later())
    assert drafts.draft_of(later, place.org_id, "e", PAGE, FORM) is None
    assert remove_what_is_over(later) >= 1
    assert found(place, "e") is None


def test_nothing_of_it_lies_in_clear_on_disk(place: Place) -> None:
    keep(place, "f", ("forename", MARKER))
    for path in Path(place.node.home.root).rglob("*"):
        if path.is_file():
            assert MARKER.encode() not in path.read_bytes(), path.name


def test_it_is_no_entry_in_the_book(place: Place) -> None:
    with place.node.inside.store.reading(place.org_id) as unit:
        before = unit.audit.last_seq()
    keep(place, "g", ("x", "1"))
    with place.node.inside.store.reading(place.org_id) as unit:
        after = unit.audit.last_seq()
    assert before == after


def test_a_lapsed_session_is_known_but_an_ended_one_is_not(place: Place) -> None:
    account = place.person(Role.SENCO)
    inside = place.node.inside
    token = open_session(inside, account, strong=True)
    found = lapsed_visitor(inside, token)
    assert found is not None
    assert (found.account_id, found.org_id) == (account.account_id, place.org_id)
    end_session(inside, token, ADMIN)
    for none in (token, "made-up", ""):
        assert lapsed_visitor(inside, none) is None


def parked(place: Place, role: Role, *, hours: float, strong: bool = True) -> bool:
    """Return whether a pupil's page keeps what is posted so long after the last look."""
    account = place.person(role)
    token = open_session(place.node.inside, account, strong=strong)
    inside = place.node.inside

    class Later:
        def now(self) -> datetime:
            return datetime.now(UTC) + timedelta(hours=hours)

    parts = parts_of(place.node, base_url=BASE)
    app = create_app(replace(parts, inside=replace(inside, clock=Later())))
    client = app.test_client()
    client.set_cookie(COOKIE, token, domain="pages.example", secure=True)
    signer = URLSafeTimedSerializer(parts.secret, salt="wtf-csrf-token")
    ours = signer.dumps(f"{place.org_id}.of an earlier sign-in")
    told = {"_form": FORM, "csrf_token": ours, "names-surname": MARKER}
    answer = client.post("/pupils/new", data=told, base_url=BASE, headers={"Referer": BASE})
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]
    return "next=" in answer.headers["Location"]


def test_what_was_typed_is_parked_for_half_a_day_and_no_longer(place: Place) -> None:
    assert parked(place, Role.SENCO, hours=3)
    assert not parked(place, Role.SENCO, hours=13)


def test_nothing_is_parked_on_a_page_that_the_person_could_not_have_filled_in(
    place: Place,
) -> None:
    assert not parked(place, Role.GOVERNOR, hours=3)
    assert not parked(place, Role.SENCO, hours=3, strong=False)


def test_nothing_is_parked_for_an_organisation_that_was_suspended(place: Place) -> None:
    suspend_organisation(place.node.inside, place.org_id, ADMIN)
    try:
        assert not parked(place, Role.SENCO, hours=3)
    finally:
        restore_organisation(place.node.inside, place.org_id, ADMIN)
