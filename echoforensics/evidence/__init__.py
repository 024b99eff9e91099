"""Opens seized evidence read-only: storage media, volumes, file systems, archives and folders."""
