"""Machines that work for this one: a cluster of Dask, or processes of this machine in the same way."""
