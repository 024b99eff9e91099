"""What is missing from a case, as far as what it holds shows that something is."""
