"""Parts of a case that other processes or machines make, and what puts them together."""
