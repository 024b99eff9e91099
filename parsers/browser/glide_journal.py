"""Journals of the image caches of Alexa apps (Glide, based on Jake Wharton's DiskLruCache): which pictures were kept.

The first line is ``libcore.io.DiskLruCache``; then the version, the app's version, the number of files per entry, an
empty line, and one line per action: ``DIRTY key`` when an entry was begun, ``CLEAN key length...`` when it was
finished, ``READ key`` when it was read, ``REMOVE key`` when it was removed. No line holds a time. A key is a digest of
the address and of how the picture was scaled. ``{key}.0`` is the picture.

References:
    JakeWharton/DiskLruCache, DiskLruCache.java; the folders named in Crasselt and Pugliese, DFRWS USA 2024.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register

DATA_TYPE = "alexa:app:cached_image"
#: The most bytes read of a journal; the most entries reported.
MAX_JOURNAL = 16 * 1024 * 1024
MAX_ENTRIES = 20_000
_FIRST = b"libcore.io.DiskLruCache"
_PACKAGE = re.compile(
    # Shopping, book and film apps, which phones without Alexa also have, are left out.
    r"(?:^|/)(com\.amazon\.(?!mShop|kindle|avod|mp3|venezia|windowshop|aiv)[\w.]+)/",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"([0-9a-f]{64})\.0", re.ASCII)
_KEY = re.compile(r"[a-z0-9_-]{1,120}", re.ASCII)
_FORMS = (
    (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n", "PNG"), (b"GIF8", "GIF"), (b"RIFF", "WebP"), (b"\x00\x00\x00", "HEIF"),
)  # fmt: skip


@dataclass(slots=True)
class _Entry:
    """What the journal says about one key."""

    line: int
    sizes: tuple[int, ...] = ()
    reads: int = 0
    finished: int = 0
    removed: bool = False


@dataclass(slots=True)
class _Journal:
    entries: dict[str, _Entry] = field(default_factory=dict)
    odd: list[int] = field(default_factory=list)
    too_many: bool = False

    def take(self, number: int, line: str) -> None:
        """Process one line."""
        word, _, rest = line.partition(" ")
        key, *sizes = rest.split(" ")
        fits = word in ("DIRTY", "CLEAN", "READ", "REMOVE") and _KEY.fullmatch(key)
        if not fits or not all(re.fullmatch(r"\d{1,15}", size, re.ASCII) for size in sizes):
            self.odd.append(number)
            return
        if key not in self.entries and len(self.entries) >= MAX_ENTRIES:
            self.too_many = True
            return
        entry = self.entries.setdefault(key, _Entry(number))
        if word == "CLEAN":
            entry.line, entry.sizes, entry.removed = number, tuple(int(size) for size in sizes), False
            entry.finished += 1
        elif word == "REMOVE":
            entry.line, entry.removed = number, True
        elif word == "READ":
            entry.reads += 1


@register
class GlideJournal(Parser):
    """Reads the journal and keeps the pictures beside it."""

    name: ClassVar[str] = "glide_journal"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("com.amazon.",)
    text_only: ClassVar[bool] = True
    reads_neighbours: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Journals of the image caches of Alexa apps",
        data_types=(DATA_TYPE,),
        known_by=(
            "libcore.io.DiskLruCache as the first line, below a folder of an Alexa app or an Echo Show's package",
            "pictures: a name of 64 hexadecimal digits and .0, below such a folder",
        ),
        shows="That the app kept a picture under this key, how often it read it again, and whether it removed it.",
        does_not_show="What the picture shows of whom, when it was shown, or by what address it was fetched.",
        validated_on=("made files only",),
        limits=(
            "The journal holds no times. Lines that were dropped when the app wrote it anew are gone.",
            f"{MAX_ENTRIES} entries and {MAX_JOURNAL} bytes of one journal are read.",
        ),
        references=("https://github.com/JakeWharton/DiskLruCache", "https://github.com/jcrasselt/amazon-echo-show-15"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first line or the picture's name matches, below an Alexa app's folder."""
        if not _PACKAGE.search(source.path):
            return False
        first = source.head.startswith((_FIRST + b"\n", _FIRST + b"\r\n"))
        return first or _IMAGE.fullmatch(source.name) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record for each key in the journal."""
        if not source.head.startswith(_FIRST):
            if source.beside("journal") is None:
                yield Issue("The journal of the image cache that this picture belongs to is not beside it.")
            return
        if source.size > MAX_JOURNAL:
            yield Issue(f"The journal is longer than {MAX_JOURNAL} bytes; the rest was not read.")
        with source.open() as stream:
            text = stream.read(MAX_JOURNAL).decode("utf-8", "replace")
        yield from _records(source, text)


def _records(source: Source, text: str) -> Iterator[Record | Issue]:
    journal = _Journal()
    lines = text.split("\n")
    whole = lines.pop() == ""
    for number, line in enumerate(lines, 1):
        if number > 5:
            journal.take(number, line.removesuffix("\r"))
    if len(lines) < 5 or not whole:
        yield Issue("The journal breaks off.")
    if journal.odd:
        more = f" and {len(journal.odd) - 1} more" if len(journal.odd) > 1 else ""
        yield Issue(f"Line {journal.odd[0]}{more} of the journal cannot be read.", at_line(journal.odd[0]))
    if journal.too_many:
        yield Issue(f"The journal has more than {MAX_ENTRIES} entries; the rest was not read.")
    package = _PACKAGE.search(source.path)
    for key, entry in journal.entries.items():
        yield _record(source, key, entry, package[1] if package else "")


def _sha256(picture: Source) -> str:
    digest = hashlib.sha256()
    with picture.open() as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _record(source: Source, key: str, entry: _Entry, package: str) -> Record:
    fields: dict[str, Value] = {
        "key": key,
        "package": package,
        "bytes": list(entry.sizes),
        "times_read": entry.reads,
        "times_written": entry.finished,
        "removed": entry.removed,
    }
    what = f"The journal of an image cache of {package} lists a picture"
    if entry.sizes:
        what += f" of {entry.sizes[0]} bytes"
    sentences = [what + "."]
    if entry.removed:
        sentences.append("It says that the picture was removed.")
    elif not entry.finished:
        sentences.append("It says that writing it was begun, and not that it was finished.")
    beside = source.beside(f"{key}.0")
    if beside is not None:
        fields["sha256"] = _sha256(beside)
        form = next((form for start, form in _FORMS if beside.head.startswith(start)), None)
        fields["file_bytes"], fields["form"] = beside.size, form
        sentences.append("The picture is in the exhibit.")
    else:
        sentences.append("The picture is not beside the journal.")
    return Record(data_type=DATA_TYPE, message=" ".join(sentences), locator=at_line(entry.line), fields=fields)
