from __future__ import annotations

import gzip
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.echo1.log import block as echo1_block
from parsers.echo1.log import reader as echo1_reader
from parsers.echo1.log.block import BLOCK_SIZE, MAX_LINE
from parsers.echo1.log.messages import EchoMessages
from parsers.parser import Source
from parsers.record import Issue, Record

EVIDENCE = Path(__file__).parents[4] / "shared/evidence/echo-1st-gen/var"

Read = Callable[..., tuple[list[Record], list[Issue]]]
Build = Callable[..., dict[str, str]]

WHOLE = ["wake_word", "audio_stream", "voice_request", "answer"]


def _types(records: list[Record]) -> list[str]:
    return [record.data_type.removeprefix("echo:log:") for record in records]


def _issues(issues: list[Issue]) -> list[tuple[str, str]]:
    return [(issue.locator, issue.what.partition(",")[0].partition(";")[0]) for issue in issues]


def test_claim_is_by_content(interaction: Build) -> None:
    log = "".join(interaction().values()).encode()
    for content in (log, log.replace(b"\n", b"\r\n"), b"torn start of a line\n" + log, b"\0" * 9000 + log):
        assert EchoMessages().claims(Source.of(content, "renamed.txt"))
    for text in ("Dec 29 14:10:36 host prog[1]: text\n" * 9, "2022-01-02 09:03:39 INFO text\n" * 9, "20220102\n", "\n"):
        assert not EchoMessages().claims(Source.of(text.encode(), "var/log/messages"))
    assert not EchoMessages().claims(Source.of(b"", "var/log/messages"))


def test_name_helps_where_the_start_is_lost(interaction: Build) -> None:
    torn = b"torn\n" * 31 + next(iter(interaction().values())).encode()
    rotated = "var/local/log/messages_00003921_20220101164501.gz!/messages_00003921_20220101164501"
    for content in (torn, b"\0" * 70_000):
        assert EchoMessages().claims(Source.of(content, rotated))
        assert not EchoMessages().claims(Source.of(content, "notes"))


def test_torn_lines_are_issues_and_the_rest_is_read(read: Read, interaction: Build) -> None:
    lines = list(interaction().values())

    records, issues = read("".join(["01:2 torn\n", *lines[:5], "half a li\n", "\n", "another\n", *lines[5:], "202201"]))

    assert _types(records) == WHOLE
    assert _issues(issues) == [
        ("line:1", "The line does not start with a time"),
        ("line:7", "2 lines from here on do not start with a time"),
        ("line:21", "The line does not start with a time"),
    ]
    assert [issue.excerpt for issue in issues] == [b"01:2 torn", b"half a li", b"202201"]


def test_lines_that_are_none_are_counted_by_run(read: Read) -> None:
    line = "20220102:090330 wifid[1]: I x:\n"

    _, issues = read(f"{line}a\nb\n{line}c\n{line}")

    assert _issues(issues) == [
        ("line:2", "2 lines from here on do not start with a time"),
        ("line:5", "The line does not start with a time"),
    ]


def test_zero_bytes_are_an_issue_and_lines_on_either_side_are_read(read: Read, interaction: Build) -> None:
    lines = list(interaction().values())
    # As a loss of power leaves them: within a line, between two lines without a line end, as a line.
    torn = [*lines[:4], lines[4].rstrip("\n") + "\0" * 300 + lines[5], "\0" * 70_000 + "\n", *lines[6:]]

    records, issues = read("".join(torn))

    assert _types(records) == WHOLE
    assert records[0].fields["lines"] == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    assert _issues(issues) == [("line:5", "The line holds zero bytes"), ("line:6", "The line holds zero bytes")]
    assert issues[1].excerpt == b"\0"


def test_zero_bytes_without_end_before_a_line_are_passed_over(read: Read, interaction: Build) -> None:
    records, issues = read("\0" * 1_000_000 + "".join(interaction().values()))

    assert _types(records) == WHOLE
    assert records[0].locator == "line:2"
    assert _issues(issues) == [("line:1", "The line holds zero bytes")]


def test_line_ends_of_either_kind(read: Read, interaction: Build) -> None:
    log = "".join(interaction().values())

    assert read(log.replace("\n", "\r\n")) == read(log) == read(log.removesuffix("\n"))


@pytest.mark.parametrize("length", [MAX_LINE + 1, BLOCK_SIZE, 3 * BLOCK_SIZE + 7])
def test_long_line_is_cut_and_counted_once(length: int, read: Read, interaction: Build) -> None:
    start = "20220102:090330 ASRD[1]: I x:"
    late = " WakeupWord=ALEXA,beginIndex=1,endIndex=2,"

    records, issues = read(
        start + "y" * (length - len(start) - len(late)) + late + "\n" + "".join(interaction().values())
    )

    assert _types(records) == WHOLE
    assert records[0].locator == "line:3"
    assert _issues(issues) == [("line:1", "The line is longer than 65536 bytes")]


def test_line_of_the_greatest_length_is_whole(read: Read) -> None:
    start, end = "20220102:090330 buttond[1]: I x:", ":end"

    records, issues = read(start + "y" * (MAX_LINE - len(start) - len(end)) + end + "\n")

    assert issues == []
    assert str(records[0].fields["text"]).endswith(end)


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_blocks_of_any_size_give_the_same(
    size: int, read: Read, interaction: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "junk\n" + "".join([*interaction().values(), *interaction(2, after=100).values()])
    expected = read(content)

    monkeypatch.setattr(echo1_block, "BLOCK_SIZE", size)

    assert read(content) == expected


def test_line_without_number_level_or_program_is_a_line(read: Read) -> None:
    _, issues = read("20220102:090330 syslog-ng: x\n20220102:090331 -- MARK --\n20220102:090332 \n")

    assert issues == []


def test_stamp_that_is_no_date_gives_no_time(read: Read) -> None:
    (record,), issues = read("20221399:256199 buttond[1]: I x:\n")

    assert issues == []
    assert (record.timestamps[0].recorded, record.timestamps[0].timestamp) == ("20221399:256199", None)
    assert record.timestamps[0].note == "There is no such date or time of day."


def test_many_hostile_lines_are_read_in_bounds(read: Read, interaction: Build) -> None:
    lines = interaction()
    # Starts without ends, near misses without end, and a run of junk: what is kept is bounded.
    hostile = (lines["speaking"] + lines["opened"] + lines["accepted"].replace("=Accept", "=NearMiss")) * 2000

    records, issues = read(hostile + "junk\n" * 5000)

    assert Counter(_types(records)) == {
        "answer": 2000, "audio_stream": 2000, "near_miss": 2000, "clock_change": 2000,
    }  # fmt: skip
    assert _issues(issues) == [("line:6001", "5000 lines from here on do not start with a time")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.binary(max_size=400))
def test_no_bytes_raise(read: Read, content: bytes) -> None:
    read(content)
    read(b"20220102:090330 " + content)
    EchoMessages().claims(Source.of(content))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    at=st.integers(0, 3000), length=st.integers(0, 60), noise=st.binary(max_size=60), copies=st.integers(1, 3),
    order=st.randoms(use_true_random=False), shuffled=st.booleans(),
)  # fmt: skip
def test_no_mutation_raises(
    read: Read, interaction: Build, at: int, length: int, noise: bytes, copies: int, order: object, shuffled: bool
) -> None:
    lines = [*interaction().values()] * copies
    if shuffled:
        order.shuffle(lines)  # type: ignore[attr-defined]
    content = "".join(lines).encode()
    content = content[:at] + noise + content[at + length :]

    records, _ = read(content)

    count = content.count(b"\n") + 1
    for record in records:
        for locator in (record.locator, *(timestamp.locator for timestamp in record.timestamps)):
            match = re.fullmatch(r"line:(\d+)", locator)
            assert match
            assert 1 <= int(match[1]) <= count


def _real() -> list[bytes]:
    rotations = [gzip.decompress(path.read_bytes()) for path in sorted((EVIDENCE / "local/log").glob("messages_*.gz"))]
    return [*rotations, (EVIDENCE / "log/messages").read_bytes()]


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
def test_real_logs(read: Read) -> None:
    found: list[Record] = []
    for content in _real():
        records, issues = read(content)
        assert issues == []
        assert EchoMessages().claims(Source.of(content))
        found += records

    assert Counter(_types(found)) == {
        "wake_word": 9, "near_miss": 18, "audio_stream": 9, "answer": 7, "voice_request": 7, "volume": 18,
    }  # fmt: skip
    for record in found:
        if record.data_type == "echo:log:wake_word":
            assert re.fullmatch(r"\d{13}", record.timestamps[0].recorded)
        if record.data_type in ("echo:log:wake_word", "echo:log:audio_stream", "echo:log:answer"):
            assert record.utterance_id
            assert record.device_type == "AB72C64C86AW2"
            assert [key.partition(":")[0] for key in record.keys] == ["voice-request", "audio-sequence"]
        assert "clock_difference_ms" not in record.fields


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
def test_real_logs_agree_with_a_plain_search(read: Read) -> None:
    for content in _real():
        records, _ = read(content)
        text = content.decode("utf-8", "replace")
        for kind, description, pattern in (
            ("wake_word", "Recorded Time", r"action=wakeWordReceived,time=(\d+)"),
            ("audio_stream", "Start Time", r"utterance_preroll_ntp_time=(\d+)"),
            ("audio_stream", "Connection Established", r"action=openWWStreamToServer,time=(\d+)"),
            ("audio_stream", "End Time", r"action=closeWWStreamToServer,time=(\d+)"),
            ("answer", "Start Time", r"action=playTTSStart,time=(\d+)"),
            ("answer", "End Time", r"action=playTTSEnd,time=(\d+)"),
            ("near_miss", "Recorded Time", r"(?m)^(\S+) ASRD.*detection_type=NearMiss"),
        ):
            times = [m.recorded for r in records if r.data_type == f"echo:log:{kind}" for m in r.timestamps
                     if m.description == description]  # fmt: skip
            assert sorted(times) == sorted(re.findall(pattern, text)), kind


@pytest.mark.parametrize(
    ("codec", "mark"), [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b""), ("utf-16-le", b"")]
)
def test_a_log_in_another_encoding_is_read(
    read: Read, interaction: Callable[..., dict[str, str]], codec: str, mark: bytes
) -> None:
    text = "".join(interaction().values())
    plain, _ = read(text)
    content = mark + text.replace("\n", "\r\n").encode(codec)
    assert EchoMessages().claims(Source.of(content, "saved.txt"))
    records, issues = read(content)
    assert issues == []
    assert [(record.data_type, record.locator) for record in records] == [
        (record.data_type, record.locator) for record in plain
    ]


def test_lines_that_name_the_service_and_are_of_no_kind_are_counted(read: Read) -> None:
    line = "20211231:165212 AlexaDaemon[1]: I x:y:host=avs-alexa-4-na.amazon.com:text\n"
    (record,), issues = read(line + line.replace("12 A", "13 A"))
    assert issues == []
    assert record.message == (
        'The log holds 2 lines of "AlexaDaemon" that name the service or its programs and are of no kind that'
        " is read; the"
        " first: x:y:host=avs-alexa-4-na.amazon.com:text"
    )
    assert [(time.description, time.recorded) for time in record.timestamps] == [
        ("Start Time", "20211231:165212"), ("End Time", "20211231:165213"),
    ]  # fmt: skip
    assert read("20211231:165212 netmgrd[1]: I x:y:z=1:text\n") == ([], [])


@pytest.mark.parametrize("seed", range(12))
def test_blocks_in_order_and_lines_one_by_one_give_the_same(
    seed: int, read: Read, interaction: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(seed)
    at = datetime(2022, 1, 2, 23, 30, tzinfo=UTC)
    lines: list[str] = []
    for _ in range(300):
        # Mostly in order; now and then far on, or back.
        at += timedelta(
            seconds=draw.choice([0, 0, 1, 1, 2, 40, 839, 840, 899, 900, -1, -2] if seed % 2 else [0, 1, 40])
        )
        stamp = f"{at:%Y%m%d:%H%M%S}"
        word = draw.choice(["x", "x", "x", "mute", "clock is now synced", "buttond event=KeyButton"])
        lines.append(
            draw.choice([f"{stamp} wifid[1]: I x:{word}\n"] * 60 + ["torn\n", "\0\n", f"{stamp[:8]}:256199 a\n"])
        )
    lines[100:100] = interaction().values()
    content = "".join(lines)
    monkeypatch.setattr(echo1_block, "BLOCK_SIZE", draw.choice([300, 2000, 5000]))

    found = read(content)
    with monkeypatch.context() as one_by_one:
        one_by_one.setattr(echo1_reader, "in_order", lambda *_: False)
        assert read(content) == found
    assert found[0]
