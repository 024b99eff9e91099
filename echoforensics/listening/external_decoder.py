"""Decodes with ffmpeg, as a separate program, what libsndfile cannot decode.

ffmpeg gets fixed arguments: the demuxer for the recognised container, so that no playlist or reference inside a file is
followed, and no protocols other than reading that file and writing to a pipe. It gets no input, a minimal environment,
and limits on processor time and memory.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from echoforensics.listening.sound import NotDecodedError, Samples, SoundStream

try:
    import resource
except ImportError:  # Windows has no such limits.
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: ffmpeg's demuxer for each container, by its name in :mod:`parsers.formats.audio`.
DEMUXERS = {
    "M4A": "mov", "AAC (ADTS)": "aac", "AAC (LATM)": "loas", "AMR": "amr", "Matroska": "matroska", "WebM": "matroska",
    "MPEG-TS": "mpegts", "AC-3": "ac3", "E-AC-3": "eac3", "Ogg": "ogg", "WAV": "wav", "CAF": "caf", "AIFF": "aiff",
    "AU": "au", "Wave64": "w64", "MP3": "mp3", "FLAC": "flac",
}  # fmt: skip
#: Limits: seconds of processor time, bytes of memory, and seconds until the next samples.
_PROCESSOR_SECONDS, _MEMORY, _PATIENCE = 300, 2 << 30, 120
_BLOCK = 1 << 18
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
_HEADER = struct.Struct(">4sIIIII")
#: The AU encoding of samples as 32-bit floats.
_FLOAT = 6
_MOST_OF_MESSAGE, _PIECE = 300, 1 << 16


@cache
def program_version() -> str:
    """Return ffmpeg's name and version; empty if it is not installed."""
    program = shutil.which("ffmpeg")
    if program is None:
        return ""
    try:
        answer = subprocess.run(  # noqa: S603 (our own arguments)
            [program, "-version"], capture_output=True, timeout=_PATIENCE, check=False, env=_ENVIRONMENT
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return " ".join(answer.stdout.decode(errors="replace").split(" ")[:3])


@contextmanager
def external_stream(path: Path, container: str, before: str = "") -> Iterator[SoundStream]:
    """Decode a file with ffmpeg.

    Args:
        path: the file.
        container: one of :data:`DEMUXERS`.
        before: why another decoder failed; placed before the error message.

    Raises:
        NotDecodedError: ffmpeg is not installed, or cannot decode it.
    """
    program, reason = shutil.which("ffmpeg"), f"{before}; " if before else ""
    if program is None or not program_version():
        raise NotDecodedError(f"{reason}{container} needs the program ffmpeg, which is not installed")
    arguments = [
        program, "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-threads", "1",
        "-f", DEMUXERS[container], "-i", f"file:{path.resolve()}", "-map", "0:a:0", "-vn", "-sn", "-dn",
        "-threads", "1", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-c:a", "pcm_f32be",
        "-f", "au", "pipe:1",
    ]  # fmt: skip
    with subprocess.Popen(  # noqa: S603 (our own arguments)
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", env=_ENVIRONMENT
    ) as process:
        try:
            _limit(process.pid)
            running = _Running(process, reason)
            rate, channels = running.header()
            yield SoundStream(rate, channels, program_version(), running.blocks(channels))
        finally:
            process.kill()


def _limit(number: int) -> None:
    """Limit what a process may use, where the system supports it."""
    if resource is not None and hasattr(resource, "prlimit"):
        for what, most in (
            (resource.RLIMIT_CPU, _PROCESSOR_SECONDS), (resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_FSIZE, 0),
        ):  # fmt: skip
            resource.prlimit(number, what, (most, most))


class _Running:
    """A running ffmpeg: its output, and its error messages, read in parallel."""

    def __init__(self, process: subprocess.Popen[bytes], reason: str) -> None:
        self._process = process
        self._reason = reason
        self._complaints = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def header(self) -> tuple[int, int]:
        """Return rate and channels from the header of the output."""
        head = self._read(_HEADER.size)
        if len(head) < _HEADER.size:
            raise NotDecodedError(self._message())
        magic, offset, _, encoding, rate, channels = _HEADER.unpack(head)
        if magic != b".snd" or encoding != _FLOAT or offset < _HEADER.size:
            raise NotDecodedError(f"{self._reason}{program_version()} did not write sound")
        self._read(offset - _HEADER.size)
        return rate, channels

    def blocks(self, channels: int) -> Iterator[Samples]:
        """Yield the samples. Raises NotDecodedError if there are none, or ffmpeg fails."""
        size, found = 4 * channels, False
        wanted = max(size, _BLOCK // size * size)
        while piece := self._read(wanted):
            found = True
            whole = len(piece) // size * size
            block = np.frombuffer(piece[:whole], dtype=">f4").astype(np.float32).reshape(-1, channels)
            yield np.nan_to_num(block, copy=False)
        if self._process.wait(_PATIENCE) or not found:
            raise NotDecodedError(self._message())

    def _read(self, size: int) -> bytes:
        return self._process.stdout.read(size) if self._process.stdout else b""

    def _listen(self) -> None:
        while self._process.stderr and (piece := self._process.stderr.read1(_PIECE)):  # type: ignore[attr-defined]
            self._complaints = (self._complaints + piece)[:_PIECE]

    def _message(self) -> str:
        self._listener.join(_PATIENCE)
        lines = [line.strip() for line in self._complaints.decode(errors="replace").splitlines() if line.strip()]
        return (
            f"{self._reason}{program_version()}: {lines[0][:_MOST_OF_MESSAGE] if lines else 'no sound came out of it'}"
        )
