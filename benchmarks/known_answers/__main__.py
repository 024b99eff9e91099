"""Make the truth sets of ``echoforensics selftest``: ``make known-answers``."""

from __future__ import annotations

import argparse

from benchmarks.known_answers import evidence, parsers, seal


def main() -> None:
    """Make the inputs again where that is asked for, and state the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", action="store_true", help="make the inputs anew too; takes some minutes")
    if parser.parse_args().inputs:
        evidence.make()
        seal.make()
        parsers.record_inputs()
    else:
        parsers.state_answers()


if __name__ == "__main__":
    main()
