"""Archives: zip, tar and compressed files, whole or broken, opened read-only."""
