"""A case of the sample evidence in which a recording was redacted, and what must not be left of it."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from echoforensics.case.added_records.addition import Addition
from echoforensics.case.custody.adding import AddingRun
from echoforensics.library import open_case
from echoforensics.listening.decoding import decoded
from echoforensics.listening.redaction import RedactedCopy, RedactionRequest, redact
from tests.residue import sound_as_bytes, words_as_bytes

#: What the service stored of the recording that is redacted, what it answered, and what a machine wrote of it.
SPOKEN, ANSWERED = "alexa what time is it", "It's six oh two PM."
WORDS = [["alexa", 0.4, 0.9, 0.9], ["wot", 1.25, 1.5, 0.9], ["tyme", 1.5, 1.9, 0.9], ["now", 2.2, 2.4, 0.9]]
RANGE = (1.3, 2.0)


@dataclass(frozen=True)
class RedactedSample:
    """The case, what was made, and what was removed."""

    case: Path
    made: RedactedCopy
    transcript: str
    note: str
    samples: np.ndarray
    removed: dict[str, bytes]


def with_redaction(case: Path, key: Any, marks: tuple[str, ...] = (), form: str = "wav") -> RedactedSample:
    """Redact the recording of :data:`SPOKEN` in a case that may be written to."""
    with open_case(case) as opened:
        found = next(one for one in opened.recordings() if any(text == SPOKEN for _, text in one.texts))
        sound = decoded(opened.vault, found.sha256, str(found.fields["container"]))
    about = found.rows[0]["exhibit"]
    text = " ".join(str(word[0]) for word in WORDS)
    fields = {"words": WORDS, "text": text, "hotword": "", "beside": [{"exhibit": about, "service": SPOKEN}]}
    additions = [
        Addition(about, "machine:transcript", "1", f'Machine transcript: "{text}"', "x", fields),
        Addition(
            about, "annotation:note", "1", f'Note by A: "They say {SPOKEN}, in a hurry."', f"They say {SPOKEN}", {}
        ),
    ]
    with closing(AddingRun(case, key, "Tester")) as run:
        transcript, note = run.add(additions, {"what": "a test"}).exhibits
    made = redact(case, about, RedactionRequest((RANGE,), "silence", "P-1", marks, form), key, "A. Examiner")
    texts = [SPOKEN, "what time is it", "wot tyme", ANSWERED, "six oh two"] if not marks else [*marks, "wot tyme"]
    digests = {
        f"{name} of {each!r}": getattr(hashlib, name)(each.encode()).hexdigest().encode()
        for each in [*texts, text, SPOKEN.title()]
        for name in ("sha256", "sha1", "md5")
    }
    digests |= {name: bytes.fromhex(digest.decode()) for name, digest in digests.items()}
    start, end = (round(second * sound.rate) for second in RANGE)
    removed = {**words_as_bytes(texts), **sound_as_bytes(sound.samples[:, 0], start, end), **digests}
    return RedactedSample(case, made, transcript, note, sound.samples, removed)
