"""Recognised texts and answers, from the records of an interaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from echoforensics.case.spoken.interaction import AnswerText, GivenStatus
from echoforensics.case.spoken.spoken_record import Role, SpokenRecord
from parsers.utterance import UtteranceId

#: Wake words. A text of these words alone is no request.
WAKE_WORDS = frozenset({"alexa", "amazon", "echo", "computer", "ziggy"})
#: A source of an utterance id that stands for text, not speech.
TEXT_SOURCE = "TextClient"
_WORD = re.compile(r"\w+")
_NO_ORIGIN = "The record does not say where the text came from."
#: A card's text need not have been spoken.
CARD = "card"
#: Members of a record that hold answers, and the kind of text in each.
_ANSWERS = {
    "spoken_answer_texts": "spoken answer",
    "answer_texts": "answer",
    "answer_text": "answer",
    "service_text": CARD,
}
#: Members of a record that hold a status, and the words to put before it.
_STATUSES = {
    "status": "", "activityStatus": "", "utteranceType": "", "detection_type": "",
    "send_status": "sound sent: ", "ended": "waiting for the answer ended: ",
}  # fmt: skip


def segment_of(record: SpokenRecord) -> int | None:
    """The segment number that a record names, or None for a whole stream."""
    utterance = UtteranceId.parse(record.utterance_id) if record.utterance_id else None
    return utterance.segment if utterance else None


def recognised(records: Iterable[SpokenRecord]) -> list[tuple[int | None, str, SpokenRecord]]:
    """Return each text that the service recognised: its segment, the text, and the record, by segment."""
    found = [
        (segment_of(record), record.transcript.strip(), record)
        for record in records
        if record.role in (Role.ENTRY, Role.LIST) and record.transcript is not None
    ]
    return sorted(found, key=lambda one: (one[0] is None, one[0] or 0, one[2].record))


def transcript_of(records: Sequence[SpokenRecord]) -> str | None:
    """The non-empty texts, each once, by segment; an empty string if all are empty; None if there are none."""
    texts = [text for _, text, _ in recognised(records)]
    by_words = {comparable(text): text for text in reversed(texts) if text}
    kept = dict.fromkeys(by_words[comparable(text)] for text in texts if text)
    return " / ".join(kept) if texts else None


def comparable(text: str) -> str:
    """Normalize a text for comparison: without capitals, punctuation and spaces."""
    return " ".join(_WORD.findall(text.lower()))


def has_wake_word(text: str) -> bool:
    """Whether a wake word is among the words of a text."""
    return not WAKE_WORDS.isdisjoint(_WORD.findall(text.lower()))


def is_wake_word_alone(text: str) -> bool:
    """Whether a text consists of a wake word only."""
    words = _WORD.findall(text.lower())
    return bool(words) and WAKE_WORDS.issuperset(words)


def answers_of(records: Iterable[SpokenRecord]) -> tuple[AnswerText, ...]:
    """Alexa's answers, each text once: spoken ones first, cards last."""
    found: dict[str, AnswerText] = {}
    given = [(list(_ANSWERS).index(name), text, record) for record in records for name, text in _answer_texts(record)]
    for place, text, record in sorted(given, key=lambda one: one[0]):
        if comparable(text):
            kind = list(_ANSWERS.values())[place]
            found.setdefault(comparable(text), AnswerText(text, kind, _origin(record, kind), record.exhibit))
    return tuple(found.values())


def _answer_texts(record: SpokenRecord) -> Iterator[tuple[str, str]]:
    if record.role not in (Role.ENTRY, Role.LIST) or record.fields.get("replacement_text") is True:
        return
    for name in _ANSWERS:
        value = record.fields.get(name)
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text.strip():
                yield name, text.strip()


def _origin(record: SpokenRecord, what: str) -> str:
    """The origin of an answer's text, according to the record."""
    given = []
    for name, word in (
        ("skillName", "skill"), ("providerInfoDescription", "provider"), ("imageCaption", "caption"),
        ("service_subtitle", "subtitle"), ("domain", "domain"),
    ):  # fmt: skip
        if (text := record.text(name)) and text not in ("", "Unknown"):
            given.append(f'{word} "{text[:120]}"')
    given += [f'entry of type "{kind}"' for kind in _entry_types(record.fields.get("domain_attributes"))]
    if namespace := _prompt_namespace(record.fields.get("prompt")):
        given.append(f'prompt of "{namespace}"')
    if not given:
        return _NO_ORIGIN
    return f"The record gives it as the {'text of a card' if what == CARD else what}, with the {', the '.join(given)}."


def _entry_types(attributes: object) -> list[str]:
    best = attributes.get("nBestList") if isinstance(attributes, Mapping) else None
    kinds = (item.get("entryType") for item in best if isinstance(item, dict)) if isinstance(best, list) else ()
    return list(dict.fromkeys(kind for kind in kinds if isinstance(kind, str) and kind))[:3]


def _prompt_namespace(prompt: object) -> str:
    ssml = prompt.get("ssml") if isinstance(prompt, Mapping) else None
    found = re.search(r"<namespace>([\w.]{1,120})</namespace>", ssml) if isinstance(ssml, str) else None
    return found[1] if found else ""


def statuses_of(records: Iterable[SpokenRecord]) -> tuple[GivenStatus, ...]:
    """The statuses in the records, each once per record."""
    found = []
    for record in records:
        if record.role in (Role.FOLLOWING, Role.RECORDING):
            continue
        texts = [before + text for name, before in _STATUSES.items() if (text := record.text(name))]
        if (attributes := record.fields.get("domain_attributes")) and isinstance(attributes, str):
            texts.append(attributes[:80])
        if record.role is Role.WAKE_WORD:
            texts.append("wake word accepted")
        found += [GivenStatus(str(record.source), text, record.exhibit) for text in dict.fromkeys(texts)]
    return tuple(found)
