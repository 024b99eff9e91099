"""A single record from an answer of the Alexa service, left over when the surrounding answer is gone.

References:
    See the modules of :mod:`parsers.alexa_api.kinds` for the forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.answers.fragment import FORMS, MARKS, FragmentForm, enclosed, form_of
from parsers.alexa_api.answers.responses import read
from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.body import Body
from parsers.alexa_api.items.json_text import BEGINS, start_of
from parsers.alexa_api.items.loaded_json import load
from parsers.formats.json.text import JsonError, decode
from parsers.parser import ANSWERS, HEAD_SIZE, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

#: Files without any of these in their head are not decoded.
_NEEDED = tuple(f'"{key}"'.encode() for key in sorted(MARKS))


@register
class RecordFragment(Parser):
    """Reads one record as it would be read within an answer."""

    name: ClassVar[str] = "record_fragment"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (BEGINS,)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="One record of an answer of the Alexa service, by itself",
        data_types=(),
        hands_on=(ANSWERS,),
        known_by=tuple(
            f"JSON: an object with the key {key} and one of {', '.join(sorted(others))}"
            for form in FORMS
            for key, others in form.marks
        ),
        shows="That bytes in the form of such a record were left; the record is read like a whole answer.",
        does_not_show=(
            "To which request it was the answer, or which records stood beside it: the answer around it is gone."
        ),
        validated_on=("Records cut out of the answers of 2017 and 2019 (DFRWS 2017 challenge; AlexaPaperDatasets)",),
        limits=(
            f"Files longer than {HEAD_SIZE} bytes are not taken for a single record, unless the keys of an answer are"
            " known in them.",
            "A history item alone does not tell the type or the title of its record.",
        ),
        references=("https://github.com/dfrws/dfrws2017-challenge", "https://github.com/Apollon77/alexa-remote"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file is one such object and no complete answer."""
        head = source.head
        if source.size > HEAD_SIZE or start_of(head) is None or not any(key in head for key in _NEEDED):
            return False
        try:
            value = decode(head.decode("utf-8", "surrogateescape").strip("\ufeff \t\r\n\0"))
        except JsonError:
            return False
        return form_of(value) is not None and not ApiJson().claims(source)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the record, and any records inside it (the answer in a history record)."""
        loaded = load(source)
        yield from loaded.issues
        form = form_of(loaded.value)
        if form is None:
            yield Issue("One record of an answer was expected.", "", source.head[:64])
            return
        body = enclosed(form, Body(loaded.value, source.path, loaded.places))
        for found in read(body):
            if isinstance(found, Record):
                fields = {**found.fields, "stands_alone": form.title}
                yield replace(found, message=f"{found.message} {_alone(form)}", fields=fields)
            else:
                yield found


def _alone(form: FragmentForm) -> str:
    return f"The bytes hold {form.title} alone; the answer that it was part of is not there."
