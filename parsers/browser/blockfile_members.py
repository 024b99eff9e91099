"""The files beside the index of a block-file cache, which are kept and read with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.browser.block_answers import Sorted, read
from parsers.browser.blockfile import MAGIC as INDEX_MAGIC
from parsers.exchanges.cached_answer import DATA_TYPES
from parsers.formats.chromium_cache.block_files import MAGIC, BlockFiles
from parsers.formats.chromium_cache.block_walk import Walker
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_OWN = re.compile(r"f_[0-9a-f]{6}", re.ASCII)
_INDEX = "index"
_ENTRIES = "data_1"


@register
class BlockfileMembers(Parser):
    """Claims the files of a cache so that they are kept; reads the entries itself if the index is missing."""

    name: ClassVar[str] = "chromium_blockfile_companions"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (MAGIC,)
    needs_path: ClassVar[tuple[str, ...]] = ("f_",)
    reads_neighbours: ClassVar[bool] = True
    keeps_for_others: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Files beside the index of Chromium's block-file cache",
        data_types=DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(
            "c3 ca 04 c1 at the start",
            "a name of f_ and six hexadecimal digits, but not what such a file unpacks to",
        ),
        shows="Nothing by itself where the index is there. Where it is not: as for the cache, of entries left behind.",
        does_not_show="That an entry found without the index was still in use.",
        validated_on=("Chromium 156 on Linux, made to use this cache, against a server made for the test",),
        limits=("Without the index and without data_1, nothing tells what the other files hold.",),
        references=("https://www.chromium.org/developers/design-documents/network-stack/disk-cache/",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file has the magic number or, for separate data files, the name."""
        if source.head.startswith(MAGIC):
            return True
        return _OWN.fullmatch(source.name) is not None and not _unpacked(source.path)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield nothing if the index is beside the file; otherwise the entries in data_1."""
        index = source.beside(_INDEX)
        if index is not None and index.head.startswith(INDEX_MAGIC):
            return
        if source.name == _ENTRIES:
            yield Issue("The cache's index is not beside this file; its entries were found by looking through it.")
            entries = Sorted()
            with BlockFiles(source) as files:
                yield from entries.take(Walker(files).leftover())
                yield from read(source, files, entries)
        elif source.beside(_ENTRIES) is None:
            yield Issue("Neither the cache's index nor data_1 is beside this file; what it holds cannot be identified.")


def _unpacked(path: str) -> bool:
    """Whether a path is an unpacked file's content: the cache's files are those around it."""
    outer, inside, within = path.rpartition("!/")
    return bool(inside) and outer.rpartition("/")[2] == within
