"""A redacted copy of a recording: ranges of it replaced to the sample, the rest as it was. The original stays."""

from __future__ import annotations

import hashlib
import json
import os
import re
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from echoforensics.case.added_records.addition import ANNOTATION, Addition
from echoforensics.case.case import Case
from echoforensics.case.custody.adding import AddingRun
from echoforensics.case.row_query import Query, rows_by_file
from echoforensics.errors import CaseError, UsageError
from echoforensics.listening.decoding import decoded
from echoforensics.listening.finding import TRANSCRIPT, WITH_HOTWORD
from echoforensics.listening.sound import NotDecodedError
from echoforensics.listening.wav_file import write_wav
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from chain_of_custody.signer import Signer
    from echoforensics.listening.sound import Samples, Sound

REDACTION = f"{ANNOTATION}redaction"
#: What a range is replaced with.
REPLACEMENTS = ("silence", "tone", "noise")
#: What stands in a text in the place of words.
REDACTED = "[REDACTED]"
_RANGE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)-(\d{1,6}(?:\.\d{1,6})?)", re.ASCII)
_TONE_HZ, _TONE_LEVEL, _NOISE_LEVEL = 1000.0, 0.1, 0.03


@dataclass(frozen=True, slots=True)
class RedactedCopy:
    """A redacted copy.

    Attributes:
        exhibit: of the record on it that was added to the case; None where the case has it.
        about: exhibit of the recording.
        original: SHA-256 of the recording.
        sha256, size: of the copy.
        samples: which samples of each channel were replaced: from, and the one after the last.
        texts: by exhibit, what machines wrote, with the words that overlap replaced.
        withheld: exhibits of texts without times of words, which cannot be redacted in part.
    """

    exhibit: str | None
    about: str
    original: str
    sha256: str
    size: int
    samples: tuple[tuple[int, int], ...]
    texts: dict[str, str]
    withheld: tuple[str, ...]


def read_range(text: str) -> tuple[float, float]:
    """A range in seconds, as ``1.20-2.85``.

    Raises:
        UsageError: it is none.
    """
    found = _RANGE.fullmatch(text.strip())
    if found is None or float(found[1]) >= float(found[2]):
        raise UsageError(f"{text!r} is no range of seconds, as 1.20-2.85 is")
    return float(found[1]), float(found[2])


def redact(
    case_path: Path, exhibit: str, ranges: Iterable[tuple[float, float]], replacement: str, reason: str, target: Path,
    key: Signer | None, actor: str = "",
) -> RedactedCopy:  # fmt: skip
    """Write a redacted copy of a recording, and add to the case that it was made.

    The same recording, ranges and replacement give the same copy, byte for byte, whoever makes it.

    Args:
        case_path: the case folder.
        exhibit: of the recording, or of a record to which it belongs.
        ranges: in seconds from the start.
        replacement: of :data:`REPLACEMENTS`.
        reason: why, as a code or in words.
        target: the copy, a new file outside of the case and the sources.
        key: the examiner's, as for the case; None where it is unsigned.
        actor: who makes it, as the ledger names them; empty for who acted last.

    Raises:
        UsageError: the exhibit has no recording, a range lies beyond its end, no reason is given, or the file
            does not end in ``.wav``.
        CaseError: the recording cannot be decoded, the file is there or cannot be written; or as
            :class:`echoforensics.case.custody.adding.AddingRun` raises it.
    """
    wanted = sorted(ranges)
    if not reason.strip() or not wanted or replacement not in REPLACEMENTS:
        raise UsageError("a redaction needs a range, what it is replaced with, and a reason")
    if target.suffix.lower() != ".wav":
        raise UsageError(f"{target}: a redacted copy is a WAV file; name a file that ends in .wav")
    with Case.open(case_path) as case:
        case.refuse_inside(target)
        about, sha256, sound = _recording(case, exhibit)
        actor = actor or [entry.actor for entry in case.actions()][-1]
        texts, withheld = _texts(case, sha256, wanted)
    samples = _in_samples(wanted, sound)
    label = _label(sha256, samples, sound, replacement, reason)
    if os.path.lexists(target):
        raise CaseError(f"{target}: exists already; name a new file")
    with _removed_unless_recorded(target):
        try:
            blocks = [_replaced(sound, samples, replacement, sha256)]
            copy, size = write_wav(target, sound.rate, sound.channels, blocks, label)
        except (OSError, NotDecodedError) as error:
            raise CaseError(f"{target}: cannot be written: {error}") from error
        made = RedactedCopy(None, about, sha256, copy, size, samples, texts, withheld)
        with closing(AddingRun(case_path, key, actor)) as run:
            added = run.add([_addition(made, wanted, sound, replacement, reason, actor)], _detail(made, reason))
    return replace(made, exhibit=added.exhibits[0] if added.exhibits else None)


@contextmanager
def _removed_unless_recorded(target: Path) -> Iterator[None]:
    """Leave no copy behind that is not whole, or of which the case has no record: the command can be repeated."""
    recorded = False
    try:
        yield
        recorded = True
    finally:
        if not recorded:
            target.unlink(missing_ok=True)


def _recording(case: Case, exhibit: str) -> tuple[str, str, Sound]:
    sha256 = case.row(exhibit)["recording"]
    found = next((one for one in case.recordings() if one.sha256 == sha256), None)
    if sha256 is None or found is None:
        raise UsageError(f"{exhibit} has no recording; `info` lists those that do")
    try:
        sound = decoded(case.vault, sha256, str(found.fields.get("container") or ""))
    except (NotDecodedError, OSError) as error:
        raise CaseError(f"{exhibit}: its recording is not decoded: {error}") from error
    return found.rows[0]["exhibit"], sha256, sound


def _in_samples(ranges: list[tuple[float, float]], sound: Sound) -> tuple[tuple[int, int], ...]:
    if any(end > sound.seconds for _, end in ranges):
        raise UsageError(f"a range ends after the end of the recording, which lasts {sound.seconds:.3f} s")
    return tuple((round(start * sound.rate), round(end * sound.rate)) for start, end in ranges)


def _replaced(sound: Sound, ranges: tuple[tuple[int, int], ...], replacement: str, sha256: str) -> Samples:
    samples = sound.samples.copy()
    for start, end in ranges:
        samples[start:end] = _filling(replacement, start, end, sound.rate, sha256)[:, None]
    return samples


def _filling(replacement: str, start: int, end: int, rate: int, sha256: str) -> NDArray[np.float32]:
    """What stands in the place of samples. Noise is drawn from the recording's hash, so that it is the same again."""
    if replacement == "tone":
        time = np.arange(end - start) / rate
        return (_TONE_LEVEL * np.sin(2 * np.pi * _TONE_HZ * time)).astype(np.float32)
    if replacement == "noise":
        seed = int.from_bytes(hashlib.sha256(f"{sha256} {start} {end}".encode()).digest()[:8])
        drawn = np.random.Generator(np.random.PCG64(seed)).uniform(-_NOISE_LEVEL, _NOISE_LEVEL, end - start)
        return drawn.astype(np.float32)
    return np.zeros(end - start, np.float32)


def _label(sha256: str, samples: tuple[tuple[int, int], ...], sound: Sound, replacement: str, reason: str) -> str:
    where = ", ".join(f"{start}-{end}" for start, end in samples)
    return (
        f"Redacted copy, made by echoforensics {__version__}; not the original. Samples {where} of each channel are"
        f" replaced by {replacement}; reason: {reason}. Decoded by {sound.decoder} from the recording with the SHA-256"
        f" {sha256}."
    )


def _texts(case: Case, sha256: str, ranges: list[tuple[float, float]]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What was written of the recording: with times of words, redacted; without, to be withheld whole."""
    texts: dict[str, str] = {}
    withheld: list[str] = []
    for row in rows_by_file(case.store, Query(recordings_only=True)):
        if row["recording"] != sha256:
            continue
        if row["data_type"] in (TRANSCRIPT, WITH_HOTWORD):
            texts[row["exhibit"]] = redacted_text(json.loads(row["fields"]).get("words", []), ranges)
        elif row["transcript"]:
            withheld.append(row["exhibit"])
    return dict(sorted(texts.items())), tuple(sorted(withheld))


def redacted_text(words: Iterable[Any], ranges: Iterable[tuple[float, float]]) -> str:
    """A text with the words that overlap ranges replaced; several after one another by one mark.

    Args:
        words: each with its start and its end in seconds.
        ranges: in seconds.
    """
    given, written = list(ranges), list[str]()
    for text, start, end, *_ in words:
        if any(start < last and end > first for first, last in given):
            if written[-1:] != [REDACTED]:
                written.append(REDACTED)
        else:
            written.append(str(text))
    return " ".join(written)


def _addition(
    made: RedactedCopy, ranges: list[tuple[float, float]], sound: Sound, replacement: str, reason: str, actor: str
) -> Addition:
    where = ", ".join(f"{start:.3f}-{end:.3f} s" for start, end in ranges)
    statement = json.dumps([made.samples, replacement, reason])
    return Addition(
        made.about,
        REDACTION,
        __version__,
        f"Redaction by {actor}: a copy was made with {where} replaced by {replacement}; reason: {reason}. The copy has"
        f" the SHA-256 {made.sha256}; the original is unchanged.",
        statement,
        {
            "ranges": ranges, "samples": made.samples, "rate": sound.rate, "replaced_by": replacement, "reason": reason,
            "author": actor, "copy_sha256": made.sha256, "copy_size": made.size, "original_sha256": made.original,
            "texts": made.texts, "withheld": made.withheld, "decoder": sound.decoder,
        },
    )  # fmt: skip


def _detail(made: RedactedCopy, reason: str) -> dict[str, Any]:
    return {
        "what": "a redacted copy of a recording",
        "reason": reason,
        "original": made.original,
        "copy": {"sha256": made.sha256, "size": made.size},
        "samples": [list(one) for one in made.samples],
    }
