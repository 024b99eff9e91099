"""``python -m echoforensics``."""

from echoforensics.cli.main import main

main()
