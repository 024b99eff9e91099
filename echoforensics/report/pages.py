"""Renders the report's pages: the application, the written sections, and the recordings page without scripts."""

from __future__ import annotations

from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from echoforensics.report.first_screen import ReportFindings, first_screen
from echoforensics.report.markup import FOLDED, escape, notice
from echoforensics.report.recordings_section import recordings_section
from echoforensics.report.sections.contents import written_sections
from echoforensics.report.sections.head import warnings
from echoforensics.report.sections.limits import untranslated_note
from echoforensics.report.sections.page import section_html
from echoforensics.report.sections.part import held_sections

if TYPE_CHECKING:
    from echoforensics.report.media import Recording
    from echoforensics.report.report_part import ReportPart
    from echoforensics.report.sections.context import ReportContext

_ASSETS = files("echoforensics.report") / "assets"
#: In the order in which the page runs them; the data's head follows the first.
SCRIPTS = (
    "report.js", "text.js", "dialog.js", "times.js", "folding.js", "search.js", "filters.js", "marks.js", "player.js",
    "waveform.js", "views.js", "row.js", "grid.js", "timeline.js", "cards.js", "interactions.js", "recording_facts.js",
    "recordings.js", "marking.js", "print.js", "keys.js", "report_keys.js", "start.js",
)  # fmt: skip
#: The views of the page: the name in the URL, and the label in the navigation.
_VIEWS = (
    ("overview", "Overview"), ("interactions", "Interactions"), ("timeline", "Timeline"), ("recordings", "Recordings"),
    ("marks", "Marks"),
)  # fmt: skip


def app_page(context: ReportContext, part: ReportPart, found: ReportFindings) -> str:
    """Render ``index.html``: the first screen, and containers for the views that scripts fill."""
    words = context.words
    scripts = [f"app/{SCRIPTS[0]}", "data/head.js", *(f"app/{name}" for name in SCRIPTS[1:])]
    return _template("page.html").substitute(
        _common(context, part),
        views="\n".join(f'<li><a href="#{name}">{escape(words.text(title))}</a></li>' for name, title in _VIEWS),
        about=escape(words.text("About")),
        zone=escape(words.text("Times in")),
        keys=escape(words.text("Keys")),
        loading=escape(words.text("This view is not there yet. If this line stays, files of this folder are missing.")),
        without=escape(
            words.text(
                "JavaScript is switched off in this browser, so that only this page, the recordings and the written"
                " sections can be shown."
            )
        ),
        recordings=escape(words.text("Recordings")),
        overview=first_screen(context, part, found),
        scripts="\n".join(f'<script src="{name}"></script>' for name in scripts),
    )


def sections_page(context: ReportContext, part: ReportPart) -> str:
    """Render ``about.html``: the written sections. It needs no script."""
    words = context.words
    before, after = written_sections(context)
    written = held_sections([*before, *after], context)
    links = "".join(f'<li><a href="#{each.anchor}">{escape(each.title)}</a></li>' for each in written)
    contents = f'<nav class="contents" aria-label="{escape(words.text("Sections"))}"><ol>{links}</ol></nav>'
    content = "".join(section_html(each, words) for each in written)
    return _plain_page(context, part, words.text("About this report"), contents + content)


def recordings_page(context: ReportContext, part: ReportPart, found: list[Recording]) -> str:
    """Render ``recordings.html``: every recording with a native player, without a script."""
    name = context.words.text("Recordings, without JavaScript")
    warned = "".join(map(notice, warnings(context)))
    return _plain_page(context, part, name, warned + recordings_section(found, context.zone))


def _plain_page(context: ReportContext, part: ReportPart, name: str, content: str) -> str:
    return _template("plain.html").substitute(
        _common(context, part),
        name=escape(name),
        back=escape(context.words.text("Back to the report")),
        # The page with the timeline displays an exhibit.
        content=content.replace('href="#EF-', 'href="index.html#EF-'),
    )


def _common(context: ReportContext, part: ReportPart) -> dict[str, str]:
    """Return what every page has: its language, its title, and its notice about a partial report."""
    case, words = context.case, context.words
    reference = case.store.info().get("reference", "")[:FOLDED]
    part_words = part.sentence(words)
    return {
        "language": escape(words.code),
        "title": escape(f"{case.store.row_mark}Echo evidence report {reference}".strip()),
        "skip": escape(words.text("Skip to the report")),
        "report": escape(words.text("Echo evidence report")),
        "part": _part_note(part_words) if part_words else "",
        "legend": words.text(
            "Words from the evidence look {example}; the other words are this report's own. {mark} and the"
            " like stand for characters that cannot be seen or that turn a line round.",
            example=f'<q class="evidence">{escape(words.text("like this"))}</q>', mark="<code>[U+202E]</code>",
        ) + escape(f" {untranslated_note(words)}".rstrip()),
    }  # fmt: skip


def _part_note(sentence: str) -> str:
    return f'<aside class="part" aria-label="{escape(sentence.partition(":")[0])}">{escape(sentence)}</aside>'


def _template(name: str) -> Template:
    return Template((_ASSETS / name).read_text(encoding="utf-8"))
