"""Voice recordings and activity timelines from Amazon Echo devices and Alexa accounts, signed for chain of custody."""

from __future__ import annotations

from pathlib import Path

import chain_of_custody
import parsers

__version__ = "0.1.0"


def _check_neighbours() -> None:
    """Make sure that ``parsers`` and ``chain_of_custody`` are ours.

    They are top-level names, so another package of the same name may stand before ours on the path, and
    would be used without a word.

    Raises:
        ImportError: one of them lies elsewhere than beside this package.
    """
    home = Path(__file__).resolve().parent.parent
    for module in (parsers, chain_of_custody):
        found = Path(str(module.__file__)).resolve().parent
        if found.parent != home:
            raise ImportError(
                f"echoforensics needs its own package {module.__name__!r} in {home}, but {found} comes first on the"
                f" path; remove or rename the other package"
            )


_check_neighbours()
