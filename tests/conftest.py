"""Fixtures for every test: programs that may be absent, and evidence made by the tests themselves."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import is_hypothesis_test, settings
from playwright.sync_api import sync_playwright

# A parser's own tests need none of them.
if TYPE_CHECKING:
    from tests.level_writer import LevelWriter
    from tests.soft_token import SoftToken
    from tests.time_authority import TimeAuthority
    from tests.warm_command.warm_command import WarmCommand

#: Where this environment variable is set, as ``make endurance`` sets it, long series run whole. Else a tenth of each
#: runs, the same tenth every time.
WHOLE_SERIES = bool(os.environ.get("ECHOFORENSICS_ENDURANCE"))
_SHARE = 10
#: A series of examples is not cut below this.
_FEWEST = 10

# No example has a deadline: what a test demands does not change with what else the machine does.
settings.register_profile("tenth", deadline=None, derandomize=True, database=None)
settings.register_profile("whole", deadline=None, database=None, print_blob=True)
settings.load_profile("whole" if WHOLE_SERIES else "tenth")
#: Chromium reaches nothing but what a test asks for.
_CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of a long series."""
    config.addinivalue_line("markers", "series: part of a long series, of which a tenth runs unless for endurance")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take a tenth of each long series.

    One is the examples of a Hypothesis test; the numbers a test takes from the fixture ``series``; or the cases of a
    test that is marked as ``series``. All of them bear that mark then, and say how many they are to the report.
    """
    cases: dict[str, list[pytest.Item]] = {}
    examples: dict[int, int] = {}
    for item in items:
        function = getattr(item, "obj", None)
        if item.get_closest_marker("series"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
            item.user_properties.append(("examples", 1))
        elif is_hypothesis_test(function):
            # The cases of a parametrised test share one function.
            if id(function) not in examples:
                examples[id(function)] = _set_examples(function)
            item.user_properties.append(("examples", examples[id(function)]))
            item.add_marker("series")
        elif "series" in getattr(item, "fixturenames", ()):
            item.add_marker("series")
    kept = {id(each[number]) for name, each in cases.items() for number in _part(name, len(each))}
    left_out = {id(item) for each in cases.values() for item in each} - kept
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]


def _set_examples(function: Any) -> int:
    # Hypothesis has no other way to change what a test has set for itself.
    own = function._hypothesis_internal_use_settings
    examples: int = own.max_examples
    if not WHOLE_SERIES:
        examples = max(examples // _SHARE, min(examples, _FEWEST))
    function._hypothesis_internal_use_settings = settings(own, max_examples=examples, deadline=None)
    return examples


def _part(name: str, count: int, share: int = _SHARE) -> range | list[int]:
    """The numbers below ``count`` that are run of the series of this name: one in ``share`` of them, or all."""
    if WHOLE_SERIES:
        return range(count)
    return sorted(random.Random(name).sample(range(count), -(-count // share)))


@pytest.fixture
def series(request: pytest.FixtureRequest) -> Callable[..., Iterable[int]]:
    """The numbers of a long series that are run: a tenth of them or another share, or all for endurance."""

    def take(count: int, share: int = _SHARE) -> Iterable[int]:
        part = _part(request.node.nodeid, count, share)
        request.node.user_properties.append(("examples", len(part)))
        return part

    return take


@pytest.fixture(scope="session", autouse=True)
def _own_state_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what commands remember of a user out of the user's own folders."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    os.environ.pop("ECHOFORENSICS_CONFIG", None)


@pytest.fixture(scope="session")
def calls_of() -> Callable[[Callable[[], Any]], tuple[Any, int]]:
    """Runs something; gives its result and how many calls of functions it made.

    That is how much it does, whatever else the machine does meanwhile.
    """

    def run(function: Callable[[], Any]) -> tuple[Any, int]:
        calls = 0

        def count(_: FrameType, event: str, __: object) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            found = function()
        finally:
            sys.setprofile(before)
        return found, calls

    return run


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Has a folder of a name filled once in a run of the tests, by the worker that asks first; the others wait.

    Who asks only reads what is in the folder.
    """
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder, done = root / f"made-{name}", root / f"made-{name}.done"
        with FileLock(root / f"made-{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return make


#: Where mkfs, sgdisk and debugfs are on Debian.
SYSTEM_PATH = "/usr/sbin:/sbin:/usr/local/sbin:" + os.environ.get("PATH", "/usr/bin:/bin")


@pytest.fixture
def run_program() -> Callable[..., str]:
    """Runs a program; skips the test, saying so, where it is not installed."""

    def run(program: str, *arguments: str | Path, stdin: bytes | None = None) -> str:
        found = shutil.which(program, path=SYSTEM_PATH)
        if found is None:
            pytest.skip(f"{program} is not installed")
        done = subprocess.run(
            [found, *map(str, arguments)],
            check=True,
            input=stdin,
            capture_output=True,
            env={**os.environ, "PATH": SYSTEM_PATH, "MTOOLS_SKIP_CHECK": "1"},
        )
        return done.stdout.decode("utf-8", "replace")

    return run


@pytest.fixture
def make_image(tmp_path: Path, run_program: Callable[..., str]) -> Callable[..., Path]:
    """Makes an image of one file system with a folder's content; of ext4 also without the checksums of its metadata."""

    def make(
        folder: Path, kind: str = "ext4", mebibytes: int = 8, name: str = "image.dd", *, checksums: bool = True
    ) -> Path:
        path = tmp_path / name
        with path.open("wb") as stream:
            stream.truncate(mebibytes * 1024 * 1024)
        if kind == "fat":
            run_program("mkfs.vfat", "-n", "SAMPLE", path)
            for item in sorted(folder.iterdir()):
                run_program("mcopy", "-s", "-i", path, item, "::")
        else:
            without = () if checksums or kind != "ext4" else ("-O", "^metadata_csum")
            run_program(f"mkfs.{kind}", "-q", "-F", *without, "-d", folder, path)
        return path

    return make


@pytest.fixture
def make_gpt(tmp_path: Path, run_program: Callable[..., str]) -> Callable[..., Path]:
    """Makes a GPT disk whose second partition holds an image."""

    def make(image: Path, name: str = "disk.dd") -> Path:
        path = tmp_path / name
        size = image.stat().st_size
        first = 2048 + 2048
        with path.open("wb") as stream:
            stream.truncate(size + 4 * 1024 * 1024)
        run_program("sgdisk", "-n", "1:2048:4095", "-n", f"2:{first}:{first + size // 512 - 1}", "-c", "2:data", path)
        with path.open("r+b") as stream, image.open("rb") as content:
            stream.seek(first * 512)
            shutil.copyfileobj(content, stream)
        return path

    return make


@pytest.fixture
def make_ewf(tmp_path: Path, run_program: Callable[..., str]) -> Callable[..., Path]:
    """Makes an EWF image of a raw image, in segments of a size in bytes."""

    def make(image: Path, segment: int = 1024**3) -> Path:
        target = tmp_path / f"{image.stem}-ewf"
        run_program("ewfacquire", "-u", "-t", target, "-S", str(segment), "-c", "none", image)
        return target.with_suffix(".E01")

    return make


@pytest.fixture(scope="session")
def make_database() -> Callable[..., dict[str, bytes]]:
    """Runs statements on a new database; gives its bytes, with the log or journal beside it while it is still open."""

    def make(*statements: str | tuple[str, tuple[object, ...]], name: str = "x.db") -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.db"
            with closing(sqlite3.connect(path, isolation_level=None)) as db:
                db.execute("PRAGMA secure_delete = OFF")
                _run(db, statements)
                found = {file.name.replace("x.db", name): file.read_bytes() for file in Path(folder).iterdir()}
        return {name: content for name, content in found.items() if not name.endswith("-shm")}

    return make


def _run(db: sqlite3.Connection, statements: Iterable[str | tuple[str, tuple[object, ...]]]) -> None:
    for statement in statements:
        if isinstance(statement, str):
            db.execute(statement)
        else:
            db.execute(*statement)


@pytest.fixture(scope="session")
def time_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimeAuthority]:
    """A timestamp authority made with openssl, served on loopback."""
    from tests.time_authority import TimeAuthority

    made = TimeAuthority(tmp_path_factory.mktemp("authority"))
    with made.serve():
        yield made


@pytest.fixture(scope="session")
def soft_token(tmp_path_factory: pytest.TempPathFactory) -> SoftToken:
    """A token that keeps keys as a card does, where SoftHSM is installed."""
    from tests.soft_token import SoftToken

    return SoftToken.make(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture(scope="session")
def warm_command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmCommand]:
    """The command in forks of a process that has imported it; each still runs in a process of its own."""
    from tests.warm_command.warm_command import WarmCommand

    with WarmCommand.serve(tmp_path_factory.mktemp("warm") / "socket") as command:
        yield command


@pytest.fixture(scope="session")
def browser_driver() -> Iterator[Any]:
    """What drives a browser. One process can hold only one."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(browser_driver: Any) -> Iterator[Any]:
    """Debian's Chromium, which plays sound without a click. All pages are tested in it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed")
    started = browser_driver.chromium.launch(executable_path=found, args=list(_CHROMIUM_FLAGS))
    yield started
    started.close()


@pytest.fixture(scope="session")
def leveldb() -> type[LevelWriter]:
    """Writes files of LevelDB."""
    from tests.level_writer import LevelWriter

    return LevelWriter
