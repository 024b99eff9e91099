"""Errors that end a command. What cannot be read inside the evidence is an Issue in the case, not an error."""

from __future__ import annotations


class EchoforensicsError(Exception):
    """Base of all. The message is one line: what, and why."""


class SourceError(EchoforensicsError):
    """A source does not exist or cannot be opened."""


class UnknownContentError(SourceError):
    """A file holds nothing that is known by itself. In its folder it may be read."""


class LaterPartError(SourceError):
    """A later part of an image in several files was given; the first is beside it."""


class CaseError(EchoforensicsError):
    """A case folder cannot be created, opened or continued."""


class UnverifiedCaseError(CaseError):
    """A case is not complete or not as it was sealed, and it was not asked to read it anyway."""


class CaseDiskError(CaseError):
    """What belongs into a case could not be written or read there: its disk is full, failing or not writable."""


class ExaminerKeyError(EchoforensicsError):
    """An examiner's key is missing or cannot be used."""


class UsageError(EchoforensicsError):
    """What was asked for does not exist, such as an exhibit number."""


class ClusterError(EchoforensicsError):
    """A cluster cannot be reached, or does not answer any more."""


class TaskEndedWorkersError(EchoforensicsError):
    """A task of a cluster ended the workers that it was given to."""


class UploadError(EchoforensicsError):
    """A server cannot be reached, or does not take what is sent to it."""
