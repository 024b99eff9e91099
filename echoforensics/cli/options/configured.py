"""Options whose default the user's configuration sets."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource


def with_configured(case: Path, **given: str) -> tuple[dict[str, str], list[str]]:
    """The matter of a case, and what of it the configuration sets, as it would be typed, for the ledger.

    What a case is of was said when it was begun. So of a case that has a ledger the configuration sets only what that
    ledger says already; what is given on the command line is as it was given.

    Args:
        case: the case folder.
        given: the values of the running command's options by name, from wherever they come.
    """
    context = click.get_current_context()
    values, typed = dict(given), []
    for name, value in given.items():
        if context.get_parameter_source(name) is ParameterSource.DEFAULT_MAP and value:
            if _may_be_set(case, name, value):
                typed += [f"--{name}", value]
            else:
                values[name] = ""
    return values, typed


def _may_be_set(case: Path, name: str, value: str) -> bool:
    from echoforensics.case.custody.names import LEDGER
    from echoforensics.case.custody.standing import ledger_history

    if not (case / LEDGER).is_file():
        return True
    matter = ledger_history(case / LEDGER).matter
    return value in matter[name] if name in matter else False
