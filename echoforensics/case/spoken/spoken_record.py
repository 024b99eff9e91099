"""A record as interactions are made of it, and what its data type says it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

#: Data types of recordings begin so.
RECORDING = "recording:"
SECOND = 1_000_000


class Role(StrEnum):
    """What a record says of an interaction."""

    NEAR_MISS = "near miss"
    WAKE_WORD = "wake word"
    DEVICE = "device"
    ENTRY = "entry"
    LIST = "list"
    RECORDING = "recording"
    FOLLOWING = "following"


class Witness(StrEnum):
    """Which of three independent witnesses a record is of. A list that an examiner made is none."""

    DEVICE = "device"
    ACCOUNT = "account"
    SOUND = "sound"
    NONE = "none"


#: Each data type that can be a member, and its role. Others are members where they carry a key of an interaction.
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
#: Records that are an interaction although nothing else is joined to them.
ALONE = frozenset(
    {
        "echo:log:near_miss", "echo:log:wake_word", "echo:avs:wake_word", "echo:metric:wake_word",
        "alexa:cloud:activity", "alexa:cloud:history", "alexa:cloud:export_utterance",
    }
)  # fmt: skip
#: Of what follows an interaction, those that name it by nothing but a key: they are of it where another record has it.
FOLLOWING_BY_KEY = frozenset(
    {"alexa:cloud:notification", "alexa:cloud:player", "alexa:cloud:queue_item", "echo:state:alarm"}
)
#: Kinds of those keys: names of what an interaction brought about.
FOLLOWING_KEYS = ("alert", "notification")
#: Wake words are lines or measures of one device; several within this time in one file are one.
SAME_WAKE_WORD = SECOND


class SpokenTime(NamedTuple):
    """A time of a record.

    Attributes:
        description: what it refers to, in plaso's words.
        clock: whose clock made it.
        timestamp: microseconds since 1970 UTC.
        resolution: microseconds: the time recorded may be later by as much.
    """

    description: str
    clock: str
    timestamp: int
    resolution: int = 1


@dataclass(slots=True)
class SpokenRecord:
    """A record that may be of an interaction. It is not changed; a frozen one takes several times as long to make.

    Attributes:
        record: its id, which depends on its content alone.
        data_type, message, locator: as in a row.
        sha256: of the file that the locator is in.
        evidence: the evidence items in which it lies.
        exhibit: its first exhibit; empty if it has no row.
        path: where it lies; with several places, the first.
        device_serial, device_type, account, person, utterance_id, transcript: where known.
        keys: what it shares with other records, as ``kind:value``; see :class:`parsers.record.Record`.
        times: the times whose UTC is known.
        fields: its other fields.
        places: how many places hold it.
        state: ``live``, ``deleted``, ``carved`` or ``damaged``.
        role: what it says of an interaction.
        source: which witness it belongs to.
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
    role: Role = field(init=False, repr=False, compare=False)
    source: Witness = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note what its data type says."""
        self.role = role_of(self.data_type)
        self.source = source_of(self.data_type)

    def text(self, name: str) -> str:
        """A field that is text; empty if it is not there or is something else."""
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
    """The witness of records of a data type. What an app or a browser kept of an answer is the account's word."""
    if data_type.startswith(RECORDING):
        return Witness.SOUND
    if data_type.startswith("echo:"):
        return Witness.DEVICE
    if data_type in ("alexa:app:acquired_file", "alexa:cloud:listed_url"):
        return Witness.NONE
    return Witness.ACCOUNT
