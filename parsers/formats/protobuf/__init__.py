"""Protocol buffer messages without a schema."""
