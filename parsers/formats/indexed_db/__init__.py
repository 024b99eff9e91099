"""IndexedDB as Chromium keeps it in LevelDB: its keys, and the values that scripts stored."""
