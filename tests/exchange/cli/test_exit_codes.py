"""Exit codes and commands as documented: docs/cli.md, the table in output.py, and ``--help``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from exchange import errors
from exchange.cli import main, output
from exchange.cli.output import complain, describe, exit_code
from exchange.errors import ExchangeError, Wrapped
from keys import errors as key_errors
from keys.errors import DirectoryError
from schemas import errors as schema_errors
from tests.exchange.cli.house import senx

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
BEGIN, END = "<!-- made from the commands: begin -->\n", "<!-- made from the commands: end -->\n"
SHARED = {"--home", "--passphrase-file", "--org", "--as", "--role", "--json"}


def commands(group: click.Group = main, at: str = "senx") -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{at} {name}")
        else:
            yield f"{at} {name}", command


EVERY = dict(commands())


def section(name: str) -> str:
    """Write down one command from what it says of itself."""
    command = EVERY[name]
    given = [one for one in command.params if isinstance(one, click.Argument)]
    usage = " ".join([name, *(one.make_metavar(click.Context(command)) for one in given)])
    lines = [f"### `{usage}`", "", inspect.cleandoc(command.help or ""), ""]
    for option in command.params:
        if isinstance(option, click.Option) and not SHARED & {*option.opts}:
            spelt = ", ".join(f"`{one}`" for one in option.opts)
            needed = " (needed)" if option.required else ""
            lines.append(f"- {spelt}{needed}: {option.help or _choices(option)}")
    shared = [f"`{one}`" for o in command.params for one in o.opts if one in SHARED]
    if shared:
        lines += ["", f"Also {', '.join(shared)}."]
    return re.sub(r"\n{3,}", "\n\n", "\n".join([*lines, ""]))


def _choices(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return "one of " + ", ".join(f"`{one}`" for one in option.type.choices)
    return option.metavar or "see above"


def made() -> str:
    """Return what stands between the two marks of the page."""
    return BEGIN + "\n" + "\n".join(section(name) for name in EVERY) + "\n" + END


def documented_codes(text: str) -> dict[int, str]:
    """Read a table of exit codes, of the page or of the module's docstring."""
    rows = re.findall(r"^\|?\s*`?(\d)`?\s*(?:\||\s)\s*(.+?)\s*\|?$", text, re.MULTILINE)
    return {int(code): re.sub(r"[`\s]+", " ", meaning).strip() for code, meaning in rows}


def test_the_page_and_the_module_say_the_same_of_exit_codes() -> None:
    page = PAGE.read_text("utf-8")
    codes = documented_codes(page[page.index("## Exit codes") : page.index("## Commands")])
    assert codes == documented_codes(output.__doc__ or "")
    assert sorted(codes) == [*range(8)]


def test_no_error_ends_with_a_code_that_is_not_documented() -> None:
    ends = {code for _, code in output._EXIT}
    assert ends <= documented_codes(output.__doc__ or "").keys()


def test_the_page_says_of_each_command_what_it_says_of_itself() -> None:
    page = PAGE.read_text("utf-8")
    between = page[page.index(BEGIN) : page.index(END) + len(END)]
    assert between == made(), "make it anew: python -m tests.exchange.cli.test_exit_codes"


@pytest.mark.parametrize("name", EVERY)
def test_each_has_a_help_that_says_something(name: str) -> None:
    said = senx(*name.split()[1:], "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: main {name.removeprefix('senx ')}")
    assert (EVERY[name].help or "").strip().rstrip(".")


@pytest.mark.parametrize("option", sorted(SHARED))
def test_the_shared_options_are_explained_once(option: str) -> None:
    page = PAGE.read_text("utf-8")
    assert f"`{option}" in page[: page.index("## Exit codes")]


@pytest.mark.parametrize("name", EVERY)
def test_every_listing_speaks_json(name: str) -> None:
    if name.split()[-1] in ("list", "show", "verify", "outbox", "inbox", "pupils", "receipts"):
        assert any("--json" in one.opts for one in EVERY[name].params)


def test_the_version_is_said() -> None:
    assert re.fullmatch(r"senx, version \d+\.\d+\.\d+\n", senx("--version").out)


TYPED = [
    one
    for module in (errors, key_errors, schema_errors)
    for _, one in inspect.getmembers(module, inspect.isclass)
    if issubclass(one, (ExchangeError, key_errors.KeysError, schema_errors.SchemaError))
]


@pytest.mark.parametrize("kind", TYPED, ids=lambda one: one.__name__)
def test_every_typed_error_has_its_code_and_sentence(
    kind: type[ExchangeError], capsys: pytest.CaptureFixture[str]
) -> None:
    error = kind("some-code", "/field", "Do this.")
    assert exit_code(error) in range(2, 8)
    told = describe(error)
    assert (told["code"], told["path"], told["do"]) == ("some-code", "/field", "Do this.")
    assert str(told["what"]).endswith(".")
    complain(error)
    said = capsys.readouterr().err
    assert said == f"{told['what']} [some-code] (/field)\n  Do this.\n"


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("directory-expired", 6),
        ("directory-signature-invalid", 6),
        ("directory-rolled-back", 6),
        ("entry-signature-invalid", 6),
        ("organisation-unknown", 4),
        ("organisation-ambiguous", 4),
        ("directory-missing", 4),
        ("passphrase-wrong", 3),
    ],
)
def test_an_error_of_the_directory_ends_alike_wrapped_or_not(code: str, ends: int) -> None:
    bare = DirectoryError(code)
    assert exit_code(Wrapped.of(bare)) == ends
    if code != "passphrase-wrong":
        assert exit_code(bare) == ends


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    PAGE.write_text(text[: text.index(BEGIN)] + made() + text[text.index(END) + len(END) :])
