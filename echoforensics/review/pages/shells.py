"""The pages of the review room: an HTML shell for each, which scripts fill.

Playing, drawing and writing use the report's own code (:mod:`echoforensics.report`), so that reviewers learn one
interface. The scripts are classic ones and need no build step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from echoforensics.report.markup import escape
from echoforensics.report.script_words import words_in
from echoforensics.report.words.language import LANGUAGES, language, later
from echoforensics.report.words.vocabulary import CLOCKS, SIGNS, STATES, STATUSES, STRENGTHS, TIMES

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from echoforensics.report.words.language import Language

_ASSETS = files("echoforensics.review.pages") / "assets"
_REPORT_APP = files("echoforensics.report") / "assets" / "app"
#: URL prefixes of the pages' files, with the folders behind them.
_FOLDERS = {
    "/report-app": _REPORT_APP, "/room-app": _ASSETS / "room", "/work-app": _ASSETS / "work",
    "/supervise-app": _ASSETS / "supervise",
}  # fmt: skip
#: Scripts of the report, in the order in which a page runs them.
_TEXT = ("text.js", "dialog.js", "times.js")
_SOUND = ("folding.js", "player.js", "waveform.js", "views.js", "cards.js", "recording_facts.js", "keys.js")
_ROOM = ("elements.js", "api.js", "session.js")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the room.

    Attributes:
        title: its title, in English.
        views: titles of its views, by the name in the URL; the first is the default.
        report: scripts of the report.
        scripts: its own scripts, as prefix and name.
        members: whether it requires signing in.
    """

    title: str
    views: dict[str, str]
    report: tuple[str, ...]
    scripts: tuple[str, ...]
    members: bool = True


_SUPERVISE = {
    "people": later("People"), "queues": later("Queues"), "plan": later("Plan of work"),
    "agreement": later("Agreement"), "disagreements": later("Disagreements"), "redactions": later("Redactions"),
    "close": later("Close the room"),
}  # fmt: skip
_WORK_SCRIPTS = (
    "/work-app/kept.js", "/work-app/saving.js", "/work-app/state.js", "/work-app/conflict.js", "/work-app/plays.js",
    "/work-app/presence.js", "/work-app/warning.js", "/work-app/codes.js", "/work-app/notes.js", "/work-app/unsure.js",
    "/work-app/transcript.js", "/room-app/redacted.js", "/work-app/redaction.js", "/work-app/queues.js",
    "/work-app/assign.js", "/work-app/queue.js", "/work-app/clips.js", "/work-app/item.js", "/room-app/room_keys.js",
    "/work-app/start.js",
)  # fmt: skip
_PAGES = {
    "sign-in": Page(
        later("Sign in"), {}, ("text.js",),
        ("/room-app/elements.js", "/room-app/api.js", "/room-app/credentials.js", "/room-app/sign_in.js"),
        members=False,
    ),
    "set-up": Page(
        later("Set up your account"), {}, ("text.js",),
        ("/room-app/elements.js", "/room-app/api.js", "/room-app/credentials.js", "/room-app/set_up.js"),
        members=False,
    ),
    "work": Page(
        later("Work"), {"queues": later("Queues"), "queue": later("Queue"), "item": later("Clip")}, (*_TEXT, *_SOUND),
        (*(f"/room-app/{name}" for name in _ROOM), *_WORK_SCRIPTS),
    ),
    "supervise": Page(
        later("Supervise"), _SUPERVISE, (*_TEXT, "views.js"),
        (*(f"/room-app/{name}" for name in (*_ROOM, "redacted.js")),
         *(f"/supervise-app/{name}.js" for name in (*_SUPERVISE, "start"))),
    ),
    "audit": Page(
        later("Audit"), {"audit": later("Audit")}, (*_TEXT, "views.js"),
        (*(f"/room-app/{name}" for name in _ROOM), "/room-app/audit.js"),
    ),
    "help": Page(
        later("Help"), {"help": later("Help")}, (*_TEXT, "views.js"),
        (*(f"/room-app/{name}" for name in _ROOM), "/room-app/credentials.js", "/room-app/room_keys.js",
         "/room-app/help.js"),
    ),
}  # fmt: skip
#: The names of the pages.
PAGES = tuple(_PAGES)


@cache
def page_html(name: str, code: str = "en") -> str:
    """The HTML of a page.

    Args:
        name: one of :data:`PAGES`.
        code: its language, one of :data:`echoforensics.report.words.language.LANGUAGES`.

    Raises:
        KeyError: there is no such page or language.
    """
    page, words = _PAGES[name], language(code)
    first = next(iter(page.views), "")
    scripts = ["/room-app/room.js", f"/words/{code}.js", *(f"/report-app/{each}" for each in page.report)]
    return _template().substitute(
        language=escape(words.code),
        title=escape(f"{words.text(page.title)} · {words.text('Review room')}"),
        skip=escape(words.text("Skip to the content")),
        name=escape(name),
        first=escape(first),
        navigation=_navigation(name, page, words) if page.members else "",
        main=_views(page, words) if page.views else '<div id="content"></div>',
        reading="" if page.views else ' class="reading"',
        without=escape(words.text("This page needs JavaScript, which is switched off in this browser.")),
        scripts="\n".join(f'<script src="{each}"></script>' for each in [*scripts, *page.scripts]),
    )


@cache
def words_script(code: str) -> str:
    """The script with the pages' words in a language.

    Raises:
        KeyError: there is no such language.
    """
    words = language(code)
    tables = {
        "times": TIMES, "clocks": CLOCKS, "states": STATES, "statuses": STATUSES, "strengths": STRENGTHS,
        "signs": SIGNS,
    }  # fmt: skip
    head = {
        "language": code,
        "languages": LANGUAGES,
        "words": words.mapping(words_in(*_FOLDERS.values())) if code != "en" else {},
        "terms": {
            name: {term: words.text(text) for term, text in table.items() if text} for name, table in tables.items()
        },
    }
    return f"REPORT.begin({json.dumps(head, ensure_ascii=True, sort_keys=True)});\n"


def static_files() -> dict[str, Traversable]:
    """The folders of the pages' scripts and styles, by URL prefix."""
    return dict(_FOLDERS)


def _navigation(name: str, page: Page, words: Language) -> str:
    """The header of a page for people who have signed in; a script shows the parts for their role."""
    links = "".join(
        f'<li><a href="/{each}"{_for(each)}{_current(each == name)}>{escape(words.text(_PAGES[each].title))}</a></li>'
        for each in ("work", "supervise", "audit", "help")
    )
    room = escape(words.text("Review room"))
    inner = ""
    if name == "supervise":
        views = "".join(
            f'<li><a href="#{each}">{escape(words.text(title))}</a></li>' for each, title in page.views.items()
        )
        inner = f'<nav class="second" aria-label="{escape(words.text(page.title))}"><ul>{views}</ul></nav>'
    keys = f'<button type="button" id="show-keys"><kbd>?</kbd> {escape(words.text("Keys"))}</button>'
    return (
        f'<header class="top"><nav aria-label="{room}"><ul>{links}</ul></nav>\n'
        f'<div class="tools"><p id="saved" class="saved" role="status" hidden></p>'
        f'<label>{escape(words.text("Times in"))} <select id="zone"></select></label>'
        f'{keys if name == "work" else ""}<span id="person"></span></div>{inner}</header>'
    )


#: The roles that may see a page, if it is restricted.
_ROLES = {"supervise": "supervisor examiner", "audit": "supervisor"}


def _for(name: str) -> str:
    return f' data-for="{_ROLES[name]}" hidden' if name in _ROLES else ""


def _current(here: bool) -> str:
    return ' aria-current="page"' if here else ""


def _views(page: Page, words: Language) -> str:
    loading = escape(words.text("Loading …"))
    return "\n".join(
        f'<section id="view-{name}" class="view" hidden tabindex="-1" aria-label="{escape(words.text(title))}">'
        f'<p class="loading">{loading}</p></section>'
        for name, title in page.views.items()
    )


@cache
def _template() -> Template:
    return Template((_ASSETS / "room.html").read_text(encoding="utf-8"))
