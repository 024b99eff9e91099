"""Payloads of Android's logger without its header: lines without times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.fireos.log_entries import LogcatPayloads
from parsers.parser import Source
from parsers.record import Issue, Record


def _payload(tag: str, text: str) -> bytes:
    return b"\4" + tag.encode() + b"\0" + text.encode() + b"\0"


TURN = _payload("SPCH-SIM_StartSpeechCommand", "mInitiator=WAKE_WORD")
STATE = _payload("SPCH-SIM_SimStateMachine", "ReadyState -> ListenState")
OTHER = _payload("Wifi", "one line\nand another")


def test_the_lines_are_read_without_times() -> None:
    content = TURN + OTHER + STATE
    source = Source.of(content, "log.bin")
    assert LogcatPayloads().claims(source)
    found = list(LogcatPayloads().parse(source))
    turn, state, file = (item for item in found if isinstance(item, Record))
    assert (turn.data_type, turn.timestamps, turn.locator) == ("echo:event:turn", (), f"bytes:0+{len(TURN)}")
    assert (state.data_type, state.timestamps) == ("echo:event:turn_state", ())
    assert state.locator == f"bytes:{len(TURN + OTHER)}+{len(STATE)}"
    assert file.fields["lines"] == 4
    (issue,) = (item for item in found if isinstance(item, Issue))
    assert "without the logger's header" in issue.what


def test_what_follows_the_payloads_is_an_issue() -> None:
    found = LogcatPayloads().parse(Source.of(TURN + OTHER + STATE + b"\xff\0more", "log.bin"))
    issue = [item for item in found if isinstance(item, Issue)][-1]
    assert (issue.locator, issue.excerpt) == (f"bytes:{len(TURN + OTHER + STATE)}+6", b"\xff\0more")


@pytest.mark.parametrize("content", [OTHER * 5, TURN + STATE, b"\4\0\0" * 5, b"", b"x" + TURN + OTHER + STATE])
def test_other_files_are_not_claimed(content: bytes) -> None:
    assert not LogcatPayloads().claims(Source.of(content, "log.bin"))


@given(st.integers(0, 150), st.binary(max_size=6))
def test_changed_bytes_end_without_an_error(at: int, piece: bytes) -> None:
    content = TURN + OTHER + STATE
    source = Source.of(content[:at] + piece + content[at + len(piece) :], "log.bin")
    LogcatPayloads().claims(source)
    assert all(isinstance(item, (Record, Issue)) for item in LogcatPayloads().parse(source))
