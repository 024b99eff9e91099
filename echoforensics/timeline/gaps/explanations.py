"""Possible reasons for a gap: for each kind, innocent explanations and others."""

from __future__ import annotations

NO_ENTRY = (
    "The device heard the word and the service made no entry of it, as where it ended the stream at once.",
    "The entry was not among what was obtained: another account, another period, or a page that was not saved.",
    "The account was set to keep no history, or to delete it after a time.",
    "The entry was deleted by somebody who had the account.",
    "The device had no connection to the service.",
)
NO_ENTRIES_OUTSIDE = (
    "What was obtained from the account was asked for by period or page, and began or ended there.",
    "The account was set to delete its history after a time.",
    "The device belonged to another account before, or afterwards.",
    "Entries were deleted by somebody who had the account.",
)
NO_SOUND = (
    "The recording was not asked for, or was no longer to be had, when the evidence was obtained.",
    "The account was set to keep no recordings.",
    "The request was typed or was made by a routine: there was no sound.",
    "The recording was deleted, by itself or by somebody who had the account.",
)
SOUND_ALONE = (
    "The entry was not among what was obtained.",
    "The entry was deleted and the recording was kept somewhere else, as in a cache.",
    "The recording is none of an utterance: something else in the same form.",
)
ABSENT = (
    "This source was not seized, not asked for, or not given to the extraction.",
    "It was in the evidence and could not be read; the issues list what could not.",
)
NUMBERS = (
    "The device removes the oldest chunks when its storage is short.",
    "The chunk was not copied into the evidence, or its name was changed.",
    "The chunk was deleted by somebody who had the device's storage; a deleted file may have been recovered under"
    " another name.",
)
RETENTION = (
    "The device keeps only so many chunks and removes the oldest: this is how it works, and no sign of deletion.",
)
SILENCE = (
    "The device was without power, or restarted.",
    "The clock was set, and no time was lost.",
    "Lines were lost when the log's buffer ran over.",
    "Lines were removed from the log by somebody who had the device's storage.",
)
DELETION = (
    "The account deletes its history by itself, where that is set.",
    "A person deleted entries, in the app, on the web, or by voice.",
    "A program that reads the account asked for it.",
)
