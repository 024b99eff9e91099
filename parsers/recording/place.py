"""What a sound file's place shows: a sound of the device's own, or a turn kept by third-party firmware.

References:
    Folders of an Echo Dot 2: ``securedStorageLocation/earcons``, ``system/local/share/earcon/{language}``
    (kdkavanagh/EchoMuse); of a first-generation Echo: ``usr/local/share/earcon``. ygelfand/echolocal, recording.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.formats.json.text import JsonError, decode
from parsers.parser import Source
from parsers.record import Clock, Timestamp, Value
from parsers.times import from_milliseconds

_EARCONS = re.compile(r"(?:^|/)earcons?/")
_TURN = re.compile(r"(?:^|/)(?:echolocal|echomuse|overdub)/recordings?/[^/]+\.wav$")
_MAX_NOTE = 4096
_AT = "When other firmware kept the recording, epoch seconds (UTC), as {name} beside it says. The sound ended by then."


@dataclass(frozen=True, slots=True)
class RecordingPlace:
    """What a place shows.

    Attributes:
        remark: the end of the message, or empty.
        fields: fields for the record.
        timestamps: timestamps for the record.
    """

    remark: str = ""
    fields: dict[str, Value] = field(default_factory=dict)
    timestamps: tuple[Timestamp, ...] = ()


def place_of(source: Source) -> RecordingPlace:
    """Read the path of a sound file and the file beside it. Raises OSError if that file cannot be read."""
    if _EARCONS.search(source.path):
        remark = " By its folder it is one of the device's own sounds (an earcon): every device of the kind has it."
        return RecordingPlace(remark, {"own_sound": True})
    name = source.name.rpartition(".")[0] + ".json"
    note = source.beside(name) if _TURN.search(source.path) else None
    if note is None:
        if _TURN.search(source.path):
            remark = " By its folder firmware that is not Amazon's kept it of a turn."
            return RecordingPlace(remark, {"other_firmware": True})
        return RecordingPlace()
    with note.open() as stream:
        content = stream.read(_MAX_NOTE)
    try:
        value = decode(content.decode("utf-8", "replace").strip("\ufeff \r\n\t"))
    except JsonError:
        value = None
    at = value.get("at") if isinstance(value, dict) else None
    timestamps: tuple[Timestamp, ...] = ()
    if isinstance(at, int) and (timestamp := from_milliseconds(at * 1000)) is not None:
        timestamps = (Timestamp("Recorded Time", str(at), Clock.DEVICE, timestamp, _AT.format(name=name)),)
    remark = " By its folder firmware that is not Amazon's kept it of a turn."
    return RecordingPlace(remark, {"other_firmware": True, "note_beside": name}, timestamps)
