"""An overview of a case's contents."""
