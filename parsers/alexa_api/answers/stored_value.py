"""Answers of the Alexa service in single values: of a row of a database, or of another store of values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.alexa_api.answers.responses import read
from parsers.alexa_api.answers.text_body import body_of
from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.answers.within import bodies
from parsers.alexa_api.items.body import Body, RowPlaces
from parsers.alexa_api.items.service_names import names_in
from parsers.alexa_api.items.text_values import values_of
from parsers.coding import CodingError, decode
from parsers.record import Issue, Record

#: Longer values are left out, and named.
MAX_VALUE = 16 * 1024 * 1024
_GZIP = b"\x1f\x8b\x08"


def service_text(value: object) -> bytes | None:
    """Return a value as a text that names the service, decompressed if it is gzip; None if it is none.

    Args:
        value: a text or bytes. What is longer than :data:`MAX_VALUE` is returned as it is.
    """
    content = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    if not isinstance(content, bytes):
        return None
    if content.startswith(_GZIP):
        try:
            content = decode(content, "gzip", MAX_VALUE)
        except CodingError as error:
            content = error.partial
    return content if names_in(content) else None


def answers_in_value(content: bytes, name: str, path: str, locator: str) -> Iterator[Record | Issue]:
    """Yield the records of the answers in a value.

    Args:
        content: the value, as :func:`service_text` returns it.
        name: the column or key that holds it, kept with each record.
        path: the path of the file inside the evidence.
        locator: the locator of the row.
    """
    if len(content) > MAX_VALUE:
        yield Issue(f"The column {name} holds more than {MAX_VALUE} bytes; it was not read.", locator)
        return
    for found in values_of(content, text_marks()):
        if isinstance(found, Issue):
            yield replace(found, locator=locator)
        elif found.found.value is not None:
            body = replace(body_of(found, path), places=RowPlaces(locator))
            yield from _of_body(replace(body, fields={**body.fields, "column": name}))


def _of_body(whole: Body) -> Iterator[Record | Issue]:
    for body in bodies(whole, {}):
        if isinstance(body, Issue):
            yield body
        else:
            yield from read(body)
