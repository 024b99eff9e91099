"""What a writer that was killed, or had no room, leaves behind."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chain_of_custody import Ledger, LedgerError, SigningKey, entry, read_ledger, verify_ledger

ROOT = Path(__file__).parents[2]
PASSPHRASE = "correct horse"

APPEND = """
import sys
from pathlib import Path
from chain_of_custody import Ledger, SigningKey
key = SigningKey.load(Path(sys.argv[2]), sys.argv[3])
ledger = Ledger.open(Path(sys.argv[1]), key, sys.argv[4])
for _ in range(int(sys.argv[5])):
    print(ledger.append("step", {"text": "a" * 5000}).seq, flush=True)
"""

FULL = """
import resource, sys
from pathlib import Path
from chain_of_custody import Ledger
ledger = Ledger.open(Path(sys.argv[1]), None, "A")
size = Path(sys.argv[1]).stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
try:
    ledger.append("too long", {"text": "a" * 5000})
except OSError as error:
    print(error)
print(ledger.length)
"""


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory, key: SigningKey) -> Path:
    path = tmp_path_factory.mktemp("key") / "examiner.key"
    key.save(path, PASSPHRASE)
    return path


def start(path: Path, key_file: Path, actor: str, entries: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", APPEND, str(path), str(key_file), PASSPHRASE, actor, str(entries)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_a_writer_killed_at_any_moment_leaves_a_ledger_that_opens(
    tmp_path: Path, key_file: Path, key: SigningKey
) -> None:
    path = tmp_path / "custody.jsonl"
    for round_number, written in enumerate((1, 2, 12)):
        writer = start(path, key_file, f"writer {round_number}", 1_000_000)
        assert writer.stdout is not None
        seen = [int(writer.stdout.readline()) for _ in range(written)]
        writer.kill()
        # Everything it said it had written, but for a number cut short in the pipe.
        reported = [*seen, *(int(each) for each in writer.stdout.read().split("\n")[:-1])]
        writer.wait()
        writer.stdout.close()
        assert writer.returncode == -9
        assert verify_ledger(path).ok
        ledger = Ledger.open(path, key, "examiner")
        assert ledger.append("opened again", {}).seq > reported[-1]
        assert {each.seq for each in read_ledger(path) if each.actor == f"writer {round_number}"} >= set(reported)
    report = verify_ledger(path, expected_fingerprint=key.public.fingerprint)
    assert (report.ok, report.torn_tail) == (True, 0)


def test_several_processes_write_one_ledger(tmp_path: Path, key_file: Path) -> None:
    path = tmp_path / "custody.jsonl"
    writers = [start(path, key_file, actor, 40) for actor in ("one", "two")]
    outputs = [writer.communicate()[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(int(seq) for output in outputs for seq in output) == list(range(1, 81))
    report = verify_ledger(path)
    assert (report.ok, report.length, report.torn_tail) == (True, 81, 0)


def test_a_line_cut_short_anywhere_is_cut_off_and_recorded(tmp_path: Path, good: bytes, key: SigningKey) -> None:
    path = tmp_path / "custody.jsonl"
    last = good.rindex(b"\n", 0, -1) + 1
    for cut in [*range(last + 1, last + 40), *range(last + 40, len(good), 17), len(good) - 2, len(good) - 1]:
        path.write_bytes(good[:cut])
        tail = good[last:cut]
        report = verify_ledger(path)
        assert (report.ok, report.length, report.torn_tail) == (True, 4, len(tail))
        assert len(list(read_ledger(path))) == 4
        ledger = Ledger.open(path, key, "A")
        assert path.read_bytes() == good[:cut]
        made = ledger.append("opened again", {"n": 1})
        recovered = {"bytes": len(tail), "sha256": hashlib.sha256(tail).hexdigest()}
        assert made.detail == {"n": 1, "recovered_tail": recovered}
        assert ledger.append("next", {}).detail == {}
        report = verify_ledger(path)
        assert (report.ok, report.length, report.torn_tail) == (True, 6, 0)
        assert path.read_bytes().startswith(good[:last])


def test_a_first_line_cut_short(tmp_path: Path, good: bytes, key: SigningKey) -> None:
    path = tmp_path / "custody.jsonl"
    path.write_bytes(good[:100])
    report = verify_ledger(path)
    assert (report.ok, report.length, report.torn_tail) == (False, 0, 100)
    Ledger.open(path, key, "A")
    (first,) = read_ledger(path)
    assert first.detail == {
        "public_key": key.public.pem,
        "signed": True,
        "recovered_tail": {"bytes": 100, "sha256": hashlib.sha256(good[:100]).hexdigest()},
    }
    assert verify_ledger(path).ok


@pytest.mark.parametrize(
    "tail",
    [
        b"x",
        b"\0" * 50,
        b'{"entry":{"actor":"',
        b'{"entry":{"action":"x"}}{',
        b'{"entry":{"action":"x"}} ',
        b"\xef\xbb\xbf{",
        b" " + b'{"entry":{"action":"x"',
    ],
)
def test_an_end_that_is_no_cut_line_is_a_failure(tmp_path: Path, good: bytes, key: SigningKey, tail: bytes) -> None:
    path = tmp_path / "custody.jsonl"
    path.write_bytes(good + tail)
    report = verify_ledger(path)
    assert report.failures == ("line 6: the file ends in bytes that are not the beginning of an entry",)
    assert report.torn_tail == len(tail)
    with pytest.raises(LedgerError, match="is broken"):
        Ledger.open(path, key, "A")
    with pytest.raises(LedgerError, match="line 6: not an entry"):
        list(read_ledger(path))
    assert path.read_bytes() == good + tail


def test_a_character_may_be_cut_through() -> None:
    tail = '{"entry":{"action":"é'.encode()
    assert entry.is_torn(tail[:-1])
    assert entry.is_torn(tail)


def test_no_room_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "custody.jsonl"
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    message, length = done.stdout.splitlines()
    assert message.endswith(f"no room for a whole entry: '{path}'")
    assert length == "1"
    report = verify_ledger(path)
    assert (report.ok, report.length, report.torn_tail) == (True, 1, 0)


def test_a_cut_end_is_recorded_even_if_the_next_entry_found_no_room(
    tmp_path: Path, good: bytes, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "custody.jsonl"
    path.write_bytes(good[:-10])
    ledger = Ledger.open(path, key, "A")
    tail = good[:-10].rpartition(b"\n")[2]
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, content: real(descriptor, content[:50]))
        with pytest.raises(OSError, match="no room"):
            ledger.append("x", {})
    assert path.read_bytes() == good[: -10 - len(tail)]
    recovered = {"bytes": len(tail), "sha256": hashlib.sha256(tail).hexdigest()}
    assert ledger.append("y", {}).detail == {"recovered_tail": recovered}
    assert ledger.append("z", {}).detail == {}
    assert verify_ledger(path).ok
