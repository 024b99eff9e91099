"""How fast an image is searched, by what it holds."""
