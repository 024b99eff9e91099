"""Every recording made here, read and compared with ffprobe and ffmpeg: writes docs/recordings.md."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks.recordings import (
    bare_frames,
    containers,
    flac_frames,
    headers,
    mp4_boxes,
    named,
    ogg_pages,
    tags_around,
    wav_chunks,
)
from benchmarks.recordings.comparison import Compared, compare, read
from benchmarks.recordings.encoded import Made

PAGE = Path(__file__).parents[2] / "docs" / "recordings.md"
_WHOLE = {"containers": containers.make, "tags": tags_around.make, "headers": headers.make, "named": named.make}
_DAMAGED: dict[str, Callable[[Path], Made]] = {
    "bare frames": bare_frames.make, "FLAC": flac_frames.make, "MP4": mp4_boxes.make, "Ogg": ogg_pages.make,
    "WAV": wav_chunks.make,
}  # fmt: skip
#: Why one that is read does not agree, by what its name begins with.
EXPLAINED = {
    "caf_flac": "ffmpeg writes a number of samples a packet that cannot be, and reads it again; we give no duration",
    "flac_before_many_zeros_behind": "ffprobe does not find the sound behind so many zeros; 1.700 s were encoded",
}


def main() -> None:
    """Make the recordings, compare them, write the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    arguments.add_argument("--keep", type=Path, help="a folder to keep the recordings in")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-sounds-") as folder:
        root = given.keep or Path(folder)
        whole = [each for name, make in _WHOLE.items() for each in _compared(root / name, make)]
        damaged = {name: _read(root / "damaged" / name, make) for name, make in _DAMAGED.items()}
    text = page(whole, damaged, _version())
    given.output.write_text(text, encoding="utf-8")
    print(text)


def _compared(folder: Path, make: Callable[[Path], Made]) -> list[Compared]:
    return [compare(folder / name) for name, _ in make(folder)]


def _read(folder: Path, make: Callable[[Path], Made]) -> list[Compared]:
    return [read(folder / name) for name, _ in make(folder)]


def _version() -> str:
    done = subprocess.run(["ffmpeg", "-version"], check=True, capture_output=True, text=True)
    return done.stdout.split()[2]


def page(whole: list[Compared], damaged: dict[str, list[Compared]], version: str) -> str:
    """The page, of what was compared and the version of ffmpeg."""
    described = [each for each in whole if each.ours is not None]
    agree = [each for each in described if each.agrees]
    silent = [each for each in whole if each.is_silent]
    lines = [
        "# Recordings: what is read, measured",
        "",
        f"Made by `python -m benchmarks.recordings`, which needs ffmpeg (here {version}) and takes some minutes."
        " It makes every recording by script, reads it, and asks ffprobe and ffmpeg."
        " A recording agrees that has the same rate and channels, and a duration within 50 ms of ffprobe's or of what"
        " ffmpeg decodes.",
        "",
        f"**{len(whole)} whole recordings: {len(described)} read, of which {len(agree)} agree"
        f" ({100 * len(agree) / max(1, len(described)):.1f} %); {len(whole) - len(described) - len(silent)} named;"
        f" {len(silent)} silent.**",
        "",
        *_table(whole),
        "",
        "## Disagreements",
        "",
        *_disagreements(described),
        "",
        "## Named and not read",
        "",
        *[f"- `{each.path.name}`: {_shortened(each.issue)}" for each in whole if each.ours is None],
        "",
        "## Damaged recordings",
        "",
        "Cut, changed and put together wrongly; ffprobe and ffmpeg are not a measure here. None may pass in silence.",
        "",
        "| recordings of | made | read | of them with an issue | named | silent |",
        "|---|---|---|---|---|---|",
    ]
    for name, found in damaged.items():
        held = [each for each in found if each.ours is not None]
        with_issue = sum(bool(each.issue) for each in held)
        quiet = sum(each.is_silent for each in found)
        lines.append(
            f"| {name} | {len(found)} | {len(held)} | {with_issue} | {len(found) - len(held) - quiet} | {quiet} |"
        )
    return "\n".join(lines) + "\n"


def _shortened(issue: str) -> str:
    """An issue up to what is the same in many."""
    return issue.partition(", which")[0].partition(", as names")[0]


def _table(whole: list[Compared]) -> list[str]:
    """The table, one line a format as it is recognised."""
    formats: dict[str, list[Compared]] = defaultdict(list)
    for each in whole:
        formats[each.container or ("silent" if each.is_silent else "named, not read")].append(each)
    lines = ["| format | made | agree | differ | named | silent |", "|---|---|---|---|---|---|"]
    for name, found in sorted(formats.items()):
        agree = sum(each.agrees for each in found)
        silent = sum(each.is_silent for each in found)
        read = sum(each.ours is not None for each in found)
        lines.append(f"| {name} | {len(found)} | {agree} | {read - agree} | {len(found) - read - silent} | {silent} |")
    return lines


def _disagreements(read: list[Compared]) -> list[str]:
    lines = []
    for each in read:
        if not each.agrees:
            why = next((text for start, text in EXPLAINED.items() if each.path.name.startswith(start)), "not explained")
            decoded = "" if each.decoded is None else f", decoded {each.decoded:.3f} s"
            lines.append(f"- `{each.path.name}`: {each.ours}; ffprobe {each.theirs}{decoded}: {why}")
    return lines or ["None."]


if __name__ == "__main__":
    main()
