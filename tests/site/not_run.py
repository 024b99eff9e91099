"""Commands of the site that its tests do not run, each with the reason."""

from __future__ import annotations

#: Page, how the command begins, and why it is not run.
NOT_RUN = (
    ("install.md", "make demo", "it installs the locked environment, in which this test already runs"),
    ("install.md", "python3 -m venv", "it needs a wheel; the tests of packaging install one"),
    ("install.md", ". echo/bin/activate", "it needs a wheel; the tests of packaging install one"),
    ("install.md", "pip install echoforensics", "it needs a wheel; the tests of packaging install one"),
    ("install.md", "docker build", "it needs a container engine; tests of the release read the Dockerfile"),
    ("install.md", "docker run", "it needs the image"),
    ("keys.md", "echoforensics key bind", "it needs the certificate of an agency; tests of `key bind` make one"),
    ("keys.md", "pip install", "it needs a package index"),
    ("keys.md", "export PKCS11_MODULE", "the module of a card"),
    (
        "keys.md",
        "echoforensics extract evidence/alexa-cloud.zip -c signed-by-card",
        "it needs a card; tests use SoftHSM",
    ),
    ("listening.md", "pip install", "it needs a package index"),
    ("maps.md", "echoforensics extract return.zip", "the guide on warrant returns runs it with a return that it makes"),
    (
        "scale.md",
        "echoforensics extract /evidence",
        "it needs a scheduler and an object store; tests of clusters play them",
    ),
    ("plaso.md", "echoforensics plaso install-hook", "it would change the Python that runs the tests"),
    ("plaso.md", "echoforensics plaso remove-hook", "it would change the Python that runs the tests"),
    (
        "report.md",
        "echoforensics report case -o marked",
        "a reviewer saves the file in a browser; tests of the report do",
    ),
    ("bundle.md", "echoforensics bundle case -o with-time", "it needs an authority; tests of bundles play one"),
    ("bundle.md", "curl ", "it needs an authority; tests of bundles play one"),
    (
        "bundle.md",
        "echoforensics bundle hand-over --attach",
        "it needs an authority's answer; tests of bundles make one",
    ),
    (
        "exports.md",
        "duckdb ",
        "the program of DuckDB is not one of Python's packages; tests of exports ask its library",
    ),
    ("review-setup.md", "pip install", "it needs a package index"),
    ("review-setup.md", "echoforensics review case --key", "it serves until it is stopped; tests of `review` start it"),
    (
        "review-work.md",
        "echoforensics review case --close",
        "it needs a room in which people worked; its tests make one",
    ),
    ("review-setup.md", "echoforensics verify case.review", "there is no room; tests of `verify` make one"),
)

#: Pages whose other blocks hold commands, and the test that runs those.
ELSEWHERE = {
    "custody.md": "tests/echoforensics/case/custody/test_checks_by_hand.py",
    "questions.md": "tests/echoforensics/questions/test_fifteen_questions.py",
    "timesketch.md": "tests/echoforensics/test_timesketch.py",
}
