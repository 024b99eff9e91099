"""Fetches a part from the disk of a worker: piece by piece, unpacked as it comes, and checked against its hash.

What a worker returns is not trusted: it must be a part of the source that was asked for, made by this version, and
nothing in it may lead out of its folder.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from typing import TYPE_CHECKING, Any

from echoforensics.case.disk import case_disk
from echoforensics.case.parts.contents import items_of_part
from echoforensics.cluster.answers import RefusedPickleError, failure_text
from echoforensics.errors import CaseError, ClusterError
from echoforensics.extraction.merging import standing_of_part
from echoforensics.extraction.parts.fetched_source import is_address
from echoforensics.extraction.parts.part_task import CASE, MadePart, read_piece, remove_part

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import WriteableBuffer

    from echoforensics.case.custody.standing import CaseStanding
    from echoforensics.case.store import Store

#: Bytes fetched at once.
_PIECE = 16 * 1024 * 1024
#: Bytes handed to the unpacking at once, which copies what it has not used of them each time.
_BUFFER = 64 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class PartLostError(Exception):
    """The worker with the part is gone."""


def receive(client: Any, part: MadePart, folder: Path) -> Path:
    """Fetch a part into a folder of its own, and remove it from the worker's disk.

    Args:
        client: the cluster's client.
        part: the part and its location.
        folder: the target folder, which must not exist yet.

    Returns:
        The folder of the case.

    Raises:
        PartLostError: its worker is gone.
        CaseError: it differs from what the worker made.
        CaseDiskError: this disk is full or failing.
    """
    pieces = _Pieces(client, part)
    with case_disk(folder):
        folder.mkdir(parents=True)
        try:
            with tarfile.open(fileobj=pieces, mode="r|", bufsize=_BUFFER) as packed:
                packed.extractall(folder, filter="data")
            while pieces.read(_BUFFER):
                pass
        except tarfile.TarError as error:
            raise CaseError(f"{part.file} of {part.worker}: is not a part of a case: {error}") from error
    if pieces.sha256 != part.sha256:
        raise CaseError(f"{part.file} of {part.worker}: arrived with a different SHA-256")
    _remove(client, part)
    return folder / CASE


def standing_of_received(path: Path, source: str, store: Store, case: Path) -> CaseStanding:
    """Verify a part that a worker made.

    Args:
        path: the part.
        source: the source that was asked for.
        store: the store of the case to add it to.
        case: the folder of that case.

    Raises:
        CaseError: it is not as it was sealed, is of another source, or was made by something else.
    """
    try:
        # Before anything else is asked of its tables: views and triggers would answer in their place.
        items = items_of_part(path, store)
        found = standing_of_part(path, case)
    except (ValueError, KeyError, TypeError) as error:
        raise CaseError(f"{path}: cannot be read as a case: {error}") from error
    if len(items) != 1:
        raise CaseError(f"{path}: has {len(items)} evidence items, and one was asked for")
    if not is_address(source) and str(items[0].location) != source:
        raise CaseError(f"{path}: is a part of {items[0].location}")
    return found


class _Pieces(io.RawIOBase):
    """The file of a part, fetched while it is read, and hashed."""

    def __init__(self, client: Any, part: MadePart) -> None:
        super().__init__()
        self._client, self._part = client, part
        self._at, self._held = 0, memoryview(b"")
        self._whole = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """SHA-256 of what was fetched."""
        return self._whole.hexdigest()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes."""
        if not self._held and self._at < self._part.size:
            self._held = memoryview(_piece(self._client, self._part, self._at))
            self._at += len(self._held)
            self._whole.update(self._held)
        room = memoryview(buffer)
        length = min(len(room), len(self._held))
        room[:length], self._held = self._held[:length], self._held[length:]
        return length


def made_part(answer: object) -> MadePart:
    """Return what an answer says about a part. Raises ClusterError if it says anything else."""
    if not isinstance(answer, dict) or answer.keys() != set(MadePart.__slots__):
        raise ClusterError("the answer is not a part of a case")
    if not isinstance(answer["lost"], list) or not isinstance(answer["searched_by"], list):
        raise ClusterError("the answer does not say where a part is")
    made = MadePart(**{**answer, "lost": tuple(answer["lost"]), "searched_by": tuple(answer["searched_by"])})
    texts = (made.worker, made.host, made.file, made.sha256, *made.lost, *made.searched_by)
    if (
        not all(isinstance(text, str) for text in texts)
        or not _SHA256.fullmatch(made.sha256)
        or not isinstance(made.size, int)
        or made.size <= 0
    ):
        raise ClusterError("the answer does not say where a part is")
    return made


def _piece(client: Any, part: MadePart, start: int) -> bytes:
    length = min(_PIECE, part.size - start)
    try:
        found = client.run(read_piece, part.file, start, length, workers=[part.worker], on_error="return")[part.worker]
    except (OSError, KeyError, ValueError, RefusedPickleError) as error:
        raise PartLostError(str(error)) from error
    if isinstance(found, Exception):
        raise PartLostError(failure_text(found))
    if not isinstance(found, bytes) or len(found) != length:
        raise CaseError(f"{part.file} of {part.worker}: {length} bytes from byte {start} on are not what it returned")
    return found


def _remove(client: Any, part: MadePart) -> None:
    try:
        client.run(remove_part, part.file, workers=[part.worker], on_error="ignore")
    except (OSError, KeyError, ValueError, RefusedPickleError):
        # A lost worker took its folder along, or the next one on its machine removes it.
        return
