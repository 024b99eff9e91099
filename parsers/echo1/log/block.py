"""Read the lines of a log in blocks, noting which may be worth parsing.

Nearly every line of this log is about the network. Searching a whole block for a few words is several times
faster than checking each line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from parsers.formats.logs.text import Utf8Stream
from parsers.literal_search import LiteralSearch

#: Longer lines are cut at this length.
MAX_LINE = 65_536
#: The number of bytes read at once.
BLOCK_SIZE = 262_144

#: What a line may tell of, as bits: an interaction, a detection of the wake word, a state, the clock, a start.
INTERACTION, DETECTION, STATE, CLOCK, START = (1 << bit for bit in range(5))
#: The bit of every line that has one of the words.
WANTED = 1 << 5
#: Lines without any of these make no record. The zero byte is included because it causes an issue.
_WORDS = {
    b"detection_type=": INTERACTION | DETECTION, b"utterance": INTERACTION | DETECTION,
    b"logGroupMetric:": INTERACTION, b"WakeupWord=": INTERACTION, b"voiceRequestId": INTERACTION,
    b"encoderStreamingStarted": INTERACTION, b"data='": INTERACTION, b"asrStreamId=": INTERACTION,
    b"finalize_stream": INTERACTION, b"messageType=Microphone.": INTERACTION,
    b"sendUpdates:Mode": STATE, b"mute": STATE, b"Mute": STATE, b"MUTE": STATE, b"utton": STATE,
    b"bootbegins:": START, b"Linux version": START, b"starting up": START, b"last_kmsg": START,
    b" clock ": CLOCK, b"ystem time": CLOCK, b"TimeChanged": CLOCK, b"timeChanged": CLOCK,
    b"ntpd": 0, b"http_time": 0, b"\0": 0,
}  # fmt: skip
#: What more is looked for in lines with one of the words.
_FURTHER_WORDS = {
    b"action=wakeWordReceived,": DETECTION, b"StreamToServer,": DETECTION,
    b"ime server": CLOCK, b"updateTimeFrom": CLOCK, b"clock is now": CLOCK, b"IMSG_HTTPTIME": CLOCK,
}  # fmt: skip
#: The same by what they tell of.
WORDS_BY_TOPIC = {
    topic: tuple(word for word, topics in (_WORDS | _FURTHER_WORDS).items() if topics & topic)
    for topic in (INTERACTION, DETECTION, STATE, CLOCK, START)
}


@dataclass(frozen=True, slots=True)
class Block:
    """A block of lines.

    Attributes:
        first: the number of the first line, counted from 1.
        lines: the lines, each without its LF and at most :data:`MAX_LINE` bytes.
        wanted: the lines that contain one of the words, ascending, each with what it may tell of, as bits.
        cut: the lines that were longer.
        has_zeros: whether any line contains a zero byte.
    """

    first: int
    lines: list[bytes]
    wanted: dict[int, int]
    cut: set[int]
    has_zeros: bool


def blocks(stream: Utf8Stream) -> Iterator[Block]:
    """Yield the lines of a file, some thousands at a time."""
    first, rest, cut = 1, b"", False
    while content := stream.read(BLOCK_SIZE):
        content = rest + content
        end = content.rfind(b"\n")
        if end >= 0:
            block = _block(first, content[:end], cut)
            yield block
            first, cut = first + len(block.lines), False
        rest, longer = _shortened(content[end + 1 :])
        cut = cut or longer
    if rest:
        yield _block(first, rest, cut)


def _shortened(rest: bytes) -> tuple[bytes, bool]:
    """The start of a long line, and whether the rest was dropped. Leading zero bytes are reduced to one."""
    if len(rest) > MAX_LINE and rest.startswith(b"\0"):
        rest = b"\0" + rest.lstrip(b"\0")
    return rest[:MAX_LINE], len(rest) > MAX_LINE


def _block(first: int, content: bytes, cut: bool) -> Block:
    lines = content.split(b"\n")
    cuts = {0} if cut else set()
    long = max(map(len, lines)) > MAX_LINE
    for index in [index for index, line in enumerate(lines) if len(line) > MAX_LINE] if long else ():
        lines[index], longer = _shortened(lines[index])
        cuts |= {index} if longer else set()
    return Block(first, lines, _wanted(content), cuts, b"\0" in content)


@cache
def _words() -> LiteralSearch:
    return LiteralSearch((*_WORDS, *_FURTHER_WORDS))


def _wanted(content: bytes) -> dict[int, int]:
    """The indexes of the lines that contain one of the words, ascending, with what they may tell of."""
    places: list[tuple[int, int]] = []
    for word in _words().present(content):
        topics = _WORDS[word] | WANTED if word in _WORDS else _FURTHER_WORDS[word]
        at = content.find(word)
        while at >= 0:
            places.append((at, topics))
            line_end = content.find(b"\n", at)
            at = content.find(word, line_end) if line_end >= 0 else -1
    found: dict[int, int] = {}
    index, before = 0, 0
    for place, topics in sorted(places):
        index += content.count(b"\n", before, place)
        before = place
        found[index] = found.get(index, 0) | topics
    return {index: topics for index, topics in found.items() if topics & WANTED}
