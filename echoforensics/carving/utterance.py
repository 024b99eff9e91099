"""Carves utterance ids in plain text anywhere: in logs, in databases, in URLs that an app stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise, repeat
from urllib.parse import unquote

import numpy as np

from echoforensics.carving.carved import UTTERANCE_ID, BlockPlaces, Carved, CarvedRun, Grade, Reached, Signature, View
from echoforensics.carving.utterance_rows import alike
from parsers.utterance import FINDER, UtteranceId

_ENDING = "the form of an utterance id ends here"
#: How many bytes before and after the minutes and seconds may belong to the id.
_BEFORE, _AFTER = 180, 180
#: From this many ids in a block on, they are recognised at once; one of this many gives the layout.
_FEWEST, _TRIED = 32, 8
_NOT_TEXT = re.compile(rb"[^\x21-\x7e]")
#: The end of an id from the character before the minutes on, and its beginning with the bytes reversed. This covers
#: most ids: those of days that every month has. Other forms are examined as text.
_END = re.compile(
    rb"/[0-5]\d:[0-5]\d::\w{1,20}\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[A-Za-z0-9]{0,16}"
    rb"(?:/\d{1,6})?"
)
_BEGINNING = re.compile(
    rb"\w{1,40}/(?:\d[01]|[0-3]2)/(?:[1-9]0|\d1|[0-8]2)/(?:[1-9]0|[012]1)/(?!0000)\d{4}/\d{1,4}(?:\.\d{1,4})*:[A-Za-z0-9]{1,40}"
)
#: What may precede an id recognised this way: nothing that could belong to it or to another id.
_APART = bytes(byte for byte in range(256) if byte > 0x7F or not (byte in b"/%-" or chr(byte).isalnum()))
#: A percent-encoded character. In ``%22`` before an id, the digits could be mistaken for its first characters.
_SIGNS = re.compile(rb"%[2-7][0-9A-Fa-f]")


def carve(view: View, at: int) -> Carved | None:
    """Carve the utterance id around its minutes and seconds.

    Args:
        view: the media.
        at: offset of the character before the minutes (``/mm:ss::``, or the same percent-encoded).
    """
    begin = max(0, at - _BEFORE)
    text = view.read(begin, at - begin + _AFTER)
    if (found := _plainly(text, at - begin)) is not None:
        start, end = found
        return Carved(
            UTTERANCE_ID, ".utterance-id", ((begin + start, end - start),), Grade.WHOLE, _ENDING, "", is_record=True
        )
    # Characters that cannot occur in an id end the text on either side.
    edges = [found.start() for found in _NOT_TEXT.finditer(text)]
    first = max((edge + 1 for edge in edges if edge < at - begin), default=0)
    last = min((edge for edge in edges if edge >= at - begin), default=len(text))
    text = text[first:last]
    if (found := _find(text, at - begin - first)) is not None:
        start, end = found
        return Carved(
            kind=UTTERANCE_ID,
            suffix=".utterance-id",
            ranges=((begin + first + start, end - start),),
            grade=Grade.WHOLE,
            ending=_ENDING,
            detail="percent-encoded, as in an address" if b"%" in text[start:end] else "",
            is_record=True,
        )
    return None


def _plainly(text: bytes, at: int) -> tuple[int, int] | None:
    """Return (first byte, end) of an id with its minutes at an offset if the bytes around leave no doubt, else None."""
    if b"%" in text or (last := _END.match(text, at)) is None:
        return None
    first = _BEGINNING.match(text[at - 1 :: -1]) if at else None
    start = at - first.end() if first else 0
    return (start, last.end()) if start and text[start - 1] in _APART else None


def _find(text: bytes, at: int) -> tuple[int, int] | None:
    """Return (first byte, end) of the id that holds an offset."""
    # Each encoded character becomes one character here; their positions lead back to the bytes.
    plain, places = bytearray(), []
    place = 0
    while place < len(text):
        sign = _SIGNS.match(text, place)
        plain += unquote(sign[0].decode("ascii")).encode("ascii") if sign else text[place : place + 1]
        places.append(place)
        place = sign.end() if sign else place + 1
    places.append(len(text))
    if at not in places:
        return None
    found = _id_around(plain.decode("ascii"), places.index(at))
    return (places[found[0]], places[found[1]]) if found else None


def _id_around(text: str, at: int) -> tuple[int, int] | None:
    # If two ids touch, the letters after the stream of the first may be the beginning of the second.
    for last in (0, "uuid"):
        place = 0
        while match := FINDER.search(text, place):
            if match.start() <= at < match.end() and UtteranceId.parse(match[0]):
                return match.span()
            place = match.end(last)
    return None


class UtteranceSift:
    """Recognises many plainly written ids of one layout at once."""

    def worth(
        self, _view: View, block: bytes, base: int, places: BlockPlaces, _reached: Reached
    ) -> Iterator[int | Carved | CarvedRun]:
        """Yield what is carved at some places of a block, or the place itself if it needs a closer look."""
        last = max(_BEFORE, len(block) - _AFTER)
        return chain(
            places.between(0, _BEFORE),
            _recognised(block, base, places.between(_BEFORE, last)),
            places.between(last, len(block)),
        )


def _recognised(block: bytes, base: int, places: Sequence[int]) -> Iterable[int | Carved | CarvedRun]:
    if len(places) < _FEWEST or (layout := _layout(block, places)) is None:
        return places
    before, text = layout
    looked = np.array(places)
    good = alike(block, looked, text, before)
    if b"%" in block:
        # In a text with percent-encoded characters, more than the id itself must be examined.
        signs = np.append(np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("%")), len(block) + _BEFORE)
        good &= signs[np.searchsorted(signs, looked - _BEFORE)] >= looked + _AFTER
    starts: list[int] = (looked + (base - before)).tolist()
    # Built without a function call each, since there are many thousands. There are as many as starts; everything else
    # is equal.
    ranges = zip(zip(starts, repeat(len(text)), strict=False), strict=True)
    kind, rest = (UTTERANCE_ID, ".utterance-id"), (Grade.WHOLE, _ENDING, "", True, False)
    parts = zip(*map(repeat, kind), ranges, *map(repeat, rest), strict=False)
    found: list[Carved] = list(map(tuple.__new__, repeat(Carved), parts))
    unclear: list[int] = np.flatnonzero(~good).tolist()
    if (np.diff(looked) < len(text)).any():
        return [one if is_good else at for one, is_good, at in zip(found, good.tolist(), places, strict=True)]
    return _in_runs(found, unclear, places)


def _in_runs(found: list[Carved], unclear: list[int], places: Sequence[int]) -> Iterator[int | CarvedRun]:
    """Yield what was found between the unclear ones, given by their indexes, and the places of those."""
    for before, number in pairwise([-1, *unclear, len(found)]):
        if run := found[before + 1 : number]:
            yield CarvedRun(run)
        if number < len(found):
            yield places[number]


def _layout(block: bytes, places: Sequence[int]) -> tuple[int, bytes] | None:
    """Return (bytes before the minutes, text) of an id typical of most; None if none of the first is plain."""
    for at in places[:: max(1, len(places) // _TRIED)]:
        if found := _plainly(block[at - _BEFORE : at + _AFTER], _BEFORE):
            return _BEFORE - found[0], block[at - _BEFORE + found[0] : at - _BEFORE + found[1]]
    return None


SIGNATURES = (
    Signature("utterance id", rb"/[0-5]\d:[0-5]\d::\w", carve, width=9, group="utterance id", sift=UtteranceSift),
    Signature(
        "utterance id in an address",
        rb"%2[Ff][0-5]\d%3[Aa][0-5]\d%3[Aa]%3[Aa]\w",
        carve,
        width=17,
        group="utterance id",
    ),
    # Some programs encode one of these characters and not the other.
    Signature(
        "utterance id with encoded colons",
        rb"/[0-5]\d%3[Aa][0-5]\d%3[Aa]%3[Aa]\w",
        carve,
        width=15,
        group="utterance id",
    ),
    Signature(
        "utterance id with encoded slashes",
        rb"%2[Ff][0-5]\d:[0-5]\d::\w",
        carve,
        width=11,
        group="utterance id",
    ),
)
