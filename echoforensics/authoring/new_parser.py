"""The beginnings of a new parser: a definition or a module, a fixture and a test that passes, to be filled in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TEMPLATES = files(__package__).joinpath("templates")
_PAGES = "docs/artefacts"


@dataclass(frozen=True, slots=True)
class _Scaffold:
    """What a new parser of one kind is made of.

    Attributes:
        what: what it reads, for people.
        source: the template of its definition or module.
        place: the folder that this goes into.
        tests: the folder that its test and fixture go into.
        ending: of the fixture's name.
        data_type: of its rows, before its own name.
        reader: the folder of the module that reads by its definition, where it needs one of its own; else empty.
    """

    what: str
    source: str
    place: str
    tests: str
    ending: str
    data_type: str
    reader: str = ""


def _declared(kind: str, what: str, tests: str, ending: str, data_type: str) -> _Scaffold:
    return _Scaffold(
        what, "definition.yaml", f"parsers/definitions/{kind}", f"tests/parsers/{tests}", ending, data_type
    )


_SCAFFOLDS = {
    "api": _declared("api", "a list in a JSON answer", "alexa_api", ".json", "alexa:cloud:"),
    "export": _declared("export", "a table of a data export", "alexa_export", ".csv", "alexa:cloud:export_"),
    "sqlite": _declared("sqlite", "a table of an SQLite database", "databases", ".sql", "alexa:app:"),
    "preferences": _declared("preferences", "a preferences file of an Android app", "app", ".xml", "alexa:app:"),
    "state": _declared("state", "a small state file of a device", "echo1", "", "echo:state:"),
    "tamper": _declared("tamper", "a rule for a sign of tampering", "tamper", ".sh", "echo:tamper:"),
    "log_lines": _Scaffold(
        "a text log, by a set of kinds of line",
        "definition.yaml",
        "parsers/definitions/log_lines",
        "tests/parsers/fireos",
        ".log",
        "echo:log:",
        "parsers/fireos",
    ),
    "log": _Scaffold("a text log, by code", "module.py", "parsers/fireos", "tests/parsers/fireos", ".log", "echo:log:"),
}
#: What a new parser may be of: for each name, what it reads.
KINDS = {kind: scaffold.what for kind, scaffold in _SCAFFOLDS.items()}


def begin(root: Path, name: str, kind: str) -> list[Path]:
    """Write the beginnings of a parser into a checkout of the project, and its page where it has one.

    Args:
        root: the checkout's top folder.
        name: the parser's name: lower case, words joined by ``_``.
        kind: one of :data:`KINDS`.

    Returns:
        The files written: the definition or module, the fixture, its README, the test, the module of a definition that
        needs one, and pages.

    Raises:
        UsageError: the name is not of that form or is taken, or the folder is no checkout.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r}: a name is lower-case words joined by _")
    scaffold = _SCAFFOLDS[kind]
    if not (root / scaffold.place).is_dir() or not (root / "tests" / "parsers").is_dir():
        raise UsageError(
            f"{root}: is not a checkout of the project; run this in its top folder, or name it with --into"
        )
    tests, sample = root / scaffold.tests, f"{name}{scaffold.ending}"
    written = {
        root / scaffold.place / f"{name}{scaffold.source[scaffold.source.rindex('.') :]}": (kind, scaffold.source),
        tests / "fixtures" / name / sample: (kind, f"sample{scaffold.ending}"),
        tests / "fixtures" / name / "README.md": (".", "README.md"),
        tests / f"test_{name}.py": (kind, "test.py"),
    }
    if scaffold.reader:
        written[root / scaffold.reader / f"{name}.py"] = (kind, "module.py")
    if taken := [path for path in written if path.exists()]:
        raise UsageError(f"{taken[0]}: already exists")
    words = _words(name, sample, scaffold)
    for path, (folder, template) in written.items():
        text = _TEMPLATES.joinpath(folder, f"{template}.template").read_text(encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(text).substitute(words), encoding="utf-8")
    return [*written, *_write_pages(root)]


def _words(name: str, sample: str, scaffold: _Scaffold) -> dict[str, str]:
    plain = name.replace("_", " ")
    return {
        "name": name,
        "title": plain.capitalize(),
        "thing": f"an item of {plain}",
        "url": name.replace("_", "-"),
        "sample": sample,
        "form": "definition describes" if scaffold.source == "definition.yaml" else "module reads",
        "data_type": f"{scaffold.data_type}{name}",
        "class_name": "".join(part.capitalize() for part in name.split("_")),
    }


def _write_pages(root: Path) -> list[Path]:
    """Write the pages again, by the checkout's own code, which knows the new parser. Gives those that changed."""
    folder = root / _PAGES
    if not folder.is_dir():
        return []
    before = {path: path.read_bytes() for path in folder.iterdir()}
    command = [sys.executable, "-m", "echoforensics", "parsers", "--pages", _PAGES]
    environment = {**os.environ, "PYTHONPATH": str(root.resolve())}
    done = subprocess.run(  # noqa: S603 (our own interpreter, our own words)
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UsageError(f"the pages in {folder} cannot be written: {done.stderr.strip()}")
    return sorted(path for path in folder.iterdir() if path.read_bytes() != before.get(path))
