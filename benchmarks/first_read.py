"""The first read of a source against hashing alone: ``python -m benchmarks.first_read IMAGE RUNS``.

Hashing alone, then the same hashing with the search for signatures, the walk of every file system and the match of
every file's head against every parser beside it, in turn. The figures are written as JSON: processor time, with that of
the process which reads a large image, and time by the clock; then the parts that come to hashing: the search by itself,
and the walk with and without the match.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import NamedTuple

from chain_of_custody.digest import BLOCK_SIZE, DEFAULT_ALGORITHMS
from echoforensics.carving.carved import View
from echoforensics.carving.search import CarvingSearch
from echoforensics.evidence.entry import Entry
from echoforensics.evidence.source import open_source
from echoforensics.extraction.first_read import FirstRead, Task
from parsers.parser import HEAD_SIZE
from parsers.parser import Source as ParserSource
from parsers.registry import claiming, imported


class Took(NamedTuple):
    """Seconds that something took: of the processor, and by the clock."""

    processor: float
    clock: float


def hash_alone(path: Path) -> Took:
    """Hash a source."""
    source = open_source(path)
    begun = _now()
    source.hash(DEFAULT_ALGORITHMS)
    took = _since(begun)
    source.close()
    return took


def first_read(path: Path) -> tuple[Took, int, int]:
    """Hash, search, walk and match a source; also how many entries it has, and how many finds."""
    source = open_source(path)
    begun = _now()
    with FirstRead(Task(path, source.kind, DEFAULT_ALGORITHMS, carve=True), source.size) as read:
        entries = sum(_matched(entry) for entry in source.container.entries() if isinstance(entry, Entry))
        found = len(read.result().carved or ())
    took = _since(begun)
    source.close()
    return took, entries, found


def _now() -> Took:
    """The clock, and the processor time of this process and of those that it started and that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Took(sum(each.ru_utime + each.ru_stime for each in used), time.perf_counter())


def _since(begun: Took) -> Took:
    now = _now()
    return Took(now.processor - begun.processor, now.clock - begun.clock)


def _matched(entry: Entry) -> int:
    if entry.opener is not None:
        with entry.opener() as stream:
            head = stream.read(HEAD_SIZE)
        claiming(ParserSource(entry.path, entry.size or 0, head, entry.opener, mode=entry.mode))
        if entry.extents is not None:
            entry.extents()
    return 1


def searched(path: Path) -> float:
    """Processor seconds to search a source, read in the blocks that it is hashed in."""
    source = open_source(path)
    assert source.media is not None, "the source is no image"
    begun = time.process_time()
    search = CarvingSearch(View(source.media.size, source.media.read))
    at = 0
    while block := source.media.read(at, BLOCK_SIZE):
        search.feed(block)
        at += len(block)
    search.finish()
    took = time.process_time() - begun
    source.close()
    return took


def walked(path: Path, *, match: bool) -> float:
    """Processor seconds to walk a source, and to match each file if that is wanted."""
    source = open_source(path)
    begun = time.process_time()
    for entry in source.container.entries():
        if match and isinstance(entry, Entry):
            _matched(entry)
    took = time.process_time() - begun
    source.close()
    return took


def main() -> None:
    """Run both in turn, after one warm-up of each."""
    path, times = Path(sys.argv[1]), int(sys.argv[2])
    imported()
    alone, read = [], []
    entries = found = 0
    for number in range(times + 1):
        alone.append(hash_alone(path))
        took, entries, found = first_read(path)
        read.append(took)
        print(f"run {number}: {alone[-1].processor:.2f} s alone, {took.processor:.2f} s", file=sys.stderr)
    parts = {"search": searched(path), "walk": walked(path, match=False), "walk_and_match": walked(path, match=True)}
    taken = {name: [one._asdict() for one in runs[1:]] for name, runs in (("alone", alone), ("read", read))}
    json.dump({**taken, "entries": entries, "finds": found, **parts}, sys.stdout)


if __name__ == "__main__":
    main()
