"""The commands of ``echoforensics case``."""
