"""What our reader says of a file, and what ffprobe and ffmpeg say."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from parsers.parser import HEAD_SIZE, Source
from parsers.record import Issue, Record
from parsers.recording.parser import RecordingParser

#: Seconds by which durations may differ.
TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class Facts:
    """Duration in seconds, rate, channels; None if one is not known."""

    duration: float | None
    rate: int | None
    channels: int | None

    def __str__(self) -> str:
        length = "no duration" if self.duration is None else f"{self.duration:.3f} s"
        return f"{length}, {self.rate} Hz, {self.channels} channels"


@dataclass(frozen=True, slots=True)
class Compared:
    """One file.

    Attributes:
        path: of it.
        container: as we name it; empty if it is not read.
        ours: what we say; None if it is not read.
        issue: what the issue says, where it is not read; empty if there is none.
        theirs: what ffprobe says; None if it cannot read it.
        decoded: seconds to which ffmpeg decodes it, asked where ffprobe disagrees; or None.
    """

    path: Path
    container: str
    ours: Facts | None
    issue: str
    theirs: Facts | None
    decoded: float | None

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all is said of it."""
        return self.ours is None and not self.issue

    @property
    def agrees(self) -> bool:
        """Whether it is read, and ffprobe or ffmpeg agrees in duration, rate and channels."""
        if self.ours is None or self.theirs is None:
            return False
        same = self.ours.rate == self.theirs.rate and self.ours.channels == self.theirs.channels
        return same and any(_near(self.ours.duration, each) for each in (self.theirs.duration, self.decoded))


def _near(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= TOLERANCE


def read(path: Path) -> Compared:
    """Read a file, and ask nobody else."""
    return Compared(path, *_ours(path), None, None)


def compare(path: Path) -> Compared:
    """Read a file, and ask the other programs."""
    container, ours, issue = _ours(path)
    theirs = _probed(path) if ours is not None else None
    decoded = None
    if ours is not None and theirs is not None and not _near(ours.duration, theirs.duration):
        decoded = _decoded(path)
    return Compared(path, container, ours, issue, theirs, decoded)


def _ours(path: Path) -> tuple[str, Facts | None, str]:
    with path.open("rb") as file:
        source = Source(path.name, path.stat().st_size, file.read(HEAD_SIZE), lambda: path.open("rb"))
    parser = RecordingParser()
    found = list(parser.parse(source)) if parser.claims(source) else []
    issues = " ".join(each.what for each in found if isinstance(each, Issue))
    for each in found:
        if isinstance(each, Record):
            duration, rate, channels = (each.fields[name] for name in ("duration_us", "rate_hz", "channels"))
            seconds = duration / 1_000_000 if isinstance(duration, int) else None
            return str(each.fields["container"]), Facts(seconds, _whole(rate), _whole(channels)), issues
    return "", None, issues


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _probed(path: Path) -> Facts | None:
    command = ["ffprobe", "-v", "error", "-print_format", "json", "-show_streams", "-show_format", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        return None
    found = json.loads(done.stdout)
    sounds = [stream for stream in found.get("streams", []) if stream["codec_type"] == "audio"]
    if not sounds:
        return None
    length = sounds[0].get("duration") or found["format"].get("duration")
    return Facts(float(length) if length else None, int(sounds[0]["sample_rate"]), int(sounds[0]["channels"]))


def _decoded(path: Path) -> float | None:
    """Seconds of the sound that ffmpeg decodes a file to."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-ac", "1", "-ar", "8000", "-f", "s16le", "-"]
    done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return len(done.stdout) / 16000 if done.stdout else None
