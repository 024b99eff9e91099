"""Closing a review room into its cases: what people decided becomes signed records of them."""
