"""Known answers on this installation: what every part of it makes of inputs whose content is known."""
