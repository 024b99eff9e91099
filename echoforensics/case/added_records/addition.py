"""A record added to a sealed case, and the exhibit it is about. It is never evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Families of data types and makers that no parser uses: findings of machines in recordings, and what people write.
#: They distinguish these records from evidence.
MACHINE, ANNOTATION = "machine:", "annotation:"
#: The data type of a person's transcript of a recording, written in a review room.
HUMAN_TRANSCRIPT = f"{ANNOTATION}transcript"
#: The data type of a record that was removed from a case.
REMOVED = f"{ANNOTATION}removed"
#: Describes the time of such a record's row: the time of the exhibit it is about, by the same clock.
OF_ITS_EXHIBIT = "Time of the exhibit concerned"


@dataclass(frozen=True, slots=True)
class Addition:
    """A record to add to a case.

    Attributes:
        about: the exhibit the record is about: ``EF-0000012``.
        data_type: ``machine:...`` or ``annotation:...``; also the name of the maker.
        version: of the maker: of the program and its model, or of the format of the marks.
        message: one sentence that says whose statement it is.
        fields: further fields. In the case, they include ``about`` and ``about_record``.
        statement: distinguishes the record from others about the same exhibit by the same maker; the same
            statement is not added twice.
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
