"""The task of a cluster's worker that searches a range of a large image, for the worker that makes the part of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.carving.ranges.range_search import RANGE, RangeFound, ranges_of
from echoforensics.cluster.attempts import attempt
from echoforensics.cluster.progress import worker_report
from echoforensics.errors import ClusterError, SourceError, TaskEndedWorkersError
from echoforensics.extraction.parts.fetched_source import is_address
from echoforensics.extraction.workers.searching_processes import range_of_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.extraction.options import Options


class LookedAt(NamedTuple):
    """What a worker found a source to be: its kind, and the size of its media in bytes; 0 if it is not an image."""

    kind: str
    media: int


def looked_at(answer: object) -> LookedAt:
    """Return what a worker answers about a source. Raises ClusterError if it is anything else."""
    match answer:
        case [str(kind), int(media)] if media >= 0:
            return LookedAt(kind, media)
    raise ClusterError("the answer does not say what a source is")


@dataclass(frozen=True, slots=True)
class SearchedRange:
    """A range that was searched.

    Attributes:
        worker: the address of the worker.
        lost: addresses of workers that ended while they searched it.
        found: what it found.
    """

    worker: str
    lost: tuple[str, ...]
    found: RangeFound


@dataclass(frozen=True, slots=True)
class NotSearched:
    """A range that could not be searched: ``why`` is what making the part then raises."""

    why: SourceError | TaskEndedWorkersError


def ranges_to_search(looked: LookedAt, options: Options, sources: int, workers: int) -> list[tuple[int, int]]:
    """Return the ranges of a source that workers search; none if one worker does all of it.

    Where there are as many sources as workers, each worker has one: to read them in ranges too would cost more.

    Args:
        looked: the source.
        options: the investigator's options.
        sources: how many sources there are.
        workers: how many workers there are.
    """
    if not options.carve or sources >= workers or looked.media < 2 * RANGE:
        return []
    return ranges_of(looked.media)


def processes_for(sources: Sequence[str], options: Options) -> int:
    """Return how many processes on this machine the sources can keep busy."""
    sizes = [0 if is_address(source) or not options.carve else _size(Path(source)) for source in sources]
    return min(options.worker_count, max(1, sum(max(1, size // RANGE) for size in sizes)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        # Opening it reports the problem.
        return 0


def search_range_of_source(
    topic: str, number: int, source: str, kind: str, begin: int, end: int
) -> SearchedRange | NotSearched:
    """Search a range of a source.

    What prevents it is returned for the worker that makes the part: an error of Dask would be a pickle, which the
    command does not read.

    Args:
        topic: the topic for events of this run's workers.
        number: the number of the source's part in the run.
        source: path of the image.
        kind: what it was opened as.
        begin, end: the range: offsets on its media in bytes.
    """
    try:
        return _searched(topic, number, source, kind, begin, end)
    except (SourceError, TaskEndedWorkersError) as error:
        return NotSearched(error)


def _searched(topic: str, number: int, source: str, kind: str, begin: int, end: int) -> SearchedRange:
    with attempt(topic, f"{number} from {begin}") as mine:
        report = worker_report(topic, source)
        doing = f"searching bytes {begin} to {end}"
        try:
            found = range_of_image(Path(source), kind, begin, end, lambda done: report(doing, done, end - begin))
        except OSError as error:
            raise SourceError(f"{source}: cannot be read: {error.strerror or error}") from error
        return SearchedRange(mine.worker, mine.lost, found)
