"""Parts of several sources, each made by a process of this machine, while earlier ones are added to the case.

One process hashes, walks and reads a source from its beginning to its end. So sources that take about as long as one
another are extracted side by side: each process makes an unsigned case of one source, which is verified and added here,
in the order of the sources. A process that ends early or stands still is named, and its source is read here instead.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Self

from echoforensics.case.disk import case_disk
from echoforensics.errors import CaseDiskError, EchoforensicsError
from echoforensics.extraction.merging import add_merged, standing_of_part
from echoforensics.extraction.parsing import STALLED_AFTER
from echoforensics.extraction.run import extract
from echoforensics.extraction.workers.reading_process import ReadingProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from echoforensics.case.custody.open_case import OpenCase
    from echoforensics.evidence.source import EvidenceSource
    from echoforensics.extraction.options import Options, Report

#: Sources of fewer bytes together are read here: to make parts and add them would take longer.
SMALLEST = 64 * 1024 * 1024
#: Sources are read side by side if the largest has at most so many times its share of the bytes of all.
_MOST_SHARE = 1.5
#: So many files of a folder are looked at for its size.
_MOST_LOOKED_AT = 50_000
#: Seconds between checks of the processes, and between two messages of one.
_LOOK = 0.2


class LocalParts:
    """The parts of a run's sources, in a ``with`` statement."""

    def __init__(self, case: OpenCase, sources: Sequence[EvidenceSource], options: Options) -> None:
        """Decide which sources are read side by side: none, if that would gain nothing.

        Args:
            case: the case to add to.
            sources: the sources in order.
            options: the investigator's options.
        """
        self._case = case
        self._folder = case.vault.parts
        known = {item.location for item in case.evidence()}
        new = {source.path: source.size for source in sources if source.path not in known}
        at_once = min(options.worker_count, len(new))
        if not _gains(new, at_once):
            new, at_once = {}, 1
        each = replace(options, workers=max(1, options.worker_count // at_once), skip_unreadable=False)
        self._parts = {path: _PartHere(path, self._folder / f"{number}", each) for number, path in enumerate(new)}
        self._at_once = at_once
        self._added = 0

    def __enter__(self) -> Self:
        if self._parts:
            from echoforensics.extraction.parts.warm import warm

            warm()
            with case_disk(self._folder):
                self._folder.mkdir(exist_ok=True)
        self._begin_more()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in self._parts.values():
            part.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def makes(self, source: EvidenceSource) -> bool:
        """Whether another process makes the part of a source."""
        return source.path in self._parts

    def add(self, source: EvidenceSource, report: Report) -> bool:
        """Wait for the part of a source, and add it to the case.

        Returns:
            Whether it was added; if not, the source is to be read here.

        Raises:
            CaseDiskError: the disk is full or failing.
            CaseError: the part is not as its process sealed it.
        """
        if (part := self._parts.get(source.path)) is None:
            return False
        while not part.ended:
            self._begin_more()
            self._hear(part, report)
        self._begin_more()
        del self._parts[source.path]
        self._added += 1
        if part.why_not:
            report(f"the process that read {source.path.name} {part.why_not}; it is read again", 0, 0)
            part.close()
            return False
        report(f"verifying the part of {source.path.name}", 0, 0)
        found = standing_of_part(part.case, self._case.path, files=False)
        made = {"part": f"{part.case.relative_to(self._case.path)}", "process": part.number}
        add_merged(self._case, part.case, found, report, made, takes_files=True)
        part.close()
        return True

    def _begin_more(self) -> None:
        """Let processes begin with further sources, as many as may run at once."""
        running = sum(part.is_running for part in self._parts.values())
        for part in self._parts.values():
            if running >= self._at_once:
                return
            if part.is_to_come:
                part.begin()
                running += 1

    def _hear(self, wanted: _PartHere, report: Report) -> None:
        """Take what the processes have sent, and report how far the one is that is waited for."""
        for part in self._parts.values():
            part.hear(_LOOK if part is wanted else 0)
        if wanted.ended:
            return
        made = sum(part.ended for part in self._parts.values()) + self._added
        total = len(self._parts) + self._added
        report(f"making parts: {made} of {total} made; {wanted.source.name} {wanted.doing}", wanted.done, wanted.total)


def _gains(sources: Mapping[Path, int], at_once: int) -> bool:
    """Whether processes side by side finish sooner than one source after another, where further processes help too."""
    if at_once <= 1:
        return False
    sizes = [size or _size_below(path) for path, size in sources.items()]
    return sum(sizes) >= SMALLEST and max(sizes) * at_once <= sum(sizes) * _MOST_SHARE


def _size_below(folder: Path) -> int:
    """Bytes of the files in a folder, or of as many as are worth a look."""
    size = looked_at = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += os.lstat(f"{path}/{name}").st_size
        looked_at += len(names)
        if looked_at >= _MOST_LOOKED_AT:
            break
    return size


@dataclass(slots=True)
class _PartHere:
    """A part and the process that makes it.

    Attributes:
        source: the path of its source.
        case: the folder of the case.
        why_not: how its process ended, if it was not made.
        doing, done, total: what it reported last.
    """

    source: Path
    case: Path
    options: Options
    why_not: str = ""
    doing: str = "is opened"
    done: int = 0
    total: int = 0
    ended: bool = False
    _process: ReadingProcess | None = None
    _moved: int = 0
    _since: float = field(default_factory=time.monotonic)

    @property
    def is_to_come(self) -> bool:
        """Whether its process was not begun yet."""
        return self._process is None and not self.ended

    @property
    def is_running(self) -> bool:
        """Whether its process is at work."""
        return self._process is not None and not self.ended

    @property
    def number(self) -> int:
        """The number of its process."""
        return self._process.number if self._process else 0

    def begin(self) -> None:
        """Start its process."""
        self._process = ReadingProcess(partial(_make, self.source, self.case, self.options))
        self._since = time.monotonic()

    def hear(self, seconds: float) -> None:
        """Take what the process has sent, after at most so many seconds. Raises CaseDiskError, which it met."""
        if self._process is None or self.ended:
            return
        try:
            if self._process.has_sent(seconds):
                self._take(self._process.receive())
                self._since = time.monotonic()
            elif self._stalled(self._process):
                self._process.kill()
        except EOFError:
            self._end(f"ended with code {self._process.wait()}")

    def _take(self, received: object) -> None:
        match received:
            case (str(doing), int(done), int(total)):
                self.doing, self.done, self.total = doing, done, total
            case CaseDiskError() as error:
                raise error
            case EchoforensicsError() as error:
                self._end(f"could not finish: {error}")
            case _:
                self._end("")

    def _stalled(self, process: ReadingProcess) -> bool:
        if (moved := process.moved()) != self._moved:
            self._moved, self._since = moved, time.monotonic()
        return time.monotonic() - self._since >= STALLED_AFTER

    def _end(self, why_not: str) -> None:
        self.ended, self.why_not = True, why_not

    def close(self) -> None:
        """End its process, and remove what it has made."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.case, ignore_errors=True)


def _make(source: Path, case: Path, options: Options, send: Callable[[object], None]) -> None:
    """In the process: make the part; send what is done meanwhile, and at last None or what prevented it."""
    sent = 0.0

    def report(doing: str, done: int, total: int) -> None:
        nonlocal sent
        if (now := time.monotonic()) - sent >= _LOOK:
            sent = now
            send((doing, done, total))

    try:
        extract([source], case, None, options, report, is_part=True)
    except EchoforensicsError as error:
        send(error)
    else:
        send(None)
