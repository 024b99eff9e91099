"""Remembering that a case was found to be as it was sealed, so that its database is not hashed for every command.

What is remembered is in the user's own state folder and never in the case, and holds for those very files: the same
device, inode, size and times of ``case.db`` and of the ledger. A change of either changes the time of its inode, which
no program can set back. Whoever can write into the user's state folder can forge it: ``verify`` never asks it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from echoforensics.case.custody.names import DATABASE, HEAD, LEDGER

#: Raised when what a check covers changes.
_FORM = 1
#: A file that was changed less than so many nanoseconds ago may be changed again within the same tick of its clock.
SETTLED = 2_000_000_000

Identity = list[list[int]]


def identity(case: Path) -> Identity | None:
    """What tells the files of a case from changed ones; None if one is missing, or was changed a moment ago."""
    found = []
    for name in (DATABASE, LEDGER, HEAD):
        try:
            status = (case / name).stat(follow_symlinks=False)
        except OSError:
            return None
        if abs(time.time_ns() - status.st_ctime_ns) < SETTLED:
            return None
        found.append([status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns])
    return found


def recall(case: Path) -> object:
    """The files of the case for which it was remembered that nothing is wrong; None if nothing was."""
    try:
        kept = json.loads(_place(case).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept.get("files") if isinstance(kept, dict) and kept.get("form") == _FORM else None


def remember(case: Path, seen: Identity | None) -> None:
    """Keep that nothing was wrong with files that were seen before the check and are the same after it.

    Where that cannot be written, the next command checks again.
    """
    if seen is None or seen != identity(case):
        return
    place = _place(case)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".checked-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"form": _FORM, "files": seen}, stream)
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def state_folder() -> Path:
    """Where programs keep the state of a user: ``$XDG_STATE_HOME``, else ``~/.local/state``; on Windows local data."""
    if given := os.environ.get("XDG_STATE_HOME"):
        return Path(given) / "echoforensics"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "echoforensics"
    return Path("~/.local/state/echoforensics").expanduser()


def _place(case: Path) -> Path:
    """One file a case folder, by where it lies."""
    name = hashlib.sha256(os.fsencode(case.resolve())).hexdigest()[:32]
    return state_folder() / "checked" / f"{name}.json"
