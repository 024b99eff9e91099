"""Makes the known answers that ``echoforensics selftest`` compares an installation with: ``make known-answers``."""
