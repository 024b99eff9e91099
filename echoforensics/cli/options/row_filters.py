"""The options that say which rows are wanted, for every command that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query

_OPTIONS = (
    click.option(
        "--timezone",
        default="",
        metavar="ZONE",
        help="Also show times in this IANA zone, and read --from and --to in it. Default for reading: the case's zone.",
    ),
    click.option("--from", "start", metavar="TIME", help="Rows from this date or time (2017-07-17, 2017-07-17T06:20)."),
    click.option("--to", "end", metavar="TIME", help="Rows before this time; a date alone includes that day."),
    click.option(
        "--search", default="", metavar="TEXT", help="Rows with this text in any column, or in a record's other fields."
    ),
    click.option(
        "--regex",
        default="",
        metavar="PATTERN",
        help="Rows that match this regular expression, in any column. Case is ignored.",
    ),
    click.option(
        "--type",
        "types",
        multiple=True,
        metavar="TYPE",
        help="Rows of this data type or family (alexa:cloud:activity, echo:log), or with this prefix "
        "(echo:log:wake*); may be given several times.",
    ),
    click.option(
        "--device",
        "devices",
        multiple=True,
        metavar="DEVICE",
        help="Rows of this device (serial number, type or name), and all of its own disk; may be given several times.",
    ),
    click.option(
        "--person", "persons", multiple=True, metavar="PERSON", help="Rows of this person; may be given several times."
    ),
    click.option(
        "--account",
        "accounts",
        multiple=True,
        metavar="ACCOUNT",
        help="Rows of this account; may be given several times.",
    ),
    click.option(
        "--evidence", multiple=True, metavar="NAME", help="Rows of this evidence item; may be given several times."
    ),
    click.option(
        "--state",
        "states",
        multiple=True,
        type=click.Choice(("live", "deleted", "carved", "damaged")),
        help="Rows of live, deleted or carved data, or of data whose checksum failed; may be given several times.",
    ),
    click.option("--recordings-only", is_flag=True, help="Only rows with a recording."),
    click.option("--interaction", default="", metavar="NUMBER", help="Rows of this interaction (IN-0000012)."),
)


#: The options that may be given several times.
_SEVERAL = ("types", "devices", "persons", "accounts", "evidence", "states")


def row_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options; :func:`query_of` takes what they were given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def query_of(case: Case, given: dict[str, Any]) -> tuple[Query, ZoneInfo | None]:
    """The query that the options ask for, and the zone to show times in, if one was given.

    Says on standard error in which zone times were read.

    Args:
        case: the case that is asked.
        given: the options by name.

    Raises:
        UsageError: no row can answer the query; the message says why.
    """
    from echoforensics.case.exhibits.row import Query
    from echoforensics.case.query_check import refuse_unknown
    from echoforensics.cli.safe_text import given_text
    from echoforensics.zones import instant, zone

    options = dict(given)
    shown = zone(options.pop("timezone"))
    start, end = options.pop("start"), options.pop("end")
    read = shown or zone(case.store.info().get("timezone", ""))
    interaction = options.pop("interaction")
    options |= {name: given_text(options[name]) for name in ("search", "regex")}
    options |= {name: tuple(map(given_text, options[name])) for name in _SEVERAL}
    query = Query(
        start=instant(start, read) if start else None,
        end=instant(end, read, end=True) if end else None,
        interaction=int(case.interaction(interaction).number.rpartition("-")[2]) if interaction else None,
        **options,
    )  # fmt: skip
    refuse_unknown(case.store, query)
    if start or end:
        whose = "as --timezone says" if shown else "the zone of the case" if read else "the case names no other zone"
        click.echo(f"--from and --to are read in {read.key if read else 'UTC'}: {whose}.", err=True)
    return query, shown
