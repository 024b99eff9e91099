"""Walk all entries of a block-file cache: those in its table, and those no longer in it.

References:
    net/disk_cache/blockfile/disk_format.h and backend_impl.cc of Chromium.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from parsers.formats.chromium_cache.block_address import ENTRIES, SIZES, Address, entry_address
from parsers.formats.chromium_cache.block_entry import KEY_AT, CacheEntry, parse, whole_key
from parsers.formats.chromium_cache.block_files import BlockError, BlockFiles
from parsers.locator import at_bytes
from parsers.record import Issue

#: Limit on the entries read from one cache.
MAX_ENTRIES = 300_000
#: Limit on the issues listed for one cache.
MAX_ISSUES = 50
_SIZE = SIZES[ENTRIES]


class EntryProvenance(StrEnum):
    """How an entry was found."""

    LIVE = "live"
    UNLINKED = "unlinked"
    RECOVERED = "recovered"


class FoundEntry(NamedTuple):
    """An entry that was found.

    Attributes:
        entry: the entry.
        key: its key.
        provenance: how it was found.
        issues: what is wrong with it, one sentence each.
    """

    entry: CacheEntry
    key: bytes
    provenance: EntryProvenance
    issues: tuple[str, ...] = ()


class Walker:
    """Walks the entries of one cache. Call :meth:`live` first, then :meth:`leftover`."""

    def __init__(self, files: BlockFiles) -> None:
        """Initialise with the open files."""
        self._files = files
        self._seen: set[int] = set()
        self._covered: set[tuple[int, int]] = set()
        self._issues = 0

    def live(self, table: Iterator[tuple[int, int]]) -> Iterator[FoundEntry | Issue]:
        """Yield the entries that the table refers to.

        Args:
            table: offset in the index and address, for each table slot that is not empty.

        Raises:
            OSError: the evidence cannot be read.
        """
        for offset, value in table:
            if len(self._seen) >= MAX_ENTRIES:
                yield Issue(f"The cache has more than {MAX_ENTRIES} entries: the rest was not read.")
                break
            yield from self._chain(Address(value), at_bytes(offset, 4))
        if self._issues > MAX_ISSUES:
            yield Issue(f"{self._issues - MAX_ISSUES} further addresses in the cache lead nowhere.")

    def _chain(self, address: Address, place: str) -> Iterator[FoundEntry | Issue]:
        """The entries of one table slot, following the chain."""
        while address.value and len(self._seen) < MAX_ENTRIES:
            if address.value in self._seen:
                yield from self._issue(f"The chain comes back to the entry at {address.value:#010x}", place)
                return
            self._seen.add(address.value)
            entry, why = self._entry(address)
            if entry is None:
                yield from self._issue(f"There is no entry at {address.value:#010x}: {why}", place)
                return
            self._cover(address)
            yield from self._found(entry, EntryProvenance.LIVE, place)
            address = entry.following

    def _entry(self, address: Address) -> tuple[CacheEntry | None, str]:
        if address.kind != ENTRIES:
            return None, "it is not the address of an entry"
        try:
            entry = parse(self._files.read(address, address.room), address)
        except BlockError as error:
            return None, str(error)
        return entry, "the bytes there are no entry"

    def _found(self, entry: CacheEntry, provenance: EntryProvenance, place: str) -> Iterator[FoundEntry | Issue]:
        try:
            key = whole_key(entry, self._files)
        except BlockError as error:
            yield from self._issue(
                f"The key of the entry at {entry.address.value:#010x} cannot be read: {error}", place
            )
            return
        issues = []
        if not entry.intact:
            issues.append("The entry does not match the hash that it holds of itself.")
        if not entry.has_key(key):
            issues.append("The key does not match the hash in the entry.")
        yield FoundEntry(entry, key, provenance, tuple(issues))

    def _cover(self, address: Address) -> None:
        self._covered.update((address.number, address.block + more) for more in range(address.blocks))

    def _issue(self, what: str, place: str) -> Iterator[Issue]:
        self._issues += 1
        if self._issues <= MAX_ISSUES:
            yield Issue(f"{what}. What the cache's table leads to from here was not read.", place)

    def leftover(self) -> Iterator[FoundEntry]:
        """Yield entries in block files that :meth:`live` did not reach and whose hashes match.

        Raises:
            OSError: the evidence cannot be read.
        """
        for number, file in self._files.entry_files():
            for first, lot in self._files.steps(file):
                for at in range(0, len(lot) - _SIZE + 1, _SIZE):
                    # An entry has a key; this test skips most blocks at once.
                    if lot[at + 32 : at + 36] != b"\0\0\0\0":
                        yield from self._left_at(number, first + at // _SIZE)
                if len(self._seen) >= MAX_ENTRIES:
                    return

    def _left_at(self, number: int, block: int) -> Iterator[FoundEntry]:
        if (number, block) in self._covered:
            return
        address = entry_address(number, block)
        entry = self._entry(address)[0]
        if entry is None:
            return
        blocks = 1 if entry.long_key else min(4, -(-(KEY_AT + entry.key_size + 1) // _SIZE))
        address = Address(address.value | (blocks - 1) << 24)
        entry = self._entry(address)[0]
        if entry is None:
            return
        try:
            key = whole_key(entry, self._files)
        except BlockError:
            return
        if not entry.has_key(key):
            return
        self._seen.add(address.value)
        self._cover(address)
        state = self._files.state(address)
        provenance = EntryProvenance.UNLINKED if state == "used" else EntryProvenance.RECOVERED
        issues = () if entry.intact else ("The entry does not match the hash that it holds of itself.",)
        yield FoundEntry(entry, key, provenance, issues)


def place_of(address: Address) -> str:
    """The locator of an address in its file."""
    return at_bytes(address.offset, address.room) if address.kind else ""
