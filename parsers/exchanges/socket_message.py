"""Messages of a web socket: what of the service's answers is in one, whatever frames it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.answers.within import read_within
from parsers.alexa_api.items.body import Body
from parsers.alexa_api.items.text_values import values_of
from parsers.record import Issue, Record, Timestamp, Value

#: A longer message is not read.
MAX_MESSAGE = 16 * 1024 * 1024


def message_records(
    content: bytes, locator: str, path: str, timestamps: tuple[Timestamp, ...], fields: Mapping[str, Value]
) -> Iterator[Record | Issue]:
    """Yield what the JSON in a message says; nothing where none of it belongs to the service.

    Args:
        content: the message.
        locator: where its bytes stand.
        path: of the file that holds it, inside the evidence.
        timestamps: when it was sent.
        fields: what every record gets.
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
