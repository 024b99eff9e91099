"""Definitions of answers of the Alexa service."""
