"""The files of one database: those that its MANIFEST names, read together, or any other file on its own.

A LevelDB library changes a database by opening it: it replays logs, writes a new MANIFEST and removes files. This
module only reads each file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from parsers.formats.leveldb.entry import LevelEntry
from parsers.formats.leveldb.log_file import LogRecord, begins_log, log_records
from parsers.formats.leveldb.manifest import CURRENT, DATA_NAME, MANIFEST_NAME, Manifest, current_manifest
from parsers.formats.leveldb.table_file import MAGIC, table_entries
from parsers.formats.leveldb.versions import VersionCollector
from parsers.formats.leveldb.write_batch import batch_entries
from parsers.parser import HEAD_SIZE, Source, looks_like_text
from parsers.record import Issue

#: A longer MANIFEST is not read: it would list more files than are tried.
MAX_MANIFEST = 64 * 1024 * 1024


def has_form(source: Source) -> bool:
    """Whether a file may belong to a LevelDB database, judged by its first bytes, its name, or its end if available."""
    if source.name == CURRENT:
        return current_manifest(source.head) is not None
    if begins_log(source.head):
        return True
    named = DATA_NAME.fullmatch(source.name)
    if named and named[2] == "log":
        # Programs also name logs after days. A database that was only opened has an empty log.
        return not source.size or not looks_like_text(source.head)
    return bool(source.size and (named or MANIFEST_NAME.fullmatch(source.name))) or (
        source.size <= HEAD_SIZE and source.head.endswith(MAGIC)
    )


class DatabaseList(NamedTuple):
    """The list of a database's files.

    Attributes:
        name: of the MANIFEST in use.
        manifest: its content.
    """

    name: str
    manifest: Manifest

    @classmethod
    def beside(cls, source: Source) -> DatabaseList | None:
        """The list beside a file, or the file itself if it is one; None if ``CURRENT`` or the MANIFEST is missing.

        Raises:
            OSError: it cannot be read.
        """
        current = source.beside(CURRENT)
        name = current_manifest(current.head) if current else None
        found = source if name == source.name else source.beside(name) if name else None
        if name is None or found is None or not begins_log(found.head) or found.size > MAX_MANIFEST:
            return None
        with found.open() as stream:
            return cls(name, Manifest.parse(stream))


def read_database(source: Source, listed: DatabaseList, collector: VersionCollector) -> Iterator[Issue]:
    """Collect the entries of every file that exists and that the list names, whether in use or not.

    Args:
        source: the MANIFEST.
        listed: its content.
        collector: receives the entries.

    Yields:
        An issue for each part that cannot be read, and for tables and logs in use that are missing.
    """
    yield from listed.manifest.issues
    missing, logs = [], 0
    for name in listed.manifest.names():
        file = source.beside(name)
        logs += file is not None and name.endswith(".log")
        if file is None:
            if name.endswith(".ldb") and listed.manifest.is_used(name):
                other = name.removesuffix(".ldb") + ".sst"
                if source.beside(other) is None:
                    missing.append(name)
            continue
        for found in file_entries(file):
            if isinstance(found, Issue):
                # An issue's locator would be read as one in the MANIFEST.
                where = f" ({found.locator})" if found.locator else ""
                yield replace(found, what=f"{name}: {found.what}{where}", locator="")
            else:
                collector.take(found.of(name), used=listed.manifest.is_used(name))
    if missing:
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        yield Issue(f"The database uses tables that are not there: {', '.join(missing[:10])}{more}.")
    if listed.manifest.log and not logs:
        yield Issue(
            f"The database's log {listed.manifest.log:06}.log is not there: what was written last, and not yet moved to"
            " a table, is missing."
        )


def file_entries(source: Source) -> Iterator[LevelEntry | Issue]:
    """Yield the entries of a log or a table, and an issue for each part that cannot be read.

    Raises:
        OSError: the evidence cannot be read.
    """
    with source.open() as stream:
        if begins_log(source.head) or source.name.endswith(".log"):
            for found in log_records(stream):
                if isinstance(found, LogRecord):
                    yield from batch_entries(found)
                else:
                    yield found
        else:
            yield from table_entries(stream, source.size)
