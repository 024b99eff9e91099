"""The version of the library, the command and the distribution."""

__version__ = "1.0.0"
