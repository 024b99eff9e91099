"""AMR and AMR-WB files, their frames written here by the standard's table of sizes."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from parsers.formats.audio.amr import describe as amr
from parsers.formats.audio.amr import walk
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
    monkeypatch.setattr(walk, "MAX_UNITS", 100)
    found = _facts(b"#!AMR\n" + b"\x7c" * 1000)
    assert (found.issue, found.end, found.duration_us) == (
        "not read further: it has more than 100 frames",
        106,
        2_000_000,
    )


@pytest.mark.parametrize("wide", [False, True])
def test_damaged_first_byte_costs_one_frame(wide: bool) -> None:
    frames = [_frame(2, WIDE if wide else NARROW) for _ in range(40)]
    head = b"#!AMR-WB\n" if wide else b"#!AMR\n"
    size = len(frames[0])
    for number in (1, 2, 20, 36):
        bad = [bytes([frame[0] ^ 0xFF]) + frame[1:] if at == number else frame for at, frame in enumerate(frames)]
        found = _facts(head + b"".join(bad))
        assert found.damage == ((len(head) + number * size, size),)
        assert found.issue == f"damaged: {size} bytes in 1 place are no frame of it"
        assert (found.trailing, found.duration_us) == (0, 39 * 20_000)


def test_bytes_between_frames_do_not_end_the_recording() -> None:
    kinds = [7, 7, 8, 15, 7, 7] * 8
    content = _file(False, kinds)
    middle = len(_file(False, kinds[:24]))
    noise = random.Random(4).randbytes(500)
    for between in (bytes(500), b"\xff" * 500, b"some text " * 50, noise):
        found = _facts(content[:middle] + between + content[middle:])
        assert (found.trailing, found.issue) == (0, "damaged: 500 bytes in 1 place are no frame of it")
        assert found.damage == ((middle, 500),)
        assert found.duration_us == len(kinds) * 20_000


def test_reserved_bits_are_ignored() -> None:
    frames = [_frame(7, NARROW) for _ in range(20)]
    one = [bytes([frame[0] | (2 if at == 10 else 0)]) + frame[1:] for at, frame in enumerate(frames)]
    each = [bytes([frame[0] | 0x03]) + frame[1:] for frame in frames]
    for count, changed in ((1, one), (20, each)):
        content = b"#!AMR\n" + b"".join(changed)
        found = _facts(content + b"\xff" * 300)
        assert (found.end, found.trailing, found.issue, found.duration_us) == (len(content), 300, "", 400_000)
        assert found.notes == (f"Reserved bits are set in {count} of its frames; they mean nothing and were ignored.",)


def test_joined_recordings_are_added_up() -> None:
    content = _file(False, [2] * 10)
    found = _facts(content + content)
    assert (found.issue, found.duration_us, found.trailing) == ("", 400_000, 0)
    assert found.notes == ("It was joined from 2 recordings, each with its header.",)


def test_damage_without_end_is_searched_once() -> None:
    # Two frames, then no frame, again and again; and nothing that is a frame at all.
    once = _frame(2, NARROW) * 2 + b"\xff"
    for content in (once * 4000, b"\x7c\x80" * 60_000, bytes(200_000)):
        source = _Counted(b"#!AMR\n" + content)
        found = amr.describe(source, len(source.getvalue()))
        assert isinstance(found, AudioFacts)
        assert source.total < 20 * len(content) + 10_000_000


class _Counted(io.BytesIO):
    total = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.total += len(content)
        return content
