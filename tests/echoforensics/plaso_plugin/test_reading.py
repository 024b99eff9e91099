"""Files as plaso opens them, through our parsers: events, warnings, neighbours, archives, hostile content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dfvfs.lib.errors import BackEndError
from dfvfs.path.factory import Factory
from dfvfs.resolver.context import Context
from dfvfs.resolver.resolver import Resolver
from plaso.parsers.mediator import ParserMediator

from echoforensics.plaso_plugin.file_source import in_archive, path_of, sibling, source_of
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp

OTHER = (
    b"RIFF"
    + (36 + 2).to_bytes(4, "little")
    + b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\2\0\0\0ab"
)
WAV = (
    b"RIFF" + (36 + 640).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data"
    + (640).to_bytes(4, "little") + bytes(range(256)) * 2 + bytes(128)
)  # fmt: skip


def _os(path: Path) -> Any:
    return Factory.NewPathSpec("OS", location=str(path))


@contextmanager
def _parser(found: Callable[[Source], Iterator[Record | Issue]], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Has every file claimed by a parser of the test's own, which bears the name of one that is enabled."""

    class Own(Parser):
        name, version = "recording", "7"
        about = About("test", ("alexa:cloud:card",), (), "", "")

        def claims(self, source: Source) -> bool:
            return source.size > 0

        def parse(self, source: Source) -> Iterator[Record | Issue]:
            return found(source)

    with monkeypatch.context() as patched:
        patched.setattr("echoforensics.plaso_plugin.reading.claiming", lambda source: (Own(),) if source.size else ())
        yield


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        (Factory.NewPathSpec("OS", location="/e/a b/x.json"), "e/a b/x.json"),
        (
            Factory.NewPathSpec(
                "EXT", inode=12, location="/local/log/messages",
                parent=Factory.NewPathSpec(
                    "GPT", location="/p8",
                    parent=Factory.NewPathSpec("RAW", parent=Factory.NewPathSpec("OS", location="/e/x.dd")),
                ),
            ),
            "p8/local/log/messages",
        ),
        (
            Factory.NewPathSpec(
                "FAT", location="\\a\\b.wav",
                parent=Factory.NewPathSpec(
                    "TSK_PARTITION", location="/p1", start_offset=512, parent=Factory.NewPathSpec("OS", location="/x")
                ),
            ),
            "p1/a/b.wav",
        ),
        (
            Factory.NewPathSpec("GZIP", parent=Factory.NewPathSpec("OS", location="/e/messages_1.gz")),
            "e/messages_1.gz!/messages_1",
        ),
        (
            Factory.NewPathSpec("ZIP", location="/a/b.json", parent=Factory.NewPathSpec("OS", location="/e/x.zip")),
            "e/x.zip!/a/b.json",
        ),
    ],
)  # fmt: skip
def test_paths(spec: Any, path: str) -> None:
    assert path_of(spec) == path
    assert in_archive(spec) == (spec.type_indicator == "ZIP")
    beside = sibling(spec, f"{path.rpartition('/')[0]}/other")
    if spec.type_indicator == "GZIP":
        assert beside is None
    else:
        assert beside is not None
        assert path_of(beside) == f"{path.rpartition('/')[0]}/other"
        back = sibling(beside, path)
        assert back is not None
        assert back.comparable.split("location: ")[-1] == spec.comparable.split("location: ")[-1]


def test_a_recording_and_its_hash(read_file: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(WAV)
    run = read_file(_os(tmp_path / "a.wav"))
    (event,) = run.events
    assert (event.data_type, event._parser_chain) == ("recording:audio", "echoforensics/recording")
    # plaso was told not to hash: the event is of a stream of the same file that has its hash.
    stream = run.stream_of(event)
    assert stream.path_spec.comparable == run.stream.path_spec.comparable
    assert stream.sha256_hash == hashlib.sha256(WAV).hexdigest()
    assert run.mediator._event_data_stream is run.stream
    hashed = read_file(_os(tmp_path / "a.wav"), hashed=True)
    assert hashed.stream_of(hashed.events[0]) is hashed.stream
    assert read_file(_os(tmp_path / "a.wav"), hashed=True).stream.sha256_hash == "ab" * 32
    assert run.warnings == []


@pytest.mark.parametrize(
    ("expression", "count"), [("echoforensics/recording", 1), ("echoforensics/tamper", 0), ("filestat", 0)]
)
def test_only_enabled_parsers_are_asked(
    read_file: Callable[..., Any], expression: str, count: int, tmp_path: Path
) -> None:
    (tmp_path / "a.wav").write_bytes(WAV)
    assert len([e for e in read_file(_os(tmp_path / "a.wav"), expression).events if e.data_type != "fs:stat"]) == count


def test_records_issues_times_and_errors(
    read_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(_: Source) -> Iterator[Record | Issue]:
        time = Timestamp("Creation Time", "1", Clock.CLOUD, 1_500_000_000_000_000, "a note", "json:/t")
        yield Record("alexa:cloud:card", "two", "json:/0", (time, time), fields={"b": [1], "a": "x"})
        yield Issue("half of it", "json:/1")
        yield Record("alexa:cloud:card", "none", "json:/2")
        yield Record("made:up", "new", "json:/3", (time,), parser="handed_on", parser_version="3")
        raise OSError("the disk ended")

    (tmp_path / "x").write_bytes(b"content")
    with _parser(found, monkeypatch):
        run = read_file(_os(tmp_path / "x"))
    assert [(e.message, e.data_type, e.locator, e._parser_chain, e.parser_version) for e in run.events] == [
        ("two", "alexa:cloud:card", "json:/t", "echoforensics/recording", "7"),
        ("two", "alexa:cloud:card", "json:/t", "echoforensics/recording", "7"),
        ("none", "alexa:cloud:card", "json:/2", "echoforensics/recording", "7"),
        ("new", "alexa:undeclared", "json:/t", "echoforensics/handed_on", "3"),
    ]
    assert run.events[0].fields == '{"a": "x", "b": [1]}'
    assert (run.events[0].time_note, run.events[3].declared_as) == ("a note", "made:up")
    hashes = [event._event_values_hash for event in run.events]
    assert len(set(hashes)) == 4, "psort would drop one of two"
    path = str(tmp_path / "x").lstrip("/")
    assert run.warnings == [
        f"{path}: recording: half of it (json:/1)",
        f"{path}: handed_on: has not declared the data type made:up (json:/3)",
        f"{path}: recording: reading ended early: the disk ended",
    ]


def test_a_record_in_a_file_beside_stands_in_that_file(
    read_file: Callable[..., Any], tmp_path: Path, make_database: Callable[..., dict[str, bytes]]
) -> None:
    made = make_database(
        "PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=0",
        "CREATE TABLE urls (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, visit_count INTEGER,"
        " typed_count INTEGER, last_visit_time INTEGER NOT NULL, hidden INTEGER)",
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, url INTEGER NOT NULL, visit_time INTEGER NOT NULL,"
        " from_visit INTEGER, transition INTEGER NOT NULL)",
        "INSERT INTO urls VALUES (1, 'https://alexa.amazon.com/', 'Alexa', 1, 0, 13150000000000000, 0)",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "INSERT INTO visits VALUES (1, 1, 13150000000000000, 0, 0)",
        "INSERT INTO visits VALUES (2, 1, 13150000000000000, 0, 0)",
        name="History",
    )  # fmt: skip
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    run = read_file(_os(tmp_path / "History"))
    visits = [event for event in run.events if event.data_type == "alexa:web:visit"]
    # Both visits, though all but their numbers is alike; once each, though the log holds the database's page again.
    assert len(visits) == 2
    assert len({event._event_values_hash for event in visits}) == 2
    for event in visits:
        stream = run.stream_of(event)
        assert stream.path_spec.location == str(tmp_path / "History-wal")
        assert stream.sha256_hash == hashlib.sha256(made["History-wal"]).hexdigest()
    assert run.mediator._event_data_stream is run.stream
    assert read_file(_os(tmp_path / "History-wal")).events == []


@pytest.mark.parametrize("reads", [False, True])
def test_only_a_parser_that_says_so_is_given_neighbours(
    read_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: bool
) -> None:
    def found(source: Source) -> Iterator[Record | Issue]:
        yield Record("alexa:cloud:card", f"beside it: {source.beside('b.wav') is not None}", "")

    for name in ("a.wav", "b.wav"):
        (tmp_path / name).write_bytes(WAV)
    monkeypatch.setattr(Parser, "reads_neighbours", reads)
    with _parser(found, monkeypatch):
        run = read_file(_os(tmp_path / "a.wav"))
    assert [event.message for event in run.events] == [f"beside it: {reads}"]


def test_a_parser_that_claims_a_file_sees_no_other(
    read_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).write_bytes(WAV)
    seen: list[Source | None] = []

    def claiming(source: Source) -> tuple[Parser, ...]:
        seen.append(source.beside("b.wav"))
        return ()

    monkeypatch.setattr("echoforensics.plaso_plugin.reading.claiming", claiming)
    read_file(_os(tmp_path / "a.wav"))
    assert seen == [None]


class Odd:
    """A file object of dfVFS that fails as the libraries below it do."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_size(self) -> int:
        return 100

    def seek(self, offset: int) -> None: ...

    def read(self, size: int) -> bytes:
        assert size
        raise self._error


@pytest.mark.parametrize("error", [OSError("bad"), ValueError("oversized read"), BackEndError("no back end")])
def test_what_dfvfs_raises_is_a_warning(
    read_file: Callable[..., Any], error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_bytes(b"content")
    entry = type(Resolver.OpenFileEntry(_os(tmp_path / "x")))
    monkeypatch.setattr(entry, "GetFileObject", lambda *_, **__: Odd(error))
    run = read_file(_os(tmp_path / "x"))
    assert run.events == []
    assert len(run.warnings) == 1
    assert str(error) in run.warnings[0]


def test_readers_of_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(bytes(range(256)) * 1000)
    spec = Factory.NewPathSpec("DATA_RANGE", range_offset=256, range_size=255_744, parent=_os(tmp_path / "x"))
    shared = Resolver.OpenFileObject(spec)
    shared.seek(0, 2)

    class Entry:
        path_spec = spec
        size = 255_744

        def GetFileObject(self, **_: str) -> Any:  # noqa: N802
            return shared

        def GetStatAttribute(self) -> None:  # noqa: N802
            return None

    source = source_of(Entry(), "", Context())
    assert (source.size, source.head[:4]) == (255_744, b"\0\1\2\3")
    with source.open() as one, source.open() as other:
        one.seek(255_743)
        assert (one.read(), other.read(3), one.read()) == (b"\xff", b"\0\1\2", b"")
        other.seek(-2, 2)
        assert other.read(10) == b"\xfe\xff"


def test_an_abort_is_heeded(read_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mediators: list[ParserMediator] = []

    def found(_: Source) -> Iterator[Record | Issue]:
        yield Record("alexa:cloud:card", "one", "json:/0")
        mediators[0].SignalAbort()
        yield Record("alexa:cloud:card", "two", "json:/1")

    original = ParserMediator.__init__

    def counted(self: ParserMediator, **named: Any) -> None:
        original(self, **named)
        mediators.append(self)

    monkeypatch.setattr(ParserMediator, "__init__", counted)
    (tmp_path / "x").write_bytes(b"content")
    with _parser(found, monkeypatch):
        assert [event.message for event in read_file(_os(tmp_path / "x")).events] == ["one"]
