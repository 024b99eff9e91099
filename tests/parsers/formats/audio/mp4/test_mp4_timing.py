"""How long the sound of an MP4 file is: tables of samples, edit lists and fragments, also damaged ones."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.damage import Damage
from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.mp4 import describe as mp4
from parsers.formats.audio.mp4.boxes import Box
from parsers.formats.audio.mp4.timing import Edit, played, read_edits, sampled_duration
from parsers.formats.audio.window import Window

FIXTURES = Path(__file__).parents[1] / "fixtures"
FRAGMENTED = (FIXTURES / "fragmented.mp4").read_bytes()
SPEECH = (FIXTURES / "speech.m4a").read_bytes()


def _facts(content: bytes) -> AudioFacts:
    found = mp4.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts), found
    return found


def _box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def _written(content: bytes, kind: bytes, at: int, new: bytes) -> bytes:
    """A content with bytes of the first box of a type changed."""
    start = content.index(kind) + 4 + at
    return content[:start] + new + content[start + len(new) :]


def _with_edits(*edits: tuple[int, int]) -> bytes:
    """A file with its edit list replaced by one of as many bytes: one edit, or none and a box of zeros."""
    body = bytes(4) + len(edits).to_bytes(4, "big")
    for duration, start in edits:
        body += duration.to_bytes(4, "big") + start.to_bytes(4, "big", signed=True) + b"\0\1\0\0"
    at = SPEECH.index(b"edts") - 4
    old = int.from_bytes(SPEECH[at : at + 4], "big")
    new = _box(b"edts", _box(b"elst", body))
    changed = SPEECH[:at] + new + SPEECH[at + old :]
    for kind in (b"moov", b"trak"):
        place = changed.index(kind) - 4
        size = int.from_bytes(changed[place : place + 4], "big") + len(new) - old
        changed = changed[:place] + size.to_bytes(4, "big") + changed[place + 4 :]
    return changed


@pytest.mark.parametrize("duration", [0, 1, 10_624, 400_000, 0xFFFF_FFFF])
def test_duration_in_the_header_of_a_fragmented_file_is_not_added(duration: int) -> None:
    content = _written(FRAGMENTED, b"mdhd", 16, duration.to_bytes(4, "big"))
    assert (_facts(content).duration_us, _facts(content).issue) == (664_000, "")


@pytest.mark.parametrize("duration", [0, 1, 400_000, 0xFFFF_FFFF])
def test_table_of_samples_goes_before_the_header(duration: int) -> None:
    content = _written(SPEECH, b"mdhd", 16, duration.to_bytes(4, "big"))
    assert _facts(content).duration_us == _facts(SPEECH).duration_us == 600_000


@pytest.mark.parametrize(
    ("edits", "duration_us"),
    [
        # The movie counts 1000 units a second, the track 16000; 664 ms of sound are there.
        ([(600, 1024)], 600_000),
        ([(200, 1024)], 200_000),
        ([(200, 0)], 200_000),
        ([(9000, 0)], 664_000),
        ([(0, 1024)], 600_000),
        ([(9000, 8000)], 164_000),
        ([(100, 99_000)], 0),
        ([(500, -1), (600, 1024)], 600_000),
        ([(100, 0), (150, 4096)], 250_000),
        ([(500, -1)], 664_000),
        ([], 664_000),
    ],
)
def test_edit_list_says_what_plays(edits: list[tuple[int, int]], duration_us: int) -> None:
    assert _facts(_with_edits(*edits)).duration_us == duration_us


def test_edits_of_64_bits() -> None:
    raw = b"\1\0\0\0\0\0\0\1" + (300).to_bytes(8, "big") + (-1).to_bytes(8, "big", signed=True) + b"\0\1\0\0"
    window = Window(io.BytesIO(raw), len(raw))
    assert read_edits(window, Box(b"elst", 0, len(raw))) == (Edit(300, -1),)
    assert read_edits(window, Box(b"elst", 0, len(raw) - 1)) == ()
    assert read_edits(window, None) == ()
    assert played(5000, [Edit(300, 10)], 1000, 0) == 4990


def test_table_of_samples_is_read_as_far_as_it_goes() -> None:
    raw = bytes(4) + (1 << 31).to_bytes(4, "big") + b"\0\0\0\2\0\0\0\5" * 20_000
    window = Window(io.BytesIO(raw), len(raw))
    assert sampled_duration(window, Box(b"stts", 0, len(raw))) == 200_000
    assert sampled_duration(window, None) == 0


def test_fragment_behind_a_damaged_box_counts() -> None:
    first = FRAGMENTED.index(b"moof") - 4
    end = FRAGMENTED.index(b"mfra") - 4 if b"mfra" in FRAGMENTED else len(FRAGMENTED)
    body = FRAGMENTED[first:end]
    # The fragments again, with a box between that is none, or states more than there is.
    for broken in (b"\0\0\0\0\0\0\0\0" * 5, b"\x7f\xff\xff\xffmoof" + bytes(32), b"\0\0\0\x28\1oof" + bytes(32)):
        found = _facts(FRAGMENTED[:end] + broken + body)
        assert found.duration_us == 2 * 664_000
        assert found.damage == (Damage(end, 40),)
        assert found.full_issue == f"damaged: 40 bytes in 1 place are no box of it (40 bytes at byte {end})"
        assert found.trailing == 0


def test_missing_fragment_is_reported() -> None:
    first = FRAGMENTED.index(b"moof") - 4
    second = FRAGMENTED.find(b"moof", first + 8) - 4
    third = FRAGMENTED.find(b"moof", second + 8) - 4
    found = _facts(FRAGMENTED[:second] + FRAGMENTED[third:])
    assert found.issue == "damaged: fragments are missing; their numbers jump 1 times"
    assert found.duration_us is not None
    assert 0 < found.duration_us < 664_000


def test_index_behind_data_of_a_wrong_size_is_found() -> None:
    at = SPEECH.index(b"mdat") - 4
    index = SPEECH.index(b"moov") - 4
    for size in (0xFFFF_FFFF, 9, len(SPEECH)):
        found = _facts(SPEECH[:at] + size.to_bytes(4, "big") + SPEECH[at + 4 :])
        assert found.duration_us == 600_000
        assert found.issue.startswith("damaged: ")
        assert sum(found.damage[0]) == index


@pytest.mark.parametrize("header", [b"tkhd", b"hdlr"])
def test_track_without_one_of_its_headers_is_still_described(header: bytes) -> None:
    content = SPEECH.replace(header, b"skip")
    found = _facts(content)
    assert (found.rate_hz, found.channels, found.issue) == (16000, 1, "damaged: headers of its track are not there")


def test_index_that_describes_no_track_is_not_silent() -> None:
    found = _facts(SPEECH.replace(b"trak", b"skip"))
    assert (found.codec, found.duration_us) == ("unknown", None)
    assert found.issue == (
        "incomplete: its index (the moov box) describes no track that can be read, without which it cannot be played"
    )


def test_sound_that_is_cut_off_is_not_counted() -> None:
    fast = (FIXTURES / "faststart.m4a").read_bytes()
    durations = []
    for end in range(fast.index(b"mdat") + 4, len(fast) + 1, 100):
        found = _facts(fast[:end])
        assert found.issue
        assert found.notes[-1] == "Its index lists 0.664 s of sound."
        durations.append(found.duration_us)
    assert durations == sorted(durations, key=lambda each: each or 0)
    assert durations[0] == 0
    assert durations[-1] is not None
    assert 500_000 < durations[-1] < 600_000


def test_fragment_that_is_cut_off_counts_as_far_as_it_goes() -> None:
    start = FRAGMENTED.rindex(b"mdat") + 4
    end = start - 8 + int.from_bytes(FRAGMENTED[start - 8 : start - 4], "big")
    before = _facts(FRAGMENTED[:start]).duration_us
    assert before is not None
    durations = {_facts(FRAGMENTED[:cut]).duration_us for cut in range(start, end)}
    assert durations <= {before + 64_000 * number for number in range(12)}
    # The last sample lasts 24 ms.
    assert max(each or 0 for each in durations) == 664_000 - 24_000


@pytest.mark.parametrize("box", [b"stsc", b"stsz", b"stts", b"stco"])
def test_tables_that_are_not_there_leave_what_the_index_gives(box: bytes) -> None:
    fast = (FIXTURES / "faststart.m4a").read_bytes()
    found = _facts(fast.replace(box, b"skip", 1)[: len(fast) - 300])
    assert found.issue.startswith("truncated: ")
    assert found.duration_us is not None
