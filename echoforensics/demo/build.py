"""Building the sample evidence: three sources in a folder."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tempfile
import zipfile
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from echoforensics.demo import account
from echoforensics.demo.device_log import boot, log
from echoforensics.demo.story import EARLIER, NEAR_MISSES, UTTERANCES
from echoforensics.errors import UsageError

_IMAGE_BYTES = 16 * 1024 * 1024
_DAY = datetime(2024, 3, 9, tzinfo=UTC)
#: A fixed modification time for members of the zip, so that it does not depend on when the demo is run.
_ZIP_TIME = (2024, 3, 10, 9, 0, 0)


def build(folder: Path) -> list[Path]:
    """Build the three sources; returns their paths.

    Raises:
        UsageError: the programs that make an ext4 image are missing or fail.
    """
    folder.mkdir(parents=True)
    return [
        _echo_image(folder / "echo-data.img"),
        cloud_export(folder / "alexa-cloud.zip"),
        phone_folder(folder / "phone"),
    ]


def clip(name: str) -> bytes:
    """A clip of the package."""
    return (files("echoforensics.demo") / "clips" / name).read_bytes()


def _echo_image(path: Path) -> Path:
    """An ext4 image laid out as the data partition of a first-generation Echo, with a deleted log and recording."""
    with tempfile.TemporaryDirectory(prefix="echoforensics-") as temporary:
        root = Path(temporary)
        logs = root / "local" / "log"
        logs.mkdir(parents=True)
        (root / "local" / "system").mkdir()
        (root / "local" / "system" / "volume").write_text("129")
        (root / "log").mkdir()
        today, tonight = _DAY.replace(hour=17, minute=30), _DAY.replace(hour=22, minute=15)
        before = log(_DAY.replace(day=8, hour=20), _DAY.replace(day=8, hour=21), [EARLIER])
        day = log(today, tonight, [*UTTERANCES[:3], *NEAR_MISSES])
        live = log(tonight, tonight.replace(hour=23), [UTTERANCES[3]])
        rotated = {
            "messages_00000101_20240308210000.gz": before,
            "messages_00000102_20240309221500.gz": _boot_line(today) + day,
        }
        for name, content in rotated.items():
            (logs / name).write_bytes(gzip.compress(content, mtime=0))
        (root / "log" / "messages").write_bytes(live)
        (root / "local" / "cache").mkdir()
        (root / "local" / "cache" / "playback.wav").write_bytes(clip(EARLIER.clip))
        with path.open("wb") as stream:
            stream.truncate(_IMAGE_BYTES)
        _run("mkfs.ext4", "-q", "-F", "-L", "data", "-d", str(root), str(path))
    for deleted in ("/local/log/messages_00000101_20240308210000.gz", "/local/cache/playback.wav"):
        # debugfs unlinks and frees as the kernel does, but leaves the inode's pointers: what an examiner hopes for.
        _run("debugfs", "-w", "-R", f"rm {deleted}", str(path))
    return path


def _boot_line(when: datetime) -> bytes:
    return "".join(f"{at:%Y%m%d:%H%M%S} {text}\n" for at, text in boot(when)).encode()


def cloud_export(path: Path) -> Path:
    """What was taken from the cloud account: history as traffic, recordings by number, and the list of them."""
    members = {"history/traffic.json": account.activities(), "recordings/audio api.txt": account.url_list()}
    for number, utterance in enumerate(UTTERANCES, 1):
        members[f"recordings/{number}.wav"] = clip(utterance.clip)
    members["recordings/5.wav"] = clip(UTTERANCES[0].clip)  # the same bytes asked for twice
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return path


def phone_folder(path: Path) -> Path:
    """Files of the Alexa app on a phone, and an export that its owner downloaded."""
    app = path / "data" / "data" / "com.amazon.dee.app"
    for folder in (app / "cache", app / "files" / "responses", path / "sdcard" / "Download"):
        folder.mkdir(parents=True)
    (app / "files" / "responses" / "cards.json").write_bytes(account.cards())
    (app / "cache" / "sound").write_bytes(clip(UTTERANCES[1].clip))
    inner = path / "sdcard" / "Download" / "Alexa.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(zipfile.ZipInfo("Audio/kitchen.wav", _ZIP_TIME), clip(UTTERANCES[2].clip))
    broken = path / "sdcard" / "Download" / "half.wav"
    broken.write_bytes(clip(UTTERANCES[3].clip)[:20_000])  # a download that broke off
    return path


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program, path="/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        raise UsageError(f"{program} is missing; it comes with the package e2fsprogs")
    done = subprocess.run(  # noqa: S603 (our own arguments)
        [found, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UsageError(f"{program} failed: {done.stderr.strip()}")
