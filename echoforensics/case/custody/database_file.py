"""``case.db`` as a file: opened without changing a byte of the case folder, folded into one file, hashed."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import stat
import tempfile
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chain_of_custody.open_flags import careful
from echoforensics.case.custody.names import SIDE_FILES
from echoforensics.case.lock import FolderLock
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where a database's header names its journal mode, and the value for a write-ahead log.
_FORM, _WITH_LOG = 18, 2


def side_files(database: Path) -> list[Path]:
    """Files beside a database that SQLite would treat as part of it. A closed case has none."""
    beside = (database.with_name(database.name + ending) for ending in SIDE_FILES)
    return [path for path in beside if os.path.lexists(path)]


def refuse_irregular(path: Path) -> None:
    """Refuse anything but a regular file.

    Raises:
        CaseError: it is no regular file.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise CaseError(f"{path}: is a link, a pipe, a folder or a device, where a case has a file")


@contextmanager
def unchanged(database: Path) -> Iterator[str]:
    """Yield a URI with which SQLite reads a database without changing its folder.

    A database that was not closed is read from a temporary copy, with its side files: SQLite would otherwise have
    to write. A database that another run is writing to is read in place.

    Raises:
        CaseError: it is missing, or is not a regular file.
        OSError: it cannot be copied.
    """
    if not os.path.lexists(database):
        raise CaseError(f"{database}: is missing")
    refuse_irregular(database)
    beside = side_files(database)
    logged = bool(beside) or _has_log(database)
    if not logged or _is_written_to(database.parent):
        yield f"{uri_of(database)}?mode=ro"
    elif beside:
        for path in beside:
            refuse_irregular(path)
        with tempfile.TemporaryDirectory(prefix="echoforensics-") as folder:
            for path in (database, *beside):
                shutil.copyfile(path, Path(folder) / path.name)
            yield f"{uri_of(Path(folder) / database.name)}?mode=rw"
    else:
        yield f"{uri_of(database)}?mode=ro&immutable=1"


def connect_unchanged(database: Path) -> tuple[sqlite3.Connection, ExitStack]:
    """Open a database for reading as :func:`unchanged` does; the stack closes the connection and the temporary copy.

    Raises:
        CaseError, OSError: as :func:`unchanged` does.
        sqlite3.Error: it is not a database.
    """
    with ExitStack() as opened:
        address = opened.enter_context(unchanged(database))
        db = opened.enter_context(closing(sqlite3.connect(address, uri=True, isolation_level=None)))
        db.execute("PRAGMA trusted_schema=OFF")
        kept = opened.pop_all()
    return db, kept


def create_database(path: Path, schema: str, version: int, mode: int = 0o666) -> None:
    """Create an empty database under another name, and rename it when it is complete.

    Args:
        path: the file.
        schema: statements that make its tables.
        version: of the schema, which the file keeps.
        mode: permissions of the file, less what the process's mask takes away.

    Raises:
        OSError, sqlite3.Error: it cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    for left in (partial, partial.with_name(partial.name + "-journal")):
        left.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    with closing(sqlite3.connect(partial, isolation_level=None)) as made:
        made.executescript(f"BEGIN; {schema} PRAGMA user_version={version}; COMMIT;")
    partial.replace(path)


def fold(database: Path) -> None:
    """Fold the write-ahead log of a database that was not closed into the one file.

    Raises:
        sqlite3.Error: it is not a database, or another program has it open.
    """
    with closing(sqlite3.connect(f"{uri_of(database)}?mode=rw", uri=True, isolation_level=None)) as db:
        fold_open(db)


def fold_open(db: sqlite3.Connection) -> None:
    """Fold the write-ahead log of an open database."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("PRAGMA journal_mode=DELETE")


def file_digest(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file, as the ledger stores them. Raises OSError if it is not a regular file."""
    descriptor = os.open(path, careful(os.O_RDONLY))
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is not a file")
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return {"sha256": digest, "size": os.fstat(descriptor).st_size}


def _is_written_to(folder: Path) -> bool:
    """Whether another process, or another object of this one, is writing to a case. The check leaves nothing behind."""
    if not hasattr(os, "O_DIRECTORY"):
        return False
    try:
        FolderLock(folder).close()
    except CaseError:
        return True
    except OSError:
        return False
    return False


def _has_log(database: Path) -> bool:
    with database.open("rb") as stream:
        return stream.read(_FORM + 1)[_FORM:] == bytes([_WITH_LOG])


def uri_of(path: Path) -> str:
    """A file's path as part of an SQLite URI."""
    return f"file:{str(path).replace('%', '%25').replace('?', '%3f').replace('#', '%23')}"
