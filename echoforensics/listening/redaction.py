"""Makes a redacted copy of a recording: exact ranges are replaced, the rest is unchanged. The original stays."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.added_files import remove_other_files
from echoforensics.case.added_records.addition import Addition
from echoforensics.case.case import Case
from echoforensics.case.custody.adding import AddingRun
from echoforensics.case.exhibits.row import Query
from echoforensics.case.redactions.phrases import Phrases
from echoforensics.case.redactions.redacted_words import kept_words, words_text
from echoforensics.case.redactions.redaction import REDACTION, RedactedPart, Redaction, copies_of, redactions_of
from echoforensics.case.row_query import rows_by_file
from echoforensics.case.store import Store
from echoforensics.errors import CaseError, UsageError
from echoforensics.listening.decoding import decoded
from echoforensics.listening.finding import TRANSCRIPT, WITH_HOTWORD
from echoforensics.listening.listener import LONGEST
from echoforensics.listening.redacted_copy import FORMS, WrittenCopy, ending_of_copy, write_copy
from echoforensics.listening.same_sound import RATE as FINGERPRINT_RATE
from echoforensics.listening.same_sound import Fingerprint, fingerprint, same_sounds
from echoforensics.listening.sound import NotDecodedError
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chain_of_custody.signer import Signer
    from echoforensics.case.exhibits.row import FileRow
    from echoforensics.case.recording_query import FoundRecording
    from echoforensics.listening.sound import Sound

#: The possible replacements for a range.
REPLACEMENTS = ("silence", "tone", "noise")
_RANGE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)-(\d{1,6}(?:\.\d{1,6})?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class RedactionRequest:
    """What to redact, and how.

    Attributes:
        ranges: the ranges in seconds from the start.
        replacement: one of :data:`REPLACEMENTS`.
        reason: the reason, as a code or in words.
        marks: words to replace in texts without word times; empty to withhold such texts entirely.
        form: ``wav``, or ``source`` for the recording's own codec.
        target: a new file outside the case and the sources for an additional copy; None for none.
        instead: whether this replaces earlier redactions of the recording; otherwise it is added to them.
    """

    ranges: tuple[tuple[float, float], ...]
    replacement: str
    reason: str
    marks: tuple[str, ...] = ()
    form: str = "wav"
    target: Path | None = None
    instead: bool = False


@dataclass(frozen=True, slots=True)
class RedactedCopy:
    """A redacted copy.

    Attributes:
        exhibit: the exhibit of the record added to the case; None if the case already has it.
        about: the exhibit of the recording.
        original: the SHA-256 of the recording.
        sha256, size: hash and size of the copy.
        format: container and codec of the copy.
        difference: the greatest difference of a sample outside the ranges, as a fraction of full scale; above 0 if the
            copy's codec is lossy.
        samples: the replaced samples of each channel: the first, and the one after the last.
        texts: maps exhibits to the remaining texts: machine transcripts without the overlapping words, and the
            service's texts without the marked words.
        withheld: exhibits of texts without word times, which are withheld entirely.
        same_sound: exhibits of recordings with the same sound in different bytes: they are withheld until they are
            redacted themselves.
    """

    exhibit: str | None
    about: str
    original: str
    sha256: str
    size: int
    format: str
    difference: float
    samples: tuple[tuple[int, int], ...]
    texts: dict[str, str]
    withheld: tuple[str, ...]
    same_sound: tuple[str, ...]


def read_range(text: str) -> tuple[float, float]:
    """Parse a range in seconds, such as ``1.20-2.85``.

    Raises:
        UsageError: the text is not a range.
    """
    found = _RANGE.fullmatch(text.strip())
    if found is None or float(found[1]) >= float(found[2]):
        raise UsageError(f"{text!r} is not a range of seconds, such as 1.20-2.85")
    return float(found[1]), float(found[2])


def redact(
    case_path: Path, exhibit: str, request: RedactionRequest, key: Signer | None, actor: str = ""
) -> RedactedCopy:  # fmt: skip
    """Make a redacted copy of a recording, and keep it in the case with a record about it.

    In WAV and FLAC, the same recording, ranges and replacements always give the same copy, byte for byte.

    Args:
        case_path: the case folder.
        exhibit: the exhibit of the recording, or of a record it belongs to.
        request: what to redact, and how.
        key: the examiner's key, as for the case; None if the case is unsigned.
        actor: who makes it, as recorded in the ledger; empty for the last actor.

    Raises:
        UsageError: the exhibit has no recording, a range ends after it, no reason is given, a marked word is in no
            text, or the file's suffix does not match the copy's format.
        CaseError: the recording cannot be decoded, the file exists or cannot be written; or as for
            :class:`echoforensics.case.custody.adding.AddingRun`.
    """
    if not request.reason.strip() or not request.ranges or request.replacement not in REPLACEMENTS:
        raise UsageError("a redaction needs a range, a replacement and a reason")
    if request.form not in FORMS:
        raise UsageError(f"{request.form}: is not a format for copies")
    with Case.open(case_path) as case:
        subject = _RecordingToRedact(case, exhibit, request)
        subject.refuse_target()
        wanted = subject.wanted(actor or [entry.actor for entry in case.actions()][-1])
    with tempfile.TemporaryDirectory(prefix="echoforensics-") as folder, ExitStack() as written:
        file = Path(folder) / f"copy.{subject.ending}"
        copy = write_copy(
            file, subject.sound, wanted.parts, subject.sha256, subject.form, _label(wanted, subject.sound)
        )
        wanted = _with_copy(wanted, copy)
        if request.target is not None:
            written.enter_context(_removed_unless_recorded(request.target))
            _put(file, request.target)
        exhibits: tuple[str, ...] = ()
        if not subject.is_in_force(wanted):
            exhibits = _record(case_path, file, wanted, subject, copy, key)
    return replace(subject.outcome(wanted, copy), exhibit=exhibits[0] if exhibits else None)


def write_preview(case: Case, exhibit: str, request: RedactionRequest, target: Path) -> None:
    """Write the copy that :func:`redact` would make into a file, and add nothing to the case.

    Args:
        case: the case.
        exhibit: the exhibit of the recording.
        request: what to redact, and how.
        target: the file to create or replace; a WAV file, unless the request says otherwise.

    Raises:
        UsageError, CaseError: as for :func:`redact`.
    """
    subject = _RecordingToRedact(case, exhibit, request)
    wanted = subject.wanted("")
    write_copy(target, subject.sound, wanted.parts, subject.sha256, subject.form, _label(wanted, subject.sound))


def _record(
    case_path: Path, file: Path, wanted: Redaction, subject: _RecordingToRedact, copy: WrittenCopy, key: Signer | None
) -> tuple[str, ...]:
    """Keep the copy in the case, and add a record about it."""
    with closing(AddingRun(case_path, key, wanted.author)) as run:
        try:
            made = subject.outcome(wanted, copy)
            return run.add([_addition(made, wanted, subject)], _detail(made, wanted), file).exhibits
        finally:
            # Remove a copy that the case has no record of.
            with suppress(CaseError), closing(Store(case_path / "case.db")) as store:
                remove_other_files(case_path, copies_of(store))


@contextmanager
def _removed_unless_recorded(target: Path) -> Iterator[None]:
    """Remove a copy that is incomplete or not recorded in the case, so that the command can be repeated."""
    recorded = False
    try:
        yield
        recorded = True
    finally:
        if not recorded:
            target.unlink(missing_ok=True)


def _put(file: Path, target: Path) -> None:
    try:
        with file.open("rb") as source, target.open("xb") as stream:
            shutil.copyfileobj(source, stream)
    except OSError as error:
        raise CaseError(f"{target}: cannot be written: {error}") from error


class _RecordingToRedact:
    """A recording to redact: its sound, its texts, and its earlier redactions."""

    def __init__(self, case: Case, exhibit: str, request: RedactionRequest) -> None:
        self._case, self._request = case, request
        sha256 = case.row(exhibit)["recording"]
        found = {one.sha256: one for one in case.recordings()}
        if sha256 is None or sha256 not in found:
            raise UsageError(f"{exhibit} has no recording; `info` lists the recordings")
        recording = found[sha256]
        self.sha256, self.about = sha256, recording.rows[0]["exhibit"]
        container, codec = (str(recording.fields.get(name) or "") for name in ("container", "codec"))
        self.form = request.form, container, codec
        self.ending = ending_of_copy(*self.form)
        try:
            self.sound = decoded(case.vault, sha256, container)
        except (NotDecodedError, OSError) as error:
            raise CaseError(f"{exhibit}: its recording is not decoded: {error}") from error
        self._before = redactions_of(case.store).get(sha256)
        self._same = {one.sha256: one.rows[0]["exhibit"] for one in self._same_sounds(found)}
        self._rows = _rows_of(case, sha256)

    def refuse_target(self) -> None:
        target = self._request.target
        if target is None:
            return
        if target.suffix.lower() != f".{self.ending}":
            raise UsageError(f"{target}: the copy has another format; name a file that ends in .{self.ending}")
        self._case.refuse_inside(target)
        if os.path.lexists(target):
            raise CaseError(f"{target}: already exists; name a new file")

    def wanted(self, actor: str) -> Redaction:
        """Return the redaction to put in force, still without its copy."""
        request, rate = self._request, self.sound.rate
        if any(end > self.sound.seconds for _, end in request.ranges):
            raise UsageError(f"a range ends after the end of the recording, which lasts {self.sound.seconds:.3f} s")
        new = [
            RedactedPart(round(start * rate), round(end * rate), request.replacement, request.reason)
            for start, end in sorted(request.ranges)
        ]
        before = None if request.instead else self._before
        kept = [
            part
            for part in (before.parts if before else ())
            if not any(one.start <= part.start and part.end <= one.end for one in new)
        ]
        marks = tuple(dict.fromkeys([*(before.marks if before else ()), *(mark.strip() for mark in request.marks)]))
        self._refuse_marks(request.marks)
        return Redaction(
            "", self.about, self.sha256, "", (*kept, *new), rate, marks, same_sound=tuple(sorted(self._same)),
            author=actor,
        )  # fmt: skip

    def _refuse_marks(self, marks: Iterable[str]) -> None:
        for mark in marks:
            phrases = Phrases([mark])
            texts = (json.dumps([row["message"], row["transcript"], row["path"], row["fields"]]) for row in self._rows)
            if not phrases or not any(map(phrases.are_in, texts)):
                raise UsageError(
                    f"{mark!r} is in no text of {self.about} or its interaction; nothing would be replaced"
                )

    def is_in_force(self, wanted: Redaction) -> bool:
        """Whether the case already has exactly this redaction of the recording."""
        before = self._before
        return before is not None and all(
            getattr(before, name) == getattr(wanted, name) for name in ("parts", "marks", "copy", "same_sound")
        )

    def outcome(self, wanted: Redaction, copy: WrittenCopy) -> RedactedCopy:
        """Describe the redaction."""
        texts, withheld = self._texts(wanted)
        return RedactedCopy(
            None, self.about, self.sha256, copy.sha256, copy.size, f"{copy.facts.container}, {copy.facts.codec}",
            copy.difference, tuple(sorted((part.start, part.end) for part in wanted.parts)), texts, withheld,
            tuple(sorted(self._same.values())),
        )  # fmt: skip

    def _texts(self, wanted: Redaction) -> tuple[dict[str, str], tuple[str, ...]]:
        """Return the remaining texts: those with word times, and the others if words were marked."""
        texts: dict[str, str] = {}
        withheld: list[str] = []
        marks = Phrases(wanted.marks)
        for row in self._rows:
            if row["data_type"] in (TRANSCRIPT, WITH_HOTWORD) and row["recording"] == self.sha256:
                words = json.loads(row["fields"]).get("words", [])
                texts[row["exhibit"]] = marks.replaced(words_text(kept_words(words, wanted.seconds)))
            elif row["transcript"] and marks:
                texts[row["exhibit"]] = marks.replaced(row["transcript"])
            elif row["transcript"]:
                withheld.append(row["exhibit"])
        return dict(sorted(texts.items())), tuple(sorted(withheld))

    def _same_sounds(self, found: dict[str, FoundRecording]) -> Iterator[FoundRecording]:
        """Yield recordings with the same sound, in whole or in part, in different bytes."""
        own = _fingerprint(self.sha256, self.sound)
        for sha256, recording in found.items():
            if sha256 == self.sha256:
                continue
            with suppress(NotDecodedError, OSError):
                sound = decoded(self._case.vault, sha256, str(recording.fields.get("container") or ""))
                if sound.seconds <= LONGEST and any(same_sounds([own, _fingerprint(sha256, sound)])):
                    yield recording


def _fingerprint(sha256: str, sound: Sound) -> Fingerprint:
    return fingerprint(sha256, sound.mono_at(FINGERPRINT_RATE), sound.samples)


def _rows_of(case: Case, sha256: str) -> list[FileRow]:
    """Return the rows of a recording and of its interactions."""
    own = [row for row in rows_by_file(case.store, Query(recordings_only=True)) if row["recording"] == sha256]
    found = {row["exhibit"]: row for row in own}
    for number in sorted({row["interaction"] for row in own if row["interaction"]}):
        query = Query(interaction=int(number.rpartition("-")[2]))
        found |= {row["exhibit"]: row for row in rows_by_file(case.store, query)}
    return list(found.values())


def _with_copy(wanted: Redaction, copy: WrittenCopy) -> Redaction:
    facts = copy.facts
    return replace(
        wanted, copy=copy.sha256, container=facts.container, codec=facts.codec, bits=facts.bits,
        channels=facts.channels or 1, samples=copy.samples,
    )  # fmt: skip


def _label(wanted: Redaction, sound: Sound) -> str:
    where = ", ".join(f"{part.start}-{part.end} by {part.replacement} ({part.reason})" for part in wanted.parts)
    return (
        f"Redacted copy, made by echoforensics {__version__}; not the original. Samples of each channel are replaced:"
        f" {where}. Decoded by {sound.decoder} from the recording with the SHA-256 {wanted.original}."
    )


def _addition(made: RedactedCopy, wanted: Redaction, subject: _RecordingToRedact) -> Addition:
    # The record's number alone does not reveal the marked words.
    salt = secrets.token_hex(16) if wanted.marks else ""
    marked = hashlib.sha256(json.dumps([salt, wanted.marks]).encode()).hexdigest() if wanted.marks else ""
    fields = wanted.as_fields()
    statement = json.dumps([fields["parts"], made.sha256, marked, fields["same_sound"]])
    lossy = f" Its coding is lossy: other samples differ by up to {made.difference}." if made.difference else ""
    return Addition(
        made.about,
        REDACTION,
        __version__,
        f"Redaction by {wanted.author}: a copy was made with {wanted.where}; reason: {wanted.reasons}. The copy has the"
        f" SHA-256 {made.sha256}; the original is unchanged.{lossy}",
        statement,
        {
            **fields, "ranges": [[part.start / wanted.rate, part.end / wanted.rate] for part in wanted.parts],
            "copy_size": made.size, "texts": made.texts, "withheld": made.withheld, "mark_salt": salt,
            "difference": made.difference, "decoder": subject.sound.decoder,
        },
    )  # fmt: skip


def _detail(made: RedactedCopy, wanted: Redaction) -> dict[str, Any]:
    return {
        "what": "a redacted copy of a recording",
        "reason": wanted.reasons,
        "original": made.original,
        "copy": {"sha256": made.sha256, "size": made.size},
        "samples": [list(one) for one in made.samples],
    }
