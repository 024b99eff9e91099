"""Parts of a case that other processes or machines make, and merging them."""
