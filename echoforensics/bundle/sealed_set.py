"""Writing the lines that are handed over, and the tree over all lines of the case, handed over or not."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, Self

from chain_of_custody.disclosure import SealedSet, proof_line, salt_of, salted_leaf
from chain_of_custody.merkle import HashTree, SortedHashes
from echoforensics.bundle.hashed_file import HashedFile
from echoforensics.bundle.sound_files import sound_files
from echoforensics.export.handed_over.payload_names import (
    PROOFS,
    RECORDINGS,
    RECORDS,
    SET_FILES,
    SET_KEY,
    SOUNDS,
    TIMELINE,
)
from echoforensics.export.handed_over.set_lines import record_lines, row_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from chain_of_custody.file_list import ListedFile
    from echoforensics.bundle.selection import Selection
    from echoforensics.bundle.sound_files import SoundFile
    from echoforensics.case.case import Case
    from echoforensics.export.handed_over.set_lines import SetLine


class SetWriter:
    """The lines that are handed over, in a bundle's folder. Use it as a context manager.

    Attributes:
        tree: over every line of the case.
        sounds: the recordings that are handed over.
        evidence: names of the evidence items that the lines name.
        files: what was written.
        count: how many lines are handed over.

    Raises:
        OSError: a file cannot be written.
    """

    def __init__(self, case: Case, folder: Path, selection: Selection, key: bytes) -> None:
        self.sounds: list[SoundFile] = []
        self.evidence: set[str] = set()
        self.files: list[ListedFile] = []
        self.count = 0
        self._folder, self._selection, self._key = folder, selection, key
        self._opened = ExitStack()
        with ExitStack() as opened:
            hashes = opened.enter_context(SortedHashes())
            every = sound_files(case)
            self._write(TIMELINE, row_lines(case), hashes)
            self._write(RECORDS, record_lines(case), hashes)
            self._write(RECORDINGS, (sound.line for sound in every), hashes)
            self.sounds += (sound for sound in every if self._is_chosen(sound.records))
            self.tree = self._opened.enter_context(HashTree(hashes))

    def finish(self) -> SealedSet:
        """Write by what the lines are checked, and give what the signed statement says of it."""
        if self._selection.is_whole:
            with HashedFile(self._folder, SET_KEY) as target:
                target.write(f"{self._key.hex()}\n")
        else:
            with HashedFile(self._folder, PROOFS) as target:
                self._write_proofs(target)
        self.files.append(target.listed)
        named = {"key": SET_KEY} if self._selection.is_whole else {"proofs": PROOFS}
        left_out = self.tree.size - self.count
        return SealedSet(self.tree.root.hex(), self.tree.size, left_out, SET_FILES, SOUNDS, **named)

    def _write(self, name: str, lines: Iterable[SetLine], hashes: SortedHashes) -> None:
        with HashedFile(self._folder, name) as target:
            for line, records, evidence in lines:
                hashes.add(salted_leaf(salt_of(self._key, line), line))
                if self._is_chosen(records):
                    target.write_bytes(line + b"\n")
                    self.count += 1
                    if evidence:
                        self.evidence.add(evidence)
            self.files.append(target.listed)

    def _is_chosen(self, records: Iterable[str]) -> bool:
        return any(map(self._selection.has, records))

    def _write_proofs(self, target: HashedFile) -> None:
        with ExitStack() as opened:
            streams = [opened.enter_context((self._folder / name).open("rb")) for name in SET_FILES]
            for raw in chain.from_iterable(streams):
                target.write_bytes(proof_line(self.tree, self._key, raw[:-1]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()
