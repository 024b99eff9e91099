"""The command of the review room."""
