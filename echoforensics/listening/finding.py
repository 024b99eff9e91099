"""Turns machine findings in a recording into records for the case. None claims that something was said."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition import MACHINE, Addition
from echoforensics.listening.known_sound import VERSION as KNOWN_SOUND_VERSION
from echoforensics.listening.same_sound import VERSION as SAME_SOUND_VERSION
from echoforensics.listening.text_differences import differences, words_of
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from echoforensics.listening.known_sound import KnownSound
    from echoforensics.listening.listener import HeardRecording
    from echoforensics.listening.same_sound import SameSound
    from echoforensics.listening.speech import Range, SpeechTimes
    from echoforensics.listening.transcribing import SpokenText
    from echoforensics.listening.wake_word import WakeWordScore

#: Data types of findings.
SPEECH, WAKE_WORD, TRANSCRIPT = f"{MACHINE}speech", f"{MACHINE}wake_word", f"{MACHINE}transcript"
#: The transcript made with a hotword before it, and a recording that could not be decoded.
SAME_SOUND, KNOWN_SOUND = f"{MACHINE}same_sound", f"{MACHINE}known_sound"
WITH_HOTWORD, NOT_DECODED = f"{MACHINE}transcript_with_hotword", f"{MACHINE}not_decoded"
_MOST_RANGES, _MOST_TEXT = 6, 400
#: The wake words of Echo devices.
_WAKE_WORDS = frozenset({"alexa", "echo", "amazon", "computer", "ziggy"})


def statement_of(about: Mapping[str, Any], hotword: str = "") -> str:
    """Return an identifier that differs for other models, versions and options."""
    return json.dumps({**about, "hotword": hotword}, sort_keys=True)


def wanted(about: Mapping[str, Mapping[str, Any]], hotwords: Iterable[str]) -> list[tuple[str, str]]:
    """Return the findings a recording should have: the data type and identifier of each."""
    texts = [(_kind_of(hotword), statement_of(about["transcript"], hotword)) for hotword in hotwords]
    return [(SPEECH, statement_of(about["speech"])), (WAKE_WORD, statement_of(about["wake_word"])), *texts]


def findings(
    heard: HeardRecording, exhibit: str, about: Mapping[str, Mapping[str, Any]], texts: Iterable[tuple[str, str]]
) -> Iterator[Addition]:
    """Return the records of the findings in a recording.

    Args:
        heard: the findings.
        exhibit: the recording's exhibit.
        about: the models and libraries: :meth:`echoforensics.listening.listener.Listener.about`.
        texts: the account's texts for the same utterance: exhibit and text.
    """
    if heard.why_not:
        why = heard.why_not
        yield Addition(exhibit, NOT_DECODED, __version__, f"Not listened to: not decoded: {why}.", why, {"why": why})
        return
    decoder = {"decoder": heard.decoder}
    if heard.speech is not None:
        yield _addition(exhibit, SPEECH, about["speech"], _speech_words(heard.speech), asdict(heard.speech) | decoder)
    if heard.wake_word is not None:
        score = heard.wake_word
        fields = {**asdict(score), "heard": score.heard, **decoder}
        yield _addition(exhibit, WAKE_WORD, about["wake_word"], _wake_words(score), fields)
    service = list(texts)
    for text in heard.texts:
        yield _addition(
            exhibit, _kind_of(text.hotword), about["transcript"], _text_words(text, about["transcript"]),
            _text_fields(text, service) | decoder, text.hotword,
        )  # fmt: skip


def same_sound_findings(found: Iterable[SameSound], exhibits: Mapping[str, str]) -> Iterator[Addition]:
    """Return the records of equal sounds in different files, each about the later of the two recordings.

    Args:
        found: the pairs of equal sounds.
        exhibits: maps the SHA-256 of each recording to its exhibit.
    """
    for same in found:
        first, second = exhibits[same.first], exhibits[same.second]
        how = "every decoded sample is equal" if same.equal else f"{same.part:.0%} of the features of the shorter agree"
        begins = f"it begins {abs(same.offset):.2f} s {'after' if same.offset >= 0 else 'before'} the start of that"
        begins = begins if same.offset else "they begin together"
        yield Addition(
            second,
            SAME_SOUND,
            f"{__version__} {SAME_SOUND_VERSION}",
            f"Machine finding, not evidence: the same sound as {first}, in other bytes: {how}; {begins}.",
            json.dumps([SAME_SOUND_VERSION, same.first]),
            {
                "same_as": first, "same_as_sha256": same.first, "offset": same.offset, "part": same.part,
                "equal": same.equal, "made_by": {"fingerprint": SAME_SOUND_VERSION},
            },
        )  # fmt: skip


def known_sound_findings(found: Iterable[KnownSound], exhibits: Mapping[str, str]) -> Iterator[Addition]:
    """Return the records of recordings that are sounds of the device itself.

    Args:
        found: the recordings identified as such.
        exhibits: maps the SHA-256 of each recording to its exhibit.
    """
    for one in found:
        known = exhibits[one.known]
        how = {
            "place": f"it lies among them, as {one.path}",
            "samples": f"every decoded sample is equal to that of {known}, {one.path}",
            "correlation": f"its samples correlate at {one.part:.2f} with those of {known}, {one.path}",
            "fingerprint": f"{one.part:.0%} of its features agree with those of {known}, {one.path}",
        }[one.how]
        yield Addition(
            exhibits[one.sha256],
            KNOWN_SOUND,
            f"{__version__} {KNOWN_SOUND_VERSION}",
            f"Machine finding, not evidence: one of the sounds of the device itself: {how}.",
            json.dumps([KNOWN_SOUND_VERSION, SAME_SOUND_VERSION, one.known]),
            {
                "known_as": known, "known_sha256": one.known, "path": one.path, "how": one.how, "part": one.part,
                "made_by": {"known_sounds": KNOWN_SOUND_VERSION, "fingerprint": SAME_SOUND_VERSION},
            },
        )  # fmt: skip


def _addition(
    exhibit: str, kind: str, about: Mapping[str, Any], words: str, fields: Mapping[str, Any], hotword: str = ""
) -> Addition:
    version = f"{__version__} {about['model']} {about['model_sha256'][:16]}"
    return Addition(exhibit, kind, version, words, statement_of(about, hotword), {**fields, "made_by": dict(about)})


def _kind_of(hotword: str) -> str:
    return WITH_HOTWORD if hotword else TRANSCRIPT


def _speech_words(speech: SpeechTimes) -> str:
    if not speech.speech:
        return f"Machine finding, not evidence: no speech was found in {speech.seconds:.2f} s."
    where = _listed(speech.speech)
    return f"Machine finding, not evidence: speech in {speech.spoken:.2f} of {speech.seconds:.2f} s, at {where}."


def _listed(ranges: tuple[Range, ...]) -> str:
    shown = ", ".join(f"{start:.2f}-{end:.2f} s" for start, end in ranges[:_MOST_RANGES])
    more = len(ranges) - _MOST_RANGES
    return f"{shown} and {more} more places" if more > 0 else shown


def _wake_words(score: WakeWordScore) -> str:
    where = f", highest at {score.at:.2f} s" if score.at is not None else ""
    outcome = "above" if score.heard else "not above"
    return (
        f'Machine finding, not evidence: the wake word "{score.word}" scores {score.score:.3f}{where}; that is'
        f" {outcome} the threshold of this detector, {score.threshold:g}. It is not the detector of the device."
    )


def _text_words(text: SpokenText, about: Mapping[str, Any]) -> str:
    how = f'with the hotword "{text.hotword}"' if text.hotword else "without a hotword"
    if not text.pieces:
        return "Machine transcript, not evidence: no speech was found, so nothing was transcribed."
    shown = text.text[:_MOST_TEXT] + ("..." if len(text.text) > _MOST_TEXT else "")
    return f'Machine transcript, not evidence, can be wrong ({about["model"]}, {how}): "{shown}"'


def _text_fields(text: SpokenText, service: list[tuple[str, str]]) -> dict[str, Any]:
    words = words_of(text.text)
    return {
        "text": text.text,
        "hotword": text.hotword,
        "words": [[word.text, word.start, word.end, word.probability] for word in text.words],
        "log_probability": text.log_probability,
        "no_speech": text.no_speech,
        "pieces": [list(piece) for piece in text.pieces],
        "begins_with_wake_word": bool(words) and words[0] in _WAKE_WORDS,
        "beside": [
            {"exhibit": exhibit, "service": stored, "differences": differences(stored, text.text)}
            for exhibit, stored in service
        ],
    }
