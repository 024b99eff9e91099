"""Folders that the running kernel makes up as they are read, such as ``/proc``.

They are no evidence: no two readings of them are the same, files in them have no size, and some never end.

References:
    proc_pid_mounts(5); Linux, Documentation/filesystems
"""

from __future__ import annotations

from pathlib import Path

#: Kinds of such file systems, as the kernel names them.
_KINDS = frozenset({
    "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs",
    "mqueue", "nsfs", "proc", "pstore", "securityfs", "selinuxfs", "sysfs", "tracefs",
})  # fmt: skip
_MOUNTS = Path("/proc/self/mounts")


def kernel_file_system(path: Path, mounts: str | None = None) -> str:
    """The kind of made-up file system in which a folder lies; empty where it lies in another, or that is unknown.

    Args:
        path: an absolute path without symbolic links.
        mounts: what is mounted, in the form of ``/proc/self/mounts``; if None, that file, where there is one.
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
    nearest, kind = -1, ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        place = Path(_unescaped(parts[1]))
        # Of two that are mounted at one place, the later hides the earlier.
        if len(place.parts) >= nearest and path.is_relative_to(place):
            nearest, kind = len(place.parts), parts[2]
    return kind if kind in _KINDS else ""


def _unescaped(place: str) -> str:
    for code, mark in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, mark)
    return place
