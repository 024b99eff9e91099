"""Archives as plaso leaves them shut, through our parsers; and whatever a file may hold."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dfvfs.path.factory import Factory
from dfvfs.resolver.resolver import Resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.evidence.limits import MAX_DEPTH, Budget

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


def _zip(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def _tar(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def test_archives_are_opened_with_all_that_is_in_them(read_file: Callable[..., Any], tmp_path: Path) -> None:
    inner = _tar(("in/deep.wav", OTHER), ("in/x.txt", b"text"))
    log = gzip.compress(b"20240309:172959 system: I bootbegins:reinitializingLipcDaemonFlags::\n" * 3)
    (tmp_path / "x.zip").write_bytes(_zip(("a.wav", WAV), ("b/inner.tar", inner), ("messages_1.gz", log)))
    run = read_file(_os(tmp_path / "x.zip"))
    path = str(tmp_path / "x.zip").lstrip("/")
    recordings = [event for event in run.events if event.data_type == "recording:audio"]
    assert [event.path for event in recordings] == [f"{path}!/a.wav", f"{path}!/b/inner.tar!/in/deep.wav"]
    for event, content in zip(recordings, (WAV, OTHER), strict=True):
        stream = run.stream_of(event)
        assert Resolver.OpenFileObject(stream.path_spec).read() == content
        assert stream.sha256_hash == hashlib.sha256(content).hexdigest()
    assert any(event.path == f"{path}!/messages_1.gz!/messages_1" for event in run.events)
    assert run.warnings == []
    assert run.mediator._event_data_stream is run.stream
    # What plaso enters itself is not read again.
    assert read_file(Factory.NewPathSpec("ZIP", location="/a.wav", parent=_os(tmp_path / "x.zip"))).events == []


def _nested(depth: int) -> bytes:
    content = WAV
    for number in range(depth):
        content = _zip((f"{number}.wav" if number == 0 else f"{number}.zip", content))
    return content


@pytest.mark.parametrize(("depth", "events", "warnings"), [(MAX_DEPTH, 1, 0), (MAX_DEPTH + 1, 0, 1)])
def test_archives_are_opened_to_a_depth(
    read_file: Callable[..., Any], depth: int, events: int, warnings: int, tmp_path: Path
) -> None:
    (tmp_path / "x.zip").write_bytes(_nested(depth))
    run = read_file(_os(tmp_path / "x.zip"))
    assert (len(run.events), len(run.warnings)) == (events, warnings)


def test_a_bomb_ends_with_a_warning(
    read_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Small(Budget):
        def __init__(self, source_size: int) -> None:
            super().__init__(source_size)
            self.total = self._left = 3_000_000

    monkeypatch.setattr("echoforensics.plaso_plugin.extractor.Budget", Small)
    bomb = b"RIFF\xff\xff\xff\x7fWAVEfmt " + bytes(40_000_000)
    (tmp_path / "x.zip").write_bytes(_zip(("a.wav", bomb), ("b.wav", WAV)))
    run = read_file(_os(tmp_path / "x.zip"))
    assert any("expands beyond 3000000 bytes" in warning for warning in run.warnings)


def test_hostile_names_are_written_nowhere(
    read_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    names = ("../../outside.wav", "/etc/absolute.wav", "a\0b.wav", "same.wav", "same.wav")
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = _zip(*((name, WAV + bytes(2 * number)) for number, name in enumerate(names)))
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "x.zip").write_bytes(content)
    run = read_file(_os(folder / "x.zip"))
    shown = [event.path.partition("!/")[2] for event in run.events]
    assert shown == ["../../outside.wav", "etc/absolute.wav", "a", "same.wav", "same.wav"]
    assert len({event._event_values_hash for event in run.events}) == 5
    assert list(scratch.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"evidence", "scratch"}


def test_members_that_cannot_be_read_are_reported(read_file: Callable[..., Any], tmp_path: Path) -> None:
    made = bytearray(_zip(("a.wav", WAV), ("b.wav", WAV)))
    first = made.index(b"PK\x01\x02")
    made[first + 8] |= 1  # encrypted, says the directory
    (tmp_path / "x.zip").write_bytes(made)
    run = read_file(_os(tmp_path / "x.zip"))
    assert len(run.events) == 1
    assert any("a.wav" in warning and "encrypted" in warning for warning in run.warnings)


def test_a_zip_without_its_directory_is_read(read_file: Callable[..., Any], tmp_path: Path) -> None:
    whole = _zip(("a.wav", WAV), ("b.wav", WAV + b"\0\0"))
    (tmp_path / "x.zip").write_bytes(whole[: whole.index(b"PK\x01\x02")])
    run = read_file(_os(tmp_path / "x.zip"))
    assert len(run.events) == 2
    # dfVFS has no way into such a zip: events are of the zip itself, and their paths say the rest.
    assert {run.stream_of(event).path_spec.type_indicator for event in run.events} == {"OS"}
    assert run.warnings


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=3000),
    st.sampled_from(["x", "x.zip", "messages", "History", "a.wav", "x.json"]),
    st.integers(0, 3),
)
def test_whatever_a_file_holds_nothing_is_raised(
    read_file: Callable[..., Any], tmp_path: Path, content: bytes, name: str, form: int
) -> None:
    samples = (b"", _zip(("a.wav", WAV)), _tar(("a.wav", WAV)), json.dumps({"activities": [{}]}).encode())
    base = bytearray(samples[form])
    for number, byte in enumerate(content[:40]):
        if base:
            base[(byte * 257 + number * 31) % len(base)] ^= byte
    (tmp_path / name).write_bytes(bytes(base) + content)
    read_file(_os(tmp_path / name))
