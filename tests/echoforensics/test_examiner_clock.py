"""What the system says of the examiner's clock is taken as it is, and what it does not say is unknown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody import read_ledger
from echoforensics import examiner_clock
from echoforensics.case.custody.names import BEGUN
from echoforensics.examiner_clock import clock_state, clock_words

CHRONY = "A29FC801,162.159.200.1,4,1795900000.1,{offset},0.000001,0.00002,-12.0,0.0,0.1,0.01,0.001,64.2,{leap}\n"
KERNEL = {"synchronised": True, "source": "kernel", "offset_us": 7, "maximum_error_us": 900}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which alone programs are looked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(examiner_clock, "_kernel", lambda: dict(KERNEL))
    return folder


def put(folder: Path, name: str, answer: str, code: int = 0) -> None:
    (folder / f"{name}.txt").write_text(answer)
    path = folder / name
    path.write_text(f'#!/bin/sh\nwhile IFS= read -r line; do echo "$line"; done < {folder}/{name}.txt\nexit {code}\n')
    path.chmod(0o755)


def test_chrony_knows_the_offset(programs: Path) -> None:
    put(programs, "chronyc", CHRONY.format(offset="-0.000123456", leap="Normal"))
    put(programs, "timedatectl", "NTP=no\nNTPSynchronized=no\n")
    state = clock_state()
    assert state == {
        "synchronised": True, "source": "chrony", "service": "chronyd", "offset_us": -123, "maximum_error_us": 900,
    }  # fmt: skip
    words = "the computer's clock was synchronised by chronyd, according to chrony"
    assert clock_words(state) == f"{words}; offset -123 microseconds as last measured"


def test_chrony_that_is_not_synchronised(programs: Path) -> None:
    put(programs, "chronyc", CHRONY.format(offset="0.5", leap="Not synchronised"))
    state = clock_state()
    assert (state["synchronised"], state["offset_us"]) == (False, None)
    assert clock_words(state) == "the computer's clock was NOT synchronised, according to chrony"


@pytest.mark.parametrize(
    "answer", ["", "506 Cannot talk to daemon\n", "a,b\n", CHRONY.format(offset="x", leap="Normal")]
)
def test_where_chrony_does_not_run_systemd_is_asked(programs: Path, answer: str) -> None:
    put(programs, "chronyc", answer)
    put(programs, "timedatectl", "Timezone=Etc/UTC\nCanNTP=yes\nNTP=yes\nNTPSynchronized=yes\n")
    state = clock_state()
    assert state == {
        "synchronised": True, "source": "timedatectl", "service": "the system's time service", "offset_us": 7,
        "maximum_error_us": 900,
    }  # fmt: skip
    assert "by the system's time service, according to timedatectl; offset 7 micro" in clock_words(state)


def test_systemd_that_is_not_synchronised(programs: Path) -> None:
    put(programs, "timedatectl", "NTP=no\nNTPSynchronized=no\n")
    assert clock_state() == {
        "synchronised": False, "source": "timedatectl", "offset_us": None, "maximum_error_us": None,
    }  # fmt: skip


def test_a_program_that_fails_is_passed_over(programs: Path) -> None:
    put(programs, "chronyc", CHRONY.format(offset="0.1", leap="Normal"), code=1)
    put(programs, "timedatectl", "NTPSynchronized=yes\n", code=1)
    assert clock_state() == KERNEL
    assert "according to the kernel" in clock_words(KERNEL)


def test_a_program_that_hangs_is_not_waited_for(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiner_clock, "_TIME_LIMIT", 0.2)
    path = programs / "chronyc"
    path.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    path.chmod(0o755)
    assert clock_state() == KERNEL


def test_where_nothing_is_known_it_says_unknown(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: dict[str, Any] = {}
    monkeypatch.setattr(examiner_clock, "_kernel", lambda: nothing)
    state = clock_state()
    assert state == {"synchronised": None, "source": "unknown", "offset_us": None, "maximum_error_us": None}
    assert clock_words(state) == "whether the computer's clock was kept by a time server is unknown"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked on Linux")
def test_the_kernel_answers_with_numbers() -> None:
    state = examiner_clock._kernel()
    assert state.keys() <= KERNEL.keys()
    if state.get("synchronised"):
        assert abs(state["offset_us"]) < 10**9
        assert 0 <= state["maximum_error_us"] < 10**9


def test_elsewhere_the_kernel_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert examiner_clock._kernel() == {}


def test_the_ledger_has_the_state(sealed: Any) -> None:
    (begun,) = (entry for entry in read_ledger(sealed.path / "custody.jsonl") if entry.action == BEGUN)
    state = begun.detail["clock"]
    assert isinstance(state, dict)
    assert {"synchronised", "source"} <= state.keys()
