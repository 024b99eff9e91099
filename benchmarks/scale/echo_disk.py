"""A disk with what a first-generation Echo has on it: ``python -m benchmarks.scale.echo_disk PATH MEBIBYTES``.

An ext4 file system: rotated logs, programs and their documentation (this machine's Python and shared libraries),
answers of the service, a database, recordings, and room that nothing is in. A third of it is in use.
"""

from __future__ import annotations

import gzip
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.plaso_store import utterances
from benchmarks.rows_into_case import make_history, make_recordings, make_sqlite
from echoforensics.demo.device_log import log

_MEBIBYTE = 1024 * 1024
_SYSTEM_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"
#: A day's log, of so many utterances, for each so many MiB.
_SPOKEN, _MEBIBYTES_A_LOG = 50, 12


def build(image: Path, mebibytes: int) -> None:
    """Build the image."""
    with tempfile.TemporaryDirectory(dir=image.parent) as folder:
        root = Path(folder)
        for name in ("local/log", "local/voice", "local/share", "usr/lib"):
            (root / name).mkdir(parents=True)
        _logs(root / "local/log", max(1, mebibytes // _MEBIBYTES_A_LOG))
        make_recordings(root / "local/voice", mebibytes)
        make_history(root / "local/share", mebibytes)
        make_sqlite(root / "local/share", mebibytes)
        _programs(root / "usr/lib", mebibytes * _MEBIBYTE // 3)
        with image.open("wb") as stream:
            stream.truncate(mebibytes * _MEBIBYTE)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-d", folder, str(image)], check=True, env={"PATH": _SYSTEM_PATH})


def _logs(folder: Path, days: int) -> None:
    draw = random.Random(2017)
    for number in range(days):
        day = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=number)
        end = day + timedelta(days=1)
        content = log(day, end, utterances(day, _SPOKEN, draw))
        (folder / f"messages_{number:08}_{end:%Y%m%d%H%M%S}.gz").write_bytes(gzip.compress(content, mtime=0))


def _programs(folder: Path, most: int) -> None:
    """Copy programs, at most so many bytes."""
    for number, path in enumerate(_files()):
        most -= path.stat().st_size
        if most < 0:
            return
        target = folder / f"{number // 200:03}" / f"{number}-{path.name}"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)


def _files() -> Iterator[Path]:
    library = Path(sysconfig.get_paths()["stdlib"])
    for suffix, place in ((".so*", Path("/usr/lib")), (".py", library), (".so", library)):
        yield from sorted(path for path in place.rglob(f"*{suffix}") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))
