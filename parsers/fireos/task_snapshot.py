"""Screen pictures that Android and Fire OS keep of each task: their existence and size.

``/system_ce/{user}/snapshots/{task id}.jpg``, ``{task id}_reduced.jpg`` and ``{task id}.proto``.

References:
    AOSP ``com.android.server.wm.TaskSnapshotPersister`` (``SNAPSHOTS_DIRNAME``, names of the files).
    jcrasselt/amazon-echo-show-15: ``/system_ce/0/snapshots/`` holds screenshots. ISO/IEC 10918-1 for the JPEG markers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register

DATA_TYPE = "echo:state:screen_snapshot"
_PATH = re.compile(
    r"(?:.*/)?system_ce/(\d{1,6})/snapshots/(\d{1,10})(_reduced|_lowres)?\.(jpg|png|proto)", re.ASCII | re.IGNORECASE
)
_SOI, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))


@register
class TaskSnapshot(Parser):
    """Reports that each file exists; the picture itself is for a person to view."""

    name: ClassVar[str] = "task_snapshot"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("system_ce/",)
    about: ClassVar[About] = About(
        title="Pictures of the screen that the system keeps of apps (task snapshots)",
        data_types=(DATA_TYPE,),
        known_by=("system_ce/USER/snapshots/TASK.jpg, TASK_reduced.jpg, TASK_lowres.jpg, TASK.proto",),
        shows="That the system kept a picture of the screen of this task.",
        does_not_show=(
            "When the picture was taken: the file holds no time that is read here; the file system may. Which app it"
            " shows. That somebody looked at the screen."
        ),
        validated_on=("Made files only; the folder as published for an Echo Show 15.",),
        limits=("Only the size in the header of a JPEG or PNG is read. TASK.proto is named, not decoded.",),
        references=("AOSP TaskSnapshotPersister", "https://github.com/jcrasselt/amazon-echo-show-15"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the path belongs to a snapshot."""
        return _PATH.fullmatch(source.path) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record, and an issue if the content is not a picture."""
        found = _PATH.fullmatch(source.path)
        if found is None:
            yield Issue("The path is not that of a snapshot of the screen.")
            return
        user, task, reduced, kind = found[1], found[2], found[3], found[4].lower()
        fields: dict[str, Value] = {"file": source.name, "user": user, "task": task, "size": source.size}
        if kind == "proto":
            yield Record(
                DATA_TYPE,
                f"The system keeps data about a picture of the screen of task {task}. They are not decoded.",
                "",
                fields=fields,
            )
            return
        size = picture_size(source.head)
        if size is not None:
            fields["width"], fields["height"] = size
        elif not source.head.startswith((_SOI, _PNG)):
            yield Issue("A picture was expected (JPEG or PNG).", "", source.head[:64])
        measure = f"{size[0]} by {size[1]} pixels" if size else "of a size that could not be read"
        yield Record(
            DATA_TYPE,
            f"The system keeps a {'reduced ' if reduced else ''}picture of the screen of task {task}, {measure}.",
            "",
            fields=fields,
        )


def picture_size(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, from the first bytes of a JPEG or PNG; None if not given there."""
    if head.startswith(_PNG):
        if len(head) < 24 or head[12:16] != b"IHDR":
            return None
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    at = 2 if head.startswith(_SOI) else len(head)
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
        elif marker in _FRAMES:
            return int.from_bytes(head[at + 7 : at + 9], "big"), int.from_bytes(head[at + 5 : at + 7], "big")
        else:
            at += 2 + max(2, int.from_bytes(head[at + 2 : at + 4], "big"))
    return None
