"""The vocabulary of rows in plain words: record types, clocks, states, meanings of times, and the glossary.

The English here is what the catalogues translate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from echoforensics.report.words.data_types import DATA_TYPES

if TYPE_CHECKING:
    from echoforensics.report.words.language import Language

#: Describes the owner of each clock named in a row.
CLOCKS = {
    "cloud": "a clock of the Alexa service",
    "device": "the clock of the Echo",
    "phone": "the clock of a phone",
    "examiner": "the clock of the computer on which evidence was acquired",
    "unknown": "not known whose clock",
}

#: A short label for each clock.
CLOCK_NAMES = {
    "cloud": "cloud clock",
    "device": "device clock",
    "phone": "phone clock",
    "examiner": "examiner's clock",
    "unknown": "unknown clock",
}

#: Describes how a row was found, by its state.
STATES = {
    "live": "live",
    "deleted": "deleted",
    "carved": "carved",
    "damaged": "damaged",
}

#: Names the source of a family of data types.
FAMILIES = {
    "alexa:cloud:": "the Alexa account",
    "alexa:app:": "the phone app",
    "alexa:web:": "a browser or a capture",
    "echo:": "the device",
    "recording:": "a recording of sound",
    "gap:": "what is missing",
    "machine:": "what a machine heard in a recording",
    "annotation:": "what people wrote about it",
}

#: Describes the service's outcome codes for an utterance.
STATUSES = {
    "SUCCESS": "handled",
    "FAULT": "failed",
    "DISCARDED_NON_DEVICE_DIRECTED_INTENT": "discarded: not meant for the device",
    "SYSTEM_ABANDONED": "given up by the service",
    "GENERAL": "general",
    "WAKE_WORD_ONLY": "wake word alone",
    "DEVICE_ARBITRATION": "another device answered",
    "FALSE_WAKE_WORD": "taken for the wake word in error",
    "SUPPRESSED_RESPONSE": "no answer was given",
    "ROUTINES_OR_TAP_TO_ALEXA": "a routine, or typed",
    "UNKNOWN": "unknown",
}

#: Describes what a time refers to, by plaso's terms.
TIMES = {
    "Added Time": "added",
    "Connection Established": "connection established",
    "Content Modification Time": "content changed",
    "Creation Time": "created",
    "End Time": "ended",
    "Event Time": "happened",
    "Expiration Time": "expires",
    "File Downloaded": "downloaded",
    "Last Access Time": "last read",
    "Last Active Time": "last active",
    "Last Update Time": "last updated",
    "Last Used Time": "last used",
    "Last Visited Time": "last visited",
    "Metadata Modification Time": "metadata changed",
    "Not a time": "no time",
    "Received Time": "received",
    "Recorded Time": "recorded",
    "Scheduled to end": "planned to end",
    "Scheduled to start": "planned to start",
    "Sent Time": "sent",
    "Start Time": "started",
    "Synchronization Time": "synchronised",
    "Update Time": "updated",
}

#: How strongly a record is tied to its interaction, strongest first.
STRENGTHS = {
    "utterance id": "utterance id",
    "request id": "request id",
    "record key": "record key",
    "same bytes": "same bytes",
    "time": "time alone",
    "alone": "alone",
}

#: Signs that an interaction was not intended.
SIGNS = {
    "near miss": "near miss",
    "wake word only": "wake word only",
    "discarded": "discarded",
    "no expressed intent": "no expressed intent",
    "text without wake word": "text without wake word",
    "recording without entry": "recording without entry",
}

#: Kinds of evidence items that are no image.
EVIDENCE_KINDS = {
    "folder": "folder",
    "file": "single file",
    "archive": "archive",
    "zip": "zip archive",
    "tar": "tar archive",
    "compressed": "compressed file",
}
_IMAGE = re.compile(r"(?P<form>.+?) image(?: compressed with (?P<method>.+))?")

#: The report's terms and their meanings.
GLOSSARY = {
    "artefact": "a file taken out of the evidence, kept by the SHA-256 of its content",
    "carved": "found by its own bytes, whatever the file system says",
    "deleted": "given up by a file system or a database and not yet overwritten",
    "exhibit": "a numbered row of the timeline; the same evidence gives the same numbers again",
    "gap": "what a case does not hold, derived from what it holds",
    "hash": "a number computed from bytes (MD5, SHA-256); if one byte changes, so does the hash",
    "interaction": "one time that somebody or something spoke to a device, or that the device took it so",
    "issue": "something that could not be read, or is not as it should be",
    "ledger": "the list of what was done, in which each line carries the hash of the line before",
    "locator": "where in a file a record is; echoforensics trace reads it again",
    "parser": "the part of the tool that reads one kind of file",
    "record": "one thing that a file says; it gives a row for each time it holds",
    "row": "one line of the timeline: one record at one of its times",
    "transcript": "text that the Alexa service recognised; it can be wrong, and the recording is what to hear",
    "unallocated": "space that a file system no longer counts as in use",
    "UTC": "the time that zones are reckoned from; it knows no summer time",
    "utterance": "one stream of audio that a device sent, named by an utterance id",
    "zone": "the offset from UTC that a recorded time is in",
}


def evidence_kind_words(kind: str, words: Language) -> str:
    """Describe the kind of an evidence item, such as ``EWF image``, in words; falls back to the kind itself."""
    if kind in EVIDENCE_KINDS:
        return words.text(EVIDENCE_KINDS[kind])
    image = _IMAGE.fullmatch(kind)
    if image is None:
        return kind
    if kind.startswith("raw"):
        form = words.text("raw image")
    elif kind.startswith("split raw"):
        form = words.text("raw image in several files")
    else:
        form = words.text("{form} image", form=image["form"])
    return (
        words.text("{image}, compressed with {method}", image=form, method=image["method"]) if image["method"] else form
    )


def kind_words(data_type: str, words: Language) -> str:
    """Describe a data type's records in words; falls back to the data type itself."""
    english = DATA_TYPES.get(data_type)
    return data_type if english is None else words.text(english)


def family_words(data_type: str, words: Language) -> str:
    """Name the source of a data type's records; empty if unknown."""
    return next((words.text(english) for prefix, english in FAMILIES.items() if data_type.startswith(prefix)), "")


def all_words() -> list[str]:
    """Return every word and sentence of the vocabulary in English, without duplicates."""
    tables = (
        DATA_TYPES,
        CLOCKS,
        CLOCK_NAMES,
        STATES,
        FAMILIES,
        STATUSES,
        TIMES,
        STRENGTHS,
        SIGNS,
        EVIDENCE_KINDS,
        GLOSSARY,
    )
    found = [english for table in tables for english in table.values()]
    return list(dict.fromkeys([*found, *GLOSSARY]))
