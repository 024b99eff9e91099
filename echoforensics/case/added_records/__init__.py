"""Records added to a sealed case: findings of machines about recordings, and annotations of people about exhibits."""
