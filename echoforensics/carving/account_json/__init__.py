"""Telling JSON of the Alexa account from other programs', quickly, where a key of both was noticed."""
