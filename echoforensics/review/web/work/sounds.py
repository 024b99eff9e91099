"""Route: the bytes of a recording, or of its derivative, with ranges, so that seeking in a long one is fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from starlette.responses import Response, StreamingResponse

from echoforensics.review.room_errors import NotFoundError
from echoforensics.review.web.api import Api, Call
from echoforensics.review.web.work.byte_range import OutsideError, byte_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.review.work.sound_files import OpenSound

#: Files up to this size are read and sent at once.
_AT_ONCE = 1 << 20
_BLOCK = 1 << 17


def _sound(call: Call) -> Response:
    desk, name, number = call.room.desk, call.path("item"), call.path("sound")
    try:
        item = desk.item_for(call.person, name)
    except NotFoundError:
        raise call.not_found(name) from None
    case = desk.case_of(item)
    sounds = case.shown(item, "en").sounds
    if not (number.isascii() and number.isdigit() and len(number) < 6 and int(number) < len(sounds)):
        raise call.not_found(name)
    try:
        opened = desk.sounds.open(case, sounds[int(number)])
    except OSError as error:
        raise NotFoundError(
            "The recording cannot be read out of the case. Tell who runs the server: `echoforensics verify` says more."
        ) from error
    return _answer(opened, call.request.headers.get("range"))


def _answer(opened: OpenSound, asked: str | None) -> Response:
    stream, size = opened.stream, opened.size
    headers = {"accept-ranges": "bytes", "cache-control": "no-store", "content-type": opened.media_type}
    try:
        part = byte_range(asked, size)
    except OutsideError:
        stream.close()
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
    status, (start, end) = (200, (0, size)) if part is None else (206, part)
    if part is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    if end - start <= _AT_ONCE:
        with stream:
            stream.seek(start)
            return Response(stream.read(end - start), status, headers)
    headers["content-length"] = str(end - start)
    return StreamingResponse(_blocks(stream, start, end), status, headers)


def _blocks(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with stream:
        stream.seek(start)
        left = end - start
        while left > 0 and (block := stream.read(min(_BLOCK, left))):
            left -= len(block)
            yield block


ROUTES = (
    Api(
        "GET", "/api/items/{item}/sound/{sound}", _sound,
        "Get a recording of an item, or the derivative of it that browsers play; `Range` is answered.",
        answer={"type": "string", "format": "binary"}, content_type="audio/*",
    ),
)  # fmt: skip
