"""AMR and AMR-WB files, their frames written here by the standard's table of sizes."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from parsers.formats.audio.amr import describe as amr
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed

#: Bytes behind the header by frame type: RFC 4867, 3GPP TS 26.101 table 1a and 26.201 table 1a.
NARROW = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
WIDE = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}
_SOURCE = random.Random(8)


def _frame(kind: int, sizes: dict[int, int]) -> bytes:
    return bytes([kind << 3 | 4]) + _SOURCE.randbytes(sizes[kind])


def _file(wide: bool, kinds: list[int]) -> bytes:
    sizes = WIDE if wide else NARROW
    return (b"#!AMR-WB\n" if wide else b"#!AMR\n") + b"".join(_frame(kind, sizes) for kind in kinds)


def _facts(content: bytes) -> AudioFacts:
    found = amr.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


@pytest.mark.parametrize("wide", [False, True])
def test_each_frame_type(wide: bool) -> None:
    kinds = sorted(WIDE if wide else NARROW)
    content = _file(wide, kinds * 3)
    assert _facts(content) == AudioFacts(
        "AMR",
        "AMR-WB" if wide else "AMR-NB",
        len(content),
        Ending.LAST_FRAME,
        16000 if wide else 8000,
        1,
        len(kinds) * 3 * 20_000,
    )


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_wide_band_against_ffprobe(tmp_path: Path) -> None:
    path = tmp_path / "made.awb"
    path.write_bytes(_file(True, [2] * 50))
    command = ["ffprobe", "-v", "error", "-count_packets", "-of", "csv=p=0"]
    command += ["-show_entries", "stream=codec_name,sample_rate,nb_read_packets"]
    theirs = subprocess.run([*command, str(path)], check=True, capture_output=True, text=True).stdout
    assert theirs.strip() == "amr_wb,16000,50"
    assert _facts(path.read_bytes()).duration_us == 1_000_000


@pytest.mark.parametrize("header", [9 << 3 | 4, 14 << 3 | 4, 0x80, 0x05, 0x06, 0xFF])
def test_header_that_is_none_ends_the_recording(header: int) -> None:
    content = _file(False, [7] * 5)
    found = _facts(content + bytes([header]) + b"x" * 40)
    assert (found.end, found.trailing, found.duration_us, found.issue) == (len(content), 41, 100_000, "")


def test_empty_space_is_no_sound() -> None:
    content = _file(True, [2] * 5)
    found = _facts(content + bytes(4096))
    assert (found.end, found.trailing, found.duration_us) == (len(content), 4096, 100_000)


def test_header_alone() -> None:
    found = _facts(b"#!AMR\n")
    assert (found.duration_us, found.end, found.issue) == (0, 6, "")


def test_several_channels_are_not_claimed() -> None:
    for head in (b"#!AMR_MC1.0\n", b"#!AMR-WB_MC1.0\n", b"#!AMR", b"#!AMR-"):
        assert not amr.matches(head + bytes(10), "a.amr")
        assert amr.describe(io.BytesIO(head + b"x"), len(head) + 1) == Undescribed("There is no AMR header.")


def test_frames_without_end_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amr, "MAX_UNITS", 100)
    found = _facts(b"#!AMR\n" + b"\x7c" * 1000)
    assert (found.issue, found.end, found.duration_us) == (
        "not read further: it has more than 100 frames",
        106,
        2_000_000,
    )
