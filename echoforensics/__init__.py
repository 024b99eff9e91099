"""Voice recordings and activity timelines from Amazon Echo devices and Alexa accounts, signed for chain of custody.

The library::

    import echoforensics as ef

    with ef.extract(["echo.E01", "export.zip"], "CASE", examiner="A. Examiner", key="examiner.pem") as case:
        for row in case.rows(types=["echo:log:wake_word"]):
            print(row["datetime"], row["message"])

See docs/library.md.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.installation import check_packages
from echoforensics.version import __version__ as __version__

check_packages(Path(__file__).resolve().parent.parent, __version__)

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.library import extract, open_case, verify
    from parsers.parser import Parser
    from parsers.record import Issue, Record, Timestamp
    from parsers.registry import register

#: Maps the library's names to their modules; a module is imported on first use of its name.
_HOMES = {
    "Case": "echoforensics.case.case",
    "Issue": "parsers.record",
    "Parser": "parsers.parser",
    "Record": "parsers.record",
    "Timestamp": "parsers.record",
    "extract": "echoforensics.library",
    "open_case": "echoforensics.library",
    "register": "parsers.registry",
    "verify": "echoforensics.library",
}
__all__ = ["Case", "Issue", "Parser", "Record", "Timestamp", "extract", "open_case", "register", "verify"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
