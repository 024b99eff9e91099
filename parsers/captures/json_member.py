"""Read members and bodies from decoded JSON, for the capture parsers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from parsers.coding import CodingError, decode
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_coding, join
from parsers.record import Clock, Issue, Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_ZONE = " The time bears no zone."


def object_of(holder: Mapping[str, object], key: str) -> Mapping[str, object]:
    """An inner object; empty if missing."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def text_of(holder: Mapping[str, object], key: str) -> str:
    """A text in an object; empty if missing."""
    value = holder.get(key)
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class BodyText:
    """A body given as text in JSON.

    Attributes:
        content: its bytes; those of the text itself if it is not valid base64.
        locator: the locator of the bytes.
        issues: issues with the body.
    """

    content: bytes
    locator: str
    issues: tuple[Issue, ...] = ()


def body_text(text: str, locator: str, *, base64: bool) -> BodyText:
    """The bytes of a body.

    Args:
        text: the text.
        locator: its locator.
        base64: whether it is base64.
    """
    content = text.encode("utf-8", "surrogatepass")
    if not base64:
        return BodyText(content, locator)
    try:
        return BodyText(decode(content, "base64", MAX_BYTES), join(locator, at_coding("base64")))
    except CodingError as error:
        return BodyText(b"", locator, (Issue(f"The body is marked as base64, but {error}.", locator, content[:64]),))


def written_timestamp(recorded: str, description: str, note: str, locator: str = "") -> Timestamp | None:
    """A capture's ISO 8601 time; None if it is not one."""
    try:
        when = datetime.fromisoformat(recorded)
        delta = None if when.tzinfo is None else when - _EPOCH
    except (ValueError, OverflowError):
        return None
    if delta is None:
        return Timestamp(description, recorded, Clock.EXAMINER, None, note + _NO_ZONE, locator)
    timestamp = (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds
    return Timestamp(description, recorded, Clock.EXAMINER, timestamp, note, locator)


def counted_timestamp(seconds: object, description: str, note: str, locator: str = "") -> Timestamp | None:
    """A capture's time in seconds since 1970; None if it is not one."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 1.2e9 < seconds < 4.1e9:
        return None
    return Timestamp(description, repr(seconds), Clock.EXAMINER, round(seconds * 1_000_000), note, locator)
