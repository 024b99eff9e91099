"""The room's database: the only SQL of the review room."""
