"""WebSocket messages: the service's answers in one, whatever frames it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.answers.within import read_within
from parsers.alexa_api.items.body import Body
from parsers.alexa_api.items.text_values import values_of
from parsers.record import Issue, Record, Timestamp, Value

#: Longer messages are not read.
MAX_MESSAGE = 16 * 1024 * 1024


def message_records(
    content: bytes, locator: str, path: str, timestamps: tuple[Timestamp, ...], fields: Mapping[str, Value]
) -> Iterator[Record | Issue]:
    """Yield the records of the JSON in a message; nothing if none of it belongs to the service.

    Args:
        content: the message.
        locator: the locator of its bytes.
        path: the path of its file inside the evidence.
        timestamps: when the message was sent.
        fields: fields added to every record.
    """
    if len(content) > MAX_MESSAGE:
        yield Issue(f"A message is longer than {MAX_MESSAGE} bytes; not read.", locator)
        return
    for value in values_of(content, text_marks(), locator):
        if isinstance(value, Issue):
            yield value
        elif value.found.value is not None:
            body = Body(value.found.value, path, value.places, timestamps=timestamps, fields=fields)
            yield from read_within(body)
