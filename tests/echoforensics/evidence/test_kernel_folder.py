from __future__ import annotations

import sys
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.kernel_folder import kernel_file_system
from echoforensics.evidence.source import open_source

MOUNTS = r"""/dev/vda / ext4 rw 0 0
proc /proc proc rw 0 0
sysfs /sys sysfs rw 0 0
tmpfs /sys/inner tmpfs rw 0 0
proc /over proc rw 0 0
/dev/vdb /over ext4 rw 0 0
cgroup2 /with\040space cgroup2 rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/proc", "proc"),
        ("/proc/1/fd", "proc"),
        ("/procession", ""),
        ("/sys", "sysfs"),
        ("/sys/inner/x", ""),
        ("/over", ""),
        ("/with space/x", "cgroup2"),
        ("/home/evidence", ""),
    ],
)
def test_the_nearest_mount_says_of_what_kind_a_folder_is(path: str, kind: str) -> None:
    assert kernel_file_system(Path(path), MOUNTS) == kind


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no other system has /proc")
def test_such_a_folder_is_refused_as_a_source() -> None:
    with pytest.raises(SourceError, match=r"^/proc: is made up by the running kernel \(proc\)"):
        open_source(Path("/proc"))
