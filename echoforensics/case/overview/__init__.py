"""What is in a case, in one answer."""
