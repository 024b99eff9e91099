"""Finds volumes on storage media: partition tables, logical volumes, offsets given by hand."""
