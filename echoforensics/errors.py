"""Errors that end a command. What cannot be read inside the evidence is an Issue in the case, not an error."""

from __future__ import annotations


class EchoforensicsError(Exception):
    """Base class of all errors. The message is one line: what failed, and why."""


class SourceError(EchoforensicsError):
    """A source does not exist or cannot be opened."""


class UnknownContentError(SourceError):
    """A file's content is not recognised on its own. It may be read as part of its folder."""


class LaterPartError(SourceError):
    """A later part of a multi-file image was given; the first part lies next to it."""


class CaseError(EchoforensicsError):
    """A case folder cannot be created, opened or continued."""


class UnverifiedCaseError(CaseError):
    """A case is incomplete or not as it was sealed, and reading it anyway was not requested."""


class CaseDiskError(CaseError):
    """A case's own files cannot be read or written: the disk is full, failing or not writable."""


class ExaminerKeyError(EchoforensicsError):
    """An examiner's key is missing or cannot be used."""


class UsageError(EchoforensicsError):
    """Something requested does not exist, such as an exhibit number."""


class ClusterError(EchoforensicsError):
    """A cluster cannot be reached, or no longer answers."""


class TaskEndedWorkersError(EchoforensicsError):
    """A task of a cluster crashed the workers it was given to."""


class UploadError(EchoforensicsError):
    """A server cannot be reached, or rejects an upload."""
