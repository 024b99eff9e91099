"""CAF (Core Audio Format): the description of a recording."""
