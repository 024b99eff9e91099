"""Several sealed cases side by side: what they have in common. Nothing is copied from one into another."""
