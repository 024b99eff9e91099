"""The version of the library, the command and the distribution."""

__version__ = "0.1.0"
