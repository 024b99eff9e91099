"""A database that the ledger announces before it takes the place of the sealed one.

Whatever is added to a sealed case is put into a copy of its database. A signed line then announces that copy, with the
digests that a seal has; the copy takes the place of the database; a line seals it. So there is no moment at which the
database is not one that the ledger vouches for: before the exchange it is that of the last seal, after it the announced
one. A run that was killed in between is completed by the next that writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.case.custody.database_file import file_digest
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.custody.names import DATABASE, SEALED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from chain_of_custody.ledger import Ledger
    from echoforensics.case.custody.history import CaseHistory

#: The name of a database while it is being made again.
RENEWED = f"{DATABASE}.renewed"
#: What a seal says that is announced.
_SEAL = ("database", "tables", "entries", "artefacts", "issues", "records", "rows")


def seal_in_force(case: Path, history: CaseHistory) -> Mapping[str, Any] | None:
    """What seals the database of a case: the announcement where its database is in place, else the last seal.

    Raises:
        OSError: the database cannot be read.
    """
    announced = history.announced
    if announced is not None and file_digest(case / DATABASE) == announced.get("database"):
        return announced
    return history.seal


def complete_announced(case: Path, history: CaseHistory, ledger: Ledger) -> bool:
    """Put an announced database in its place and seal it, where a run was killed before that.

    Args:
        case: the case folder, which is locked.
        history: what its ledger says.
        ledger: the same, for writing.

    Returns:
        Whether something was completed. An announced database that is not there any more is not: the case is then as
        its last seal says, and what was to be added can be added again.

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
        made.replace(case / DATABASE)
    seal_announced(case, announced, ledger)
    return True


def seal_announced(case: Path, announced: Mapping[str, Any], ledger: Ledger) -> None:
    """Add the line that seals an announced database, which is in place. Raises OSError."""
    ledger.append(SEALED, {name: announced[name] for name in _SEAL if name in announced})
    write_head(case, ledger.length, ledger.head)
