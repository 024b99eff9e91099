"""Writes the handed-over lines, and the hash tree over all lines of the case."""

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
    """Writes the handed-over lines into a bundle's folder. Use it as a context manager.

    Attributes:
        tree: the tree over every line of the case, and every line changed by redaction.
        sounds: the recordings to hand over.
        evidence: the evidence items that the lines name.
        files: the files written.
        count: the number of lines handed over.

    Raises:
        OSError: a file cannot be written.
    """

    def __init__(self, case: Case, shown: Case, folder: Path, selection: Selection, key: bytes) -> None:
        """Write the lines.

        Args:
            case: the case.
            shown: the case as handed over: unchanged, or without redacted content. A changed line becomes part of the
                set too, next to the case's own line, which is then left out.
            folder: the bundle's folder.
            selection: what to hand over.
            key: the key of the salts.
        """
        self.sounds: list[SoundFile] = []
        self.evidence: set[str] = set()
        self.files: list[ListedFile] = []
        self.count = 0
        self._folder, self._selection, self._key = folder, selection, key
        self._opened = ExitStack()
        with ExitStack() as opened:
            hashes = opened.enter_context(SortedHashes())
            every = sound_files(shown)
            rows: Iterable[tuple[SetLine, SetLine | None]]
            records: Iterable[tuple[SetLine, SetLine | None]]
            if shown is case:
                rows, records = (
                    ((line, line) for line in row_lines(case)),
                    ((line, line) for line in record_lines(case)),
                )
            else:
                rows = zip(row_lines(case), row_lines(shown), strict=True)
                records = zip(record_lines(case), record_lines(shown), strict=True)
            self._write(TIMELINE, rows, hashes)
            self._write(RECORDS, records, hashes)
            self._write(RECORDINGS, _sound_lines(case, shown, every), hashes)
            self.sounds += (sound for sound in every if self._is_chosen(sound.records))
            self.tree = self._opened.enter_context(HashTree(hashes))

    @property
    def names(self) -> dict[str, str]:
        """Map the SHA-256 of a redacted recording to the file name of its copy."""
        return {sound.redacts: sound.file for sound in self.sounds if sound.redacts}

    def finish(self) -> SealedSet:
        """Write the data for checking the lines, and return the signed statement's description of it."""
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

    def _write(self, name: str, lines: Iterable[tuple[SetLine, SetLine | None]], hashes: SortedHashes) -> None:
        """Write lines, each given in the case's form and in the handed-over form."""
        with HashedFile(self._folder, name) as target:
            for own, shown in lines:
                self._add(own.line, hashes)
                if shown is None:
                    continue
                if shown.line != own.line:
                    self._add(shown.line, hashes)
                if self._is_chosen(own.records):
                    target.write_bytes(shown.line + b"\n")
                    self.count += 1
                    if shown.evidence:
                        self.evidence.add(shown.evidence)
            self.files.append(target.listed)

    def _add(self, line: bytes, hashes: SortedHashes) -> None:
        hashes.add(salted_leaf(salt_of(self._key, line), line))

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


def _sound_lines(case: Case, shown: Case, handed_over: list[SoundFile]) -> list[tuple[SetLine, SetLine | None]]:
    """Yield the recordings' lines in the case's form and in the handed-over form; None for a withheld one."""
    own = handed_over if shown is case else sound_files(case)
    lines = {sound.redacts or sound.sha256: sound.line for sound in handed_over}
    return [(sound.line, lines.get(sound.sha256)) for sound in own]
