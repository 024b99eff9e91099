"""dfVFS's layers for what is in an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfvfs.lib import definitions as dfvfs
from dfvfs.path.factory import Factory

from echoforensics.evidence.entry import member_name

if TYPE_CHECKING:
    from dfvfs.path.path_spec import PathSpec

_METHODS = {"bzip2": dfvfs.COMPRESSION_METHOD_BZIP2, "xz": dfvfs.COMPRESSION_METHOD_XZ}
_NAMED = {"zip": dfvfs.TYPE_INDICATOR_ZIP, "tar": dfvfs.TYPE_INDICATOR_TAR}


def inside(archive: PathSpec, form: str, path: str, address: str) -> PathSpec | None:
    """The path specification of an archive's member; None if dfVFS has no way into such an archive.

    Args:
        archive: the archive's own.
        form: what it is (see :func:`echoforensics.evidence.walk.form_of`).
        path, address: the member's, in it (see :class:`~echoforensics.evidence.entry.Entry`); they count for nothing in
            what is compressed as a whole.
    """
    form, _, shell = form.partition(" in ")
    if shell:
        within = inside(archive, shell, "", "")
        if within is None:
            return None
        archive = within
    if form in _NAMED:
        name = member_name(address, path)
        # dfVFS parts names at their slashes; where that is not a path, it may not find the member.
        if not name or {"", ".."} & set(name.split("/")):
            return None
        return Factory.NewPathSpec(_NAMED[form], location=f"/{name}", parent=archive)
    if form == "gzip":
        return Factory.NewPathSpec(dfvfs.TYPE_INDICATOR_GZIP, parent=archive)
    if form in _METHODS:
        kind = dfvfs.TYPE_INDICATOR_COMPRESSED_STREAM
        return Factory.NewPathSpec(kind, compression_method=_METHODS[form], parent=archive)
    return None
