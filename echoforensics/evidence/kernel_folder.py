"""Recognises folders that the running kernel generates while they are read, such as ``/proc``.

They are not evidence: no two readings are equal, files in them have no size, and some never end.

References:
    proc_pid_mounts(5); Linux, Documentation/filesystems
"""

from __future__ import annotations

from pathlib import Path

#: The types of such file systems, as the kernel names them.
_KINDS = frozenset({
    "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs",
    "mqueue", "nsfs", "proc", "pstore", "securityfs", "selinuxfs", "sysfs", "tracefs",
})  # fmt: skip
_MOUNTS = Path("/proc/self/mounts")


def kernel_file_system(path: Path, mounts: str | None = None) -> str:
    """Return the type of kernel file system that holds a folder; empty if it is another or unknown.

    Args:
        path: an absolute path without symbolic links.
        mounts: the mounts in the form of ``/proc/self/mounts``; None to read that file if it exists.
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
        # Of two mounts at one place, the later one hides the earlier.
        if len(place.parts) >= nearest and path.is_relative_to(place):
            nearest, kind = len(place.parts), parts[2]
    return kind if kind in _KINDS else ""


def _unescaped(place: str) -> str:
    for code, mark in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, mark)
    return place
