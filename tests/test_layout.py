"""The house keeps its shape: who may import whom, small files and functions, no broad except."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("echoforensics", "parsers", "chain_of_custody")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
#: A test that states a whole record may be longer.
MAX_TEST_LINES = 75
#: Modules in one folder; its ``__init__`` is not counted.
MAX_MODULES = 22

#: From upstream to downstream: a room imports only itself and what is before it (or on the same line).
FLOW = (
    ("counting", "given_file", "errors", "own_disk", "installation", "version"),
    ("zones", "key_record", "scale_extra"),
    ("examiner_key", "examiner_clock", "configuration"),
    ("evidence",),
    ("carving",),
    ("case",),
    ("timeline",),
    ("cluster",),
    ("listening",),
    ("extraction",),
    ("plaso_plugin",),
    ("verification", "export", "authoring"),
    ("library",),
    ("papers", "querying"),
    ("report",),
    ("bundle",),
    ("review",),
    ("demo",),
    ("selftest",),
    ("cli",),
    ("__main__",),
)


def _sources(*packages: str) -> list[Path]:
    found = sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))
    assert found
    return found


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("package", ["parsers", "chain_of_custody"])
def test_lower_packages_import_neither_the_application_nor_each_other(package: str) -> None:
    others = set(PACKAGES) - {package}
    for path in _sources(package):
        named = {name.partition(".")[0] for name in _imports(path)}
        assert not named & others, path


def test_application_imports_flow_one_way() -> None:
    rank = {room: number for number, rooms in enumerate(FLOW) for room in rooms}
    for path in _sources("echoforensics"):
        room = path.relative_to(ROOT / "echoforensics").parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        for name in _imports(path):
            parts = name.split(".")
            if parts[0] == "echoforensics" and len(parts) > 1 and parts[1] in rank:
                assert rank[parts[1]] <= rank[room], f"{path.relative_to(ROOT)} imports {name}"


def test_every_room_has_its_place_in_the_flow() -> None:
    rooms = {path.name.removesuffix(".py") for path in (ROOT / "echoforensics").iterdir()}
    rooms -= {"__init__", "__pycache__", "py.typed"}
    assert rooms == {room for rooms_of in FLOW for room in rooms_of}


def test_folders_are_small() -> None:
    counts = Counter(path.parent for path in _sources(*PACKAGES, "tests", "benchmarks") if path.stem != "__init__")

    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES} == {}


def test_no_two_folders_of_one_folder_lead_to_each_other() -> None:
    imported: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for path in _sources(*PACKAGES):
        here = path.relative_to(ROOT).parent.parts
        for name in _imports(path):
            parts = tuple(name.split("."))
            shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(here, parts, strict=False))))
            # Folders beside each other, in which the importing and the imported module are.
            if 0 < shared < min(len(here), len(parts)) and ROOT.joinpath(*parts[: shared + 1]).is_dir():
                imported.setdefault(here[: shared + 1], set()).add(parts[: shared + 1])

    assert ("parsers", "formats") in imported["parsers", "browser"]
    for folder in imported:
        assert folder not in _reached(imported, folder), f"{'.'.join(folder)} is imported by what it imports"


def _reached(imported: dict[tuple[str, ...], set[tuple[str, ...]]], start: tuple[str, ...]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    pending = [start]
    while pending:
        for each in imported.get(pending.pop(), set()) - found:
            found.add(each)
            pending.append(each)
    return found


def test_files_and_functions_are_small() -> None:
    for path in _sources(*PACKAGES, "tests", "benchmarks"):
        text = path.read_text()
        assert len(text.splitlines()) <= MAX_FILE_LINES, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and "fixtures" not in path.parts:
                length = (node.end_lineno or 0) - node.lineno + 1
                most = MAX_TEST_LINES if node.name.startswith("test_") else MAX_FUNCTION_LINES
                assert length <= most, f"{path}: {node.name} has {length} lines"


def test_no_except_is_bare_or_broad_but_the_fence_around_parsers() -> None:
    for path in _sources(*PACKAGES, "benchmarks"):
        if path == ROOT / "parsers" / "fence.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ExceptHandler):
                continue
            assert node.type is not None, path
            names = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
            assert "Exception" not in names, f"{path}:{node.lineno}"
            if "BaseException" in names:
                # Only to undo something and raise again.
                assert isinstance(node.body[-1], ast.Raise), f"{path}:{node.lineno}"


#: SQL that is no case's: two lists of a file system are compared in a database of their own, which no file holds.
SCRATCH = "evidence/cross_check.py"
#: Where SQL is: of a case, and of a review room.
STORES = ("case", "review/store")


def test_all_sql_is_in_the_rooms_that_store() -> None:
    calls = {"execute", "executemany", "executescript"}
    for path in _sources(*PACKAGES):
        if any(path.is_relative_to(ROOT / "echoforensics" / room) for room in (*STORES, SCRATCH)):
            continue
        assert "sqlite3" not in set(_imports(path)), path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in calls, f"{path}:{node.lineno}"


def test_every_module_can_be_imported_where_posix_is_not() -> None:
    program = """
import importlib, pkgutil, sys, warnings
warnings.simplefilter("ignore")  # filelock says that it finds no lock here; on Windows it has one of its own
sys.modules |= dict.fromkeys(("fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog"))
for name in sys.argv[1:]:
    for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
