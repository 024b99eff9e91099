"""Read the body of an answer: JSON, or a multipart body with JSON or sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.answers.within import read_within
from parsers.alexa_api.items.body import Body
from parsers.alexa_api.items.json_text import start_of
from parsers.alexa_api.items.loaded_json import load, load_all
from parsers.exchanges.cached_recording import is_recording, recording
from parsers.formats.http.multipart import Part, is_multipart, parts
from parsers.locator import at_bytes, inside
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.values import shown

RECORDING_TYPE = "alexa:web:recording"


def body_records(
    content: bytes, whole: Body, outer: str, media: str, *, speaks: bool = False
) -> Iterator[Record | Issue]:
    """Yield the records of JSON or of a multipart body: known answers and recordings.

    Args:
        content: the body, decoded.
        whole: what is known about the answer; its value is read here.
        outer: the locator of the content.
        media: the value of ``Content-Type``.
        speaks: whether it is the service's, though its address is not known.
    """
    if not is_multipart(content):
        for loaded in load_all(Source.of(content, whole.path), text_marks()):
            for issue in loaded.issues:
                yield replace(issue, locator=inside(outer, issue.locator))
            if loaded.value or not loaded.issues:
                keys = (f"content-sha1:{loaded.sha1}",)
                yield from read_within(replace(whole, value=loaded.value, places=loaded.places.after(outer), keys=keys))
        return
    for part in parts(content, media):
        here = inside(outer, at_bytes(part.at, len(part.content)))
        if start_of(part.content[:64]) is not None:
            yield from _part(part, whole, here)
        elif (whole.url is not None or speaks) and is_recording(part.content, part.kind, ""):
            made = Record(RECORDING_TYPE, "", here, whole.timestamps, fields=dict(whole.fields), file=whole.file)
            yield recording(made, part.content, whole.url, "A part of the answer")
        elif part.content.strip():
            yield Issue(
                f"A part of the answer ({shown(part.kind, 60) or 'of no type'}) is not read.", here, part.content[:64]
            )


def _part(part: Part, whole: Body, here: str) -> Iterator[Record | Issue]:
    loaded = load(Source.of(part.content, whole.path))
    for issue in loaded.issues:
        yield replace(issue, locator=inside(here, issue.locator))
    places = loaded.places.after(here)
    found = False
    for item in read_within(replace(whole, value=loaded.value, places=places, url=None)):
        found = True
        if isinstance(item, Record) and whole.url is not None:
            yield replace(item, fields={**item.fields, "request_url": whole.url.text})
        else:
            yield item
    if not found and loaded.value:
        yield Issue("A part of the answer is JSON of no form that is read.", here, part.content[:64])
