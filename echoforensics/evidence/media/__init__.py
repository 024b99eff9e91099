"""Storage media: presents every kind of image file as one flat range of bytes."""
