"""The task of a cluster's worker: it makes an unsigned case of one source, and hands it over piece by piece.

The examiner's key is never given to a worker. The requesting process verifies, merges, numbers and signs the
result.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from echoforensics.cluster.attempts import attempt
from echoforensics.cluster.freed_memory import keep_freed_memory
from echoforensics.cluster.progress import worker_report
from echoforensics.errors import CaseDiskError
from echoforensics.evidence.source import open_source
from echoforensics.extraction.options import Options
from echoforensics.extraction.parts.fetched_source import fetched, is_address, refuse_absent
from echoforensics.extraction.parts.range_task import LookedAt, NotSearched, SearchedRange
from echoforensics.extraction.run import extract, parsers_of
from echoforensics.scale_extra import scale_library
from echoforensics.version import __version__
from parsers.registry import load

#: Name prefix of a part's folder on a worker's disk, and the name of the file to hand over.
_PREFIX, _PACKED = "echoforensics-part-", "part.tar"
#: Even a worker with several threads makes one part at a time: it has one set of parsers.
_ONE_AT_A_TIME = Lock()
#: The folder of the case in that file.
CASE = "case"


@dataclass(frozen=True, slots=True)
class PartOrder:
    """An order for a worker. It contains no key.

    Attributes:
        topic: the topic for events of this run's workers.
        number: number of the part in the run.
        source: a path that the worker can read, or an address in an object store.
        options: the investigator's options.
    """

    topic: str
    number: int
    source: str
    options: Options


@dataclass(frozen=True, slots=True)
class MadePart:
    """A part on a worker's disk.

    Attributes:
        worker: its address; host: the name of its machine.
        file: path of the part there.
        size: size of that file in bytes.
        sha256: SHA-256 of that file.
        lost: addresses of workers that ended while they made it or searched a range of its source.
        searched_by: addresses of the workers that searched a range of its source.
    """

    worker: str
    host: str
    file: str
    size: int
    sha256: str
    lost: tuple[str, ...]
    searched_by: tuple[str, ...] = ()


def parser_versions() -> tuple[str, dict[str, str]]:
    """The versions that must be the same for all parts of one case."""
    return __version__, {parser.name: parser.version for parser in load()}


def look_at(source: str, options: Options) -> LookedAt:
    """Open a source and close it. In an object store, only its existence is checked.

    Returns:
        What it is, where it was opened.

    Raises:
        SourceError: it does not exist or cannot be opened.
    """
    if is_address(source):
        refuse_absent(source)
        return LookedAt("", 0)
    with closing(open_source(Path(source), options.offsets, parsers=parsers_of(options))) as opened:
        return LookedAt(opened.kind, opened.media.size if opened.media else 0)


def make_part(order: PartOrder, *searched: SearchedRange | NotSearched) -> MadePart:
    """Make a part.

    Args:
        order: the order.
        searched: the ranges of its source that workers searched, in order; none if it is searched here.

    Raises:
        SourceError: the source cannot be read.
        CaseDiskError: the worker's disk is full or failing.
        TaskEndedWorkersError: the task ended two workers before.
    """
    for each in searched:
        if isinstance(each, NotSearched):
            raise each.why
    ranges = [each for each in searched if isinstance(each, SearchedRange)]
    keep_freed_memory()
    with attempt(order.topic, order.number) as mine:
        worker = scale_library("distributed", "--dask").get_worker()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=worker.local_directory))
        with ExitStack() as failed:
            failed.callback(shutil.rmtree, folder, ignore_errors=True)
            report = worker_report(order.topic, order.source)
            with _ONE_AT_A_TIME, fetched(order.source, folder / "fetched") as path:
                options = replace(order.options, workers=1, skip_unreadable=False)
                found = {path.resolve(): tuple(each.found for each in ranges)}
                extract([path], folder / CASE, None, options, report, found, is_part=True)
            file = _packed(folder)
            failed.pop_all()
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        lost = (*mine.lost, *(worker for each in ranges for worker in each.lost))
        by = tuple(dict.fromkeys(each.worker for each in ranges))
        return MadePart(mine.worker, mine.host, str(file), file.stat().st_size, sha256, lost, by)


def _packed(folder: Path) -> Path:
    """Pack the case into one file; other content of the folder is removed."""
    file = folder / _PACKED
    try:
        with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as packed:
            packed.add(folder / CASE, CASE)
    except OSError as error:
        raise CaseDiskError(f"{file}: cannot be written: {error.strerror or error}") from error
    for path in folder.iterdir():
        if path != file:
            shutil.rmtree(path)
    return file


def read_piece(file: str, start: int, length: int) -> bytes:
    """Read a piece of a part's file. Raises OSError if it cannot be read."""
    with Path(file).open("rb") as stream:
        stream.seek(start)
        return stream.read(length)


def remove_part(file: str) -> None:
    """Remove a part from the worker's disk, with its folder. Only files made by this task are removed."""
    path = Path(file)
    if path.name == _PACKED and path.parent.name.startswith(_PREFIX):
        shutil.rmtree(path.parent, ignore_errors=True)
