"""Traces of curl: the bytes of requests and answers, without what was encrypted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.captures.hex_listing_file import HexListingFile
from parsers.coding import decode
from parsers.formats.http.curl_trace import begins_as_trace, is_of_characters, traced_bytes
from parsers.parser import Source
from parsers.record import Issue, Record

BODY = (
    '{"activities":[{"activityStatus":"SUCCESS","creationTimestamp":1714557601777,"registeredCustomerId":"A3SAMPLE"}]}'
)
REQUEST = b"GET /api/activities?size=50 HTTP/1.1\r\nHost: alexa.amazon.com\r\n\r\n"
HEADERS = (b"HTTP/1.1 200 OK\r\n", b"Content-Type: application/json\r\n", b"\r\n")


def _block(title: str, content: bytes, *, characters: bool, time: str = "") -> str:
    """One block as curl writes it: by lines of the text, or 16 bytes a line."""
    lines = [f"{time}{title}, {len(content)} bytes (0x{len(content):x})"]
    at = 0
    while at < len(content):
        piece = content[at : at + (64 if characters else 16)]
        end = at + len(piece)
        if characters and b"\r\n" in piece:
            piece = piece[: piece.index(b"\r\n")]
            end = at + len(piece) + 2
        elif characters and content[end : end + 2] == b"\r\n":
            end += 2
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        listed = "" if characters else "".join(f"{byte:02x} " for byte in piece).ljust(48)
        lines.append(f"{at:04x}: {listed}{shown}")
        at = end
    return "\n".join(lines) + "\n"


def _trace(body: bytes, *, characters: bool, time: str = "", piece: int = 50) -> bytes:
    blocks = [f"{time}== Info: Connected to alexa.amazon.com port 443\n"]
    encrypted = _block("<= Recv SSL data", b"\x17\x03\x03\0\x20", characters=characters, time=time)
    blocks += [_block("=> Send SSL data", b"\x16\x03\x01" * 40, characters=characters, time=time)]
    blocks += [_block("=> Send header", REQUEST, characters=characters, time=time), encrypted]
    blocks += [_block("<= Recv header", each, characters=characters, time=time) for each in HEADERS]
    for at in range(0, len(body), piece):
        blocks += [encrypted, _block("<= Recv data", body[at : at + piece], characters=characters, time=time)]
    return "".join(blocks).encode()


@pytest.mark.parametrize("characters", [False, True])
@pytest.mark.parametrize("time", ["", "10:00:00.123456 ", "10:00:00.123456 [0-0] "])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_the_messages_are_put_together_from_their_blocks(characters: bool, time: str, line_end: bytes) -> None:
    trace = _trace(BODY.encode(), characters=characters, time=time).replace(b"\n", line_end)
    assert begins_as_trace(trace)
    assert is_of_characters(trace) is characters
    assert traced_bytes(trace) == REQUEST + b"".join(HEADERS) + BODY.encode()
    assert decode(trace, "curl-trace", 10_000) == traced_bytes(trace)


@pytest.mark.parametrize("characters", [False, True])
def test_a_trace_gives_the_answer_in_it(characters: bool) -> None:
    source = Source.of(_trace(BODY.encode(), characters=characters), "trace.txt")
    source = Source(source.path, source.size, source.head, source.opener, names=("key",))
    assert HexListingFile().claims(source)
    found = list(HexListingFile().parse(source))
    issues = [item.what for item in found if isinstance(item, Issue)]
    assert len(issues) == characters
    assert all("is a dot" in what for what in issues)
    activity = next(item for item in found if isinstance(item, Record) and item.data_type == "alexa:cloud:activity")
    start = len(REQUEST + b"".join(HEADERS))
    assert activity.locator == f"coding:curl-trace;bytes:{start}+{len(BODY)};json:/activities/0"
    assert [time.timestamp for time in activity.timestamps] == [1714557601777000]


def test_letters_that_a_trace_of_characters_lost_stay_dots() -> None:
    assert traced_bytes(_trace("Küche".encode(), characters=True)).endswith(b"K..che")
    assert traced_bytes(_trace("Küche".encode(), characters=False)).endswith("Küche".encode())


def test_a_block_that_breaks_off_gives_what_it_has() -> None:
    trace = _trace(BODY.encode(), characters=False, piece=1000)
    cut = traced_bytes(trace[:-100])
    assert (REQUEST + b"".join(HEADERS) + BODY.encode()).startswith(cut)
    assert len(cut) > len(REQUEST)


@pytest.mark.parametrize("text", [b"", b"a line\n=> Send header, 5 bytes (0x5)\n", b"== Info: nothing\n", b"0000: 41"])
def test_other_text_is_no_trace(text: bytes) -> None:
    assert not begins_as_trace(text)


@given(st.binary(max_size=300), st.integers(0, 2000), st.integers(0, 255))
def test_damaged_traces_end_without_an_error(noise: bytes, at: int, byte: int) -> None:
    trace = bytearray(_trace(BODY.encode(), characters=bool(byte % 2)))
    trace[at % len(trace)] = byte
    traced_bytes(bytes(trace) + noise)
    traced_bytes(b"<= Recv data, 99 bytes (0x63)\n" + noise)
