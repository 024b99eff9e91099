"""What a forked process that reads a source sends, and what becomes of it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from echoforensics.extraction.workers.reading_process import ReadingProcess


def _sends(*what: object) -> Callable[[Callable[[object], None]], None]:
    def run(send: Callable[[object], None]) -> None:
        for each in what:
            send(each)

    return run


def test_what_it_sends_is_received_in_order_and_then_it_has_ended() -> None:
    process = ReadingProcess(_sends(1, "two", [3]))

    assert [process.receive() for _ in range(3)] == [1, "two", [3]]
    with pytest.raises(EOFError):
        process.receive()
    assert process.wait() == 0
    # Once it was waited for it is neither ended nor waited for again.
    process.kill()
    assert process.wait() == 0


def test_one_that_is_ended_while_it_sends_has_ended() -> None:
    process = ReadingProcess(_sends(b"x" * 10_000_000))
    # The first byte is read, so that what is left is no pickle in any case.
    assert len(os.read(process._out.fileno(), 1)) == 1
    process.kill()

    with pytest.raises(EOFError):
        process.receive()
    assert process.wait() == -signal.SIGKILL


def test_an_error_of_its_own_is_an_exit_code(capfd: pytest.CaptureFixture[str]) -> None:
    def fails(_send: Callable[[object], None]) -> None:
        raise ValueError("not so")

    process = ReadingProcess(fails)

    with pytest.raises(EOFError):
        process.receive()
    assert process.wait() == 1
    assert "ValueError: not so" in capfd.readouterr().err


def test_interrupts_of_the_terminal_are_left_to_its_parent() -> None:
    def run(send: Callable[[object], None]) -> None:
        send(os.getpid())
        send(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)
        time.sleep(60)

    process = ReadingProcess(run)
    number = process.receive()
    assert process.receive() is True
    assert isinstance(number, int)
    assert number != os.getpid()
    process.kill()
    assert process.wait() == -signal.SIGKILL
