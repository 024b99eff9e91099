"""Answers of the Alexa service, wherever they were saved."""
