"""``echoforensics COMMAND``."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable
from functools import partial

import click

from echoforensics.cli import plaso_tools
from echoforensics.cli.lazy_group import LazyGroup
from echoforensics.errors import EchoforensicsError, UnverifiedCaseError
from echoforensics.version import __version__

#: Exit codes; commands themselves give 1 and 3 too, as the help of the group says.
DONE, NOT_VERIFIED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

#: What the list of commands says of each; its module is imported when it is called.
SUMMARIES = {
    "demo": "Build sample evidence, run the whole job on it, and say where to look.",
    "extract": "Take in sources, extract and parse what they hold, and seal a case.",
    "info": "Say what is in a case: evidence, devices, accounts, persons, data types, times, clocks, gaps and issues.",
    "timeline": "Write the timeline of a case.",
    "query": "Ask SQL over cases and timelines in Parquet together.",
    "interactions": "Show each time at which somebody, or something, spoke to a device: every record about it, joined.",
    "listen": "Listen to the recordings of a case: speech, wake word, transcripts.",
    "trace": "Show the bytes behind a row, read again from the evidence.",
    "report": "Write the report that reviewers open: a folder for any browser, without a network or an installation.",
    "redact": "Redact a recording: a copy with ranges replaced to the sample, which report and bundle hold in its place.",
    "review": "Serve the review room: several people listen to sealed cases and code them, with every play on record.",
    "bundle": "Hand over a case, or a part of one, sealed: it can be checked without this program.",
    "verify": "Verify a case, a bundle, a report, an export or a review room.",
    "compare": "Compare two cases of the same evidence, record by record.",
    "renumber": "Say which exhibit of an old case is which of a new one of the same evidence.",
    "case": "Put cases together, take out of them what a court orders out, and say what a report's head says.",
    "parsers": "What can be read, what it is known by, and on what it was validated.",
    "custody": "Record that a case is handed over: a statement that giver and receiver sign, in the ledger.",
    "ledger": "Show the history of a case for people: who did what, and when, in UTC and in the case's zone.",
    "certificate": "Draft a certificate with the hashes of the case in it; a person completes, corrects and signs it.",
    "key": "Examiner keys.",
    "selftest": "Ask this installation questions whose answers are known, and compare.",
    "config": "What is set for every run: agency, examiner, key and time zone.",
    "plaso": "Have plaso's own commands see the parser; `echoforensics log2timeline` needs none of it.",
}

#: Where the module of a command is that is not in the package itself.
FOLDERS = {
    **dict.fromkeys(("bundle", "certificate", "custody", "key", "ledger"), "custody_commands"),
    **dict.fromkeys(("compare", "query", "renumber"), "many_cases"),
    "review": "review_commands",
    **dict.fromkeys(("config", "demo", "selftest"), "installation_commands"),
}


def _setting(name: str) -> str:
    """What the user's configuration sets; it is read when a command asks for it, and not for its help."""
    from echoforensics.configuration import read_configuration

    return read_configuration().values.get(name, "")


def _defaults(*names: str) -> dict[str, Callable[[], str]]:
    return {name: partial(_setting, name) for name in names}


#: By command, the options whose default the configuration sets. The key is found by whatever needs one.
CONFIGURED = {
    "extract": _defaults("agency", "examiner", "timezone"),
    "selftest": _defaults("agency"),
    "case": {
        "merge": _defaults("agency", "examiner", "timezone"),
        "set": _defaults("examiner"),
        "drop": _defaults("examiner"),
    },
}


@click.group(
    cls=LazyGroup,
    package="echoforensics.cli",
    summaries=SUMMARIES,
    folders=FOLDERS,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "default_map": CONFIGURED,
    },
    epilog="Exit codes: 0 done; 1 not verified; 2 wrong usage, or input that cannot be opened; "
    "3 done, but some of the evidence could not be read (it is listed). "
    'Shell completion: eval "$(_ECHOFORENSICS_COMPLETE=bash_source echoforensics)".',
)
@click.version_option(__version__, prog_name="echoforensics")
def cli() -> None:
    """Voice recordings and activity timelines from Amazon Echo devices and Alexa accounts.

    Evidence is opened read-only, hashed before and after, and what is found is signed.
    """


for made in plaso_tools.commands:
    cli.add_command(made)


#: So many more objects than before make Python look for garbage: records are many, and hardly any is in a circle.
_COLLECT_AFTER = 50_000


def main() -> None:
    """Run the command line; errors are one line."""
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])
    # Where the locale's encoding lacks a character (LC_ALL=C), it is written out.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(cli(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_INPUT)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; repeat the command to go on", err=True)
        sys.exit(INTERRUPTED)
    except EchoforensicsError as error:
        from echoforensics.cli.safe_text import safe

        click.echo(safe(f"echoforensics: {error}"), err=True)
        sys.exit(NOT_VERIFIED if isinstance(error, UnverifiedCaseError) else WRONG_INPUT)
    except BrokenPipeError:
        # Whoever read our output has read enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
