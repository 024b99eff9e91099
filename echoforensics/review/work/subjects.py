"""The items of a case: sounds, with equal ones merged, and interactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.case.time_bounds import microseconds
from echoforensics.errors import UsageError
from echoforensics.report.words.language import later
from echoforensics.review.room_errors import InvalidRequestError
from echoforensics.review.store.queue_table import ReviewItem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from echoforensics.case.spoken.interaction import CaseInteraction
    from echoforensics.report.media import Recording

_KNOWN = {"text", "from", "to", "device", "unintended", "without_device_sounds"}
_OTHER_PARTS = later("from and to of a filter are times in ISO 8601, its other parts true or false")
_MOST_TEXT, _MOST_SEARCH, _MOST_TITLE = 1000, 20_000, 200


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """A filter for a queue's items; all given conditions must hold.

    Attributes:
        text: in what is looked through, in any case.
        start, end: microseconds since 1970 UTC: from then on, and before then. What has no time is then left out.
        devices: serial numbers, types, or names (of interactions alone).
        unintended: only what has signs that it was not intended.
        without_device_sounds: leave out the maker's own sounds.
    """

    text: str = ""
    start: int | None = None
    end: int | None = None
    devices: tuple[str, ...] = ()
    unintended: bool = False
    without_device_sounds: bool = False

    @classmethod
    def of(cls, given: Any) -> ItemFilter:
        """Parse a filter: ``{text, from, to, device, unintended, without_device_sounds}``.

        Raises:
            InvalidRequestError: it is invalid.
        """
        if not isinstance(given, dict) or set(given) - _KNOWN:
            raise InvalidRequestError(
                "a filter is an object that may have {known}", {"known": ", ".join(sorted(_KNOWN))}
            )
        text, device = given.get("text") or "", given.get("device") or ""
        if not all(isinstance(one, str) and len(one) <= _MOST_TEXT for one in (text, device)):
            raise InvalidRequestError(
                "text and device of a filter are texts of at most {most} characters", {"most": _MOST_TEXT}
            )
        flags = [given.get(name) or False for name in ("unintended", "without_device_sounds")]
        bounds = [given.get(name) or None for name in ("from", "to")]
        if not all(isinstance(one, bool) for one in flags) or not all(isinstance(one, str | None) for one in bounds):
            raise InvalidRequestError(_OTHER_PARTS)
        try:
            start, end = microseconds(bounds[0]), microseconds(bounds[1], end=True)
        except UsageError as error:
            raise InvalidRequestError(_OTHER_PARTS) from error
        return cls(text, start, end, (device,) if device else (), *flags)

    def holds_time(self, at: int | None) -> bool:
        """Whether a time, in microseconds since 1970 UTC, is wanted."""
        if self.start is None and self.end is None:
            return True
        return at is not None and (self.start is None or at >= self.start) and (self.end is None or at < self.end)


class SoundGroups:
    """The recordings of a case, those of equal sound together: the same bytes, or the same decoded samples.

    Args:
        sounds: the recordings by SHA-256, by time.
        equal: pairs of SHA-256 of which every decoded sample is equal.
    """

    def __init__(self, sounds: Mapping[str, Recording], equal: Iterable[tuple[str, str]]) -> None:
        order = {sha256: place for place, sha256 in enumerate(sounds)}
        first = {sha256: sha256 for sha256 in sounds}

        def root(sha256: str) -> str:
            while first[sha256] != sha256:
                first[sha256] = first[first[sha256]]
                sha256 = first[sha256]
            return sha256

        for one, other in equal:
            if one in first and other in first:
                low, high = sorted((root(one), root(other)), key=order.__getitem__)
                first[high] = low
        self._groups: dict[str, list[Recording]] = {}
        for sha256, recording in sounds.items():
            self._groups.setdefault(root(sha256), []).append(recording)

    def group_of(self, sha256: str) -> tuple[Recording, ...]:
        """The recordings of a group, by the SHA-256 of its first."""
        return tuple(self._groups.get(sha256, ()))

    def wanted(self, asked: ItemFilter, unintended: Collection[str] | None) -> Iterator[list[Recording]]:
        """Yield the groups with a matching recording.

        Args:
            asked: the filter.
            unintended: numbers of interactions with signs that they were not intended; None if all are wanted.
        """
        for group in self._groups.values():
            if any(_is_wanted(one, asked, unintended) for one in group):
                yield group


def _is_wanted(recording: Recording, asked: ItemFilter, unintended: Collection[str] | None) -> bool:
    if asked.without_device_sounds and recording.device_sound:
        return False
    rows = recording.found.rows
    if not any(asked.holds_time(row["timestamp"] if row["datetime"] else None) for row in rows):
        return False
    if asked.devices and not any(asked.devices[0] in (row["device_serial"], row["device_type"]) for row in rows):
        return False
    if unintended is not None and not any(row["interaction"] in unintended for row in rows):
        return False
    return asked.text.casefold() in _searched(recording)


def _searched(recording: Recording) -> str:
    found = recording.found
    parts = [*(text for _, text in found.texts), *(row["exhibit"] for row in found.rows), *found.references]
    return "\n".join([*parts, recording.name, found.sha256]).casefold()


def recording_subject(name: str, case_id: str, group: list[Recording]) -> ReviewItem:
    """The item of recordings of equal sound.

    Args:
        name: its id.
        case_id: of the case.
        group: the recordings; the first is the one that it is shown by.
    """
    shown = group[0]
    row = shown.found.rows[0]
    text = next((words for one in group for _, words in one.found.texts), "")
    length = shown.found.fields.get("duration_us")
    return ReviewItem(
        id=name,
        case_id=case_id,
        kind="recording",
        key=shown.found.sha256,
        exhibit=row["exhibit"],
        title=(text or shown.name)[:_MOST_TITLE],
        time=_milliseconds(row["timestamp"] if row["datetime"] else None),
        device=_listed(one["device_serial"] or one["device_type"] for one in shown.found.rows),
        seconds=length / 1_000_000 if isinstance(length, int) else None,
        sound=shown.found.sha256,
        exhibits=tuple(dict.fromkeys(one["exhibit"] for sound in group for one in sound.found.rows)),
        search="\n".join(map(_searched, group))[:_MOST_SEARCH],
        sounds=tuple(one.found.sha256 for one in group),
    )


def spoken_subject(name: str, case_id: str, spoken: CaseInteraction, sounds: Mapping[str, Recording]) -> ReviewItem:
    """The item of an interaction.

    Args:
        name: its id.
        case_id: of the case.
        spoken: the interaction.
        sounds: the case's recordings by SHA-256.
    """
    shown = next(member for member in spoken.members if member.exhibit)
    heard = [sounds[sha256] for sha256 in spoken.recordings if sha256 in sounds]
    lengths = [one.found.fields.get("duration_us") for one in heard]
    known = [length for length in lengths if isinstance(length, int)]
    parts = [spoken.number, spoken.sentence, *(member.says for member in spoken.members)]
    return ReviewItem(
        id=name,
        case_id=case_id,
        kind="interaction",
        key=shown.record,
        exhibit=shown.exhibit,
        title=(spoken.transcript or spoken.sentence)[:_MOST_TITLE],
        time=_milliseconds(spoken.start),
        device=_listed(device.serial or device.type for device in spoken.devices),
        seconds=sum(known) / 1_000_000 if known else None,
        sound=heard[0].found.sha256 if heard else shown.record,
        exhibits=tuple(dict.fromkeys(member.exhibit for member in spoken.members if member.exhibit)),
        search="\n".join(parts).casefold()[:_MOST_SEARCH],
    )


def _listed(names: Iterable[str | None]) -> str:
    return " ".join(dict.fromkeys(filter(None, names)))


def _milliseconds(at: int | None) -> int | None:
    return None if at is None else at // 1000
