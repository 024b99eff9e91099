"""Remembers that a case passed its check, so that its database is not hashed for every command.

The result is stored in the user's own state folder and never in the case. It holds for these very files: the same
device, inode, size and times of ``case.db`` and of the ledger. A change of either changes the inode's time, which
no program can set back. Whoever can write to the user's state folder can forge it, so ``verify`` never uses it.
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

#: Raise this when the check covers something else.
_FORM = 1
#: A file changed less than this many nanoseconds ago may change again within the same tick of its clock.
SETTLED = 2_000_000_000

Identity = list[list[int]]


def identity(case: Path) -> Identity | None:
    """Identify the current state of a case's files; None if one is missing or was changed a moment ago."""
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
    """Return the file state for which the check passed; None if there is none."""
    try:
        kept = json.loads(_place(case).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept.get("files") if isinstance(kept, dict) and kept.get("form") == _FORM else None


def remember(case: Path, seen: Identity | None) -> None:
    """Remember that the check passed, if the files are the same before and after it.

    If the state folder is not writable, the next command checks again.
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
    """The user's state folder: ``$XDG_STATE_HOME``, else ``~/.local/state``; on Windows local application data."""
    if given := os.environ.get("XDG_STATE_HOME"):
        return Path(given) / "echoforensics"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "echoforensics"
    return Path("~/.local/state/echoforensics").expanduser()


def _place(case: Path) -> Path:
    """The state file of a case folder, named after its path."""
    name = hashlib.sha256(os.fsencode(case.resolve())).hexdigest()[:32]
    return state_folder() / "checked" / f"{name}.json"
