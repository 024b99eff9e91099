"""Tables of SQLite databases: of the companion apps, of Fire OS devices, of the first Echo, of browsers."""
