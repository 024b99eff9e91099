"""A source: one seized item, opened read-only and hashed completely."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from chain_of_custody.digest import Digests, hash_stream
from echoforensics.errors import SourceError
from echoforensics.evidence import folder_listing
from echoforensics.evidence.archives.behind_program import archive_behind_program
from echoforensics.evidence.archives.compressed_file import CompressedFile
from echoforensics.evidence.archives.library_archive import LibraryArchive
from echoforensics.evidence.archives.mail.mail_archive import MailArchive
from echoforensics.evidence.archives.tar_archive import TarArchive
from echoforensics.evidence.archives.unread_archive import parts_beside, sentence, unread_archive
from echoforensics.evidence.entry import READ_ERRORS, Container, Entry
from echoforensics.evidence.folder import Folder
from echoforensics.evidence.kernel_folder import kernel_file_system
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.loose_file import LooseFile
from echoforensics.evidence.media.careful_file import CarefulFile, open_careful
from echoforensics.evidence.media.disk_head import looks_like_disk
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.media.opener import RAW_IMAGE, open_image, open_raw
from echoforensics.evidence.name_search import kinds_named
from echoforensics.evidence.streams import buffered
from echoforensics.evidence.volumes.disk import Disk, may_be_image
from echoforensics.evidence.walk import archive_head, open_archive
from parsers.formats.packets.capture_file import is_packet_capture
from parsers.parser import HEAD_SIZE, Parser, looks_like_text
from parsers.parser import Source as ParserSource
from parsers.registry import claiming

Progress = Callable[[int], None]

#: Kinds of sources other than media images.
FOLDER, FILE = "folder", "file"
WITHOUT_MEDIA = (FOLDER, "zip", "tar", "compressed", "archive", FILE)
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SourceHashes:
    """The hashes of a source.

    Attributes:
        whole: over all its bytes. For a folder: over its listing (see :mod:`.folder_listing`). For an image in
            several segments: over the listing of its segments, made the same way.
        parts: maps the name of each file to its hashes, if there are several files.
        media: the hashes of the media inside an image that does not store it verbatim (EWF, VHD, several segments).
        stored: the media hashes in an EWF image, as written by the acquisition tool.
        issues: what could not be read.
        listing: for a folder: the form of its listing.
    """

    whole: Digests
    parts: dict[str, Digests] = field(default_factory=dict)
    media: Digests | None = None
    stored: dict[str, str] = field(default_factory=dict)
    issues: tuple[str, ...] = ()
    listing: str = ""

    def is_same(self, other: SourceHashes) -> bool:
        """Whether both have the same bytes, by their sizes and SHA-256."""
        pairs = ((self.whole, other.whole), (self.media, other.media))
        return all(
            one is two if one is None or two is None else (one.size, one.sha256) == (two.size, two.sha256)
            for one, two in pairs
        )

    def as_json(self) -> dict[str, object]:
        """Return the hashes for the ledger and the case."""
        written: dict[str, object] = {"size": self.whole.size, **self.whole.values}
        if len(self.parts) > 1:
            written["parts"] = {name: {"size": d.size, **d.values} for name, d in self.parts.items()}
        if self.media is not None:
            written["media"] = {"size": self.media.size, **self.media.values}
        if self.stored:
            written["stored_in_image"] = dict(self.stored)
        if self.listing:
            written["listing"] = self.listing
        return written


@dataclass(slots=True)
class SourceBytes:
    """The bytes of a source without its content: enough to hash it.

    Attributes:
        path: its absolute path.
        kind: as of :class:`EvidenceSource`.
        media: the storage media, where it is an image.
        listing: for a folder: the form of the listing that is hashed.
    """

    path: Path
    kind: str
    media: Media | None = None
    listing: str = folder_listing.SECOND

    def hash(
        self,
        algorithms: tuple[str, ...],
        progress: Progress | None = None,
        watch: Callable[[bytes], None] | None = None,
    ) -> SourceHashes:
        """Hash the whole source in a single read.

        Args:
            algorithms: names of hashes.
            progress: called with the bytes read so far.
            watch: for an image: called with each block of its media, in order, while it is being hashed.

        Raises:
            OSError: a file of it cannot be read.
        """
        if self.kind == FOLDER:
            found = folder_listing.hash_folder(self.path, algorithms, progress, self.listing)
            return SourceHashes(found.whole, issues=tuple(found.issues), listing=self.listing)
        raw = self.media is not None and self.media.is_raw
        whole, parts, unread = self._hash_files(algorithms, progress, watch if raw else None)
        if self.media is None or raw:
            return SourceHashes(whole, parts, issues=unread)
        algorithms = tuple({*algorithms, *self.media.stored_hashes})
        inside = hash_stream(buffered(self.media.stream()), algorithms, watch=watch)
        issues = tuple(
            f"the image says that the {name.upper()} of its media is {value}, but it is {inside.values[name]}"
            for name, value in self.media.stored_hashes.items()
            if inside.values[name] != value
        )
        # Read only now: unreadable parts are known once everything was read.
        issues = (*unread, *self.media.issues, *issues)
        return SourceHashes(whole, parts, inside, self.media.stored_hashes, issues)

    def hash_whole(self, algorithms: tuple[str, ...]) -> Digests:
        """Hash what :attr:`SourceHashes.whole` covers, without the media inside an image. Raises OSError."""
        if self.kind == FOLDER:
            return folder_listing.hash_folder(self.path, algorithms, form=self.listing).whole
        return self._hash_files(algorithms, None, None)[0]

    def close(self) -> None:
        """Close everything that is open."""
        if self.media is not None:
            self.media.close()

    def _hash_files(
        self,
        algorithms: tuple[str, ...],
        progress: Progress | None,
        watch: Callable[[bytes], None] | None,
    ) -> tuple[Digests, dict[str, Digests], tuple[str, ...]]:
        segments = self.media.segments if self.media else (self.path,)
        parts, unread = _hash_files(segments, algorithms, progress, watch)
        return parts[segments[0].name] if len(segments) == 1 else _listing_hash(parts, algorithms), parts, unread


@dataclass(slots=True)
class EvidenceSource:
    """An opened source.

    Attributes:
        path: its absolute path.
        kind: ``folder``, ``zip``, ``tar``, ``compressed``, ``archive`` (any other), ``file``, or the kind of its media
            (``raw image``).
        container: its entries.
        size: bytes of the file or files; 0 for a folder.
        budget: the expansion limit for compressed data in it.
        media: the storage media, where it is an image.
        offsets: for an image: byte offsets of its media at which volumes begin, given by hand.
        listing: for a folder: the form of the listing that is hashed.
    """

    path: Path
    kind: str
    container: Container
    size: int
    budget: Budget
    media: Media | None = None
    offsets: tuple[int, ...] = ()
    listing: str = folder_listing.SECOND

    def hash(self, algorithms: tuple[str, ...], progress: Progress | None = None) -> SourceHashes:
        """Hash the whole source (see :meth:`SourceBytes.hash`). Raises OSError."""
        return SourceBytes(self.path, self.kind, self.media, self.listing).hash(algorithms, progress)

    def close(self) -> None:
        """Close everything that is open."""
        self.container.close()


def open_source(
    path: Path, offsets: tuple[int, ...] = (), kind: str = "", parsers: tuple[Parser, ...] | None = None
) -> EvidenceSource:
    """Open a source by its first bytes, not by its name.

    Args:
        path: the source.
        offsets: for an image: byte offsets of its media at which volumes begin, given by hand.
        kind: its kind when it was first opened; empty to detect it. Detection may depend on the available parsers and
            maps, and on neighbouring files.
        parsers: the parsers that may claim a single file; default: all.

    Raises:
        SourceError: it does not exist, cannot be read, or is not recognised.
    """
    path = _existing(path)
    if path.is_dir():
        return EvidenceSource(path, FOLDER, Folder(path), 0, Budget(0))
    head = _head(path)
    if not head:
        raise SourceError(f"{path}: the file is empty")
    return _open_file(path, head, offsets, kind, parsers)


def open_bytes(path: Path, kind: str, listing: str = folder_listing.SECOND) -> SourceBytes:
    """Open a source only for hashing: no volume, file system or archive in it is examined.

    Args:
        path: the source.
        kind: its kind when it was first opened.
        listing: for a folder: the form of the listing that is hashed.

    Raises:
        SourceError: it does not exist, cannot be read, or is an image whose segments cannot be found.
    """
    path = _existing(path)
    if path.is_dir() != (kind == FOLDER):
        raise SourceError(f"{path}: was a {kind}, and is {'a folder' if path.is_dir() else 'a file'} now")
    return SourceBytes(path, kind, None if kind in WITHOUT_MEDIA else _open_media(path, _head(path), kind), listing)


def _existing(path: Path) -> Path:
    """Return the absolute path of a readable file or folder. Raises SourceError."""
    try:
        if path.is_dir():
            if kind := kernel_file_system(path.resolve()):
                raise SourceError(
                    f"{path}: is made up by the running kernel ({kind}) as it is read, and is not evidence"
                )
            next(path.iterdir(), None)  # a folder that cannot be listed is refused here
        elif not path.exists():
            raise SourceError(f"{path}: there is no such file or folder{_several_in_one(path)}")
        elif not path.is_file():
            raise SourceError(f"{path}: neither a file nor a folder")
        return path.resolve()
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error.strerror}") from error


def _several_in_one(path: Path) -> str:
    """The rest of a sentence where a path is the paths of several sources, joined as some programs join them."""
    for mark in (",", ";", ":", " "):
        pieces = [piece.strip() for piece in str(path).split(mark)]
        if len(pieces) > 1 and all(piece and Path(piece).exists() for piece in pieces):
            return f"; each source is an argument of its own: {' '.join(map(shlex.quote, pieces))}"
    return ""


def _head(path: Path) -> bytes:
    try:
        with open_careful(path) as stream:
            return stream.read(HEAD_SIZE)
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error.strerror}") from error


def _open_file(
    path: Path, head: bytes, offsets: tuple[int, ...], kind: str, parsers: tuple[Parser, ...] | None
) -> EvidenceSource:
    size = path.stat().st_size
    budget = Budget(size)
    if kind == FILE:
        return EvidenceSource(path, FILE, LooseFile(path), size, budget)
    media = None if kind in WITHOUT_MEDIA else _open_media(path, head, kind or _UNKNOWN)
    if media is None and not offsets and (other := _other_than_image(path, head, budget, kind, parsers)):
        return other
    with ExitStack() as opened:
        media = opened.enter_context(closing(media or open_raw(path)))
        source = EvidenceSource(path, media.kind, Disk(media, str(path), offsets), size, budget, media, offsets)
        opened.pop_all()
    return source


def _open_media(path: Path, head: bytes, kind: str) -> Media | None:
    """Return an image's media. With an unknown kind, None if it may be a raw image or no image."""
    if kind == RAW_IMAGE:
        return open_raw(path)
    return open_image(path, head) or (None if kind == _UNKNOWN else open_raw(path))


def _other_than_image(
    path: Path, head: bytes, budget: Budget, kind: str, parsers: tuple[Parser, ...] | None
) -> EvidenceSource | None:
    size = path.stat().st_size
    entry = _entry_of(path, size)
    archive = archive_head(entry, head)
    if archive and not kind and (parts := parts_beside(path)):
        raise SourceError(f"{path}: {sentence(parts)}")
    if archive:
        try:
            container = open_archive(entry, archive, budget)
        except READ_ERRORS as error:
            raise SourceError(f"{path}: cannot be opened: {error}") from error
        return EvidenceSource(path, _kind_of(container), container, size, budget)
    if kind or looks_like_disk(head):
        return None
    if is_packet_capture(head) or _is_claimed(path, head, size, parsers):
        return EvidenceSource(path, FILE, LooseFile(path), size, budget)
    if what := unread_archive(head) or archive_behind_program(entry, head, size):
        raise SourceError(f"{path}: {what}")
    if parts := parts_beside(path):
        raise SourceError(f"{path}: {sentence(parts)}")
    return None


def _entry_of(path: Path, size: int) -> Entry:
    return Entry(path.name, "", size, lambda: open_careful(path), location=lambda: path)


def _kind_of(container: Container) -> str:
    if isinstance(container, TarArchive):
        return "tar"
    if isinstance(container, CompressedFile):
        return "compressed"
    return "archive" if isinstance(container, (LibraryArchive, MailArchive)) else "zip"


def _is_claimed(path: Path, head: bytes, size: int, parsers: tuple[Parser, ...] | None) -> bool:
    """Whether a parser claims a file by its head or, for text, by the service names in the whole file."""
    source = ParserSource(path.name, size, head, lambda: path.open("rb"))
    if claiming(source, parsers):
        return True
    if not looks_like_text(head) or (not head.strip(b"\0") and may_be_image(size)):
        return False
    try:
        with path.open("rb") as stream:
            names = kinds_named(stream)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    return bool(names) and bool(claiming(replace(source, names=names), parsers))


def _hash_files(
    paths: tuple[Path, ...],
    algorithms: tuple[str, ...],
    progress: Progress | None,
    watch: Callable[[bytes], None] | None,
) -> tuple[dict[str, Digests], tuple[str, ...]]:
    """Return the digests of files, and their unreadable parts: zeros are hashed in their place."""
    done = 0
    found: dict[str, Digests] = {}
    unread: list[str] = []
    for path in paths:
        with closing(CarefulFile(path)) as stream:
            advance = partial(_report_sum, progress, done)
            found[path.name] = hash_stream(stream, algorithms, advance, watch)  # type: ignore[arg-type]
            unread += stream.holes.sentences(f"the file {path.name}")
        done += found[path.name].size
    return found, tuple(unread)


def _report_sum(progress: Progress | None, before: int, done: int) -> None:
    if progress:
        progress(before + done)


def _listing_hash(parts: dict[str, Digests], algorithms: tuple[str, ...]) -> Digests:
    """Hash the ``{sha256}  {size}  {name}`` lines of a multi-segment image, as for a folder."""
    text = "".join(f"{d.sha256}  {d.size}  {name}\n" for name, d in sorted(parts.items())).encode()
    size = sum(d.size for d in parts.values())
    return Digests(size, {name: hashlib.new(name, text).hexdigest() for name in algorithms})
