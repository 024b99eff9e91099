"""``echoforensics COMMAND``."""

from __future__ import annotations

import atexit
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
    "demo": "Build sample evidence, run everything on it, and show where to look.",
    "extract": "Take in sources, extract and parse what is in them, and seal a case.",
    "info": "Show what is in a case: evidence, devices, accounts, persons, data types, times, clocks, gaps and issues.",
    "timeline": "Write the timeline of a case.",
    "query": "Query cases and timelines in Parquet with SQL.",
    "interactions": "Show each time somebody or something spoke to a device, with every record about it.",
    "timesketch": "Send the timeline of a case to a sketch of Timesketch, in batches.",
    "listen": "Listen to the recordings of a case: speech, wake word, transcripts.",
    "trace": "Show the bytes behind a row, read again from the evidence.",
    "report": "Write the report for reviewers: a folder for any browser, which needs no network and no installation.",
    "redact": "Redact ranges of a recording: report and bundle then hold a copy without them.",
    "review": "Serve the review room, in which several people listen to sealed cases and code them.",
    "bundle": "Write a sealed bundle of a case, or of a part of it, that can be checked without this program.",
    "verify": "Verify a case, a bundle, a report, an export or a review room.",
    "compare": "Compare two cases of the same evidence, record by record.",
    "renumber": "Map the exhibits of an old case to those of a new one of the same evidence.",
    "case": "Merge cases, remove what a court orders removed, and set what the head of the report says.",
    "parsers": "Show what can be read, how it is recognised, and on what it was validated.",
    "custody": "Record the hand-over of a case: a statement in the ledger, signed by giver and receiver.",
    "ledger": "Show the history of a case: who did what, and when, in UTC and in the case's zone.",
    "certificate": "Draft a certificate with the hashes of the case, for a person to complete and sign.",
    "key": "Examiner keys.",
    "selftest": "Ask this installation questions whose answers are known, and compare.",
    "config": "What is set for every run: agency, examiner, key and time zone.",
    "plaso": "Use the parser in plaso's own commands; `echoforensics log2timeline` does not need this.",
}

#: Where the module of a command is that is not in the package itself.
FOLDERS = {
    **dict.fromkeys(("bundle", "certificate", "custody", "key", "ledger"), "custody_commands"),
    **dict.fromkeys(("compare", "query", "renumber", "timesketch"), "many_cases"),
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
    epilog="Exit codes: 0 done; 1 verification failed; 2 wrong usage, or input that cannot be opened; 3 done, but "
    "some of the evidence could not be read (it is listed); 130 interrupted. "
    'Shell completion: eval "$(_ECHOFORENSICS_COMPLETE=bash_source echoforensics)".',
)
@click.version_option(__version__, prog_name="echoforensics")
def cli() -> None:
    """Voice recordings and activity timelines from Amazon Echo devices and Alexa accounts.

    Evidence is opened read-only, hashed before and after, and everything found is signed.
    """


for made in plaso_tools.commands:
    cli.add_command(made)


#: This many more objects than before make Python look for garbage: records are many, and hardly any is in a
#: circle. The modules and definitions of an extraction are fewer.
_COLLECT_AFTER = 500_000


def main() -> None:
    """Run the command line; errors are one line."""
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])
    # Nor does it look at the end, where the system takes back everything.
    atexit.register(gc.freeze)
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
        click.echo("interrupted; repeat the command to continue", err=True)
        sys.exit(INTERRUPTED)
    except EchoforensicsError as error:
        from echoforensics.cli.safe_text import safe

        click.echo(safe(f"echoforensics: {error}"), err=True)
        sys.exit(NOT_VERIFIED if isinstance(error, UnverifiedCaseError) else WRONG_INPUT)
    except BrokenPipeError:
        # Whoever read our output has read enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
