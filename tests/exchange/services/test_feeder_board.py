"""The feeder board: who is expected, what came, what a person must look at; as it is now."""

from __future__ import annotations

from exchange.services.accept import accept, reject
from exchange.services.boards.feeder import FeederBoard, FeederLine
from exchange.services.expect import draft_list, take_list
from exchange.services.expected import decide_match
from exchange.services.recall import recall
from schemas.statement import BundleKind
from tests.exchange.services.town import (
    DSL_PASSPHRASE,
    PDF,
    PRIMARY,
    SECONDARY,
    SENCO,
    UPNS,
    Town,
)

HEAD = "forename,surname,dob,upn,current school,start date\n"


def child(number: int, upn: str = "", starts: str = "2/9/2026") -> str:
    return (
        f"Ann{'abcdefgh'[number]},Oak,{9 + number}/3/2015,{upn or UPNS[number]},8202001,{starts}\n"
    )


def expects(town: Town, *rows: str) -> None:
    inside = town.secondary.inside
    list_id = draft_list(inside, SECONDARY, HEAD + "".join(rows), SENCO)
    take_list(inside, SECONDARY, list_id, SENCO)


def board(town: Town) -> FeederBoard:
    return FeederBoard(town.secondary.inside)


def seen(rows: object) -> list[tuple[str, str, bool]]:
    assert isinstance(rows, tuple)
    lines: tuple[FeederLine, ...] = rows
    return [(one.name, one.standing.value, one.needs_attention) for one in lines]


def test_the_board_follows_what_happens(town: Town) -> None:
    kept = board(town)
    expects(town, child(0), child(1, starts="1/7/2026"), child(2, starts="20/7/2026"))
    assert seen(kept.rows(SECONDARY)) == [
        ("Annb Oak", "missing", True),
        ("Annc Oak", "late", True),
        ("Anna Oak", "expected", False),
    ]
    first = town.sent(0)
    town.sent(3)
    town.settle()
    assert seen(kept.rows(SECONDARY)) == [
        ("Annb Oak", "missing", True),
        ("Annc Oak", "late", True),
        ("Annd Oak", "unexpected", True),
        ("Anna Oak", "arrived", False),
    ]
    (anna,) = [one for one in kept.rows(SECONDARY) if one.name == "Anna Oak"]
    assert anna.is_to_accept
    accept(town.secondary.inside, SECONDARY, first, SENCO)
    (anna,) = [one for one in kept.rows(SECONDARY) if one.name == "Anna Oak"]
    assert not anna.is_to_accept


def test_nothing_that_did_not_change_is_matched_again(town: Town) -> None:
    kept = board(town)
    expects(town, child(0))
    assert kept.by_key(SECONDARY) is kept.by_key(SECONDARY)


def test_a_new_board_and_one_that_followed_show_the_same(town: Town) -> None:
    kept = board(town)
    expects(town, child(0), child(1))
    kept.rows(SECONDARY)
    bundle_id = town.sent(0)
    town.sent(1)
    town.settle()
    kept.rows(SECONDARY)
    reject(town.secondary.inside, SECONDARY, bundle_id, "not-our-pupil", SENCO)
    expects(town, child(2))
    assert kept.rows(SECONDARY) == board(town).rows(SECONDARY)


def test_a_pack_that_was_sent_back_is_expected_again(town: Town) -> None:
    expects(town, child(0))
    bundle_id = town.sent(0)
    town.settle()
    reject(town.secondary.inside, SECONDARY, bundle_id, "cannot-open", SENCO)
    assert seen(board(town).rows(SECONDARY)) == [("Anna Oak", "expected", False)]


def test_a_recalled_pack_that_nobody_accepted_is_gone_and_an_accepted_one_asks(town: Town) -> None:
    expects(town, child(0), child(1))
    recall(town.primary.inside, PRIMARY, town.sent(0), SENCO)
    accepted = town.accepted(1)
    recall(town.primary.inside, PRIMARY, accepted, SENCO)
    town.settle()
    rows = board(town).rows(SECONDARY)
    assert seen(rows) == [("Annb Oak", "arrived", True), ("Anna Oak", "expected", False)]
    assert rows[0].pack is not None
    assert rows[0].pack.attention == "recall-asked"


def test_an_update_is_one_line_and_the_newest_pack(town: Town) -> None:
    expects(town, child(0))
    pupil_id = town.ready(0)
    town.send(pupil_id)
    town.settle()
    town.attach(pupil_id, PDF + b"% more\n", "ot-report")
    accept(town.secondary.inside, SECONDARY, town.secondary.arrivals()[0].bundle_id, SENCO)
    update = town.send(pupil_id, update=True).transfer.bundle_id
    town.settle()
    (line,) = board(town).rows(SECONDARY)
    assert line.pack is not None
    assert (line.pack.bundle_id, line.pack.is_update) == (update, True)


def test_a_pack_for_the_safeguarding_lead_is_on_no_board(town: Town) -> None:
    for org_id in (PRIMARY, SECONDARY):
        town.vault.unlock_cp(org_id, DSL_PASSPHRASE)
    pupil_id = town.ready()
    town.attach(pupil_id, type_="cp-file")
    town.send(pupil_id, kind=BundleKind.CP_FILE, purpose="safeguarding")
    town.settle()
    assert board(town).rows(SECONDARY) == ()


def test_a_persons_word_is_followed(town: Town) -> None:
    kept = board(town)
    expects(town, child(0, "").replace("Anna", "Anya").replace(UPNS[0], ""))
    town.sent(0)
    town.settle()
    (line,) = kept.rows(SECONDARY)
    assert (line.standing.value, len(line.candidates)) == ("unclear", 1)
    card, listed = line.candidates[0].card, line.expected
    assert card is not None
    assert listed is not None
    inside = town.secondary.inside
    decide_match(inside, SECONDARY, listed.expected_id, card.child, SENCO, same=True)
    assert [one.standing.value for one in kept.rows(SECONDARY)] == ["arrived"]


def test_without_a_list_nobody_is_unexpected(town: Town) -> None:
    town.sent(0)
    town.settle()
    assert seen(board(town).rows(SECONDARY)) == [("Anna Oak", "arrived", False)]
