"""The one tree of errors: drawn as it is, and incapable of carrying a value by accident."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from exchange import errors
from exchange.errors import ExchangeError, Wrapped
from keys.errors import DirectoryError, KeysError, SignatureInvalid
from schemas.errors import IdentifierError, SchemaError

CLASSES = [
    one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ExchangeError)
]
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def drawn() -> dict[str, str]:
    """Read the tree of the module's docstring: name -> name of its parent."""
    parents: dict[str, str] = {}
    branch: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        named = re.match(r"^([│├└─ ]*)``(\w+)``", line)
        if named is None:
            continue
        depth = len(named[1]) // 4
        del branch[depth:]
        parents[named[2]] = branch[-1] if branch else "Exception"
        branch.append(named[2])
    return parents


def test_the_drawing_is_the_tree() -> None:
    assert drawn() == {one.__name__: one.__mro__[1].__name__ for one in CLASSES}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.__name__)
def test_each_has_a_code_a_hint_and_a_sentence_for_people(kind: type[ExchangeError]) -> None:
    made = kind()
    assert KEBAB.fullmatch(made.code)
    assert made.hint.endswith(".")
    assert (kind.__doc__ or "").strip()
    assert str(made) == made.code


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.__name__)
def test_its_text_is_code_and_path_alone(kind: type[ExchangeError]) -> None:
    made = kind("some-code", "/field/3", "Do this.")
    assert str(made) == "some-code at /field/3"
    assert made.args == ("some-code at /field/3",)
    assert (made.code, made.path, made.hint) == ("some-code", "/field/3", "Do this.")


@pytest.mark.parametrize(
    "error",
    [
        SignatureInvalid("signature-malformed", "/sig", "Ask again."),
        DirectoryError("directory-expired", "/expires"),
        IdentifierError("upn-form", "/upn", "Compare."),
    ],
)
def test_wrapping_keeps_code_path_and_hint(error: KeysError | SchemaError) -> None:
    wrapped = Wrapped.of(error, "/pupil")
    assert (wrapped.code, wrapped.hint) == (error.code, error.hint)
    assert wrapped.path == f"/pupil{error.path}"
    assert wrapped.__cause__ is None


def test_codes_are_not_shared_by_two_meanings() -> None:
    codes = [one.default_code for one in CLASSES if "default_code" in vars(one)]
    assert len({*codes}) == len(codes)


def test_an_error_crosses_a_process_without_growing() -> None:
    """What comes back from another process says no more than went in."""
    made = ExchangeError("some-code at /x")
    assert str(pickle.loads(pickle.dumps(made))) == "some-code at /x"
