"""Writes a folder as a reproducible zip file, and reads such a file without trusting it."""

from chain_of_custody.stored_zip.reading import StoredZip
from chain_of_custody.stored_zip.records import ZipRefusedError
from chain_of_custody.stored_zip.writing import write_zip

__all__ = ["StoredZip", "ZipRefusedError", "write_zip"]
