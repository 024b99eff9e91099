"""Data of devices built with the AVS Device SDK or the Auto SDK: soundbars, televisions, cars."""
