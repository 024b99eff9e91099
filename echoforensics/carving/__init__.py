"""Finding recordings and records by their own bytes, wherever on the media they lie."""
