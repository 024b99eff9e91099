"""Parsers for the artefacts of Amazon Echo devices and the Alexa account.

Pure: bytes in, records out. Nothing here knows a case, a disk image or a command line, and nothing
here imports ``echoforensics`` or ``chain_of_custody``.
"""

#: The project this package belongs to. ``echoforensics`` reads it to tell this package from another
#: one of the same name.
__distribution__ = "echoforensics"
__version__ = "1.0.0"
