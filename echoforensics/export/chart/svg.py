"""Draws a picture of a timeline as SVG 1.1, without external references or scripts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from echoforensics.counting import counted
from echoforensics.export.chart.activity import iso_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from echoforensics.export.about import AboutExport
    from echoforensics.export.chart.activity import Activity, Lanes

_WIDTH, _LEFT, _RIGHT = 1200, 190, 20
_PLOT = _WIDTH - _LEFT - _RIGHT
_BARS, _HOUR, _LANE = 140, 9, 16
_INK, _MUTED, _BLUE = "#1b1f24", "#57606a", "#1f5fa8"
#: Light to dark, for few to many: (up to this fraction of the maximum, colour).
_SCALE = ((0.05, "#dbe9f6"), (0.15, "#b5d1ea"), (0.35, "#7fb0d9"), (0.65, "#3f82bf"), (1.0, "#134a86"))
#: The most devices with a line of their own: those with the most rows.
_DEVICES = 20
_TICKS = 8
_REFUSED = dict.fromkeys((*range(32), 0x7F, 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")


def draw(activity: Activity, about: AboutExport, more: Sequence[Lanes] = ()) -> str:
    """Draw the picture.

    Args:
        activity: the counted rows.
        about: the names, zone and filters in the heading.
        more: further lines below, under their own titles.
    """
    return _Drawing(activity, about).whole(more)


class _Drawing:
    """A picture being drawn from top to bottom."""

    def __init__(self, activity: Activity, about: AboutExport) -> None:
        self._activity, self._about = activity, about
        self._first, self._last = activity.days
        self._step = activity.days_in_column
        self._columns = (self._last - self._first) // self._step + 1
        self._wide = _PLOT / self._columns
        self._parts: list[str] = []
        self._y = 30.0

    def whole(self, more: Sequence[Lanes]) -> str:
        self._head()
        if self._activity.shown:
            self._bars()
            self._hours()
            self._devices()
            for lanes in more:
                self._lanes(lanes)
        height = self._y + 10
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height:.0f}"'
            f' viewBox="0 0 {_WIDTH} {height:.0f}" font-size="12"'
            ' font-family="DejaVu Sans, Helvetica, Arial, sans-serif">\n'
            f"<title>{_text(self._about.title)}</title>\n<desc>{_text(self._described())}</desc>\n"
            f'<rect width="{_WIDTH}" height="{height:.0f}" fill="#ffffff"/>\n' + "\n".join(self._parts) + "\n</svg>\n"
        )

    def _described(self) -> str:
        return "; ".join(f"{name}: {text}" for name, text in self._about.facts().items())

    def _head(self) -> None:
        found, about = self._activity, self._about
        self._write(20, self._about.title, size=20)
        parts = [about.examiner, about.agency, f"made {about.made_at:%Y-%m-%d %H:%M} UTC by {about.program}"]
        lines = [
            ", ".join(part for part in parts if part),
            f"Days and hours are those of {about.zone}. Filters: {about.filters_in_words()}.",
            f"{counted(found.shown, 'row is', 'rows are')} shown. Not shown: {found.unknown} without a known time in"
            f" UTC, {found.planned} about a plan or an expiry.",
            "A row is what a record says; it does not say that somebody did something.",
        ]
        for line in lines:
            self._y += 20
            self._write(20, line, colour=_MUTED)
        self._y += 20

    def _title(self, text: str) -> None:
        self._y += 24
        self._write(20, text, size=14)
        self._y += 10

    def _bars(self) -> None:
        """Draw rows by day."""
        of = "day" if self._step == 1 else f"{self._step} days"
        self._title(f"Rows by {of} ({self._about.zone})")
        counts: Counter[int] = Counter()
        for (day, _), count in self._activity.hours.items():
            counts[self._column(day)] += count
        most = max(counts.values())
        base = self._y + _BARS
        for column, count in sorted(counts.items()):
            high = _BARS * count / most
            self._box(column, base - high, high, _BLUE, f"{self._days_of(column)}: {counted(count, 'row')}")
        self._parts.append(f'<path d="M{_LEFT} {base:.1f}H{_WIDTH - _RIGHT}" stroke="{_MUTED}"/>')
        self._label(f"{most} at most", self._y + 10)
        self._y = base
        self._ticks()

    def _hours(self) -> None:
        """Draw rows by day and hour."""
        self._title(f"Rows by hour of the day ({self._about.zone})")
        counts: Counter[tuple[int, int]] = Counter()
        for (day, hour), count in self._activity.hours.items():
            counts[self._column(day), hour] += count
        most = max(counts.values())
        top = self._y
        for (column, hour), count in sorted(counts.items()):
            words = f"{self._days_of(column)}, {hour:02}:00 to {hour:02}:59: {counted(count, 'row')}"
            self._box(column, top + hour * _HOUR, _HOUR, _shade(count, most), words)
        for hour in (0, 6, 12, 18):
            self._label(f"{hour:02}:00", top + hour * _HOUR + 9)
        self._y = top + 24 * _HOUR
        self._ticks()

    def _devices(self) -> None:
        """Draw rows by device and day."""
        found = sorted(self._activity.devices.items(), key=lambda item: (-item[1].total(), item[0]))
        if not found:
            return
        self._title("Rows that name a device, by its serial number")
        most = max(max(self._by_column(days).values()) for _, days in found[:_DEVICES])
        for serial, days in found[:_DEVICES]:
            for column, count in sorted(self._by_column(days).items()):
                words = f"{serial}, {self._days_of(column)}: {counted(count, 'row')}"
                self._box(column, self._y + 2, _LANE - 4, _shade(count, most), words)
            self._label(f"{serial} ({days.total()})", self._y + 12)
            self._y += _LANE
        if len(found) > _DEVICES:
            self._y += _LANE
            self._write(20, f"and {len(found) - _DEVICES} more devices, with fewer rows", colour=_MUTED)
        self._ticks()

    def _lanes(self, lanes: Lanes) -> None:
        self._title(lanes.title)
        for lane in lanes.lanes:
            for start, end in lane.spans:
                first, last = self._x(start), self._x(end)
                if last >= _LEFT and first <= _WIDTH - _RIGHT:
                    first, last = max(first, _LEFT), min(last, _WIDTH - _RIGHT)
                    self._parts.append(
                        f'<rect x="{first:.2f}" y="{self._y + 2:.1f}" width="{max(last - first, 2):.2f}"'
                        f' height="{_LANE - 4}" fill="{_BLUE}"><title>{_text(lane.label)}</title></rect>'
                    )
            self._label(lane.label, self._y + 12)
            self._y += _LANE
        self._ticks()

    def _by_column(self, days: Mapping[int, int]) -> Counter[int]:
        counts: Counter[int] = Counter()
        for day, count in days.items():
            counts[self._column(day)] += count
        return counts

    def _column(self, day: int) -> int:
        return (day - self._first) // self._step

    def _x(self, timestamp: int) -> float:
        day, hour = self._activity.place(timestamp)
        return _LEFT + (day + hour / 24 - self._first) / self._step * self._wide

    def _days_of(self, column: int) -> str:
        first = self._first + column * self._step
        last = min(first + self._step - 1, self._last)
        return iso_day(first) if first == last else f"{iso_day(first)} to {iso_day(last)}"

    def _ticks(self) -> None:
        """Label the days below a panel."""
        self._y += 14
        for column in _spread(self._columns):
            x = _LEFT + column * self._wide
            day = iso_day(self._first + column * self._step)
            self._parts.append(f'<text x="{x:.1f}" y="{self._y:.1f}" fill="{_MUTED}" font-size="10">{day}</text>')
        self._y += 6

    def _box(self, column: int, y: float, high: float, colour: str, words: str) -> None:
        x = _LEFT + column * self._wide
        wide = max(self._wide - (1 if self._wide > 4 else 0), 0.5)
        self._parts.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{max(high, 0.5):.2f}" fill="{colour}">'
            f"<title>{_text(words)}</title></rect>"
        )

    def _label(self, text: str, y: float) -> None:
        shown = text if len(text) <= 26 else f"{text[:25]}…"
        self._parts.append(
            f'<text x="{_LEFT - 8}" y="{y:.1f}" text-anchor="end" fill="{_MUTED}" font-size="11">{_text(shown)}</text>'
        )

    def _write(self, x: float, text: str, size: int = 12, colour: str = _INK) -> None:
        shown = text if len(text) <= 180 else f"{text[:179]}…"
        self._parts.append(f'<text x="{x}" y="{self._y:.1f}" font-size="{size}" fill="{colour}">{_text(shown)}</text>')


def _spread(columns: int) -> Iterator[int]:
    """Yield the columns to label with a day."""
    step = max(1, -(-columns // _TICKS))
    yield from range(0, columns, step)


def _shade(count: int, most: int) -> str:
    return next(colour for part, colour in _SCALE if count <= part * most or part == 1.0)


def _text(text: str) -> str:
    return escape(text.translate(_REFUSED))
