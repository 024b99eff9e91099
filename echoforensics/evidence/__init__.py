"""Opening what was seized, read-only: storage media, volumes, file systems, archives and folders."""
