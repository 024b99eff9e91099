"""A source is opened again as it was opened when it was taken in, whatever is said, or not said, later."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.evidence_table import EvidenceItem, EvidenceState, set_state
from echoforensics.case.store import Store
from echoforensics.errors import CaseError, SourceError
from echoforensics.evidence.source import EvidenceSource, open_bytes, open_source
from echoforensics.extraction import first_read
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

HEADER = 70_001
MAP = """
title: A table
export: {required: [When, Words]}
times:
  - {field: When, unit: iso, zone: UTC, clock: cloud, description: Recorded Time, note: As the letter says.}
columns: {transcript: Words}
message: The return lists {Words}.
shows: What the return says.
does_not_show: Who spoke.
"""


@pytest.fixture
def dump(tmp_path: Path, make_image: Callable[..., Path]) -> Path:
    """A dump of a flash, whose file system begins behind a programmer's header; it is not whole sectors long."""
    root = tmp_path / "root"
    root.mkdir()
    with wave.open(str(root / "kitchen.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(bytes(range(256)) * 125)
    path = tmp_path / "dump.bin"
    # Nothing of it is a signature of anything.
    path.write_bytes(b"\xa5" * HEADER + make_image(root).read_bytes())
    return path


def _extract(source: Path, case: Path, *offsets: int) -> None:
    extract([source], case, None, Options("Tester", argv=("test",), offsets=offsets, carve=False), lambda *_: None)


def _traced(case: Case) -> list[tuple[str, str]]:
    return [(found.origin, found.why) for found in (case.trace(row["exhibit"]) for row in case.rows())]


def test_an_offset_need_not_be_reported_again(dump: Path, tmp_path: Path) -> None:
    path = tmp_path / "case"
    _extract(dump, path, HEADER)
    with Case.open(path) as case:
        before = list(case.rows())
        assert [row["path"] for row in before] == [f"at{HEADER}/kitchen.wav"]
        assert _traced(case) == [("evidence", "")]

    assert [check for check in verify_case(path).checks.checks if not check.ok] == []
    _extract(dump, path)

    with Case.open(path) as case:
        assert list(case.rows()) == before
        (item,) = case.evidence()
        assert item.opening.offsets == (HEADER,)
    assert verify_case(path).ok


def test_other_offsets_for_what_was_taken_in_are_refused(dump: Path, tmp_path: Path) -> None:
    path = tmp_path / "case"
    _extract(dump, path, HEADER)

    with pytest.raises(CaseError, match=rf"was taken in with other offsets than those given now \({HEADER}\)"):
        _extract(dump, path, 512)

    _extract(dump, path, HEADER)


def test_a_source_that_a_killed_run_began_is_read_anew_with_its_offsets(
    dump: Path, tmp_path: Path, cut_ledger: Callable[[Path, int], None]
) -> None:
    path = tmp_path / "case"
    _extract(dump, path, HEADER)
    # As a run leaves it that was killed before the source was taken in.
    cut_ledger(path, 2)
    store = Store(path / "case.db", write=True)
    store.db.executescript(
        "DELETE FROM exhibits; DELETE FROM record_keys; DELETE FROM places; DELETE FROM joins; DELETE FROM spoken;"
    )
    store.db.execute("UPDATE evidence SET sha256 = NULL, numbered = NULL")
    set_state(store, 1, EvidenceState.BEING_READ)
    store.close(fold=True)

    _extract(dump, path, HEADER)

    with Case.open(path) as case:
        assert [row["path"] for row in case.rows()] == [f"at{HEADER}/kitchen.wav"]
        assert len(case.evidence()) == 1


def test_a_changed_source_is_still_found_changed(dump: Path, tmp_path: Path) -> None:
    path = tmp_path / "case"
    _extract(dump, path, HEADER)
    content = bytearray(dump.read_bytes())
    content[HEADER + 5000] ^= 1
    dump.write_bytes(content)

    result = verify_case(path)

    (failed,) = [check for check in result.checks.checks if not check.ok]
    now = hashlib.sha256(content).hexdigest()
    assert (failed.name, failed.detail.endswith(f", is {now}")) == ("source dump.bin", True)


def test_verifying_looks_at_no_volume(dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "case"
    _extract(dump, path, HEADER)

    def refused(*_: object) -> None:
        raise AssertionError("a volume was looked for")

    monkeypatch.setattr("echoforensics.evidence.volumes.disk.find_volumes", refused)
    assert verify_case(path).ok


@pytest.mark.parametrize("own_process", [False, True])
def test_a_file_that_only_a_map_made_known_needs_the_map_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_process: bool
) -> None:
    if own_process:
        monkeypatch.setattr(first_read, "OWN_PROCESS_FROM", 1)
    source, path = tmp_path / "return.csv", tmp_path / "case"
    source.write_text("When,Words\r\n2024-05-04T21:14:22Z,stop\r\n")
    with pytest.raises(SourceError):
        open_source(source)
    extract([source], path, None, Options(argv=("test",), maps=(("m.yaml", MAP),)), lambda *_: None)
    extract([source], path, None, Options(argv=("test",)), lambda *_: None)

    with Case.open(path) as case:
        assert _traced(case) == [("evidence", "")]
    assert verify_case(path).ok


def test_a_zip_and_a_folder_are_opened_again_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    case = tmp_path / "case"
    _extract(folder, case)

    with Case.open(case) as opened:
        (item,) = opened.evidence()
        source: EvidenceSource = opened.reopen(item)
        assert (source.kind, source.hash(("sha256",)).whole.sha256) == ("folder", item.sha256)
        assert opened.reopen_bytes(item).hash_whole(("sha256",)).sha256 == item.sha256


def test_what_became_another_kind_of_thing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "thing"
    path.write_bytes(b"a file")
    with pytest.raises(SourceError, match="was a folder, and is a file now"):
        open_bytes(path, "folder")
    path.unlink()
    path.mkdir()
    with pytest.raises(SourceError, match="was a raw image, and is a folder now"):
        open_bytes(path, "raw image")
    path.rmdir()
    with pytest.raises(SourceError, match="there is no such file or folder"):
        open_bytes(path, "file")


def test_the_parts_of_an_image_are_hashed_as_when_it_was_taken_in(
    tmp_path: Path, make_image: Callable[..., Path]
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    content = make_image(root).read_bytes()
    half = len(content) // 2
    for number, part in enumerate((content[:half], content[half:]), 1):
        (tmp_path / f"disk.{number:03}").write_bytes(part)
    case = tmp_path / "case"
    _extract(tmp_path / "disk.001", case)

    with Case.open(case) as opened:
        item: EvidenceItem = opened.evidence()[0]
        assert item.kind == "split raw image"
        assert opened.reopen_bytes(item).hash_whole(("sha256",)).sha256 == item.sha256
    assert verify_case(case).ok


@pytest.mark.parametrize("word", ["extraction resumed", "extraction gone on with"])
def test_a_resumed_extraction_is_known_by_the_word_of_this_version_and_of_earlier_ones(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "note.txt").write_text("nothing of use")
    path = tmp_path / "case"
    monkeypatch.setattr("echoforensics.extraction.begin_and_seal.RESUMED", word)
    _extract(tmp_path / "kept", path)
    _extract(tmp_path / "kept", path)
    with Case.open(path) as case:
        actions = [entry.action for entry in case.actions() if entry.action.startswith("extraction")]
        assert case.sealed
    assert actions == ["extraction begun", word]
    checked = verify_case(path)
    assert checked.complete
    with (path / "custody.jsonl").open("rb+") as ledger:
        # As a run leaves it that was killed after it was resumed.
        lines = ledger.readlines()
        at = max(number for number, line in enumerate(lines) if word.encode() in line)
        ledger.truncate(sum(map(len, lines[: at + 1])))
    with Case.open(path) as case:
        assert not case.sealed
