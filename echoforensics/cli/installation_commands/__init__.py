"""Commands about the installation itself: whether it works, and what its user has set."""
