"""The commands of the READ-ME, run on a real bundle by the real programs."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from demo import stock
from demo.stock import NotPublished, Outcome, open_with_stock_tools, readme_commands
from exchange.bundle.editions import current_files
from keys import age
from keys.sshsig import write_allowed_signers
from tests.exchange.bundle.parties import OLD_TOOLS, SENDER, Party, document, record, sealed

needs_tools = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in stock.TOOLS),
    reason="a stock tool is not installed here",
)


def _files(folder: Path, party: Party, raw: bytes | None = None) -> tuple[Path, Path, Path]:
    bundle, key, signers = folder / "bundle.zip", folder / "key", folder / "allowed"
    content = sealed(record(), document(1, b"%PDF-1.7 invented"), to=(party,))[0]
    bundle.write_bytes(raw or content)
    key.write_text(age.identity_from_seed(party.key_class, party.seed("op")) + "\n")
    signers.write_text(write_allowed_signers([SENDER.allowed()]))
    return bundle, key, signers


def test_the_readme_has_commands_for_linux_and_only_those() -> None:
    commands = readme_commands(current_files()[0].decode())
    assert commands[0] == "mkdir pack bag"
    assert commands[-1].startswith("sha256sum -c")
    assert sum(command.startswith("ssh-keygen -Y verify") for command in commands) == 2
    assert any(command.startswith("age -d") for command in commands)
    assert not any("certutil" in command or "shasum" in command for command in commands)


@pytest.mark.stock
@needs_tools
def test_stock_tools_open_a_bundle_for_classic_keys(tmp_path: Path) -> None:
    result = open_with_stock_tools(*_files(tmp_path, OLD_TOOLS))
    assert result.complete, result
    assert result.missing == {}
    assert result.files_checked >= 5
    said = " ".join(step.said for step in result.steps)
    assert f'Good "sen-bundle@v1" signature for {SENDER.org_id}' in said


@pytest.mark.stock
@needs_tools
def test_a_changed_payload_fails(tmp_path: Path) -> None:
    bundle, key, signers = _files(tmp_path, OLD_TOOLS)
    with zipfile.ZipFile(bundle) as source:
        members = {name: source.read(name) for name in source.namelist()}
    body = bytearray(members["payload.age"])
    body[-1] ^= 1
    members["payload.age"] = bytes(body)
    with zipfile.ZipFile(bundle, "w") as target:
        for name, content in members.items():
            target.writestr(name, content)
    result = open_with_stock_tools(bundle, key, signers)
    assert not result.ok
    failed = [step.command for step in result.steps if step.outcome is Outcome.FAILED]
    assert any(command.startswith("age -d") for command in failed)
    assert any("payload.age" in command and "sha256sum" in command for command in failed)


@pytest.mark.stock
@needs_tools
def test_a_strangers_signature_fails(tmp_path: Path) -> None:
    bundle, key, signers = _files(tmp_path, OLD_TOOLS)
    stranger = Party("Nobody Enrolled")
    signers.write_text(write_allowed_signers([stranger.allowed(principal=SENDER.org_id)]))
    result = open_with_stock_tools(bundle, key, signers)
    failed = [step.command for step in result.steps if step.outcome is Outcome.FAILED]
    assert len(failed) == 2
    assert all(command.startswith("ssh-keygen -Y verify") for command in failed)


@needs_tools
def test_a_missing_tool_is_said_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = _files(tmp_path, OLD_TOOLS)
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("unzip", "ssh-keygen", "sha256sum", "grep", "mkdir", "cut"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    monkeypatch.setenv("PATH", str(tools))
    result = open_with_stock_tools(*files)
    assert result.missing == {"age": "age is not installed here"}
    assert result.ok
    assert not result.complete
    outcomes = {step.command.split()[0]: step.outcome for step in result.steps}
    assert outcomes["age"] is Outcome.NOT_RUN
    assert outcomes["sha256sum"] is Outcome.NOT_RUN
    assert sum(step.outcome is Outcome.OK for step in result.steps) == 4, result


@pytest.mark.stock
@needs_tools
def test_an_age_too_old_for_the_key_is_said(tmp_path: Path) -> None:
    version = stock.age_version()
    if version is None or version >= stock.AGE_WITH_POST_QUANTUM:
        pytest.skip("this age knows post-quantum keys")
    result = open_with_stock_tools(*_files(tmp_path, Party("Riverside Academy", "hybrid")))
    assert list(result.missing) == ["age"]
    assert "older than 1.3" in result.missing["age"]
    assert result.ok


def test_other_instructions_are_never_run(tmp_path: Path) -> None:
    bundle, key, signers = _files(tmp_path, OLD_TOOLS)
    with zipfile.ZipFile(bundle) as source:
        envelope = source.read("envelope.json")
    with zipfile.ZipFile(bundle, "w") as target:
        target.writestr("READ-ME.txt", current_files()[0] + b"    touch /tmp/owned\n")
        target.writestr("envelope.json", envelope)
    with pytest.raises(NotPublished):
        open_with_stock_tools(bundle, key, signers)
