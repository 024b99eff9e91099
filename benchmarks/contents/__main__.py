"""The search through contents that are common on devices, against hashing them: ``python -m benchmarks.contents``.

Each content is made by code or by ffmpeg. Processor time is measured, of this process alone; hashing is MD5 and
SHA-256, as an image is hashed while it is searched. Where ffmpeg is missing, what it makes is left out and named.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.contents import binaries, json_texts, texts
from benchmarks.contents.floors import floor
from benchmarks.contents.words import Make
from chain_of_custody.digest import BLOCK_SIZE
from echoforensics.carving.carved import View
from echoforensics.carving.search import CarvingSearch

#: Every content by its name.
CONTENTS: dict[str, Make] = {
    "zeros": binaries.blank,
    "erased flash": binaries.erased,
    "random": binaries.noise,
    "NDJSON log": texts.ndjson_log,
    "system log": texts.system_log,
    "Echo log with ids": texts.echo_log,
    "location history": json_texts.takeout_locations,
    "fitness JSON": json_texts.fitness_json,
    "Alexa history": json_texts.alexa_history,
    "JSON openings and ids": json_texts.openings_and_ids,
    "JSON with common keys": json_texts.common_keys,
    "streaming history": json_texts.streaming_json,
    "HTML": texts.html,
    "minified JavaScript": texts.minified_script,
    "mail": texts.mail,
    "chat export": texts.chat_export,
    "base64": texts.base64_text,
    "CSV": texts.csv_table,
    "XML": texts.xml,
    "SQLite": binaries.sqlite_database,
    "protobuf": binaries.protobuf,
    "gzip members": binaries.gzip_members,
    "zip": binaries.zip_archive,
    "zlib streams": binaries.zlib_streams,
    "RGB texture": binaries.texture,
    "16-bit heights": binaries.heights,
    "32-bit vertices": binaries.vertices,
    "machine code": binaries.machine_code,
    "bytes like frames": binaries.framed_noise,
    "FLAC": binaries.sound("-ac", "2", "-c:a", "flac", "-f", "flac"),
    "PCM": binaries.sound("-ar", "16000", "-ac", "1", "-f", "s16le", colour="brown"),
    "WAV": binaries.sound("-ac", "2", "-f", "wav"),
    "MP3": binaries.sound("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"),
    "AAC": binaries.sound("-c:a", "aac", "-b:a", "128k", "-f", "adts"),
    "M4A": binaries.sound("-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-f", "ipod"),
    "Opus": binaries.sound("-c:a", "libopus", "-b:a", "48k", "-f", "ogg"),
}

_MEBIBYTE = 1024 * 1024
#: How often each content is searched: other work on the machine makes any run take longer, so the least counts.
_TIMES = 5
#: MiB a second that each content is to be searched at.
GOAL = 85


def searched(content: bytes) -> tuple[float, int]:
    """Processor seconds to search a content, and how many finds there are."""
    view = View(len(content), lambda at, size: content[at : at + size])
    search = CarvingSearch(view)
    begun = time.process_time()
    for at in range(0, len(content), BLOCK_SIZE):
        search.feed(content[at : at + BLOCK_SIZE])
    found = search.finish()
    return time.process_time() - begun, len(found)


def hashed(content: bytes) -> float:
    """Processor seconds to hash a content."""
    begun = time.process_time()
    for name in ("md5", "sha256"):
        hashlib.new(name, content, usedforsecurity=False).digest()
    return time.process_time() - begun


def measured(name: str, mebibytes: int, folder: Path) -> tuple[float, float, int, str]:
    """(MiB a second of the search, times as fast as hashing, finds, what its search waits for) of a content."""
    content = CONTENTS[name](mebibytes * _MEBIBYTE, random.Random(1), folder)
    size = len(content) / _MEBIBYTE
    # The second time counts: parsers are loaded by the first place that needs them.
    searched(content[: 2 * _MEBIBYTE])
    hashing = min(hashed(content) for _ in range(_TIMES))
    took, found = min(searched(content) for _ in range(_TIMES))
    waits = floor(name, content) if size / took < GOAL else ""
    return size / took, hashing / took, found, waits


def text(names: list[str], mebibytes: int) -> str:
    """The section of the results: a row for each content."""
    without = shutil.which("ffmpeg") is None
    rows, slow, missing, floors = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="echoforensics-contents-") as folder:
        for name in names:
            if without and CONTENTS[name].__name__ == "make":
                missing.append(name)
                continue
            speed, times, found, waits = measured(name, mebibytes, Path(folder))
            rows.append(f"| {name} | {speed:.0f} | {times:.2f} | {found} |")
            if speed < GOAL:
                slow.append(name)
            if waits:
                floors.append(waits)
            print(rows[-1], file=sys.stderr)
    kept = f"below {GOAL} MiB/s: {', '.join(slow)}" if slow else f"each is searched at {GOAL} MiB/s or more"
    if floors:
        kept += f". By itself, without any search: {'; '.join(floors)}"
    left_out = f" Not measured, for lack of ffmpeg: {', '.join(missing)}." if missing else ""
    table = "\n".join(rows)
    return f"""## The search, by content

{mebibytes} MiB of each (`benchmarks/contents`), processor time, the search alone, the least of {_TIMES} runs.

| content | MiB/s | times as fast as MD5 + SHA-256 | finds |
|---|---|---|---|
{table}

Of these, {kept}.{left_out}

    python -m benchmarks.contents --mebibytes {mebibytes}
"""


def main() -> None:
    """Measure the contents that are named, or all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mebibytes", type=int, default=16, help="of each content")
    arguments.add_argument("names", nargs="*", help="contents; default: all")
    given = arguments.parse_args()
    print(text(given.names or list(CONTENTS), given.mebibytes))


if __name__ == "__main__":
    main()
