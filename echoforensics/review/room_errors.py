"""Errors that the room answers with. The message says what to do; the status is HTTP's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.errors import EchoforensicsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.report.words.language import Language


class RoomError(EchoforensicsError):
    """Base class: the request cannot be fulfilled.

    Attributes:
        status: HTTP status of the response.
        english: the message in English, a literal, with ``{names}`` for values: what the catalogues have.
        words: the values by name.
        more: further members of the response.
    """

    status = 400

    def __init__(self, english: str, words: Mapping[str, object] | None = None, **more: object) -> None:
        super().__init__(english.format_map(words) if words else english)
        self.english = english
        self.words = words or {}
        self.more = more

    def text(self, words: Language) -> str:
        """The message in a language."""
        return words.text(self.english, **self.words)


class InvalidRequestError(RoomError):
    """The request lacks a required value, or a value is invalid."""


class NotSignedInError(RoomError):
    """Nobody is signed in, or the session has ended."""

    status = 401


class RefusedError(RoomError):
    """The person is not allowed to do this."""

    status = 403


class NotFoundError(RoomError):
    """It does not exist, or this person may not see it: the response is the same."""

    status = 404


class ChangedMeanwhileError(RoomError):
    """Somebody else changed it first; nothing was overwritten."""

    status = 409


class BusyError(RoomError):
    """Too many requests at once; this one has to wait."""

    status = 503


class TooManyTriesError(RoomError):
    """Too many attempts failed; further ones are rejected for a while.

    Attributes:
        seconds: time until the next attempt is allowed.
    """

    status = 429

    def __init__(self, english: str, words: Mapping[str, object], seconds: int) -> None:
        super().__init__(english, words, seconds=seconds)
        self.seconds = seconds
