"""How Sphinx builds docs/ into the site: ``make site``."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

from echoforensics.cli.main import cli

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "echoforensics"
author = "The echoforensics developers"
version = release = installed_version("echoforensics")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click", "sphinx_copybutton"]
root_doc = "index"
# The site begins with index.md; README.md is the list of pages for those who read the folder.
exclude_patterns = ["README.md", "_build"]
needs_sphinx = "8.0"
# Quotation marks in commands stay as they are typed.
smartquotes = False

html_theme = "furo"
html_title = "echoforensics"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "monokai"

myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_class_signature = "separated"
napoleon_numpy_docstring = False
napoleon_use_ivar = True

copybutton_prompt_text = "$ "
copybutton_here_doc_delimiter = "END"

# Every name of this project must lead somewhere. Others are not looked up: the site is built without a network.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!(?:echoforensics|parsers|chain_of_custody)\.).*")]


def _leave_out_of_the_sidebar(app: Sphinx, page: str, _: list[str]) -> None:
    # Two hundred pages, each linked from the tables of artefacts/README.md.
    if page.startswith("artefacts/") and page != "artefacts/README":
        app.env.metadata[page]["orphan"] = True


def _import_commands() -> None:
    # sphinx-click lists the commands that a group holds, and not those that it would import when they are called.
    context = cli.make_context("echoforensics", [], resilient_parsing=True)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            cli.add_command(command, name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Import the commands, and leave the pages of single artefacts out of the sidebar."""
    _import_commands()
    app.connect("source-read", _leave_out_of_the_sidebar)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
