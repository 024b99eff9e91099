"""Sound files as ffmpeg encodes them: what every maker begins with."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

#: What a maker returns: the name of each file, and how it was made.
Made = list[tuple[str, str]]
#: Seconds of sound, where nothing else is asked for.
SECONDS = 3.3


@lru_cache(maxsize=512)
def encode(suffix: str, options: str = "", rate: int = 44100, channels: int = 2, seconds: float = SECONDS) -> bytes:
    """The bytes of a file that ffmpeg writes of a tone with noise.

    Args:
        suffix: of the file, which tells ffmpeg the container, without the dot.
        options: further options of ffmpeg, separated by spaces.
        rate: samples a second.
        channels: how many.
        seconds: length of the sound.

    Raises:
        subprocess.CalledProcessError: ffmpeg cannot write it.
    """
    tone = f"sine=f=440:r={rate}:d={seconds},volume=0.5[a];anoisesrc=c=pink:seed=7:r={rate}:d={seconds}:a=0.3[b]"
    graph = f"{tone};[a][b]amix=inputs=2:duration=first"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{suffix}"
        command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", graph, "-ac", str(channels), "-ar", str(rate)]
        command += ["-fflags", "+bitexact", "-flags:a", "+bitexact", *options.split(), str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
        return path.read_bytes()


class Folder:
    """A folder that files are written into, with how each was made."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made where it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.made: Made = []

    def add(self, name: str, content: bytes, how: str) -> None:
        """Write one file."""
        (self._folder / name).write_bytes(content)
        self.made.append((name, how))

    def cut(self, stem: str, suffix: str, content: bytes) -> None:
        """Write a file cut at several places, in its header and in its sound."""
        for at in (10, 60, 200, len(content) // 3, len(content) // 2, len(content) - 1):
            self.add(f"{stem}_cut{at}.{suffix}", content[:at], f"{suffix} cut after {at} bytes")


def replaced(content: bytes, at: int, new: bytes) -> bytes:
    """Some bytes with others written over them at a place."""
    return content[:at] + new + content[at + len(new) :]


def inverted(content: bytes, at: int, count: int = 1) -> bytes:
    """Some bytes with those at a place inverted."""
    return replaced(content, at, bytes(byte ^ 0xFF for byte in content[at : at + count]))
