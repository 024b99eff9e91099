"""Writes the recordings as a script for the page: the description and waveform of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.listening.derivative import write_derivative
from echoforensics.listening.peaks import peaks_of
from echoforensics.listening.sound import NotDecodedError
from echoforensics.report.markup import script_string

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Row
    from echoforensics.report.media import Recording

_WITHHELD = "withheld: it is the same sound as one that was redacted"


def write_recordings(case: Case, folder: Path, found: list[Recording]) -> None:
    """Write the script, and a playable copy of each recording that browsers cannot play.

    Args:
        case: the case.
        folder: the report folder, with its ``media`` and ``data``.
        found: the recordings, already copied.

    Raises:
        OSError: a file cannot be read or written.
    """
    shown = [{**recording_entry(recording), **_decoded(case, folder, recording)} for recording in found]
    script = f"REPORT.recordings(JSON.parse({script_string(shown)}));\n"
    (folder / "data" / "recordings.js").write_text(script, encoding="utf-8")


def _decoded(case: Case, folder: Path, recording: Recording) -> dict[str, Any]:
    """Return what requires decoding: the waveform, and a playable copy if browsers cannot play the recording."""
    found = recording.found
    if found.is_withheld:
        return {"peaks": [], "why_not": _WITHHELD}
    peaks = peaks_of(case.vault, found.heard, found.fields)
    made: dict[str, Any] = {"peaks": [value for pair in peaks.pairs for value in pair], "why_not": peaks.why_not}
    if recording.playable or peaks.why_not:
        return made
    name = f"{recording.name.rpartition('.')[0]}_derivative.wav"
    try:
        derivative = write_derivative(case.vault, found.heard, found.fields, folder / "media" / name)
    except NotDecodedError as error:
        return {**made, "why_not": str(error)}
    return {
        **made,
        "derivative": {
            "file": f"media/{name}", "name": name, "sha256": derivative.sha256, "label": derivative.label,
        },
    }  # fmt: skip


def recording_entry(recording: Recording) -> dict[str, Any]:
    """Return the page's data on a recording apart from its waveform."""
    found = recording.found
    interactions = sorted({row["interaction"] for row in found.rows if row["interaction"]})
    duration = found.fields.get("duration_us")
    return {
        "file": f"media/{recording.name}",
        "name": recording.name,
        "sha256": found.sha256,
        "playable": recording.playable,
        "chime": recording.device_sound,
        "exhibits": [row["exhibit"] for row in found.rows],
        "times": [_time(row) for row in found.rows],
        "state": found.rows[0]["state"],
        "device": next((row["device_serial"] for row in found.rows if row["device_serial"]), None),
        "seconds": duration / 1_000_000 if isinstance(duration, int) else None,
        "format": recording.format,
        "whole": bool(found.fields.get("whole")),
        "fault": str(found.fields.get("fault") or ""),
        "places": list(found.references),
        "texts": [list(each) for each in found.texts],
        "human": [list(each) for each in found.human],
        "basis": f"The recording {found.basis}." if found.basis else "",
        "interactions": interactions,
        "copy": found.heard if found.is_redacted else "",
        "withheld": found.is_withheld,
        "redaction": found.rows[0]["message"] if found.is_redacted or found.is_withheld else "",
    }


def _time(row: Row) -> list[Any]:
    """Return second and microsecond in UTC, or as recorded; what the time refers to, and whose clock it is."""
    known = row["timestamp"] is not None and row["datetime"] is not None
    second, micro = divmod(row["timestamp"] or 0, 1_000_000) if known else (None, None)
    return [second, micro, row["recorded_time"], row["timestamp_desc"], row["clock"]]
