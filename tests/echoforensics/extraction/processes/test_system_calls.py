"""What a whole run asks of the system: no source is opened for writing, and no network is used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: The sample holds a recording that breaks off, so a whole run ends with this.
INCOMPLETE = 3
_CALLS = (
    "trace=open,openat,openat2,creat,truncate,unlink,unlinkat,rename,renameat,renameat2,chmod,fchmodat,utimensat,socket"
)
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|creat\(|truncate\(|unlink|rename|chmod|utimensat")


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_sources_are_only_read_and_no_network_is_used(sample_sources: list[Path], tmp_path: Path) -> None:
    copies = tmp_path / "evidence"
    copies.mkdir()
    sources = [copies / source.name for source in sample_sources]
    for source, copy in zip(sample_sources, sources, strict=True):
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, copy)
    log = tmp_path / "calls"
    command = [
        *("strace", "-f", "-qq", "-o", log, "-e", _CALLS),
        *(sys.executable, "-m", "echoforensics", "extract", *sources, "-c", tmp_path / "case", "--unsigned"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}

    done = subprocess.run(list(map(str, command)), check=False, env=environment, capture_output=True, text=True)

    if "ptrace" in done.stderr:
        pytest.skip("this system does not let strace trace")
    assert done.returncode in (0, INCOMPLETE), done.stderr
    calls = log.read_text(errors="replace").splitlines()
    opened = [call for call in calls if str(copies) in call]
    assert len(opened) >= len(sources), "the log of calls speaks of every source"
    assert [call for call in opened if _WRITES.search(call)] == []
    assert [call for call in calls if re.search(r"socket\((?:AF_|PF_)?INET6?|AF_PACKET|AF_NETLINK", call)] == []
