"""Commands over several cases at once."""
