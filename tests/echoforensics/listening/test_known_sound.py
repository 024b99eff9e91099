"""Sounds of the device itself are distinguished from recordings of somebody, by where they lie and by how they
sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

import echoforensics.demo
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.library import open_case
from echoforensics.listening.listener import ListenOptions
from echoforensics.listening.run import listen
from echoforensics.report.media import recordings
from echoforensics.report.report_part import report_part

RATE = 16000
CLIPS = Path(echoforensics.demo.__file__).parent / "clips"


def _chime() -> NDArray[np.float32]:
    """A melody, as a device plays it."""
    time = np.arange(RATE // 4) / RATE
    notes = [(523, 784), (659, 988), (784, 1175), (1047, 1568), (880, 1319), (698, 1047)]
    played = [sum(np.sin(2 * np.pi * tone * time) for tone in pair) * np.exp(-time * 4) for pair in notes]
    return (np.concatenate(played) * 0.2).astype(np.float32)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chime in a folder of the system, the same elsewhere in other forms, voices, and a voice over the chime."""
    folder = tmp_path_factory.mktemp("known")
    (source := folder / "source").mkdir()
    (system := source / "system" / "media").mkdir(parents=True)
    chime = np.rint(_chime() * 32768).astype(np.int16)
    voice, _ = soundfile.read(CLIPS / "the-letter.wav", dtype="float32")
    names = ("what-time-is-it", "turn-off-the-lights", "stop", "never-mind")
    prompt = np.concatenate([soundfile.read(CLIPS / f"{name}.wav", dtype="float32")[0] for name in names])
    soundfile.write(system / "wake.wav", chime, RATE)
    soundfile.write(system / "prompt.wav", prompt, RATE)
    soundfile.write(source / "longer.ogg", prompt, RATE)
    soundfile.write(source / "copy.flac", chime, RATE)
    soundfile.write(source / "coded.ogg", chime, RATE)
    soundfile.write(source / "padded.wav", np.concatenate([np.zeros(2000, np.int16), chime // 2]), RATE)
    soundfile.write(source / "voice.wav", voice, RATE)
    soundfile.write(source / "both.wav", np.concatenate([chime / 32768, voice]), RATE)
    extract([source], folder / "case", None, Options("Tester", argv=("test",)), lambda *_: None)
    listen(folder / "case", None, ListenOptions(hotwords=()))
    return folder / "case"


def _findings(case: Path) -> dict[str, dict[str, Any]]:
    with open_case(case) as opened:
        names = {one.rows[0]["exhibit"]: one.references[0].rpartition(": ")[2] for one in opened.recordings()}
        rows = list(opened.rows(types=["machine:known_sound"]))
        found = {name: opened.trace(row["exhibit"]).fields for row in rows for name in [row["path"]]}
        assert set(found) <= set(names.values())
        return found


def test_known_sounds_are_found_by_place_samples_and_fingerprint(case: Path) -> None:
    found = _findings(case)
    assert {name: fields["how"] for name, fields in found.items()} == {
        "system/media/wake.wav": "place", "system/media/prompt.wav": "place",
        "copy.flac": "samples", "coded.ogg": "correlation",
        "padded.wav": "correlation", "longer.ogg": "fingerprint",
    }  # fmt: skip
    learnt = {name: fields["path"].rpartition(": ")[2] for name, fields in found.items()}
    assert learnt.pop("longer.ogg") == learnt.pop("system/media/prompt.wav") == "system/media/prompt.wav"
    assert set(learnt.values()) == {"system/media/wake.wav"}


def test_the_report_does_not_count_them_as_recordings_of_somebody(case: Path) -> None:
    with open_case(case) as opened:
        marked = {
            one.found.references[0].rpartition(": ")[2]: one.device_sound
            for one in recordings(opened, report_part(opened))
        }
        rows = list(opened.rows(types=["machine:known_sound"]))
    assert marked == {
        "system/media/wake.wav": True, "system/media/prompt.wav": True, "longer.ogg": True,
        "copy.flac": True, "coded.ogg": True, "padded.wav": True, "voice.wav": False,
        "both.wav": False,
    }  # fmt: skip
    assert all("one of the sounds of the device itself" in row["message"] for row in rows)


def test_they_are_found_once(case: Path) -> None:
    with open_case(case) as opened:
        before = json.dumps([row["exhibit"] for row in opened.rows(types=["machine:known_sound"])])
    assert listen(case, None, ListenOptions(hotwords=())).exhibits == ()
    with open_case(case) as opened:
        assert json.dumps([row["exhibit"] for row in opened.rows(types=["machine:known_sound"])]) == before
