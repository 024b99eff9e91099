"""The vocabulary shared by all definitions: record columns, units of time, meanings of times."""

from __future__ import annotations

#: The columns of a record that a definition may fill.
COLUMNS = ("device_serial", "device_type", "account", "person", "utterance_id", "transcript")
#: The units in which a time may be recorded.
UNITS = {
    "s": "seconds since 1970 UTC; a fraction may follow",
    "ms": "milliseconds since 1970 UTC",
    "us": "microseconds since 1970 UTC",
    "webkit": "microseconds since 1601 UTC",
    "mac": "seconds since 2001 UTC; a fraction may follow",
    "excel": "days since 1899-12-30 in an unknown zone, as spreadsheets keep dates; a fraction is the time of day",
    "iso": "ISO 8601; without a zone it is not placed on the timeline, unless `zone` says UTC",
    "local": "a clock reading without a zone, in one value or several; it is not placed on the timeline",
    "any": "milliseconds or seconds since 1970 UTC, or ISO 8601, as the value itself shows",
    "utterance": "the time within an utterance id, UTC",
}
#: plaso's standard terms that a definition may use for the meaning of a time.
TIME_WORDS = (
    "Added Time", "Content Deletion Time", "Content Modification Time", "Creation Time", "End Time", "Expiration Time",
    "Last Access Time", "Last Active Time", "Last Connection Time", "Last Seen Time", "Last Update Time",
    "Last Used Time", "Metadata Modification Time", "Recorded Time", "Scheduled to end", "Scheduled to start",
    "Sent Time", "Start Time", "Update Time",
)  # fmt: skip
