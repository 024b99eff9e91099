"""Answers of the Alexa service in a block-file cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from parsers.browser import cache_times
from parsers.browser.alexa_key import AlexaKey, alexa_key
from parsers.browser.block_parts import PartName, signature, together
from parsers.browser.sparse_body import MAX_BODY
from parsers.exchanges.cached_answer import Cached, CachedBody, records
from parsers.formats.chromium_cache.block_address import Address
from parsers.formats.chromium_cache.block_entry import BODY, NOTE, STATES, node
from parsers.formats.chromium_cache.block_files import BlockError, BlockFiles
from parsers.formats.chromium_cache.block_walk import EntryProvenance, FoundEntry, place_of
from parsers.formats.chromium_cache.http_info import HttpInfo, HttpInfoError
from parsers.locator import at_bytes
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Value

_KIND = "Chromium block-file cache"
#: The most entries of the service held in memory.
MAX_ANSWERS = 50_000
#: The most issues listed for one cache's entries; the others are counted.
MAX_ISSUES = 500
_MAX_NOTE = 2 * 1024 * 1024
_REMARKS = {
    EntryProvenance.LIVE: "",
    EntryProvenance.UNLINKED: "The cache's table does not lead to the entry, though its blocks are marked as in use.",
    EntryProvenance.RECOVERED: "The cache no longer shows the entry; it was recovered from blocks marked as free.",
}
_STATES = {1: "The cache had dropped the entry's content.", 2: "The cache had marked the entry for deletion."}


@dataclass(slots=True)
class Sorted:
    """The entries of a cache: those of the service, and the number of others.

    Attributes:
        answers: entries of the service, in the order found, with their parsed keys.
        parts: body parts, by the key of the whole entry and the signature.
        others: the number of entries, including parts, of other addresses.
        left_out: the number of entries of the service beyond the limit.
    """

    answers: list[tuple[AlexaKey, FoundEntry]] = field(default_factory=list)
    parts: dict[tuple[bytes, int], list[tuple[PartName, FoundEntry]]] = field(default_factory=dict)
    others: int = 0
    left_out: int = 0

    def take(self, entries: Iterable[FoundEntry | Issue]) -> Iterator[Issue]:
        """Add entries; issues are passed on."""
        for found in entries:
            if isinstance(found, Issue):
                yield found
                continue
            part = PartName.parse(found.key)
            key = alexa_key(part.key if part else found.key)
            if key is None:
                self.others += 1
            elif len(self.answers) + len(self.parts) >= MAX_ANSWERS:
                self.left_out += 1
            elif part:
                self.parts.setdefault((part.key, part.signature), []).append((part, found))
            else:
                self.answers.append((key, found))


def read(source: Source, files: BlockFiles, entries: Sorted) -> Iterator[Record | Issue]:
    """Yield the records of the service's entries. The first issues are listed, the others counted."""
    issues = 0
    for item in _read(source, files, entries):
        issues += isinstance(item, Issue)
        if isinstance(item, Record) or issues <= MAX_ISSUES:
            yield item
    if issues > MAX_ISSUES:
        yield Issue(f"{issues - MAX_ISSUES} further issues in the cache's entries; each record lists its own.")


def _read(source: Source, files: BlockFiles, entries: Sorted) -> Iterator[Record | Issue]:
    clock = cache_times.clock_of(source.path)
    for key, found in entries.answers:
        parts = None
        if found.entry.flags & 1:
            parts = entries.parts.pop((found.key, signature(found, files) or 0), None)
        yield from _answer(source, files, clock, key, found, parts)
    for (whole, _), parts in entries.parts.items():
        if orphan := alexa_key(whole):
            what = "The entry with the times and headers of an answer that came in parts is not in the cache."
            yield Issue(what)
            yield from _orphan(source, files, clock, orphan, parts)
    if entries.left_out:
        yield Issue(f"The cache has more than {MAX_ANSWERS} entries of the service; {entries.left_out} were not read.")


def _answer(
    source: Source,
    files: BlockFiles,
    clock: Clock,
    key: AlexaKey,
    found: FoundEntry,
    parts: list[tuple[PartName, FoundEntry]] | None,
) -> Iterator[Record | Issue]:
    issues = list(found.issues)
    info, where = _note(files, found, issues)
    if parts:
        body, more = together(parts, files)
        issues += more
    else:
        body = _body(files, found, issues)
    if info and info.truncated:
        issues.append("The browser noted that the body broke off.")
    entry = replace(
        _entry(source, files, clock, key, found),
        status_line=info.status_line if info else "",
        headers=info.headers if info else (),
        asked=cache_times.asked(info, clock, _if_beside(where, body)) if info else (),
    )
    fields: dict[str, Value] = {**entry.fields}
    if where:
        fields["cache_note"] = f"{where.file} {place_of(where)}".strip()
    yield from _given(replace(entry, fields=fields), found, body, issues)


def _orphan(
    source: Source, files: BlockFiles, clock: Clock, key: AlexaKey, parts: list[tuple[PartName, FoundEntry]]
) -> Iterator[Record | Issue]:
    body, issues = together(parts, files)
    first = parts[0][1]
    yield from _given(_entry(source, files, clock, key, first), first, body, [*first.issues, *issues])


def _given(entry: Cached, found: FoundEntry, body: CachedBody, issues: list[str]) -> Iterator[Record | Issue]:
    address = found.entry.address
    for issue in issues:
        yield Issue(f"{key_name(entry)}: {issue}")
    if not body.content:
        body = CachedBody(b"", place_of(address), address.file)
    for item in records(replace(entry, body=body, issues=tuple(issues))):
        # An issue's locator would be read as a locator in the index.
        yield replace(item, locator="") if isinstance(item, Issue) else item


def key_name(entry: Cached) -> str:
    """The name of an entry in an issue."""
    return f"{entry.kind}, entry for {entry.url.plain_path}"


def _note(files: BlockFiles, found: FoundEntry, issues: list[str]) -> tuple[HttpInfo | None, Address]:
    address, size = found.entry.streams[NOTE], found.entry.sizes[NOTE]
    if not address:
        return None, address
    try:
        return HttpInfo.parse(files.content(address, size, _MAX_NOTE)), address
    except (BlockError, HttpInfoError) as error:
        issues.append(f"The note on the answer, with its times and headers, cannot be read: {error}.")
        return None, address


def _body(files: BlockFiles, found: FoundEntry, issues: list[str]) -> CachedBody:
    address, size = found.entry.streams[BODY], found.entry.sizes[BODY]
    if not address:
        return CachedBody(b"", "")
    try:
        content = files.content(address, size, MAX_BODY)
    except BlockError as error:
        issues.append(f"The body cannot be read: {error}.")
        return CachedBody(b"", "")
    if len(content) < size:
        issues.append(f"Of the body's {size} bytes {len(content)} are there.")
    if found.provenance is EntryProvenance.RECOVERED and files.state(address) in ("used", "in part"):
        issues.append("The body's blocks are in use again; they may hold what belongs to another entry.")
    whole = files.is_whole(address, len(content))
    return CachedBody(content, at_bytes(address.offset, len(content)), address.file, whole_file=whole)


def _if_beside(where: Address, body: CachedBody) -> str:
    """The locator of the note, if the record's locator is in the same file."""
    return place_of(where) if where and where.file == body.file else ""


def _entry(source: Source, files: BlockFiles, clock: Clock, key: AlexaKey, found: FoundEntry) -> Cached:
    """The entry without its note and its body."""
    entry = found.entry
    used = node(entry, files)
    fields: dict[str, Value] = {
        "cache_key": key.text,
        "cache_entry": f"{entry.address.file} {place_of(entry.address)}",
        "cache_state": STATES[entry.state],
        "cache_reused": entry.reused,
        "provenance": found.provenance.value,
    }
    if found.provenance is not EntryProvenance.LIVE:
        fields["confidence"] = "lower than that of a live entry"
    if key.sites:
        fields["asked_from_site"] = key.sites[0]
    remark = " ".join(filter(None, (_REMARKS[found.provenance], _STATES.get(entry.state, ""))))
    times = cache_times.entry_times(clock, entry.created, used.used, used.modified)
    return Cached(key.url, source.path, clock, _KIND, "", (), CachedBody(b"", ""), (), times, fields, remark=remark)
