"""Checks that a case folder holds nothing but what is of the case, beside what the vault and the database hold."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

from echoforensics.case.added_records.added_files import ADDED_FILES, left_by_adding, unknown_files
from echoforensics.case.custody.announced import RENEWED
from echoforensics.case.custody.database_file import side_files
from echoforensics.case.custody.names import ARTEFACTS, DATABASE, HEAD, LEDGER, SALT_SEED
from echoforensics.case.custody.salt_seed import SEED_SIZE
from echoforensics.case.lock import LOCK_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_FILES = frozenset({DATABASE, LEDGER, HEAD, SALT_SEED})
_FOLDERS = frozenset({ARTEFACTS, ADDED_FILES})
#: How each file begins that a run leaves which was killed while it wrote it, and the most bytes it may hold.
_LEFT = {
    f"{HEAD}.partial": (re.compile(rb"(?:\d{1,20}(?: [0-9a-f]{0,64}\n?)?)?"), 86),
    f"{SALT_SEED}.partial": (re.compile(rb".*", re.DOTALL), SEED_SIZE),
    RENEWED: (re.compile(rb"(?:SQLite format 3\0.*)?", re.DOTALL), None),
    LOCK_FILE: (re.compile(rb""), 0),
}
_LEFT_BY_AN_INTERRUPTED_EXTRACTION = re.compile(rf"{re.escape(DATABASE)}\.(?:partial|renewed)(?:-journal|-wal|-shm)?")
_BEGINNING = 128


class CaseFolderCheck:
    """What lies in a case folder and is not of the case.

    Attributes:
        problems: one sentence for each file, folder or link that was put there.
        left: names of files that an interrupted run left. No command reads them, and the next that writes completes
            or removes them.
    """

    def __init__(self, case: Path, copies: Collection[str], announced: Collection[str], *, complete: bool) -> None:
        """Look at a case folder. Nothing is opened but what an interrupted run may have left.

        Args:
            case: the case folder.
            copies: SHA-256 of each redacted copy that a record names.
            announced: SHA-256 of each file that the ledger announces and that is not added yet.
            complete: whether the last extraction was completed; if not, the files that it was writing are there too.

        Raises:
            OSError: the folder cannot be listed.
        """
        self.left: list[str] = []
        self.problems: list[str] = []
        self._case, self._complete = case, complete
        beside = {path.name for path in side_files(case / DATABASE)}
        for path in sorted(case.iterdir()):
            # The check of the database reports its side files.
            if path.name not in beside:
                self.problems += self._problem(path)
        unnamed = unknown_files(case, copies)
        self.left += left_by_adding(case, unnamed, announced)
        self.problems += [
            f"{name}: no record names it. Where `case drop` was interrupted, repeat it; otherwise it was put there"
            for name in unnamed
            if name not in self.left
        ]

    def _problem(self, path: Path) -> Iterator[str]:
        mode = path.lstat().st_mode
        if path.name in _FILES or path.name in _FOLDERS:
            if path.name in _FILES and not stat.S_ISREG(mode):
                yield f"{path.name}: is not a file"
            elif path.name == SALT_SEED and path.lstat().st_size != SEED_SIZE:
                yield f"{path.name}: is damaged, or another file: it has to be {SEED_SIZE} bytes"
            elif path.name in _FOLDERS and not stat.S_ISDIR(mode):
                yield f"{path.name}: is not a folder"
        elif stat.S_ISREG(mode) and self._was_left(path):
            self.left.append(path.name)
        else:
            what = "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "link or device"
            yield f"{path.name}: a {what} that no command puts there; move it out of the case folder"

    def _was_left(self, path: Path) -> bool:
        if not self._complete and _LEFT_BY_AN_INTERRUPTED_EXTRACTION.fullmatch(path.name):
            return True
        form, most = _LEFT.get(path.name, (None, None))
        if form is None or (most is not None and path.lstat().st_size > most):
            return False
        with path.open("rb") as stream:
            return form.fullmatch(stream.read(_BEGINNING)) is not None
