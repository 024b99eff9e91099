"""Running plaso's tools in processes of their own, and reading what they stored."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dfvfs.resolver.context import Context
from dfvfs.resolver.resolver import Resolver
from plaso.containers.events import EventDataStream
from plaso.parsers.mediator import ParserMediator
from plaso.storage.factory import StorageFactory

from echoforensics.case.evidence_table import evidence_items
from echoforensics.case.store import Store as CaseStore
from echoforensics.cli.main import cli
from echoforensics.demo import build
from echoforensics.errors import UsageError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.plaso_plugin import registration
from echoforensics.plaso_plugin.extractor import AlexaEventDataExtractor
from echoforensics.plaso_plugin.path_specs import Located, PathSpecs

#: Importing it is what puts our parser into this process's plaso.
assert registration.__name__

ROOT = Path(__file__).parents[3]
QUIET = ("-q", "--status_view", "none", "--logfile", "plaso.log")
EXTRACT = ("--unattended", *QUIET)


Made = Callable[[str, Callable[[Path], None]], Path]
RunPython = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def demo_evidence(made_once: Made) -> Path:
    """The sample evidence: an ext4 image with deleted files, an export in a zip, a phone's files. Only read it."""

    def fill(folder: Path) -> None:
        try:
            build.build(folder / "evidence")
        except UsageError as error:
            pytest.skip(str(error))

    return made_once("plaso-evidence", fill) / "evidence"


@pytest.fixture(scope="session")
def demo_case(made_once: Made, demo_evidence: Path) -> Callable[[str], Path]:
    """Of one item of the sample evidence: a folder with ``case``, its ``rows.jsonl`` and its ``store.plaso``."""

    def of(name: str) -> Path:
        return made_once(f"plaso-case-{name}", lambda folder: _extract_to(folder, demo_evidence / name))

    return of


@pytest.fixture(scope="session")
def demo_store(made_once: Made, demo_evidence: Path, warm_python: RunPython) -> Callable[[str], Path]:
    """Of one item of the sample evidence: the storage file that log2timeline makes with our parser, in one process."""

    def of(name: str) -> Path:
        def fill(folder: Path) -> None:
            arguments = ("--single_process", *EXTRACT, "--parsers", "alexa", "--storage_file", "own.plaso")
            warm_python(folder, "-m", "echoforensics", "log2timeline", *arguments, demo_evidence / name)

        return made_once(f"plaso-store-{name}", fill) / "own.plaso"

    return of


@pytest.fixture(scope="session")
def extract_to() -> Callable[[Path, Path], None]:
    """Extracts a source into ``case`` in a folder, and writes its timeline into ``rows.jsonl`` and ``store.plaso``."""
    return _extract_to


def _extract_to(folder: Path, source: Path) -> None:
    for arguments in (
        ("extract", source, "-c", folder / "case", "--unsigned"),
        ("timeline", folder / "case", "-f", "jsonl", "-o", folder / "rows.jsonl"),
        ("timeline", folder / "case", "-f", "plaso", "-o", folder / "store.plaso"),
    ):
        code: Any = 0
        try:
            cli(list(map(str, arguments)), standalone_mode=False)
        except SystemExit as ended:
            code = ended.code
        # 3: some of the evidence could not be read.
        assert code in (0, 3)


@pytest.fixture
def cold_python(tmp_path: Path) -> RunPython:
    """Runs Python with arguments in the test's folder; the exit code must be the one named; None: any."""

    def run(*arguments: str | Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        return _checked(done, code)

    return run


@pytest.fixture(scope="session")
def warm_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunPython]:
    """As ``cold_python`` in a folder that is named first, but with plaso imported before, once for all."""
    written = tmp_path_factory.mktemp("written")
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("warm_python.py")],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        requests, answers = process.stdin, process.stdout

        def run(folder: Path, *arguments: str | Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
            given, outputs = [str(argument) for argument in arguments], [written / "stdout", written / "stderr"]
            request = {"arguments": given, "folder": str(folder), "stdout": str(outputs[0]), "stderr": str(outputs[1])}
            requests.write(json.dumps(request) + "\n")
            requests.flush()
            done = subprocess.CompletedProcess(given, int(answers.readline()), *(path.read_text() for path in outputs))
            return _checked(done, code)

        yield run


@pytest.fixture
def python(warm_python: RunPython, tmp_path: Path) -> RunPython:
    """Runs ``python -m`` or ``-c`` in the test's folder; the exit code must be the one named; None: any."""
    return partial(warm_python, tmp_path)


def _checked(done: subprocess.CompletedProcess[str], code: int | None) -> subprocess.CompletedProcess[str]:
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def read_events() -> Callable[[Path], list[dict[str, Any]]]:
    """Every event of a storage file, with its data and its file's hash."""

    def read(path: Path) -> list[dict[str, Any]]:
        reader = StorageFactory.CreateStorageReaderForFile(str(path))
        try:
            return [_event(reader, event) for event in reader.GetAttributeContainers("event")]
        finally:
            reader.Close()

    return read


def _event(reader: Any, event: Any) -> dict[str, Any]:
    data = reader.GetAttributeContainerByIdentifier("event_data", event.GetEventDataIdentifier())
    identifier = data.GetEventDataStreamIdentifier()
    stream = reader.GetAttributeContainerByIdentifier("event_data_stream", identifier) if identifier else None
    values = {name: value for name, value in data.GetAttributes() if not name.startswith(("_", "date_"))}
    chain = getattr(data, "_parser_chain", None)
    return {
        **values,
        "timestamp": event.timestamp,
        "timestamp_desc": event.timestamp_desc,
        "sha256": stream.sha256_hash if stream else None,
        "parser": str(chain).removeprefix("echoforensics/"),
        "path_spec": stream.path_spec.comparable if stream else None,
    }


class Store:
    """Keeps what a mediator would have stored."""

    def __init__(self) -> None:
        self.added: list[Any] = []

    def AddAttributeContainer(self, container: Any) -> None:  # noqa: N802
        self.added.append(container)

    def of(self, kind: str) -> list[Any]:
        return [container for container in self.added if kind == container.CONTAINER_TYPE]


class Run:
    """One file read by our extractor as plaso's worker has it read."""

    def __init__(self, spec: Any, expression: str | None = "echoforensics", *, hashed: bool = False) -> None:
        self.store = Store()
        self.mediator = ParserMediator(resolver_context=Context())
        self.mediator.SetStorageWriter(self.store)
        self.entry = Resolver.OpenFileEntry(spec, resolver_context=self.mediator.resolver_context)
        self.mediator.SetFileEntry(self.entry)
        self.stream = EventDataStream()
        self.stream.path_spec = self.entry.path_spec
        if hashed:
            self.stream.sha256_hash = "ab" * 32
        self.mediator.ProduceEventDataStream(self.stream)
        AlexaEventDataExtractor(parser_filter_expression=expression).ParseFileEntryMetadata(self.mediator, self.entry)

    @property
    def events(self) -> list[Any]:
        return self.store.of("event_data")

    @property
    def warnings(self) -> list[str]:
        return [warning.message for warning in self.store.of("extraction_warning")]

    def stream_of(self, event: Any) -> Any:
        wanted = event.GetEventDataStreamIdentifier().CopyToString()
        streams = self.store.of("event_data_stream")
        return next(stream for stream in streams if stream.GetIdentifier().CopyToString() == wanted)


@pytest.fixture
def read_file() -> type[Run]:
    """Reads one file as plaso's worker has it read."""
    return Run


class Specs:
    """Path specifications of a case's entries, and what dfVFS gives for them."""

    @staticmethod
    def located(source: Path, case: Path) -> dict[str, tuple[Located, str, str]]:
        """Of every entry with content: where it lies, its SHA-256 and its state, by path."""
        extract([source], case, None, Options("Tester", "", "", ""), lambda *_: None)
        store = CaseStore(case / "case.db")
        try:
            (item,) = evidence_items(store)
            specs = PathSpecs(item, store)
            found = store.db.execute("SELECT path, address, state, sha256 FROM entries WHERE sha256 IS NOT NULL")
            return {path: (specs.of(path, address, state), sha256, state) for path, address, state, sha256 in found}
        finally:
            store.close()

    @staticmethod
    def sha256_of(located: Located) -> str | None:
        """SHA-256 of what dfVFS gives for a path specification; None if it gives no content (a folder)."""
        if located.path_spec.type_indicator == "OS" and Path(located.path_spec.location).is_dir():
            return None
        file = Resolver.OpenFileObject(located.path_spec)
        assert file is not None, located.path_spec.comparable
        whole = hashlib.sha256()
        while piece := file.read(1 << 20):
            whole.update(piece)
        return whole.hexdigest()

    @staticmethod
    def check(found: dict[str, tuple[Located, str, str]]) -> set[str]:
        """Exact ones give the very bytes, the others open; returns the paths of those that are not exact."""
        assert found
        for path, (located, sha256, _) in found.items():
            opened = Specs.sha256_of(located)
            if located.exact:
                assert opened == sha256, path
        return {path for path, (located, _, _) in found.items() if not located.exact}


@pytest.fixture(scope="session")
def specs() -> type[Specs]:
    """Path specifications, made and opened."""
    return Specs
