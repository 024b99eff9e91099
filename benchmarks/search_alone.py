"""Search an image for recordings and records, without hashing it: ``python -m benchmarks.search_alone IMAGE``."""

from __future__ import annotations

import sys
from pathlib import Path

from chain_of_custody.digest import BLOCK_SIZE
from echoforensics.carving.carved import View
from echoforensics.carving.search import CarvingSearch
from echoforensics.evidence.media.opener import open_raw


def search_alone(image: Path) -> int:
    """How many finds there are."""
    media = open_raw(image)
    search = CarvingSearch(View(media.size, media.read))
    with image.open("rb", buffering=0) as stream:
        while block := stream.read(BLOCK_SIZE):
            search.feed(block)
    return len(search.finish())


if __name__ == "__main__":
    print(search_alone(Path(sys.argv[1])))
