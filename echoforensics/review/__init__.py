"""The review room: several people listen to a sealed case and code it, and every play is recorded."""
