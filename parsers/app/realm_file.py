"""Realm databases in app folders: recognised and reported, not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.alexa_api.named_file import names_in_words, names_of, place_of
from parsers.app.packages import COMPANION, DEVICE, app_of
from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_MARK, _AT = b"T-DB", 16
_HEADER = 24
_ADVICE = (
    "What it says is not in the timeline. Open a copy of it with Realm Studio (Realm changes what it opens),"
    " export it as JSON (File, Save data, JSON), and bring in that file."
)


@register
class RealmFile(Parser):
    """Reports Realm databases."""

    name: ClassVar[str] = "realm_file"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("amazon.",)
    needs_names: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Databases of Realm in the Alexa app, in a form that is not read",
        data_types=(),
        known_by=(
            f"T-DB at byte 16, in the folder of an app named {COMPANION.pattern} or {DEVICE.pattern}, or where the file"
            " names the Alexa service",
            "a name that ends in .realm, in the folder of such an app",
        ),
        shows=(
            "Nothing by itself: each is an issue that says what the file is, what of the service it names, and how it"
            " becomes readable."
        ),
        does_not_show="What its objects say: they are not read.",
        validated_on=("Made files only.",),
        limits=(
            "Its contents are not read. Ids of utterances in it are named in the issue and give no records: the byte"
            " before a text belongs to a number and can look like a letter.",
            "The files beside it (.lock, .note, .management) hold none of its content; they are not read.",
            "An encrypted database has no signature: it is named by the end of its name alone.",
        ),
        references=("https://github.com/realm/realm-core/blob/master/src/realm/alloc_slab.hpp (struct Header)",),
    )

    def claims(self, source: Source) -> bool:
        """Whether signature or name match in an app's folder, or the signature in a file that names the service."""
        if app_of(source.path) is not None and source.name.endswith(".realm") and source.size:
            return True
        return _is_realm(source.head) and (app_of(source.path) is not None or bool(source.names))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a single issue."""
        names = names_of(source)
        described = f" It names the Alexa service ({names_in_words(names)})." if names else ""
        if not _is_realm(source.head):
            what = (
                "The name of the file is that of a database of Realm; it does not begin as one. It may be encrypted, or"
                " damaged."
            )
            yield Issue(f"{what}{described} It was not read. {_ADVICE}", place_of(names[0]) if names else "")
            return
        version = source.head[_AT + 4 + (source.head[_HEADER - 1] & 1)]
        what = f"The file is a database of Realm (file format {version}); its objects are not read."
        yield Issue(f"{what}{described} {_ADVICE}", place_of(names[0]) if names else at_bytes(_AT, 4))


def _is_realm(head: bytes) -> bool:
    return len(head) >= _HEADER and head[_AT : _AT + 4] == _MARK
