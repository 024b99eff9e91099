"""What the room answers where it does not do what was asked. The message says what to do; the status is HTTP's."""

from __future__ import annotations

from echoforensics.errors import EchoforensicsError


class RoomError(EchoforensicsError):
    """Base of all: what was asked for cannot be done as it was asked.

    Attributes:
        status: of the answer, as HTTP numbers it.
        more: what the answer says beside the message.
    """

    status = 400

    def __init__(self, message: str, **more: object) -> None:
        super().__init__(message)
        self.more = more


class InvalidRequestError(RoomError):
    """The request does not say what it has to, or says it in a form that is not taken."""


class NotSignedInError(RoomError):
    """Nobody is signed in, or the session has ended."""

    status = 401


class RefusedError(RoomError):
    """The person may not do this."""

    status = 403


class NotFoundError(RoomError):
    """It does not exist, or is not this person's to see: the answer is the same."""

    status = 404


class ChangedMeanwhileError(RoomError):
    """Somebody else was first; nothing was overwritten."""

    status = 409


class BusyError(RoomError):
    """So much is asked for at once that this has to wait."""

    status = 503


class TooManyTriesError(RoomError):
    """So many tries failed that no more are looked at for a while.

    Attributes:
        seconds: until the next is.
    """

    status = 429

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message, seconds=seconds)
        self.seconds = seconds
