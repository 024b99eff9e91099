"""Tells the Alexa account's JSON from other programs' JSON quickly, wherever a key that both use was noticed."""
