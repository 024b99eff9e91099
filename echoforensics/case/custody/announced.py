"""A database that the ledger announces before it replaces the sealed one.

Additions to a sealed case are written to a copy of its database. A signed line announces that copy, with the
digests of a seal; the copy replaces the database; another line seals it. So the ledger vouches for the
database at every moment: before the exchange it is the last sealed one, after it the announced
one. If a run is killed in between, the next run that writes completes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.added_files import clear_partial_files, has_file
from echoforensics.case.custody.database_file import file_digest, side_files
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.custody.names import DATABASE, SEALED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from chain_of_custody.ledger import Ledger
    from echoforensics.case.custody.history import CaseHistory

#: The name of a database while it is being rebuilt.
RENEWED = f"{DATABASE}.renewed"
#: The parts of a seal that an announcement has too.
_SEAL = ("database", "tables", "entries", "artefacts", "issues", "records", "rows")


def remove_renewed(case: Path) -> None:
    """Remove a database that a killed run was rebuilding, with the journal beside it.

    SQLite would undo with that journal what is written to the next database of this name. Raises OSError.
    """
    made = case / RENEWED
    for path in (made, *side_files(made)):
        path.unlink(missing_ok=True)


def seal_in_force(case: Path, history: CaseHistory) -> Mapping[str, Any] | None:
    """Return the seal of a case's database: the announcement if the announced database is in place, else the last seal.

    Raises:
        OSError: the database cannot be read.
    """
    announced = history.announced
    if announced is not None and file_digest(case / DATABASE) == announced.get("database"):
        return announced
    return history.seal


def complete_announced(case: Path, history: CaseHistory, ledger: Ledger) -> bool:
    """Finish an announced exchange that a killed run left: move the database into place and seal it.

    Args:
        case: the case folder, locked.
        history: the case's history, from its ledger.
        ledger: the ledger, opened for writing.

    Returns:
        Whether something was completed. False if the announced database is gone, or the file that was to be added
        with it: the case is then as its last seal says, and the additions can be repeated.

    Raises:
        OSError: the case cannot be read or written.
    """
    announced = history.announced
    if announced is None:
        return False
    if file_digest(case / DATABASE) != announced.get("database"):
        made = case / RENEWED
        if not made.is_file() or made.is_symlink() or file_digest(made) != announced.get("database"):
            return False
        if not all(has_file(case, sha256) for sha256 in history.announced_files):
            clear_partial_files(case)
            return False
        made.replace(case / DATABASE)
    seal_announced(case, announced, ledger)
    return True


def seal_announced(case: Path, announced: Mapping[str, Any], ledger: Ledger) -> None:
    """Add the line that seals an announced database, which must be in place. Raises OSError."""
    ledger.append(SEALED, {name: announced[name] for name in _SEAL if name in announced})
    write_head(case, ledger.length, ledger.head)
