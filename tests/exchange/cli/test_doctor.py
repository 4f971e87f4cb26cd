"""What the doctor says of each adapter's settings: set up, or not in use."""

from __future__ import annotations

import dataclasses

from adapters.registry import ADAPTERS
from exchange.settings import Home, load, save
from tests.exchange.cli.conftest import Schools


def test_the_doctor_looks_at_the_settings_of_every_adapter_that_has_some(schools: Schools) -> None:
    house = schools.primary
    home = Home(house.root)
    (house.root / "there").mkdir()
    folders = {"good": "there", "gone": "nowhere"}
    mail = {"mail_host": "127.0.0.1", "mail_port": 9, "mail_from": "no-reply@elm.example"}
    made = dataclasses.replace(load(home), folders=folders, **mail)  # type: ignore[arg-type]
    save(home, made)
    found = {one["what"]: one for one in house.rows("doctor", code=3)}
    told = {one.name: found[f"adapter {one.name}"] for one in ADAPTERS if one.settings}
    assert (told["mail"]["state"], told["mail"]["told"]) == ("good", "set up")
    assert found["mail"]["told"] == "mail-unreachable"  # whole, and nobody answers there
    assert (told["scanner"]["state"], told["scanner"]["told"]) == ("good", "not in use")
    assert (told["folder"]["state"], told["folder"]["told"]) == ("good", "set up")
    assert found["folder good"]["state"] == "good"
    assert found["folder gone"]["state"] == "bad"
    assert found["folder gone"]["do"]
