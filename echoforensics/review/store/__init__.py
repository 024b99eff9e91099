"""The room's database: the only place of the review room with SQL."""
