"""Logs of the AVS Device SDK without times, or with dates that can mean two days."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.avs_sdk.untimed_log import AvsSdkUntimedLog
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming

LINES = (
    "[  3a] 5 AudioInputProcessor:executeRecognize:initiator=WAKEWORD",
    "[  3b] 0 DialogUXStateAggregator:executeSetState:from=IDLE,to=LISTENING",
)


def _source(text: str) -> Source:
    return Source.of(text.encode(), "SampleApp.log")


def test_lines_without_a_time_are_events_without_one() -> None:
    source = _source("\n".join(LINES) + "\n")
    assert [parser.name for parser in claiming(source)] == ["avs_sdk_untimed_log"]
    event, issue, log = AvsSdkUntimedLog().parse(source)
    assert isinstance(event, Record)
    assert isinstance(log, Record)
    assert (event.data_type, event.timestamps, event.locator) == ("echo:avs:dialogue", (), "line:2")
    assert event.message == "The log records that the dialogue went from IDLE to LISTENING."
    assert isinstance(issue, Issue)
    assert issue.what.startswith("The log writes no time: 2 lines are without one.")
    assert log.message == "The log holds 2 lines, of 2 programs."


def test_a_date_with_slashes_is_kept_and_is_no_time_in_utc() -> None:
    source = _source("".join(f"06/01/2024 12:00:0{number}.123 {line}\n" for number, line in enumerate(LINES)))
    assert [parser.name for parser in claiming(source)] == ["avs_sdk_untimed_log"]
    event, log = AvsSdkUntimedLog().parse(source)
    assert isinstance(event, Record)
    assert isinstance(log, Record)
    (time,) = event.timestamps
    assert (time.recorded, time.timestamp) == ("06/01/2024 12:00:01.123", None)
    assert time.note.endswith("day and month may be exchanged.")
    assert [each.recorded for each in log.timestamps] == ["06/01/2024 12:00:00.123", "06/01/2024 12:00:01.123"]


@pytest.mark.parametrize(
    "text",
    [
        LINES[1] + "\n", "[ab] I Other:event:a=b\n[ab] I Other:more\n",
        "".join(f"2024-06-01 12:00:00.123 {line}\n" for line in LINES), "[12:00] I am: here\n[12:01] I was: there\n",
    ],
)  # fmt: skip
def test_other_logs_are_not_claimed(text: str) -> None:
    assert "avs_sdk_untimed_log" not in [parser.name for parser in claiming(_source(text))]


@given(st.binary(max_size=80))
def test_any_bytes_raise_nothing(content: bytes) -> None:
    list(AvsSdkUntimedLog().parse(Source.of("\n".join(LINES).encode() + content)))
