"""Running plaso's tools in processes of their own, and reading what they stored."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dfvfs.resolver.context import Context
from dfvfs.resolver.resolver import Resolver
from plaso.containers.events import EventDataStream
from plaso.parsers.mediator import ParserMediator
from plaso.storage.factory import StorageFactory

from echoforensics.demo import build
from echoforensics.errors import UsageError
from echoforensics.plaso_plugin import registration
from echoforensics.plaso_plugin.extractor import AlexaEventDataExtractor

#: Importing it is what puts our parser into this process's plaso.
assert registration.__name__

ROOT = Path(__file__).parents[3]
QUIET = ("-q", "--status_view", "none", "--logfile", "plaso.log")
EXTRACT = ("--unattended", *QUIET)


@pytest.fixture(scope="module")
def demo_evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample evidence: an ext4 image with deleted files, an export in a zip, a phone's files."""
    folder = tmp_path_factory.mktemp("demo") / "evidence"
    try:
        build.build(folder)
    except UsageError as error:
        pytest.skip(str(error))
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs Python with arguments in the test's folder; the exit code must be the one named; None: any."""

    def run(*arguments: str | Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done

    return run


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
