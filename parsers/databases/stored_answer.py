"""Database values that have the form of an answer of the Alexa service."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.alexa_api.answers import responses, unread_answer
from parsers.alexa_api.items.body import Body, RowPlaces
from parsers.record import Issue, Record, Value


def read_stored(
    value: object, path: str, locator: str, fields: Mapping[str, Value] | None = None
) -> list[Record | Issue]:
    """Yield the records of a value; nothing if it does not have the form of an answer.

    Args:
        value: the decoded JSON.
        path: the path of the database inside the evidence.
        locator: the locator of the row.
        fields: fields added to every record.
    """
    found = list(responses.read(Body(value, path, RowPlaces(locator), fields=fields or {})))
    if any(isinstance(item, Record) and item.data_type != unread_answer.DATA_TYPE for item in found):
        return found
    return []
