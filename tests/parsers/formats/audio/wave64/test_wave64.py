"""Wave64 chunks as writers leave them."""

from __future__ import annotations

import io
from pathlib import Path

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.wave64 import describe as wave64

CONTENT = (Path(__file__).parents[1] / "fixtures/speech.w64").read_bytes()


def _facts(content: bytes) -> AudioFacts:
    found = wave64.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts), found
    return found


def test_cut_and_followed() -> None:
    cut = _facts(CONTENT[:-2000])
    assert (cut.duration_us, cut.ending) == (125_000, Ending.CUT)
    assert cut.issue == f"truncated: {len(CONTENT) - 2000} of {len(CONTENT)} bytes are present"
    followed = _facts(CONTENT + b"behind")
    assert (followed.end, followed.trailing, followed.issue) == (len(CONTENT), 6, "")


def test_length_that_is_not_there() -> None:
    found = _facts(CONTENT[:16] + bytes(8) + CONTENT[24:])
    assert (found.duration_us, found.ending) == (250_000, Ending.OPEN)
    assert found.issue == "damaged: its header gives no length"


def test_length_that_was_not_known_when_it_was_written() -> None:
    found = _facts(CONTENT[:16] + b"\xff" * 8 + CONTENT[24:])
    assert (found.duration_us, found.ending, found.end, found.trailing) == (250_000, Ending.OPEN, len(CONTENT), 0)
    assert found.issue == "of unknown length: its header gives none, as when sound is written while it is recorded"


def test_data_whose_length_was_never_written() -> None:
    at = CONTENT.index(b"data\xf3\xac") + 16
    found = _facts(CONTENT[:at] + bytes(8) + CONTENT[at + 8 :])
    assert found.duration_us == 250_000
    assert found.issue == "damaged: its data chunk gives no length; its sound was taken to reach to the end"


def test_without_sound_or_format() -> None:
    at = CONTENT.index(b"data\xf3\xac")
    assert _facts(CONTENT[:at] + b"junk" + CONTENT[at + 4 :]).issue == "damaged: it has no data chunk"
    at = CONTENT.index(b"fmt \xf3\xac")
    other = CONTENT[:at] + b"junk" + CONTENT[at + 4 :]
    assert isinstance(wave64.describe(io.BytesIO(other), len(other)), Undescribed)
