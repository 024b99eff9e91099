"""Lists the written sections in order.

References:
    SWGDE 18-Q-002, Requirements for Report Writing in Digital and Multimedia Forensics; Federal Rules of Evidence
    902(13), 902(14)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.sections.closing import certificate_section, reproduce_section, signature_section
from echoforensics.report.sections.custody import custody_section
from echoforensics.report.sections.error_rates import error_rates_section
from echoforensics.report.sections.head import case_section, request_section
from echoforensics.report.sections.limits import glossary_section, limits_section
from echoforensics.report.sections.method import method_section, parsers_section
from echoforensics.report.sections.missing import gaps_section, issues_section
from echoforensics.report.sections.received import evidence_section
from echoforensics.report.sections.redactions import redaction_sections
from echoforensics.report.sections.summary import summary_section
from echoforensics.report.sections.times import times_section

if TYPE_CHECKING:
    from echoforensics.report.sections.blocks import WrittenSection
    from echoforensics.report.sections.context import ReportContext


def written_sections(context: ReportContext) -> tuple[list[WrittenSection], list[WrittenSection]]:
    """Return the sections before the interactions, recordings and timeline, and those after them."""
    before = [
        case_section(context),
        request_section(context),
        summary_section(context),
        evidence_section(context),
        custody_section(context),
        *redaction_sections(context),
        method_section(context),
        error_rates_section(context),
        times_section(context),
    ]
    found = [gaps_section(context), issues_section(context), limits_section(context), parsers_section(context)]
    closing = [certificate_section(context), signature_section(context), reproduce_section(context)]
    glossary = glossary_section(context, [*before, *found, *closing])
    return before, [*found, glossary, *closing]
