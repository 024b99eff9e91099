"""Fetches a part from the disk of a worker: piece by piece, checked against its hash, and unpacked."""

from __future__ import annotations

import hashlib
import tarfile
from typing import TYPE_CHECKING, Any

from echoforensics.case.disk import case_disk
from echoforensics.errors import CaseError
from echoforensics.extraction.parts.part_task import CASE, read_piece, remove_part

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.extraction.parts.part_task import MadePart

#: Bytes fetched at once.
_PIECE = 16 * 1024 * 1024


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
    with case_disk(folder):
        folder.mkdir(parents=True)
        file = folder / "part.tar"
        whole = hashlib.sha256()
        with file.open("wb") as stream:
            for start in range(0, part.size, _PIECE):
                piece = _piece(client, part, start)
                whole.update(piece)
                stream.write(piece)
        if whole.hexdigest() != part.sha256:
            raise CaseError(f"{part.file} of {part.worker}: arrived with a different SHA-256")
        try:
            with tarfile.open(file, "r:") as packed:
                packed.extractall(folder / "unpacked", filter="data")
        except tarfile.TarError as error:
            raise CaseError(f"{part.file} of {part.worker}: is not a part of a case: {error}") from error
        file.unlink()
    _remove(client, part)
    return folder / "unpacked" / CASE


def _piece(client: Any, part: MadePart, start: int) -> bytes:
    try:
        found: bytes = client.run(read_piece, part.file, start, _PIECE, workers=[part.worker])[part.worker]
    except (OSError, KeyError, ValueError) as error:
        raise PartLostError(str(error)) from error
    return found


def _remove(client: Any, part: MadePart) -> None:
    try:
        client.run(remove_part, part.file, workers=[part.worker])
    except (OSError, KeyError, ValueError):
        # A lost worker took its folder along, or the next one on its machine removes it.
        return
