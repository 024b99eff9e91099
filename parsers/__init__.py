"""Parsers for the artefacts of Amazon Echo devices and the Alexa account.

Pure: bytes in, records out. Nothing here knows a case, a disk image or a command line, and nothing
here imports ``echoforensics`` or ``chain_of_custody``.
"""
