"""Recordings in every format that is carved, each unlike the others: made by ffmpeg, AMR frame by frame."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

#: Suffix and ffmpeg's arguments for each format it makes here.
_FFMPEG = {
    ".wav": ["-ar", "16000", "-ac", "1"],
    ".ogg": ["-c:a", "libopus", "-b:a", "24k"],
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "48k", "-ar", "24000"],
    ".aac": ["-c:a", "aac", "-b:a", "64k", "-f", "adts"],
    ".flac": ["-c:a", "flac", "-ar", "16000"],
    ".m4a": ["-c:a", "aac", "-b:a", "64k"],
}
FORMATS = (*_FFMPEG, ".amr")
#: A frame of AMR at 12.2 kbit/s: its first byte, and the bytes that follow it.
_AMR_HEADER, _AMR_BODY, _AMR_RATE = 0x3C, 31, 50


def make_clip(folder: Path, suffix: str, draw: random.Random) -> bytes:
    """A recording of one to five seconds.

    Args:
        folder: where it may be written.
        suffix: one of :data:`FORMATS`.
        draw: what it is made from.
    """
    seconds = 1 + 4 * draw.random()
    if suffix == ".amr":
        frames = int(seconds * _AMR_RATE)
        return b"#!AMR\n" + b"".join(bytes([_AMR_HEADER]) + draw.randbytes(_AMR_BODY) for _ in range(frames))
    path = folder / f"clip{suffix}"
    sound = f"aevalsrc=0.4*sin({draw.randrange(200, 900)}*t*6)*sin({draw.randrange(2, 9)}*t)+0.02*random(0)"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"{sound}:d={seconds:.3f}:s=24000"]
    subprocess.run([*command, *_FFMPEG[suffix], str(path)], check=True)
    content = path.read_bytes()
    path.unlink()
    return content
