"""A folder as one zip file, the same for the same folder; and reading such a file without believing it."""

from chain_of_custody.stored_zip.reading import StoredZip
from chain_of_custody.stored_zip.records import ZipRefusedError
from chain_of_custody.stored_zip.writing import write_zip

__all__ = ["StoredZip", "ZipRefusedError", "write_zip"]
