from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from parsers.parser import Source
from parsers.record import Clock, Record, Timestamp
from parsers.recording.parser import RecordingParser

SourceIn = Callable[..., Source]
WAV = (
    b"RIFF" + struct.pack("<I", 36 + 320) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    + b"data" + struct.pack("<I", 320) + bytes(320)
)  # fmt: skip
TURN = "data/misc/echolocal/recordings/17.wav"


def _record(source: Source) -> Record:
    (record,) = RecordingParser().parse(source)
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize(
    "path", ["data/securedStorageLocation/earcons/wake.wav", "system/local/share/earcon/base/state_privacy_mode_on.wav"]
)
def test_a_sound_of_the_device_s_own_says_so(path: str) -> None:
    record = _record(Source.of(WAV, path))
    assert record.message.endswith(
        " By its folder it is one of the device's own sounds (an earcon): every device of the kind has it."
    )
    assert record.fields["own_sound"] is True


def test_a_recording_of_a_turn_has_the_time_of_the_note_beside_it(source_in: SourceIn) -> None:
    files = {TURN: WAV, TURN.replace(".wav", ".json"): b'{"slot":0,"bytes":320,"at":1787327783}'}
    record = _record(source_in(files, TURN))
    note = "When other firmware kept the recording, epoch seconds (UTC), as 17.json beside it says."
    note += " The sound ended by then."
    assert record.timestamps == (Timestamp("Recorded Time", "1787327783", Clock.DEVICE, 1787327783000000, note),)
    assert record.message.endswith(" By its folder firmware that is not Amazon's kept it of a turn.")
    assert (record.fields["other_firmware"], record.fields["note_beside"]) == (True, "17.json")


@pytest.mark.parametrize("beside", [None, b"{", b"[]", b'{"at": "x"}', b'{"at": 5}', b"\xff"])
def test_without_a_note_that_can_be_read_it_has_no_time(source_in: SourceIn, beside: bytes | None) -> None:
    files = {TURN: WAV} | ({TURN.replace(".wav", ".json"): beside} if beside is not None else {})
    record = _record(source_in(files, TURN))
    assert record.timestamps == ()
    assert record.fields["other_firmware"] is True


def test_other_places_say_nothing() -> None:
    record = _record(Source.of(WAV, "recordings/17.wav"))
    assert record.message.endswith("well formed.")
    assert not {"own_sound", "other_firmware"} & set(record.fields)
