"""Among all of plaso's parsers ours still see every file, and each file once."""

from __future__ import annotations

import bz2
import lzma
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.demo.build import clip
from echoforensics.demo.story import UTTERANCES

OPTIONS = ("--single_process", "--unattended", "-q", "--status_view", "none", "--logfile", "plaso.log")
BOOT = b"20240309:172959 system: I bootbegins:reinitializingLipcDaemonFlags::\n"

Events = Callable[[Path], list[dict[str, Any]]]
Run = Callable[..., Any]


@pytest.fixture
def evidence(tmp_path: Path, make_database: Callable[..., dict[str, bytes]]) -> Path:
    """Files that plaso would keep from a parser that waits its turn."""
    folder = tmp_path / "evidence"
    (folder / "Cache").mkdir(parents=True)
    # A known signature: plaso gives it to its SQLite parser alone.
    history = make_database(
        "CREATE TABLE urls (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, visit_count INTEGER,"
        " typed_count INTEGER, last_visit_time INTEGER NOT NULL, hidden INTEGER)",
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, url INTEGER NOT NULL, visit_time INTEGER NOT NULL,"
        " from_visit INTEGER, transition INTEGER NOT NULL)",
        "CREATE TABLE downloads (id INTEGER PRIMARY KEY, full_path LONGVARCHAR, url LONGVARCHAR, start_time INTEGER,"
        " received_bytes INTEGER, total_bytes INTEGER, state INTEGER)",
        "INSERT INTO urls VALUES (1, 'https://alexa.amazon.com/', 'Alexa', 1, 0, 13150000000000000, 0)",
        "INSERT INTO visits VALUES (1, 1, 13150000000000000, 0, 0)",
        name="History",
    )
    (folder / "History").write_bytes(history["History"])
    # Beside an index, by its name a part of a browser's cache: plaso does not look into it.
    (folder / "Cache" / "index").write_bytes(b"\xc3\xca\x03\xc1" + bytes(364))
    (folder / "Cache" / "f_000001").write_bytes(clip(UTTERANCES[0].clip))
    # Compressed as a whole: plaso makes no metadata of what is in it.
    (folder / "messages_1.bz2").write_bytes(bz2.compress(BOOT))
    # Of several streams plaso reads the first.
    (folder / "messages_2.xz").write_bytes(lzma.compress(BOOT) + lzma.compress(BOOT.replace(b"172959", b"173000")))
    with zipfile.ZipFile(folder / "closed.zip", "w") as archive:
        archive.writestr("clip.wav", clip(UTTERANCES[1].clip))
    return folder


def _ours(found: list[dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    ours = [event for event in found if event["data_type"].startswith(("alexa:", "echo:", "recording:"))]
    return Counter((event["data_type"], event["path"].partition("/evidence/")[2], event["record"]) for event in ours)


def test_all_of_plasos_parsers_keep_no_event_from_ours(
    evidence: Path, python: Run, tmp_path: Path, read_events: Events
) -> None:
    log2timeline = ("-m", "echoforensics", "log2timeline", *OPTIONS)
    python(*log2timeline, "--storage_file", "all.plaso", evidence)
    python(*log2timeline, "--parsers", "alexa", "--hashers", "none", "--storage_file", "own.plaso", evidence)
    everything, own = read_events(tmp_path / "all.plaso"), read_events(tmp_path / "own.plaso")

    assert _ours(everything) == _ours(own)
    assert Counter((data_type, path) for data_type, path, _ in _ours(own).elements()) >= Counter(
        {
            ("alexa:web:visit", "History"): 1,
            ("recording:audio", "Cache/f_000001"): 1,
            ("recording:audio", "closed.zip!/clip.wav"): 1,
            ("echo:log:boot", "messages_1.bz2!/messages_1"): 1,
            ("echo:log:boot", "messages_2.xz!/messages_2"): 2,
        }
    )
    # plaso's own parsers read what they would have read.
    assert "fs:stat" in {event["data_type"] for event in everything}
    assert len(own) == sum(_ours(own).values())
    assert all(len(event["sha256"]) == 64 for event in own)


def test_ours_can_be_left_out_and_chosen_one_by_one(
    evidence: Path, python: Run, tmp_path: Path, read_events: Events
) -> None:
    log2timeline = ("-m", "echoforensics", "log2timeline", *OPTIONS)
    python(*log2timeline, "--parsers", "filestat", "--storage_file", "none.plaso", evidence)
    python(*log2timeline, "--parsers", "echoforensics/recording", "--storage_file", "some.plaso", evidence)
    assert _ours(read_events(tmp_path / "none.plaso")) == Counter()
    assert {event["parser"] for event in read_events(tmp_path / "some.plaso")} == {"recording"}


def test_where_plaso_recognises_a_system_ours_is_still_read(
    evidence: Path, python: Run, tmp_path: Path, read_events: Events, make_image: Callable[..., Path]
) -> None:
    (evidence / "etc").mkdir()
    (evidence / "etc/os-release").write_text('NAME="Debian GNU/Linux"\nVERSION="12"\nPRETTY_NAME="Debian 12"\n')
    (evidence / "etc/hostname").write_text("echo\n")
    (evidence / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    for name in ("bin", "usr", "var", "lib", "home"):
        (evidence / name).mkdir()
    image = make_image(evidence, "ext4", 16)
    python("-m", "echoforensics", "log2timeline", *OPTIONS, "--storage_file", "x.plaso", image)
    found = Counter(event["data_type"] for event in read_events(tmp_path / "x.plaso"))
    assert found["alexa:web:visit"] == 1
    assert found["recording:audio"] == 2
    assert found["fs:stat"] > 0
    assert "windows:shell_item:file_entry" not in found
