"""Pictures that an Echo with a screen took at enrolment in Visual ID, recognised by their names.

``com.amazon.edgecvs/files/album/{uuid}/{uuid}_{FORWARD|LEFT|RIGHT|UP|DOWN}_{epoch ms}.png`` and ``{uuid}.json``.
The pictures are encrypted; the name holds the time.

References:
    jcrasselt/amazon-echo-show-15, docs/filesystem (Crasselt and Pugliese, DFRWS USA 2024).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.formats.json.text import JsonError, decode
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.secret import without_secrets
from parsers.times import from_milliseconds
from parsers.values import Keeper

PICTURE, ALBUM = "echo:visual_id:picture", "echo:visual_id:album"
#: Longer album files are not read.
MAX_ALBUM = 4 * 1024 * 1024
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_FOLDER = r"(?:.*/)?com\.amazon\.edgecvs/files/album/(?:[^/]+/)*"
_PICTURE = re.compile(_FOLDER + rf"({_UUID})_(FORWARD|LEFT|RIGHT|UP|DOWN)_(\d{{12,14}})\.png", re.ASCII)
_ALBUM = re.compile(_FOLDER + rf"({_UUID})\.json", re.ASCII)
_PNG = b"\x89PNG\r\n\x1a\n"
_NOTE = "From the file's name, read as milliseconds since 1970 UTC; the device's clock."


@register
class VisualId(Parser):
    """Reads the names of pictures, and the album's own file."""

    name: ClassVar[str] = "visual_id"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("com.amazon.edgecvs/files/album/",)
    about: ClassVar[About] = About(
        title="Pictures of Visual ID on an Echo with a screen",
        data_types=(ALBUM, PICTURE),
        known_by=(
            "com.amazon.edgecvs/files/album/.../UUID_{FORWARD,LEFT,RIGHT,UP,DOWN}_MILLISECONDS.png",
            "com.amazon.edgecvs/files/album/.../UUID.json",
        ),
        shows=(
            "That the device kept a file with the name of a picture of Visual ID, with this time and this position in"
            " the name."
        ),
        does_not_show="Whose face it shows: the picture is encrypted. Who the person of the identifier is.",
        validated_on=("Made files only; the names as published for an Echo Show 15.",),
        limits=("The picture is not decrypted. The form of the JSON file was not published: its values are kept.",),
        references=("https://github.com/jcrasselt/amazon-echo-show-15",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the path and the name belong to a picture or an album."""
        return bool(_PICTURE.fullmatch(source.path) or _ALBUM.fullmatch(source.path))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record."""
        if picture := _PICTURE.fullmatch(source.path):
            yield _picture(source, picture)
        elif album := _ALBUM.fullmatch(source.path):
            yield from _album(source, album[1])
        else:
            yield Issue("The name is not that of a picture or an album of Visual ID.")


def _picture(source: Source, found: re.Match[str]) -> Record:
    uuid, pose, milliseconds = found[1].lower(), found[2], found[3]
    timestamp = from_milliseconds(milliseconds)
    with source.open() as stream:
        readable = stream.read(len(_PNG)) == _PNG
    begins = (
        "Its content begins as a PNG picture does"
        if readable
        else "Its content does not begin as a PNG picture does; such pictures are kept encrypted"
    )
    return Record(
        PICTURE,
        f"The device keeps a picture of Visual ID of the enrolment {uuid}; its name gives the position {pose}."
        f" {begins}.",
        "",
        (Timestamp("Creation Time", milliseconds, Clock.DEVICE, timestamp, _NOTE),) if timestamp is not None else (),
        fields={
            "file": source.name,
            "enrolment": uuid,
            "position": pose,
            "milliseconds": milliseconds,
            "size": source.size,
            "begins_as_png": readable,
        },
        keys=(f"visual-id:{uuid}",),
    )


def _album(source: Source, uuid: str) -> Iterator[Record | Issue]:
    uuid = uuid.lower()
    fields: dict[str, Value] = {"file": source.name, "enrolment": uuid, "size": source.size}
    content_note = "Its content is not JSON"
    if source.size > MAX_ALBUM:
        yield Issue(f"The file is longer than {MAX_ALBUM} bytes ({source.size}): it was not read.")
    else:
        with source.open() as stream:
            content = stream.read(MAX_ALBUM)
        try:
            fields["content"] = without_secrets(decode(content.decode("utf-8-sig")))
            content_note = "Its values are kept in the fields"
        except (UnicodeDecodeError, JsonError):
            fields["begins_with"] = content[:16].hex()
    yield Record(
        ALBUM,
        f"The device keeps a file of the Visual ID enrolment {uuid}. {content_note}. It holds no time that is known.",
        "",
        fields=Keeper().fields(fields),
        keys=(f"visual-id:{uuid}",),
    )
