"""What was kept of a form is put back into the page, whoever drew its fields."""

from __future__ import annotations

from lxml import html

from exchange.web.refill import Refilled, refill

OWN = frozenset({"csrf_token"})


def put_back(fields: str, **kept: list[str]) -> Refilled:
    """Put what was kept back into a page with one form."""
    page = f"""<p>1 &lt; 2</p><form method="get"><input name="q" value="as it was"></form>
    <form method="post"><input type="hidden" name="_form" value="One">
    <input type="hidden" name="csrf_token" value="new">{fields}
    <button name="then" value="later">Save</button></form><p>after</p>"""
    return refill(
        page, {"One": {name.replace("_", "-"): kept[name] for name in kept}}, "_form", OWN
    )


def told(done: Refilled) -> dict[str, list[str]]:
    """Return what a browser would send of the form."""
    found: dict[str, list[str]] = {}
    for name, value in html.fromstring(done.html).forms[1].form_values():
        if not name.startswith(("_", "csrf")):
            found.setdefault(name, []).append(value)
    return found


def test_text_is_as_it_was_typed_and_stays_text() -> None:
    odd = 'a "quoted" <b>word</b> & checked\r\n\r\nsecond'
    fields = (
        '<textarea name="long" rows="2">\nbefore</textarea><input name="line" value="b" checked>'
    )
    done = put_back(fields, long=[odd], line=['x" onfocus="y'])
    assert told(done)["line"] == ['x" onfocus="y']
    area = html.fromstring(done.html).forms[1].fields["long"]
    assert area.lstrip("\n") == odd.replace("\r\n", "\n") or area.lstrip("\n") == odd
    assert (done.lost, done.changed) == ((), False)
    assert done.html.startswith("<p>1 &lt; 2</p>")
    assert done.html.endswith("<p>after</p>")
    assert 'value="as it was"' in done.html


def test_ticks_come_back_and_those_that_were_taken_away_do_not() -> None:
    tick = '<input type="checkbox" name="who" value="{0}"{1}>'
    fields = "".join(tick.format(one, " checked") for one in "ab") + tick.format("c", "")
    assert told(put_back(fields, who=["b", "c"])) == {"who": ["b", "c"]}
    assert told(put_back(fields, other=["x"])) == {}


def test_a_choice_comes_back() -> None:
    fields = """<select name="kind"><option value="">None</option><option selected>one</option>
    <option value="2">two</option></select>
    <input type="radio" name="may" value="yes" checked><input type="radio" name="may" value="no">"""
    done = put_back(fields, kind=["2"], may=["no"])
    assert told(done) == {"kind": ["2"], "may": ["no"]}
    assert done.lost == ()
    assert told(put_back(fields, kind=[""], may=["yes"])) == {"kind": [""], "may": ["yes"]}


def test_fields_of_one_name_keep_their_order() -> None:
    done = put_back('<input name="line" value=""><input name="line" value="">', line=["a", "b"])
    assert told(done) == {"line": ["a", "b"]}


def test_what_is_no_longer_asked_is_named_and_nothing_else_is_chosen_for_it() -> None:
    fields = """<label for="kind">What kind is it?</label>
    <select name="kind" id="kind"><option value="a" selected>A</option></select>
    <fieldset><legend> May it <b>go</b>? </legend><input type="radio" name="may" value="no" checked>
    </fieldset>"""
    done = put_back(fields, kind=["gone"], may=["yes"], more=["words"], then=["later"], empty=[""])
    assert done.lost == (
        "What kind is it?",
        "May it go?",
        "An answer that this page does not ask for just now",
    )
    assert told(done) == {"kind": ["a"], "may": ["no"]}


def test_what_speaks_of_what_was_shown_counts_for_that_alone() -> None:
    fields = """<input type="hidden" name="seen" value="new"><input type="checkbox" id="l"
    name="looked" value="yes" data-anew="seen"><label for="l">I have looked</label>"""
    same = put_back(fields, seen=["new"], looked=["yes"])
    assert told(same) == {"seen": ["new"], "looked": ["yes"]}
    assert (same.lost, same.changed) == ((), False)
    other = put_back(fields, seen=["old"], looked=["yes"])
    assert told(other) == {"seen": ["new"]}
    assert (other.lost, other.changed) == (("I have looked",), True)
    never = put_back(fields.replace('anew="seen"', "anew"), seen=["new"], looked=["yes"])
    assert never.lost == ("I have looked",)


def test_secrets_files_and_fields_out_of_use_are_left_alone() -> None:
    fields = '<input type="password" name="word"><input name="off" value="a" disabled>'
    done = put_back(fields, word=["secret"], off=["b"])
    assert "secret" not in done.html
    assert 'value="b"' not in done.html


def test_of_forms_with_one_name_the_one_that_was_typed_into_is_meant() -> None:
    form = """<form method="post"><input type="hidden" name="_form" value="One">
    <input type="hidden" name="who" value="{0}"><input name="line" id="{0}" value=""></form>"""
    page = form.format("a") + form.format("b")
    done = refill(page, {"One": {"who": ["b"], "line": ["x"]}}, "_form", OWN)
    one, two = html.fromstring(f"<div>{done.html}</div>").forms
    assert (one.fields["line"], two.fields["line"]) == ("", "x")
    gone = refill(page, {"One": {"who": ["c"], "line": ["x"]}}, "_form", OWN)
    assert gone.html == page
    assert gone.lost


def test_a_form_that_is_not_there_any_more_is_no_form_that_came_back() -> None:
    done = refill("<p>Nothing</p>", {"One": {"line": ["x"]}}, "_form", OWN)
    assert done.html == "<p>Nothing</p>"
    assert done.lost
