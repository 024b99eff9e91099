"""Opens archives and images inside a source, to a limited depth, and reopens their entries."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from echoforensics.errors import SourceError
from echoforensics.evidence.archives.android_backup import is_android_backup, open_android_backup
from echoforensics.evidence.archives.broken_zip import open_zip
from echoforensics.evidence.archives.compressed_file import compression, is_compressed, open_compressed
from echoforensics.evidence.archives.library_archive import LibraryArchive, library_form
from echoforensics.evidence.archives.mail.mail_archive import MailArchive
from echoforensics.evidence.archives.mail.recognise import is_mail
from echoforensics.evidence.archives.program_end import ELF, end_of_program
from echoforensics.evidence.archives.tar_archive import TarArchive, is_tar
from echoforensics.evidence.archives.zip_archive import (
    ZIP,
    ZipArchive,
    is_zip,
    is_zip_behind_other_bytes,
    may_have_zip_behind,
)
from echoforensics.evidence.entry import INSIDE, READ_ERRORS, Container, ContentError, Entry, EntryState, EvidenceIssue
from echoforensics.evidence.folder import Folder
from echoforensics.evidence.limits import MAX_DEPTH, Budget
from echoforensics.evidence.media.opener import is_image
from echoforensics.evidence.nested_image import open_nested
from echoforensics.evidence.streams import BLOCK
from echoforensics.own_disk import no_room
from parsers.formats.http.capture_forms import is_firefox_entry
from parsers.parser import Parser

#: How many of a file's first bytes identify an archive or image.
ARCHIVE_HEAD, HEAD = 512, 64 * 1024


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """The location of an entry in its source.

    Attributes:
        path: the whole path, with ``!/`` between a container and its content.
        addresses: the address in each container, outermost first.
        depth: the number of archives around it.
        remark: what is to be said of everything that is found here: that it, or the archive it is in, was
            deleted or carved. Empty if there is nothing to say.
        state: of the archive that it is in: deleted or carved where that is, or what that is in; else allocated.
    """

    path: str
    addresses: tuple[str, ...]
    depth: int
    remark: str = ""
    state: EntryState = EntryState.ALLOCATED

    def below(self, entry: Entry) -> EntryPlace:
        """Return the location of an entry in the container here."""
        path = f"{self.path}{INSIDE}{entry.path}" if self.addresses else entry.path
        addresses, depth = (*self.addresses, entry.address), self.depth + bool(self.addresses)
        return EntryPlace(path, addresses, depth, self.remark, self.state)


#: The source itself.
ROOT = EntryPlace("", (), 0)


def is_archive(head: bytes) -> bool:
    """Whether a file with this head is opened as an archive."""
    return (
        is_zip(head)
        or is_compressed(head)
        or is_tar(head)
        or is_android_backup(head)
        or bool(library_form(head))
        or is_mail(head)
    )


def file_readers(claimed: tuple[Parser, ...], head: bytes) -> tuple[Parser, ...]:
    """Return the parsers that read a file besides what is in it: those of any text do not read mail, whose parts they
    are offered.

    Args:
        claimed: the parsers that claim it.
        head: its first bytes.
    """
    return claimed if not claimed or not is_mail(head) else tuple(each for each in claimed if not each.last_resort)


def archive_head(entry: Entry, head: bytes) -> bytes:
    """Return the archive's first bytes: the entry's own, or those of a zip behind other bytes.

    Empty if the entry is not an archive, or is a browser's, which begins with what the service sent and goes on with
    what the browser added. Raises one of READ_ERRORS.
    """
    if is_firefox_entry(entry.path):
        return b""
    return head if is_archive(head) else head_of_zip_behind(entry, head)


def head_of_zip_behind(entry: Entry, head: bytes) -> bytes:
    """Return the first bytes of a zip behind other bytes; empty if there is none. Raises one of READ_ERRORS.

    Args:
        entry: the file, which is no archive by its own first bytes.
        head: its first bytes.
    """
    if (
        is_firefox_entry(entry.path)
        or entry.opener is None
        or not entry.seekable
        or not may_have_zip_behind(entry.path, head)
        or (head.startswith(ELF) and end_of_program(head) == entry.size)
    ):
        return b""
    with entry.opener() as stream:
        return ZIP if is_zip_behind_other_bytes(stream, entry.path, head) else b""


def open_archive(entry: Entry, head: bytes, budget: Budget) -> Container:
    """Open an archive inside a container.

    Content that is not seekable is first written to an unnamed temporary file.

    Raises:
        One of READ_ERRORS: it cannot be opened.
    """
    assert entry.opener is not None  # noqa: S101 (the caller has read its head)
    opener = entry.opener if entry.seekable else _spooled(entry.opener)
    name = entry.path.rsplit("/", 1)[-1]
    if is_zip(head):
        return open_zip(opener, budget)
    if is_compressed(head):
        return open_compressed(opener, head, name, budget)
    if is_android_backup(head):
        return open_android_backup(opener, budget)
    if form := library_form(head):
        return LibraryArchive(_as_file(opener), form, name, budget)
    if is_mail(head):
        return MailArchive(opener)
    return TarArchive(opener, budget)


def form_of(container: Container, head: bytes) -> str:
    """Name an opened archive's format: ``zip``, ``zip without directory``, ``tar``, ``gzip``, ``tar in gzip`` and so
    on.

    Args:
        container: the result of :func:`open_archive`.
        head: the first bytes of the archive.

    ``gzip with padding`` has other data after it, which is known only after the container was read.
    """
    if isinstance(container, ZipArchive):
        return "zip" if container.is_common else "uncommon zip"
    if isinstance(container, LibraryArchive):
        return library_form(head)
    if isinstance(container, MailArchive):
        return "mail"
    shell = "Android backup" if is_android_backup(head) else compression(head)
    if container.padding:
        shell += " with padding"
    if isinstance(container, TarArchive):
        return f"tar in {shell}" if shell else "tar"
    return shell or "zip without directory"


def too_deep(place: EntryPlace) -> EvidenceIssue | None:
    """Return an issue for an archive nested too deeply."""
    if place.depth < MAX_DEPTH:
        return None
    return EvidenceIssue(place.path, f"not opened: it lies more than {MAX_DEPTH} archives deep")


@contextmanager
def reopened(container: Container, addresses: tuple[str, ...], budget: Budget) -> Iterator[BinaryIO]:
    """Reopen an entry by its addresses, outermost first.

    Raises:
        One of READ_ERRORS, or KeyError: the entry no longer exists.
    """
    with ExitStack() as opened:
        for depth, address in enumerate(addresses[:-1]):
            if not depth:
                # As when it was read: what is in the source itself has a budget of its own.
                budget = Budget(_size_at(container, address))
            container = opened.enter_context(closing(_container_at(container, address, budget)))
        with container.open(addresses[-1]) as stream:
            yield stream


def _size_at(container: Container, address: str) -> int:
    """Return the readable size of an entry in bytes."""
    size = 0
    with container.open(address) as stream:
        if stream.seekable():
            return stream.seek(0, 2)
        with suppress(*READ_ERRORS):
            while piece := stream.read(BLOCK):
                size += len(piece)
    return size


def _container_at(outer: Container, address: str, budget: Budget) -> Container:
    """Open the archive or image at an address of another container."""
    opener = partial(outer.open, address)
    with opener() as stream:
        head = stream.read(HEAD)
    location = partial(outer.location, address) if isinstance(outer, Folder) else None
    entry = Entry("", address, None, opener, seekable=outer.seekable, location=location)
    if beginning := archive_head(entry, head):
        return open_archive(entry, beginning, budget)
    if not is_image(head):
        raise KeyError(address)
    try:
        return open_nested(entry, head, budget)
    except SourceError as error:
        raise OSError(str(error)) from error


def _as_file(opener: Callable[[], BinaryIO]) -> Callable[[], BinaryIO]:
    """Return an opener whose result is a local file, making a temporary copy if necessary."""
    with opener() as stream:
        try:
            stream.fileno()
        except OSError:
            return _spooled(opener)
    return opener


def _spooled(opener: Callable[[], BinaryIO]) -> Callable[[], BinaryIO]:
    """Return a function that opens a temporary copy, which is deleted with the function."""
    with ExitStack() as opened:
        spool = opened.enter_context(tempfile.NamedTemporaryFile(prefix="echoforensics-"))
        with opener() as stream, no_room(Path(spool.name)), suppress(ContentError):
            # Errors in the content were reported when it was read as an entry.
            shutil.copyfileobj(stream, spool, BLOCK)
        spool.flush()
        opened.pop_all()
    return lambda: Path(spool.name).open("rb")
