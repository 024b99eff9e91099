"""Copies the recordings of a case into the report, and describes each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from echoforensics.case.interactions.record_names import is_device_sound
from echoforensics.errors import CaseError
from echoforensics.report.markup import counted, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from echoforensics.case.case import Case
    from echoforensics.case.recording_query import FoundRecording
    from echoforensics.report.report_part import ReportPart

_ENDINGS = {
    "WAV": "wav", "Ogg": "ogg", "MP3": "mp3", "FLAC": "flac", "AAC (ADTS)": "aac", "M4A": "m4a", "AMR": "amr",
    "WebM": "webm", "Matroska": "mka", "AIFF": "aiff", "CAF": "caf", "Wave64": "w64", "AU": "au", "MPEG-TS": "ts",
    "AC-3": "ac3", "E-AC-3": "eac3", "AAC (LATM)": "latm",
}  # fmt: skip
#: Containers that these browsers do not read, whatever the codec.
_UNREAD = ("bin", "mka", "aiff", "caf", "w64", "au", "ts", "latm")
#: Codecs, by their names in :mod:`parsers.audio`, that neither Chromium 156 nor Firefox 153 can decode.
_SILENT = (
    "AMR-NB", "AMR-WB", "Apple Lossless", "Microsoft ADPCM", "IMA ADPCM", "GSM 6.10", "Speex", "AC-3", "E-AC-3",
)  # fmt: skip
#: What machines report for a recording that is a sound of the device itself.
_KNOWN_SOUND = "machine:known_sound"
_SILENT_ENDINGS = (" Layer I", " Layer II")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Recording:
    """A distinct recording, as the report shows it.

    Attributes:
        found: the recording as the case describes it.
        name: the file's name inside ``media/``: its first exhibit, and its time in UTC if known.
        playable: whether a browser is expected to play it; false if it is withheld and has no file.
        device_sound: whether every place where it lies holds the maker's own sounds, or a machine identified it as one
            of them.
    """

    found: FoundRecording
    name: str
    playable: bool
    device_sound: bool

    @property
    def format(self) -> str:
        """The container, codec, rate and channels, as far as known."""
        fields = self.found.fields
        if self.found.is_withheld:
            return "withheld"
        rate, channels = fields.get("rate_hz"), fields.get("channels")
        parts = [str(fields.get("container") or "unknown")]
        if fields.get("codec") not in (None, fields.get("container")):
            parts.append(str(fields["codec"]))
        if isinstance(rate, int):
            parts.append(f"{number(rate)} Hz")
        if isinstance(channels, int):
            parts.append(counted(channels, "channel"))
        return ", ".join(parts)


def recordings(case: Case, part: ReportPart) -> Iterator[Recording]:
    """Yield every distinct recording with a row in the report, by time; those without a time come last."""
    known = {row["recording"] for row in case.rows(types=[_KNOWN_SOUND]) if part.includes(row["exhibit"])}
    for whole in case.recordings():
        rows = tuple(row for row in whole.rows if part.includes(row["exhibit"]))
        if not rows:
            continue
        places = tuple(dict.fromkeys(f"{row['evidence']}: {row['path']}" for row in rows))
        found = replace(
            whole,
            rows=rows,
            references=whole.references if part.whole else places,
            texts=tuple(each for each in whole.texts if part.includes(each[0])),
            human=tuple(each for each in whole.human if part.includes(each[0])),
        )
        ending = _ENDINGS.get(str(found.fields.get("container")), "bin")
        codec = str(found.fields.get("codec"))
        playable = (
            bool(found.heard) and ending not in _UNREAD and codec not in _SILENT and not codec.endswith(_SILENT_ENDINGS)
        )
        chime = whole.sha256 in known or all(is_device_sound(path.partition(": ")[2]) for path in whole.references)
        yield Recording(found, f"{_name(found)}.{ending}", playable, chime)


def _name(found: FoundRecording) -> str:
    row = found.rows[0]
    when = "" if row["datetime"] is None else f"_{row['datetime'][:19].replace(':', '')}Z"
    return f"{row['exhibit']}{when}{'_redacted' if found.is_redacted else ''}"


def copy_media(case: Case, found: list[Recording], folder: Path) -> None:
    """Copy recordings from the vault. A redacted recording is replaced by its copy; withheld ones are omitted.

    Raises:
        CaseError: a recording has changed since it was extracted.
        OSError: one is missing, or cannot be written.
    """
    folder.mkdir()
    for recording in found:
        sha256, whole = recording.found.heard, hashlib.sha256()
        if not sha256:
            continue
        with case.vault.open(sha256) as source, (folder / recording.name).open("wb") as target:
            while piece := source.read(_BLOCK):
                whole.update(piece)
                target.write(piece)
        if whole.hexdigest() != sha256:
            raise CaseError(
                f"{case.vault.path(sha256)}: has changed since it was extracted; run `echoforensics verify`"
            )


def ending_of(found: FoundRecording) -> str:
    """Return the file suffix of a recording for its container; ``bin`` for an unknown one."""
    return _ENDINGS.get(str(found.fields.get("container")), "bin")
