"""Sample evidence and a sealed case of it, made once a worker."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.keys import SigningKey
from echoforensics.case.case import Case
from echoforensics.case.counts import CaseCounts
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.custody.names import LEDGER
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.row_query import rows
from echoforensics.demo.build import build
from echoforensics.demo.run import run_demo
from echoforensics.examiner_key import create_key
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from tests.cluster_of_processes import cluster_of_processes

OpenFiles = Callable[[Path], list[str]]


def silent(*_: object) -> None:
    """Reports nothing."""


@dataclass(frozen=True)
class Sealed:
    """A sealed case of the sample evidence."""

    path: Path
    sources: list[Path]
    key: SigningKey
    outcome: CaseCounts

    def rows(self) -> list[Row]:
        with Case.open(self.path) as case:
            return list(rows(case.store, Query()))


@pytest.fixture(scope="session")
def sample_sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The demo's three sources."""
    if shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin:/bin") is None:
        pytest.skip("mkfs.ext4 is not installed")
    return build(tmp_path_factory.mktemp("sample") / "evidence")


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with cluster_of_processes(2) as address:
        yield address


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def sealed(sample_sources: list[Path], signing_key: SigningKey, tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    path = tmp_path_factory.mktemp("sealed") / "case"
    options = Options("Tester", "Laboratory", "T-1", "Asia/Seoul", argv=("test",))
    return Sealed(path, sample_sources, signing_key, extract(sample_sources, path, signing_key, options, silent))


@pytest.fixture
def copy_of_sealed(sealed: Sealed, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    path = tmp_path / "copy"
    shutil.copytree(sealed.path, path)
    for item in (path / "artefacts").rglob("*"):
        item.chmod(0o755 if item.is_dir() else 0o644)
    return path


@pytest.fixture
def cut_ledger() -> Callable[[Path, int], None]:
    """Cuts the ledger of a case behind a line of a number, and makes the file that keeps its head agree."""

    def cut(case: Path, keep: int) -> None:
        lines = (case / LEDGER).read_bytes().splitlines(keepends=True)[:keep]
        (case / LEDGER).write_bytes(b"".join(lines))
        write_head(case, len(lines), hashlib.sha256(lines[-1][:-1]).hexdigest())

    return cut


@pytest.fixture
def extract_rows(tmp_path: Path) -> Callable[..., list[Row]]:
    """Extracts sources into a new, unsigned case; gives its rows."""
    count = 0

    def extract_them(*sources: Path) -> list[Row]:
        nonlocal count
        count += 1
        path = tmp_path / f"case-{count}"
        extract(list(sources), path, None, Options(argv=("test",)), silent)
        with Case.open(path) as case:
            return list(rows(case.store, Query()))

    return extract_them


@pytest.fixture
def open_files() -> OpenFiles:
    """Gives what this process holds open at or below a path."""
    listing = Path("/proc/self/fd")
    if not listing.is_dir():
        pytest.skip("the system does not list what a process holds open")

    def held(below: Path) -> list[str]:
        found = []
        for each in list(listing.iterdir()):
            try:
                target = each.readlink()
            except OSError:
                continue  # the listing itself
            if target.is_relative_to(below):
                found.append(str(target))
        return sorted(found)

    return held


@pytest.fixture
def refuses(open_files: OpenFiles) -> Callable[..., None]:
    """Calls what is to be refused; nothing may be open then, although the error still holds the frames of the call."""

    def refused(kind: type[Exception], match: str, below: Path, call: Callable[[], Any]) -> None:
        before = open_files(below)
        with pytest.raises(kind, match=match) as caught:
            call()
        assert open_files(below) == before, caught.value

    return refused


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, run once: ``evidence``, ``case``, ``report`` and ``examiner.pem``."""
    if shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin:/bin") is None:
        pytest.skip("mkfs.ext4 is not installed")
    folder = tmp_path_factory.mktemp("demo") / "demo"
    run_demo(folder, lambda path: create_key(path, None, name="Demo Examiner")[0], lambda _line: None)
    return folder
