"""The words for times, as plaso's timeliner maps them, and the names of our values in plaso's events."""

from __future__ import annotations

from parsers.definition.vocabulary import TIME_WORDS

#: The name of our parser in plaso.
NAME = "echoforensics"
#: The preset that asks for it alone. plaso expands a preset that names itself for ever, so it is not the parser's name.
PRESET = "alexa"
#: What a time is of, where nobody knows: plaso's own word.
UNKNOWN = "Unknown Time"
#: Every word for a time that our parsers use. A test holds the parsers to it.
WORDS = tuple(sorted({*TIME_WORDS, "Backup Time", "Connection Established", "Last Visited Time", UNKNOWN}))


def time_attribute(word: str) -> str:
    """The attribute of an event in which a time of this kind stands: ``date_creation_time``."""
    return "date_" + word.lower().replace(" ", "_")


#: Words for times by the attribute that holds such a time.
WORD_OF = {time_attribute(word): word for word in WORDS}

#: Values of a row that an event carries under the same name, where they are known.
VALUES = (
    "exhibit", "record", "message", "recorded_time", "clock", "device_serial", "device_type", "account", "person",
    "utterance_id", "transcript", "recording", "evidence", "path", "locator", "parser_version", "state",
    "interaction", "places", "corroborated_by", "fields", "time_note",
)  # fmt: skip
#: What a time is of, where the event itself cannot say it: its time in UTC is unknown, or plaso has no such word.
TIME_DESCRIPTION = "time_description"
