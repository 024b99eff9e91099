"""Runs work on a Dask cluster, or in processes on this machine in the same way."""
