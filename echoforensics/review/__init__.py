"""The review room: several people listen to a sealed case and code it, with every play on record."""
