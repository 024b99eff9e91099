from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.report import markup

_ASSETS = Path(markup.__file__).parent / "assets"


@given(st.text())
def test_escaped_text_has_no_markup_and_loses_nothing(text: str) -> None:
    escaped = markup.escape(text)

    assert not set("<>\"'") & set(escaped)
    assert html.unescape(escaped) == markup.visible(text)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_script_data_cannot_leave_its_script(value: Any) -> None:
    data, string = markup.script_data(value), markup.script_string(value)

    assert json.loads(data) == value
    assert not set("<>&\u2028\u2029\n\r") & set(data + string)
    assert re.fullmatch(r"'(?:[^'\\]|\\['\\])*'", string, re.DOTALL)
    assert re.sub(r"\\(.)", r"\1", string[1:-1], flags=re.DOTALL) == data


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("\ufeffa\u200bb\u00ad", "[U+FEFF]a[U+200B]b[U+00AD]"),
        ("\x00\r\x1b\x9b", "[U+0000][U+000D][U+001B][U+009B]"),
        ("\U000e0041", "[U+E0041]"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("می\u200cخواهم 👩\u200d👧", "می\u200cخواهم 👩\u200d👧"),
    ],
)
def test_characters_that_cannot_be_seen_are_written_out(text: str, shown: str) -> None:
    assert markup.visible(text) == shown


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (None, ""),
        ("2017-07-17T06:20:31.000000+00:00", "2017-07-17 06:20:31 UTC"),
        ("2017-07-17T06:20:31.500000+00:00", "2017-07-17 06:20:31.5 UTC"),
        ("2017-07-17T06:20:30.000001Z", "2017-07-17 06:20:30.000001 UTC"),
    ],
)
def test_utc_for_reading(time: str | None, shown: str) -> None:
    assert markup.utc(time) == shown


def test_local_time_for_reading() -> None:
    shown = markup.local("1900-01-01T08:27:52.100000+08:27:52", "Asia/Seoul")
    assert shown == "1900-01-01 08:27:52.1 +08:27:52 Asia/Seoul"


def test_table_counts_what_it_does_not_show() -> None:
    written = markup.table(("A",), ((str(number),) for number in range(7)), "Look there.", 3)

    assert written.count("<tr><td>") == 3
    assert "The first 3 of 7 are shown. Look there." in written
    assert markup.table(("A",), ()) == "<p>None.</p>"


def _colours(scheme: str) -> dict[str, str]:
    light, dark = (_ASSETS / "app" / "base.css").read_text().split("@media (prefers-color-scheme: dark)", 1)
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6})\b", light if scheme == "light" else dark.split("@media", 1)[0]))


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("ink", "paper"), ("ink", "evidence"), ("ink", "wash"), ("ink", "chosen"), ("ink", "warm"), ("soft", "paper"),
        ("soft", "wash"), ("soft", "chosen"), ("soft", "warm"), ("mark", "paper"), ("mark", "wash"), ("mark", "chosen"),
        ("mark", "evidence"), ("mark", "warm"), ("alarm", "pale"), ("amber", "warm"), ("paper", "mark"),
        ("paper", "ink"),
    ],
)  # fmt: skip
def test_contrast_is_that_of_wcag_aa(ink: str, paper: str, scheme: str) -> None:
    colours = _colours(scheme)
    light, dark = sorted((_luminance(colours[ink]), _luminance(colours[paper])), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("drawn", ["tone", "cursor", "edge"])
def test_contrast_of_what_is_drawn_is_that_of_wcag_aa(drawn: str, scheme: str) -> None:
    colours = _colours(scheme)
    for paper in ("paper", "wash"):
        light, dark = sorted((_luminance(colours[drawn]), _luminance(colours[paper])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3
