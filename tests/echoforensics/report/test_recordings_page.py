from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.report import recordings_section


def test_recordings_that_browsers_cannot_play_are_offered_as_files(
    maker: Any, report_of: Callable[..., Path], sound: Callable[[int], bytes]
) -> None:
    made = maker("x")
    made.recording(b"#!AMR\n1", "AMR", "AMR-NB")
    made.recording(b"#!AMR-WB\n1", "AMR", "AMR-WB")
    made.recording(sound(2), codec="IMA ADPCM")
    made.recording(sound(3), codec="mu-law")
    page = report_of(made).with_name("recordings.html").read_text(encoding="utf-8")

    assert page.count("<audio ") == 1
    for codec in ("AMR-NB", "AMR-WB", "IMA ADPCM"):
        assert f"browsers have no decoder for {codec}" in page
    assert len(re.findall(r'<a href="media/EF-\d{7}\.amr" download="EF-\d{7}\.amr">Save the file</a>', page)) == 4


def test_many_recordings_have_links_where_players_would_be_slow(
    maker: Any, report_of: Callable[..., Path], sound: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings_section, "_MOST_PLAYERS", 2)
    made = maker("x")
    for number in range(5):
        made.recording(sound(number))
    page = report_of(made).with_name("recordings.html").read_text(encoding="utf-8")

    assert page.count("<audio ") == 2
    assert page.count('<a class="play" href="media/') == 3
