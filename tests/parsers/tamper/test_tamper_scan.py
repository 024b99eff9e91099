from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.definition.tamper import all_rules
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.tamper.line_time import line_timestamp
from parsers.tamper.scan import BLOCK, MAX_HITS, RuleScanner
from parsers.tamper.tamper_signs import Tamper

Read = Callable[..., list[Record | Issue]]
SIGN = b"Jan  5 22:41:02 localhost login[700]: ROOT LOGIN on tty\n"
PLAIN = b"Jan  5 22:41:02 localhost ntpd[9]: clock is now synced\n"
LOG = [rule for rule in all_rules() if rule.kind == "log"]
EXAMPLES = [(rule, example) for rule in all_rules() for example in (*rule.hits, *rule.misses)]
PATHS = [*sorted({example.path for _, example in EXAMPLES if example.path}), "var/log/kern.log", "etc/init.d/x", "x"]


class _Drip(io.BytesIO):
    """Gives fewer bytes than it is asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, 7777) if size and size > 0 else size)


@pytest.mark.parametrize("before", [0, 1, 19_064, 19_065, 19_066, 40_000])
def test_a_sign_is_found_wherever_the_blocks_end(before: int) -> None:
    content = PLAIN * before + SIGN + PLAIN * 3 + SIGN.rstrip(b"\n")
    assert BLOCK // len(PLAIN) == 19_065

    hits = RuleScanner(LOG).scan(_Drip(content))

    assert [(hit.line, hit.rule.name, hit.whole) for hit in hits] == [
        (before + 1, "log_root_login", True), (before + 5, "log_root_login", True),
    ]  # fmt: skip
    assert hits[0].offset == before * len(PLAIN)


@pytest.mark.parametrize("shift", range(-5, 5))
def test_the_next_line_is_seen_across_blocks(shift: int) -> None:
    journal = b"Dec 28 23:51:08 h kernel: [   65.599548] EXT3-fs (mmcblk0p7): using internal journal\n"
    mounted = b"Dec 28 23:51:08 h kernel: [   65.599578] EXT3-fs (mmcblk0p7): mounted filesystem with ordered data\n"
    before = b"x" * (BLOCK - len(journal) - 1 + shift) + b"\n"

    assert RuleScanner(LOG).scan(io.BytesIO(before + journal + mounted)) == []
    assert len(RuleScanner(LOG).scan(io.BytesIO(before + journal + PLAIN))) == 1


@pytest.mark.parametrize("size", [3_000, 100_000, BLOCK - 30, BLOCK, BLOCK + 5_000, 3 * BLOCK])
def test_a_sign_deep_in_one_long_line_is_found_once(size: int) -> None:
    content = PLAIN + b"x" * size + b" " + SIGN.rstrip(b"\n") + b"y" * size + b"\n" + SIGN

    hits = RuleScanner(LOG).scan(io.BytesIO(content))

    assert [(hit.line, hit.whole) for hit in hits] == [(2, False), (3, True)]
    assert b"ROOT LOGIN" in hits[0].text
    assert content[hits[0].offset :].startswith(hits[0].text)
    assert len(hits[0].text) <= 4096


def test_many_lines_of_one_rule_are_counted_and_the_rest_is_reported(read: Read) -> None:
    found = read("var/log/auth.log", SIGN * 250)

    assert len([item for item in found if isinstance(item, Record)]) == MAX_HITS
    assert [item for item in found if isinstance(item, Issue)] == [
        Issue("The rule log_root_login fits 250 lines; the first 100 are given.")
    ]


def test_comments_and_crlf(read: Read) -> None:
    (record,) = read("etc/init.d/x", "#!/bin/sh\r\n  # exec /tmp/a\r\nexec /tmp/b\r\n")
    assert isinstance(record, Record)
    assert (record.locator, record.fields["text"]) == ("line:3", "exec /tmp/b")


@pytest.mark.parametrize(
    ("line", "recorded", "timestamp"),
    [
        (b"20220106:013002 x", "20220106:013002", 1641432602_000000),
        (b"20220230:013002 x", "20220230:013002", None),
        (b"19700101:000003 x", "19700101:000003", None),
        (b"2022-01-06T01:30:02.5Z x", "2022-01-06T01:30:02.5Z", 1641432602_500000),
        (b"2022-01-06T02:30:02+01:00 x", "2022-01-06T02:30:02+01:00", 1641432602_000000),
        (b"2022-01-06 01:30:02,123 x", "2022-01-06 01:30:02,123", None),
        (b"Jan  6 01:30:02 host x", "Jan  6 01:30:02", None),
        (b"01-06 01:30:02.123  1  1 I x", "01-06 01:30:02.123", None),
        (b"<6>[   12.345678] x", "12.345678", None),
    ],
)
def test_times_of_lines(line: bytes, recorded: str, timestamp: int | None) -> None:
    stamp = line_timestamp(line)
    assert stamp is not None
    assert (stamp.recorded, stamp.timestamp) == (recorded, timestamp)


def test_a_line_without_a_time_has_none() -> None:
    assert line_timestamp(b"Kernel command line: x") is None


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=4000), st.sampled_from(PATHS), st.none() | st.integers(0, 0o7777))
def test_any_bytes_are_read(content: bytes, path: str, mode: int | None) -> None:
    _check(content, path, mode)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damaged_examples_are_read(data: st.DataObject) -> None:
    parts = data.draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=6))
    content = bytearray(b"\n".join(example.content for _, example in parts))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    _check(bytes(content), data.draw(st.sampled_from(PATHS)), None)


def _check(content: bytes, path: str, mode: int | None) -> None:
    source = Source(path, len(content), content, lambda: io.BytesIO(content), mode=mode)
    found = list(Tamper().parse(source))
    assert bool(found) == Tamper().claims(source)
    for item in found:
        assert isinstance(item, Record)
        if item.locator:
            place = resolve(io.BytesIO(content), item.locator).content
            assert place[:300].decode("utf-8", "backslashreplace").startswith(str(item.fields["text"]))
