"""What a worker of a cluster does: it makes a case of one source, unsigned, and gives it away piece by piece.

The examiner's key is never given to a worker. What it made is verified by who asked for it, merged, numbered and signed
there.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from echoforensics.cluster.attempts import attempt
from echoforensics.cluster.progress import worker_report
from echoforensics.errors import CaseDiskError
from echoforensics.evidence.source import open_source
from echoforensics.extraction.options import Options
from echoforensics.extraction.parts.fetched_source import fetched, is_address, refuse_absent
from echoforensics.extraction.run import extract, parsers_of
from echoforensics.scale_extra import scale_library
from echoforensics.version import __version__
from parsers.registry import load

#: What the folder of a part is called on a worker's disk, and the file that is given away.
_PREFIX, _PACKED = "echoforensics-part-", "part.tar"
#: A worker with several threads makes one part after another all the same: it has one set of parsers.
_ONE_AT_A_TIME = Lock()
#: The folder of the case in that file.
CASE = "case"


@dataclass(frozen=True, slots=True)
class PartOrder:
    """What a worker is to make. No key is in it.

    Attributes:
        topic: under which the workers of this run are heard.
        number: of the part in the run.
        source: a path that the worker can read, or an address in an object store.
        options: what the investigator asked for.
    """

    topic: str
    number: int
    source: str
    options: Options


@dataclass(frozen=True, slots=True)
class MadePart:
    """A part that is on a worker's disk.

    Attributes:
        worker: its address; host: the name of its machine.
        file: where the part lies there.
        size: bytes of that file.
        sha256: of that file.
        lost: addresses of workers that ended while they were at it.
    """

    worker: str
    host: str
    file: str
    size: int
    sha256: str
    lost: tuple[str, ...]


def parser_versions() -> tuple[str, dict[str, str]]:
    """The versions by which parts of one case must have been made."""
    return __version__, {parser.name: parser.version for parser in load()}


def look_at(source: str, options: Options) -> None:
    """Open a source and let it go. Of one in an object store, only that it is there is looked at.

    Raises:
        SourceError: it does not exist or cannot be opened.
    """
    if is_address(source):
        refuse_absent(source)
        return
    with closing(open_source(Path(source), options.offsets, parsers=parsers_of(options))):
        pass


def make_part(order: PartOrder) -> MadePart:
    """Make a part.

    Raises:
        SourceError: the source cannot be read.
        CaseDiskError: the worker's disk is full or failing.
        TaskEndedWorkersError: it ended two workers before.
    """
    with attempt(order.topic, order.number) as mine:
        worker = scale_library("distributed", "--dask").get_worker()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=worker.local_directory))
        try:
            report = worker_report(order.topic, order.source)
            with _ONE_AT_A_TIME, fetched(order.source, folder / "fetched") as path:
                extract([path], folder / CASE, None, replace(order.options, workers=1, skip_unreadable=False), report)
            file = _packed(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return MadePart(mine.worker, mine.host, str(file), file.stat().st_size, sha256, mine.lost)


def _packed(folder: Path) -> Path:
    """The case in one file; what else is in the folder goes."""
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
    """A piece of a part's file. Raises OSError where it cannot be read."""
    with Path(file).open("rb") as stream:
        stream.seek(start)
        return stream.read(length)


def remove_part(file: str) -> None:
    """Remove a part from the worker's disk, with its folder. Only what was made here is removed."""
    path = Path(file)
    if path.name == _PACKED and path.parent.name.startswith(_PREFIX):
        shutil.rmtree(path.parent, ignore_errors=True)
