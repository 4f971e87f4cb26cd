"""The built style sheet and scripts: whole, our own look, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exchange.web import assets
from exchange.web.assets import build
from tests.exchange.web.site import BASE, Site

PLAIN = ("pages.css", "pages.mjs", "drafts.mjs", "progress.mjs", "print.mjs", "begin.js")


@pytest.fixture
def built() -> Path:
    if not assets.names():
        pytest.skip("nothing was built: run `make setup`")
    return assets.BUILT


def test_what_is_built_is_whole_and_of_these_sources(built: Path) -> None:
    assert build.is_current(), "run `python -m exchange.web.assets.build`"
    assert set(PLAIN) <= set(assets.names())


def test_a_changed_or_missing_file_is_noticed(built: Path, tmp_path: Path) -> None:
    for path in built.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert build.is_current(tmp_path)
    (tmp_path / assets.names()["pages.css"]).unlink()
    assert not build.is_current(tmp_path)
    assert not build.is_current(tmp_path / "nowhere")


def test_the_look_is_our_own(built: Path) -> None:
    sheet = (built / assets.names()["pages.css"]).read_text(encoding="utf-8")
    assert "GDS Transport" not in sheet
    assert "@font-face" not in sheet
    assert not re.search(r"url\(['\"]?(?:https?:|//)", sheet)


def test_modules_load_each_other_by_the_names_that_are_served(built: Path) -> None:
    served = set(assets.names().values())
    for name in (one for one in served if one.endswith(".mjs")):
        text = (built / name).read_text(encoding="utf-8")
        for wanted in re.findall(r"""^import .* from ["']([^"']+)["']""", text, re.MULTILINE):
            assert wanted.removeprefix("./") in served, f"{name} wants {wanted}"
        assert "sourceMappingURL" not in text


def test_they_are_served_for_good_and_nothing_else_is(built: Path, site: Site) -> None:
    client = site["primary"].app.test_client()
    name = assets.names()["pages.css"]
    answer = client.get(f"/assets/{name}", base_url=BASE)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.mimetype == "text/css"
    script = client.get(f"/assets/{assets.names()['pages.mjs']}", base_url=BASE)
    assert script.mimetype in ("text/javascript", "application/javascript")
    for other in ("manifest.json", "NOTICE.txt", "pages.css", "../app.py", "%2e%2e/app.py"):
        assert client.get(f"/assets/{other}", base_url=BASE).status_code == 404, other


def test_without_anything_built_the_pages_are_plain_but_there(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "names", dict)
    answer = site["primary"].client().get("/help")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert 'rel="stylesheet"' not in answer.text


def test_hashed_names_follow_the_content_of_what_they_import() -> None:
    first = build._with_hashed_names({"a.mjs": b'import "./b.mjs";', "b.mjs": b"1"})
    second = build._with_hashed_names({"a.mjs": b'import "./b.mjs";', "b.mjs": b"2"})
    assert first["a.mjs"][0] != second["a.mjs"][0]
    assert first["b.mjs"][0].encode() in first["a.mjs"][1]


def test_modules_that_import_each_other_in_a_circle_are_refused() -> None:
    with pytest.raises(build.BuildFailed):
        build._with_hashed_names({"a.mjs": b'import "./b.mjs";', "b.mjs": b'import "./a.mjs";'})
