"""Values of a database's rows that have the form of an answer of the Alexa service."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.alexa_api.answers import responses, unread_answer
from parsers.alexa_api.items.body import Body, Places, Tokens
from parsers.record import Issue, Record, Value


class _RowPlaces(Places):
    """Everything in a value is located by its row."""

    def __init__(self, locator: str) -> None:
        self._locator = locator

    def record(self, tokens: Tokens) -> str:  # noqa: ARG002
        """The row."""
        return self._locator

    def value(self, tokens: Tokens) -> str:  # noqa: ARG002
        """Empty: within the row."""
        return ""


def read_stored(
    value: object, path: str, locator: str, fields: Mapping[str, Value] | None = None
) -> list[Record | Issue]:
    """What a value says; nothing where it does not have the form of such an answer.

    Args:
        value: the decoded JSON.
        path: of the database, inside the evidence.
        locator: of the row.
        fields: what every record gets.
    """
    found = list(responses.read(Body(value, path, _RowPlaces(locator), fields=fields or {})))
    if any(isinstance(item, Record) and item.data_type != unread_answer.DATA_TYPE for item in found):
        return found
    return []
