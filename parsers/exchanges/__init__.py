"""A request and its answer, whatever recorded them."""
