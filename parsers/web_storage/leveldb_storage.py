"""LevelDB databases in which browsers and WebViews store page data, and those of the Alexa app.

Why there is a LevelDB reader here: LevelDB's own library, and its bindings (plyvel), open a database only by
changing it. dfindexeddb (Apache-2.0) demands exact versions of python-snappy and zstd that exclude plaso's, and checks
no checksums. chromium-reader (MIT, modelled on ccl_chromium_reader) verifies none either, raises on damaged logs,
and gives only the block's place for an entry in a compressed block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.app.packages import app_of
from parsers.bounded_issues import bounded
from parsers.browser import cache_times
from parsers.formats.indexed_db.database_key import COMPARATOR
from parsers.formats.leveldb.database_files import DatabaseList, file_entries, has_form, read_database
from parsers.formats.leveldb.manifest import CURRENT, MANIFEST_NAME
from parsers.formats.leveldb.table_file import MAX_BLOCK
from parsers.formats.leveldb.versions import MAX_BYTES, MAX_KEPT, VersionCollector
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.web_storage.dom_storage import DomStorage
from parsers.web_storage.indexed_store import IndexedStore, folder_origin
from parsers.web_storage.store_reader import StoreReader
from parsers.web_storage.stored_item import DATA_TYPES, counted, is_service_origin

_DOM_FOLDER = re.compile(r"(?:^|/)(?:(Local Storage)/leveldb|(Session Storage))/[^/]+$")
_INDEXED_FOLDER = re.compile(r"\.indexeddb\.leveldb/[^/]+$")


@register
class LevelDbStorage(Parser):
    """Reads a database by its MANIFEST, with the files beside it; a file that no MANIFEST names, on its own."""

    name: ClassVar[str] = "leveldb_storage"
    version: ClassVar[str] = "2"
    needs_path: ClassVar[tuple[str, ...]] = ("amazon.", "local storage/", "session storage/", ".leveldb/")
    needs_names: ClassVar[bool] = True
    reads_neighbours: ClassVar[bool] = True
    keeps_for_others: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="What pages store in browsers and WebViews (LevelDB: Local Storage, Session Storage, IndexedDB)",
        data_types=DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(
            "the form of a LevelDB file (a log's record whose checksum fits; the name of a log, a table or a MANIFEST;"
            " CURRENT), in a folder Local Storage/leveldb or Session Storage, in the folder of an Alexa app or of an"
            " Echo's own apps, or in an IndexedDB of a page of the Alexa service",
            "the form of a LevelDB file, elsewhere, where the file names the Alexa service",
        ),
        shows=(
            "That a page of this origin, or the app, stored this item in this browser or WebView; or, where the row"
            " says that it is not live, that the item was still in a file after it was overwritten or deleted."
        ),
        does_not_show=(
            "When an item was stored, unless its value or the note on its origin holds a time. Who used the browser:"
            " pages store by themselves. When an item was overwritten or deleted, or by whom."
        ),
        validated_on=("Local Storage, Session Storage and IndexedDB that Chromium wrote for the tests; made files",),
        limits=(
            f"At most {MAX_KEPT} entries, or {MAX_BYTES} bytes of them, of one database are read; a block that expands"
            f" to more than {MAX_BLOCK} bytes is not.",
            "Items of other pages that do not name the service are counted, not listed.",
            "A damaged record of a log and a damaged block of a table are named and not read.",
            "Values of IndexedDB in blobs of their own, and other blobs, are named and not read. Of values of a kind"
            " that is not read, only the texts are kept.",
            "Tokens, passwords and keys are never kept: their length is, and a SHA-256 if they are long.",
            "A folder without CURRENT or MANIFEST: whether an entry is live is judged by its file alone.",
        ),
        references=(
            "https://github.com/google/leveldb/blob/main/doc/impl.md",
            "https://github.com/google/leveldb/blob/main/doc/table_format.md",
            "https://github.com/cclgroupltd/ccl_chromium_reader",
            "https://github.com/google/dfindexeddb",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the form matches, and the folder or the names in the file."""
        if not (_is_place(source.path) or source.names):
            return False
        return has_form(source)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the items, and one record about the store; nothing for a file that is read with its MANIFEST."""
        if source.name == CURRENT:
            return
        listed = DatabaseList.beside(source)
        if MANIFEST_NAME.fullmatch(source.name):
            if listed and listed.name == source.name:
                yield from bounded(_database(source, listed))
        elif listed is None or not listed.manifest.covers(source.name):
            yield from bounded(_alone(source, listed))


def _is_place(path: str) -> bool:
    if _DOM_FOLDER.search(path) or app_of(path) is not None:
        return True
    return is_service_origin(folder_origin(path))


def _database(source: Source, listed: DatabaseList) -> Iterator[Record | Issue]:
    reader = _reader(source, listed)
    collector = VersionCollector(reader.wanted)
    yield from read_database(source, listed, collector)
    yield from _judged(source, reader, collector, {"manifest": source.name})


def _alone(source: Source, listed: DatabaseList | None) -> Iterator[Record | Issue]:
    reader = _reader(source, listed)
    collector = VersionCollector(reader.wanted)
    for found in file_entries(source):
        if isinstance(found, Issue):
            yield found
        else:
            collector.take(found, used=listed is None)
    if listed is None and collector.total:
        yield Issue(
            "The list of the database's files (CURRENT and the MANIFEST it names) is not beside this file, or cannot be"
            " read. Whether an entry is live was judged by this file alone."
        )
    yield from _judged(source, reader, collector, {"read_alone": True})


def _reader(source: Source, listed: DatabaseList | None) -> StoreReader:
    comparator = listed.manifest.comparator if listed else ""
    indexed = comparator == COMPARATOR or (not comparator and _INDEXED_FOLDER.search(source.path) is not None)
    kind = IndexedStore if indexed else DomStorage
    return kind(source.path, cache_times.clock_of(source.path), app_of(source.path) is not None)


def _judged(
    source: Source, reader: StoreReader, collector: VersionCollector, fields: dict[str, Value]
) -> Iterator[Record | Issue]:
    yield from collector.issues()
    yield from reader.records(collector.versions())
    if collector.total:
        yield counted(_kind_of(source.path, reader), collector.total, reader.listed, fields)


def _kind_of(path: str, reader: StoreReader) -> str:
    """Describe the store, as the start of a sentence."""
    if isinstance(reader, IndexedStore):
        return "An IndexedDB"
    found = _DOM_FOLDER.search(path)
    return f"The {found[1] or found[2]} of a browser or a WebView" if found else "A key-value store (LevelDB)"
