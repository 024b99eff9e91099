"""Closing a review room into its cases: people's decisions become signed records."""
