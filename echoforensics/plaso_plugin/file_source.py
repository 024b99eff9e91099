"""A file as plaso opened it, as our parsers see a file."""

from __future__ import annotations

import io
import stat
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from dfvfs.lib.definitions import TYPE_INDICATOR_COMPRESSED_STREAM, TYPE_INDICATOR_GZIP, TYPE_INDICATOR_OS
from dfvfs.lib.errors import Error as DfvfsError
from dfvfs.path.factory import Factory
from dfvfs.resolver.resolver import Resolver

from echoforensics.evidence.archives.compressed_file import inner_name
from echoforensics.evidence.archives.tar_archive import is_tar
from echoforensics.evidence.entry import INSIDE
from echoforensics.evidence.streams import RandomAccessStream
from echoforensics.plaso_plugin.reading import File
from parsers.parser import HEAD_SIZE, Source
from parsers.registry import claiming

if TYPE_CHECKING:
    from collections.abc import Callable

    from dfvfs.path.path_spec import PathSpec
    from dfvfs.vfs.file_entry import FileEntry

#: What dfVFS and the libraries below it raise on damaged content; ValueError: libfsext, of a read that is too long.
DFVFS_ERRORS = (OSError, DfvfsError, ValueError)
#: Layers that hold one file without a name.
_STREAMS = (TYPE_INDICATOR_GZIP, TYPE_INDICATOR_COMPRESSED_STREAM)
#: Layers in which files have names, and are below another file.
_ARCHIVES = ("CPIO", "TAR", "ZIP")
#: Layers whose location names a volume, such as ``/p2``.
_VOLUMES = ("APM", "GPT", "LVM", "TSK_PARTITION")
_BUFFER = 65536


def _read_at(inner: Any, offset: int, size: int) -> bytes:
    """Read at a place. dfVFS may give one file object to several readers, so each read seeks first."""
    inner.seek(offset)
    found: bytes = inner.read(size)
    return found


def source_of(entry: FileEntry, data_stream: str, context: Any) -> Source:
    """A file entry as a source; its neighbours are the files beside it in plaso's file system.

    Args:
        entry: a file.
        data_stream: the name of its data stream; empty for the content itself.
        context: the resolver's context, in which plaso keeps file systems open.

    Raises:
        OSError: its first bytes cannot be read.
    """
    spec = entry.path_spec
    opener = partial(_open, entry, data_stream)
    with opener() as stream:
        head = stream.read(HEAD_SIZE)
    # A compressed tar is one archive to us.
    shell = spec.type_indicator in _STREAMS and is_tar(head)
    path = path_of(spec.parent if shell else spec) + (f":{data_stream}" if data_stream else "")
    attribute = guarded(entry.GetStatAttribute)
    mode = getattr(attribute, "mode", None)
    neighbour = partial(_neighbour, spec, context)
    size = entry.size if entry.size is not None and not data_stream else _size(opener)
    return Source(path, size, head, opener, neighbour, None if mode is None else stat.S_IMODE(mode))


def file_of(entry: FileEntry, data_stream: str, context: Any) -> File:
    """A file entry that is to be parsed, with the files beside it. Arguments and errors as :func:`source_of`."""
    return File(source_of(entry, data_stream, context), entry.path_spec, "", partial(_beside, entry.path_spec, context))


def in_archive(spec: PathSpec | None) -> bool:
    """Whether a path specification leads into an archive that is read with its own file, or is its root."""
    while spec is not None:
        if spec.type_indicator in (*_ARCHIVES, TYPE_INDICATOR_COMPRESSED_STREAM):
            return True
        spec = getattr(spec, "parent", None)
    return False


def path_of(spec: PathSpec) -> str:
    """The path by which our parsers know a file: ``p2/local/log/messages.gz!/messages``."""
    location = _location(spec)
    parent = getattr(spec, "parent", None)
    if spec.type_indicator in _STREAMS:
        outer = path_of(parent)
        name = outer.rpartition("/")[2]
        return f"{outer}{INSIDE}{inner_name(name)}"
    if spec.type_indicator in _ARCHIVES:
        return f"{path_of(parent)}{INSIDE}{location}"
    if parent is None or spec.type_indicator == TYPE_INDICATOR_OS:
        return location
    return _volume(parent) + location


def sibling(spec: PathSpec, path: str) -> PathSpec | None:
    """The path specification of another file of the same container, by its whole path as :func:`path_of` writes it."""
    if spec.type_indicator in _STREAMS:
        return None
    prefix, location = path_of(spec), _location(spec)
    if not prefix.endswith(location):
        return None
    prefix = prefix.removesuffix(location)
    if not path.startswith(prefix):
        return None
    mark = _mark(spec)
    named = {"location": mark + path.removeprefix(prefix).replace("/", mark)}
    if spec.HasParent():
        named["parent"] = spec.parent
    return Factory.NewPathSpec(spec.type_indicator, **named)


def _mark(spec: PathSpec) -> str:
    """What is between folders in a layer's locations."""
    return "\\" if spec.type_indicator in ("FAT", "NTFS") else "/"


def _location(spec: PathSpec) -> str:
    return (getattr(spec, "location", None) or "").replace(_mark(spec), "/").strip("/")


def _neighbour(spec: PathSpec, context: Any, path: str) -> Source | None:
    file = _beside(spec, context, path)
    return file.source if file else None


def _beside(spec: PathSpec, context: Any, path: str) -> File | None:
    """A file beside another. As in a case, only such as some parser claims."""
    other = sibling(spec, path)
    found = guarded(partial(Resolver.OpenFileEntry, other, resolver_context=context)) if other is not None else None
    if found is None or not found.IsFile():
        return None
    file = file_of(found, "", context)
    return file if claiming(file.source) else None


def _volume(spec: PathSpec) -> str:
    """The name of the volume a file system is in, with a slash; empty if it is in none."""
    while spec is not None:
        if spec.type_indicator in _VOLUMES:
            return f"{spec.location.strip('/')}/"
        spec = getattr(spec, "parent", None)
    return ""


def _open(entry: FileEntry, data_stream: str) -> BinaryIO:
    inner = guarded(partial(entry.GetFileObject, data_stream_name=data_stream))
    if inner is None:
        raise OSError("plaso's file system returns no content for it")
    size = guarded(inner.get_size)
    read_at = lambda offset, length: guarded(partial(_read_at, inner, offset, length))  # noqa: E731
    return io.BufferedReader(RandomAccessStream(size, read_at), _BUFFER)


def _size(opener: Callable[[], BinaryIO]) -> int:
    with opener() as stream:
        return stream.seek(0, io.SEEK_END)


def guarded(call: Callable[[], Any]) -> Any:
    """Call something of dfVFS; what it raises on damaged content is an OSError."""
    try:
        return call()
    except OSError:
        raise
    except DFVFS_ERRORS as error:
        raise OSError(f"plaso's file system: {error}") from error
