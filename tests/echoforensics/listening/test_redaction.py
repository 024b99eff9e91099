from __future__ import annotations

import json
import os
import shutil
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from echoforensics.case.added_records.addition import Addition
from echoforensics.case.custody.adding import AddingRun
from echoforensics.case.custody.announced import RENEWED
from echoforensics.case.vault import Staged
from echoforensics.cli.main import cli
from echoforensics.errors import CaseError, UsageError
from echoforensics.library import open_case
from echoforensics.listening.decoding import decoded
from echoforensics.listening.redaction import RedactedCopy, RedactionRequest, read_range, redact
from echoforensics.verification import verify_case


def _recording(case: Path) -> tuple[str, Any]:
    """The exhibit of a recording in WAV, and its sound."""
    with open_case(case) as opened:
        found = next(one for one in opened.recordings() if one.fields["container"] == "WAV" and one.texts)
        return found.rows[0]["exhibit"], decoded(opened.vault, found.sha256, "WAV")


def _redact(case: Path, key: Any, target: Path, replacement: str = "silence", exhibit: str = "") -> RedactedCopy:
    exhibit = exhibit or _recording(case)[0]
    request = RedactionRequest(((0.5, 0.9), (0.1, 0.2)), replacement, "P-1", target=target)
    return redact(case, exhibit, request, key, "A. Examiner")


@pytest.mark.parametrize("replacement", ["silence", "tone", "noise"])
def test_the_range_is_replaced_to_the_sample_and_nothing_else(
    sealed: Any, copy_of_sealed: Path, tmp_path: Path, replacement: str
) -> None:
    exhibit, sound = _recording(copy_of_sealed)
    made = _redact(copy_of_sealed, sealed.key, tmp_path / "copy.wav", replacement)
    samples, rate = soundfile.read(tmp_path / "copy.wav", dtype="float32", always_2d=True)

    assert (rate, samples.shape) == (sound.rate, sound.samples.shape)
    assert made.samples == ((round(0.1 * rate), round(0.2 * rate)), (round(0.5 * rate), round(0.9 * rate)))
    inside = np.zeros(len(samples), bool)
    for start, end in made.samples:
        inside[start:end] = True
    assert np.array_equal(samples[~inside], sound.samples[~inside])
    correlation = np.corrcoef(samples[inside, 0] + 1e-9 * np.arange(inside.sum()), sound.samples[inside, 0])[0, 1]
    assert abs(correlation) < 0.2
    assert bool(samples[inside].any()) is (replacement != "silence")
    with soundfile.SoundFile(tmp_path / "copy.wav") as copy:
        assert copy.comment.startswith("Redacted copy, made by echoforensics")
        assert made.original in copy.comment
    assert made.about == exhibit


def test_the_case_has_a_signed_record_and_the_original_stays(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    exhibit, sound = _recording(copy_of_sealed)
    words = [["alexa", 0.0, 0.45, 0.9], ["secret", 0.5, 0.8, 0.9], ["words", 0.8, 1.0, 0.9], ["now", 1.0, 1.2, 0.9]]
    text = Addition(exhibit, "machine:transcript", "1", "Machine transcript.", "x", {"words": words, "text": "..."})
    with closing(AddingRun(copy_of_sealed, sealed.key, "Tester")) as run:
        (machine,) = run.add([text], {"what": "a test"}).exhibits
    made = _redact(copy_of_sealed, sealed.key, tmp_path / "copy.wav")
    again = _redact(copy_of_sealed, sealed.key, tmp_path / "again.wav")

    assert (again.sha256, again.exhibit) == (made.sha256, None)
    assert made.texts == {machine: "[REDACTED] now"}
    assert made.withheld
    assert _recording(copy_of_sealed)[1].samples.tobytes() == sound.samples.tobytes()
    assert verify_case(copy_of_sealed).ok
    with open_case(copy_of_sealed) as case:
        row = case.row(str(made.exhibit))
        assert (row["data_type"], row["sha256"]) == ("annotation:redaction", made.original)
        assert made.sha256 in row["message"]
        assert "reason: P-1" in row["message"]


def test_what_cannot_be_redacted_is_refused(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    target, key = tmp_path / "copy.wav", sealed.key
    exhibit, _ = _recording(copy_of_sealed)
    with open_case(copy_of_sealed) as case:
        silent = next(row["exhibit"] for row in case.rows() if not row["recording"])
    with pytest.raises(UsageError, match=f"{silent} has no recording"):
        _redact(copy_of_sealed, key, target, exhibit=silent)
    with pytest.raises(UsageError, match="ends after the end of the recording"):
        redact(copy_of_sealed, exhibit, RedactionRequest(((0.1, 900.0),), "silence", "P-1"), key)
    with pytest.raises(UsageError, match="and a reason"):
        redact(copy_of_sealed, exhibit, RedactionRequest(((0.1, 0.2),), "silence", " "), key)
    with pytest.raises(UsageError, match="'orchid' is in no text of"):
        redact(copy_of_sealed, exhibit, RedactionRequest(((0.1, 0.2),), "silence", "P-1", ("orchid",)), key)
    with pytest.raises(UsageError, match=r"name a file that ends in \.wav"):
        _redact(copy_of_sealed, key, tmp_path / "copy.mp3")
    with pytest.raises(CaseError, match="is inside the case folder"):
        _redact(copy_of_sealed, key, copy_of_sealed / "copy.wav")
    target.write_bytes(b"there")
    with pytest.raises(CaseError, match="already exists; name a new file"):
        _redact(copy_of_sealed, key, target)
    assert verify_case(copy_of_sealed).ok


def test_a_copy_that_cannot_be_recorded_is_not_left(
    sealed: Any, copy_of_sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.wav"

    def full(*_: object) -> None:
        raise CaseError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(AddingRun, "add", full)
        with pytest.raises(CaseError, match="no room"):
            _redact(copy_of_sealed, sealed.key, target)
    assert not target.exists()
    assert _redact(copy_of_sealed, sealed.key, target).exhibit
    assert target.exists()
    other = tmp_path / "other.wav"
    other.symlink_to(tmp_path / "nowhere.wav")
    with pytest.raises(CaseError, match="already exists; name a new file"):
        _redact(copy_of_sealed, sealed.key, other)
    assert other.is_symlink()


def _dies(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _partly(staged: Staged) -> str:
    assert staged.path.is_file()
    _dies()
    return ""


def _dies_at_the_exchange(path: Path, target: Path) -> Path:
    if path.name == RENEWED:
        _dies()
    path.rename(target)
    return target


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ("echoforensics.case.custody.adding.write_head", ("case.db.renewed",)),
        ("echoforensics.case.custody.adding.keep_file", ("case.db.renewed",)),
        ("echoforensics.case.vault.Staged.keep", ("case.db.renewed", "added/partial-")),
        ("pathlib.Path.replace", ("case.db.renewed", "added/")),
        ("echoforensics.case.custody.adding.seal_announced", ()),
    ],
)
def test_a_killed_redaction_leaves_a_case_that_verifies_and_is_completed_by_repeating_it(
    sealed: Any, copy_of_sealed: Path, monkeypatch: pytest.MonkeyPatch, where: str, left: tuple[str, ...]
) -> None:
    exhibit, _ = _recording(copy_of_sealed)
    request = RedactionRequest(((0.1, 0.2),), "silence", "P-1")
    child = os.fork()
    if not child:
        dying = {"echoforensics.case.vault.Staged.keep": _partly, "pathlib.Path.replace": _dies_at_the_exchange}
        monkeypatch.setattr(where, dying.get(where, _dies))
        redact(copy_of_sealed, exhibit, request, sealed.key, "A. Examiner")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL

    result = verify_case(copy_of_sealed, sources=False)
    assert [check for check in result.checks.checks if not check.ok] == []
    notes = [note for note in result.notes if note.startswith("left by an interrupted run")]
    assert len(notes) == bool(left)
    assert all(name in notes[0] for name in left)
    redact(copy_of_sealed, exhibit, request, sealed.key, "A. Examiner")
    with open_case(copy_of_sealed) as case:
        assert len([row for row in case.rows() if row["data_type"] == "annotation:redaction"]) == 1
    whole = verify_case(copy_of_sealed, sources=False)
    assert whole.ok
    assert not [note for note in whole.notes if note.startswith("left by")]


@pytest.mark.parametrize("text", ["", "1", "2-1", "1-1", "-1-2", "1e3-2e3", "1-2-3", "nan-1"])
def test_what_is_no_range_is_refused(text: str) -> None:
    assert read_range(" 1.20-2.85 ") == (1.2, 2.85)
    with pytest.raises(UsageError, match="is not a range of seconds"):
        read_range(text)


def test_the_command(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    exhibit, _ = _recording(copy_of_sealed)
    sealed.key.save(tmp_path / "examiner.pem", "secret")
    command = [
        "redact",
        str(copy_of_sealed),
        exhibit,
        "--range",
        "0.1-0.4",
        "--with",
        "tone",
        "--reason",
        "P-1",
        "--json",
    ]
    more = ["-o", str(tmp_path / "copy.wav"), "--key", str(tmp_path / "examiner.pem")]
    done = CliRunner(env={"ECHOFORENSICS_PASSPHRASE": "secret"}).invoke(cli, [*command, *more])
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert made["about"] == exhibit
    assert made["size"] == (tmp_path / "copy.wav").stat().st_size


def test_the_command_says_what_was_made_and_what_is_withheld(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    exhibit, _ = _recording(copy_of_sealed)
    sealed.key.save(tmp_path / "examiner.pem", "secret")
    run = CliRunner(env={"ECHOFORENSICS_PASSPHRASE": "secret"})
    command = ["redact", str(copy_of_sealed), exhibit, "--range", "0.1-0.4", "--reason", "P-1", "--key"]
    done = run.invoke(cli, [*command, str(tmp_path / "examiner.pem")])
    assert done.exit_code == 0, done.output
    assert "WAV, PCM 16-bit little-endian" in done.stdout
    assert "Without times of words, withheld whole: EF-" in done.stdout
    more = [str(tmp_path / "examiner.pem"), "--mark-words", "what time", "--instead", "--range", "0.5-0.6"]
    done = run.invoke(cli, [*command, *more])
    assert done.exit_code == 0, done.output
    assert 'redacted: "alexa [REDACTED] is it"' in done.stdout
    assert "withheld whole" not in done.stdout
    again = run.invoke(cli, [*command, *more])
    assert again.exit_code == 0, again.output
    assert "already recorded in the case" in again.stdout
    for all_texts in (
        ["timeline", str(copy_of_sealed), "-f", "csv"],
        ["query", str(copy_of_sealed), "SELECT count(*) FROM rows"],
        ["trace", str(copy_of_sealed), exhibit],
    ):
        listed = run.invoke(cli, all_texts)
        assert "UNREDACTED: 1 recording of this case was redacted in part" in listed.stderr, listed.output
    other = shutil.copytree(copy_of_sealed, tmp_path / "other")
    several = run.invoke(cli, ["interactions", str(copy_of_sealed), str(other)])
    assert several.stderr.count("UNREDACTED: 1 recording of this case was redacted in part") == 2
