"""Opens archives read-only: zip, tar and compressed files, whole or broken."""
