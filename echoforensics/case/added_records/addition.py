"""A record that is added to a sealed case, and what it is about. It is never evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Families of data types, and of names of what made a record, that no parser has: what machines find in recordings, and
#: what people write. So these records are distinguished from those of evidence.
MACHINE, ANNOTATION = "machine:", "annotation:"
#: The data type of what a person heard in a recording, written down in a review room.
HUMAN_TRANSCRIPT = f"{ANNOTATION}transcript"
#: The data type of a record that was removed from a case.
REMOVED = f"{ANNOTATION}removed"
#: What the time of such a record's row is of. It is that of the exhibit which it is about, by the same clock.
OF_ITS_EXHIBIT = "Time of the exhibit concerned"


@dataclass(frozen=True, slots=True)
class Addition:
    """A record that is to be added.

    Attributes:
        about: the exhibit that it is about: ``EF-0000012``.
        data_type: ``machine:...`` or ``annotation:...``; also the name of what made it.
        version: of what made it: of the program and its model, or of the form of the marks.
        message: one sentence, which says whose word it is.
        fields: what else it holds. In the case, ``about`` and ``about_record`` are among them.
        statement: what tells it from others about the same exhibit by the same maker: the same is not added twice.
    """

    about: str
    data_type: str
    version: str
    message: str
    statement: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.data_type.startswith((MACHINE, ANNOTATION)):
            raise ValueError(f"{self.data_type!r} is not of a family of what is added to a case")
