"""A record for making interactions, and the role of its data type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

#: Prefix of the data types of recordings.
RECORDING = "recording:"
SECOND = 1_000_000


class Role(StrEnum):
    """What a record says about an interaction."""

    NEAR_MISS = "near miss"
    WAKE_WORD = "wake word"
    DEVICE = "device"
    ENTRY = "entry"
    LIST = "list"
    RECORDING = "recording"
    FOLLOWING = "following"


class Witness(StrEnum):
    """The independent witness that a record comes from. A list made by an examiner is none."""

    DEVICE = "device"
    ACCOUNT = "account"
    SOUND = "sound"
    NONE = "none"


#: The role of each data type that can be a member. Others are members if they have a key of an interaction.
ROLES: Mapping[str, Role] = {
    "echo:log:near_miss": Role.NEAR_MISS,
    "echo:log:wake_word": Role.WAKE_WORD,
    "echo:avs:wake_word": Role.WAKE_WORD,
    "echo:metric:wake_word": Role.WAKE_WORD,
    "alexa:cloud:activity": Role.ENTRY,
    "alexa:cloud:history": Role.ENTRY,
    "alexa:cloud:answer": Role.ENTRY,
    "alexa:cloud:card": Role.ENTRY,
    "alexa:cloud:conversation_turn": Role.ENTRY,
    "alexa:cloud:dialog_item": Role.ENTRY,
    "alexa:cloud:export_utterance": Role.ENTRY,
    "alexa:cloud:export_whispered": Role.ENTRY,
    "alexa:cloud:push_message": Role.LIST,
    "alexa:app:acquired_file": Role.LIST,
    "alexa:cloud:listed_url": Role.LIST,
    "alexa:web:cached": Role.LIST,
    "alexa:cloud:response": Role.LIST,
    "alexa:cloud:media": Role.FOLLOWING,
    "alexa:cloud:media_session": Role.FOLLOWING,
    "alexa:cloud:notification": Role.FOLLOWING,
    "alexa:cloud:player": Role.FOLLOWING,
    "alexa:cloud:queue_item": Role.FOLLOWING,
    "echo:state:alarm": Role.FOLLOWING,
}
#: Data types whose records are an interaction even if nothing else is joined to them.
ALONE = frozenset(
    {
        "echo:log:near_miss", "echo:log:wake_word", "echo:avs:wake_word", "echo:metric:wake_word",
        "alexa:cloud:activity", "alexa:cloud:history", "alexa:cloud:export_utterance",
    }
)  # fmt: skip
#: Data types whose further fields bear on what they are joined to.
JOINED_BY_FIELDS = frozenset(
    {
        "alexa:cloud:card", "alexa:cloud:media", "alexa:cloud:media_session", "echo:log:audio_stream",
        "echo:log:near_miss", "recording:audio",
    }
)  # fmt: skip
#: Records that follow an interaction and name it only by a key: they belong to it if another record has that key.
FOLLOWING_BY_KEY = frozenset(
    {"alexa:cloud:notification", "alexa:cloud:player", "alexa:cloud:queue_item", "echo:state:alarm"}
)
#: Kinds of those keys: names of an interaction's results.
FOLLOWING_KEYS = ("alert", "notification")
#: Wake words are lines or measurements of one device; several within this time in one file are one.
SAME_WAKE_WORD = SECOND


class SpokenTime(NamedTuple):
    """A time of a record.

    Attributes:
        description: its meaning, in plaso's words.
        clock: whose clock made it.
        timestamp: microseconds since 1970 UTC.
        resolution: microseconds; the actual time may be later by as much.
    """

    description: str
    clock: str
    timestamp: int
    resolution: int = 1


@dataclass(slots=True)
class SpokenRecord:
    """A record that may belong to an interaction. It is never changed, but a frozen class is far slower to create.

    Attributes:
        record: its id, which depends on its content alone.
        data_type, message, locator: as in a row.
        sha256: SHA-256 of the file that the locator is in.
        evidence: the evidence items that hold it.
        exhibit: its first exhibit; empty if it has no row.
        path: its path; the first of several places.
        device_serial, device_type, account, person, utterance_id, transcript: where known.
        keys: what it shares with other records, as ``kind:value``; see :class:`parsers.record.Record`.
        times: its times with known UTC.
        fields: its further fields.
        places: number of its places.
        state: ``live``, ``deleted``, ``carved`` or ``damaged``.
        number: its number in the database; 0 if it is in none.
        role: what it says about an interaction.
        source: the witness it comes from.
    """

    record: str
    data_type: str
    message: str
    locator: str
    sha256: str
    evidence: tuple[str, ...]
    exhibit: str = ""
    path: str = ""
    device_serial: str | None = None
    device_type: str | None = None
    account: str | None = None
    person: str | None = None
    utterance_id: str | None = None
    transcript: str | None = None
    keys: tuple[str, ...] = ()
    times: tuple[SpokenTime, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    places: int = 1
    state: str = "live"
    number: int = 0
    role: Role = field(init=False, repr=False, compare=False)
    source: Witness = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Set the role and the source from the data type."""
        self.role = role_of(self.data_type)
        self.source = source_of(self.data_type)

    def text(self, name: str) -> str:
        """Return a text field; empty if it is missing or not a text."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


@lru_cache(maxsize=1024)
def role_of(data_type: str) -> Role:
    """The role of records of a data type."""
    if data_type.startswith(RECORDING):
        return Role.RECORDING
    if found := ROLES.get(data_type):
        return found
    return Role.DEVICE if data_type.startswith("echo:") else Role.LIST


@lru_cache(maxsize=1024)
def source_of(data_type: str) -> Witness:
    """The witness of records of a data type. What an app or a browser stored of an answer comes from the account."""
    if data_type.startswith(RECORDING):
        return Witness.SOUND
    if data_type.startswith("echo:"):
        return Witness.DEVICE
    if data_type in ("alexa:app:acquired_file", "alexa:cloud:listed_url"):
        return Witness.NONE
    return Witness.ACCOUNT
