"""What devices that are built with the AVS Device SDK or the Auto SDK keep: soundbars, televisions, cars."""
