"""Keys are changed without losing what came before; the directory follows the new entry."""

from __future__ import annotations

from pathlib import Path

from tests.exchange.cli.conftest import Schools
from tests.exchange.cli.house import House, senx


def standings(house: House, use: str) -> list[str]:
    return [one["standing"] for one in house.rows("keys", "show") if one["use"] == use]


def publish(schools: Schools, house: House) -> None:
    """Hand the new entry to the directory and install the next version at both schools."""
    entry = schools.place / "next.entry"
    entry.unlink(missing_ok=True)
    house.say("directory", "export", "-o", entry)
    assert senx("directory", "add", schools.directory, entry, "--key", schools.key).code == 0
    for one in (schools.primary, schools.secondary):
        one.say("directory", "install", schools.directory)


def seal(schools: Schools, name: str) -> Path:
    record, out = schools.place / "pupil.json", schools.place / name
    record.write_text(
        '{"schema":"sen.pupil/1.0","subject":"6f2c8f5e-3f0c-4b8e-9d43-0f1f1f0f9a11",'
        '"names":{"surname":"Oak","forename":"Anna"},"date_of_birth":"2015-03-02","sex":"F",'
        '"upn_unknown":"UN1"}'
    )
    schools.primary.say("seal", "--to", "999002", "--record", record, "-o", out)
    return out


def test_every_key_is_shown_with_its_standing(schools: Schools) -> None:
    shown = schools.primary.rows("keys", "show")
    uses = [one["use"] for one in shown]
    assert uses == ["signing", "node", "general operational", "general recovery"]
    assert {one["standing"] for one in shown} == {"valid"}


def test_a_new_operational_key_is_used_and_the_old_one_still_opens(schools: Schools) -> None:
    before = seal(schools, "before.zip")
    schools.secondary.say("keys", "rotate", "general")
    assert standings(schools.secondary, "general operational") == ["retired", "valid"]
    publish(schools, schools.secondary)
    after = seal(schools, "after.zip")
    for pack in (before, after):
        assert "Everything that was checked holds." in schools.secondary.say("verify", pack).out


def test_a_new_signing_key_signs_and_what_the_old_one_signed_still_holds(schools: Schools) -> None:
    before = seal(schools, "before.zip")
    schools.primary.say("keys", "rotate", "signing")
    publish(schools, schools.primary)
    after = seal(schools, "after.zip")
    assert before.read_bytes() != after.read_bytes()
    for pack in (before, after):
        schools.secondary.say("verify", pack)
    assert "keys.rotated" in schools.primary.say("audit", "list").out


def test_a_school_without_a_dsl_has_no_such_key(schools: Schools) -> None:
    assert "inbox-unknown" in schools.primary.say("keys", "rotate", "dsl", code=3).err
