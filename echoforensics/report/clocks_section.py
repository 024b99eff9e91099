"""How far the clocks were off, by what the evidence holds; when they were set; and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.markup import counted, escape, section, table

if TYPE_CHECKING:
    from echoforensics.case.case import Case

_MOST = 100


def clocks_section(case: Case) -> str:
    """Each clock, by period, with the pairs of times that measure it; settings of clocks, and zones that are named."""
    readings = [[escape(reading.sentence), escape(" ".join(reading.exhibits))] for reading in case.clocks()]
    settings = [[escape(setting.sentence), escape(setting.exhibit)] for setting in case.clock_settings()]
    zones = [[escape(zone.sentence), escape(" ".join(zone.exhibits))] for zone in case.zones()]
    return section(
        "clocks",
        "Clocks",
        "<p>Times are given as they were recorded. How far a clock was off is measured from pairs of times of one event"
        " that the evidence holds; where it holds none, that is said. Nothing in the timeline is corrected.</p>",
        table(("What the pairs of times say", "Exhibits"), readings, most=_MOST) if readings else "",
        f"<h3>When clocks were set: {counted(len(settings), 'time')}</h3>" if settings else "",
        table(("What the record says", "Exhibit"), settings, most=_MOST) if settings else "",
        "<h3>Zones that settings in the evidence name</h3>" if zones else "",
        table(("What the records say", "Exhibits"), zones, most=_MOST) if zones else "",
    )


def missing_section(case: Case) -> str:
    """What is missing, relative to what the case holds, with every explanation."""
    if case.store.is_earlier:
        return ""
    gaps = [
        [
            escape(gap.number),
            escape(gap.message),
            "<ul>" + "".join(f"<li>{escape(reason)}</li>" for reason in gap.explanations) + "</ul>",
            escape(" ".join(at.exhibit for at in gap.derived_from if at.exhibit)),
        ]
        for gap in case.gaps()
    ]
    return section(
        "missing",
        "What is missing",
        "<p>A gap is something that other records of this case would lead one to expect. It is no record, and is not"
        " counted with what was found. No explanation is preferred.</p>",
        table(("Gap", "What is missing", "It may be that", "Derived from"), gaps, most=_MOST)
        if gaps
        else "<p>No gap was found. That does not say that nothing is missing.</p>",
    )
